"""`timelines backtest`: what it refuses, and how its table reads."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from forecast.cli.backtest import backtest as command
from forecast.cli.backtest_table import skill_table, table
from forecast.cli.fit import fit
from forecast.cli.tasks import JOBS, open_shared
from forecast.errors import InputError
from forecast.evaluation import calibration, skill
from forecast.evaluation.quantities import BASELINES


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--origins", "2016"], "--out"),
        (["--origins", "soon"], "2016,2020"),
        (["--origins", "2024", "--out", "x"], "pending"),
        (["--out", "x", "--name", "y"], "one of them"),
    ],
)
def test_wrong_origins_are_refused_before_anything_runs(options: list[str], said: str) -> None:
    result = CliRunner().invoke(command, options)
    assert isinstance(result.exception, InputError)
    assert said in str(result.exception)


def test_processes_and_a_cluster_are_not_chosen_together() -> None:
    with pytest.raises(InputError, match="give one"):
        open_shared(2, "tcp://127.0.0.1:9")
    assert (open_shared(None, None).workers, open_shared(3, None).workers) == (min(JOBS, os.cpu_count() or 1), 3)


@pytest.mark.parametrize("option", [("--only", "loss"), ("--tables", ".")])
def test_a_fit_on_a_cluster_takes_no_files_of_this_machine(option: tuple[str, str]) -> None:
    result = CliRunner().invoke(fit, ["--cluster", "tcp://127.0.0.1:9", *option])
    assert isinstance(result.exception, InputError)
    assert f"{option[0]} is about files of this machine" in str(result.exception)


def test_the_table_of_scores_has_a_heading_a_quantity() -> None:
    text = table(calibration.summarise(calibration.load()))
    header, *lines = text.splitlines()
    assert "n eff" in header
    assert "tw CRPS" in header
    headings = [line for line in lines if not line.startswith(" ")]
    assert len(headings) == len(set(headings))
    assert any(line.startswith("years until the frontier is passed") for line in headings)
    assert max(map(len, lines)) <= 130


def test_the_table_of_skills_has_a_column_a_baseline() -> None:
    header, *lines = skill_table(skill.load()).splitlines()
    assert all(name.replace("_", " ") in header for name in BASELINES)
    assert max(map(len, lines)) <= 130
    (largest,) = [i for i, line in enumerate(lines) if line.startswith("largest run so far")]
    stored = {one.baseline: one for one in skill.load() if (one.quantity, one.window) == ("largest_compute", "all")}
    assert f"{stored['line'].skill:+.2f}".replace("0.", ".") in lines[largest + 2]


def test_a_skill_without_an_interval_leaves_its_place_empty() -> None:
    one = skill.Skill("largest_compute", "", "2013-15", "1-3", "line", 9, 2.0, 0.5, float("nan"), float("nan"))
    other = skill.Skill("largest_compute", "", "all", "1-3", "line", 30, 9.0, -0.25, -0.5, 0.25)
    _, heading, first, second = skill_table([one, other]).splitlines()
    assert heading == "largest run so far, FLOP (oom)"
    assert first.split() == ["2013-15", "1-3", "+.50"]
    assert second.split(maxsplit=2)[2] == "-.25 [-.50 +.25]"
    assert first.index("+.50") == second.index("-.25")
