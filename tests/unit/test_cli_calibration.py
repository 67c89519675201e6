"""`timelines calibration` on the command line: the bar first, what is missed before what is met, 100 columns."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forecast.cli.calibration_words import text
from forecast.cli.main import main
from forecast.errors import InputError
from forecast.evaluation import backtests
from forecast.evaluation import calibration_answer as engine
from forecast.evaluation.bar import CAVEATS, Check
from forecast.evaluation.calibration import STORED
from forecast.evaluation.checks import Loo, PowerScaling, Predictive, PriorPosterior, Sbc
from forecast.evaluation.machinery import Machinery
from forecast.evaluation.skill import Skill
from forecast.reports import calibration_page

MACHINERY = Machinery(
    (
        Sbc("loss", "b", 200, (40, 60, 50, 50), 0.31, True, 0.62, 0.5, 90.0),
        Sbc("loss", "floor", 200, (90, 10, 50, 50), 1e-6, False, 2e-6, 0.4, 80.0),
    ),
    (
        Loo("loss", "chinchilla", 30, 51.5, 3.0, 4.0, 0.82, 2, "the largest run", 0.7),
        Loo("loss", "olmo", 12, 20.0, 2.0, 1.0, 0.4, 0, "olmo-7b", 0.9),
    ),
    (
        PowerScaling("compute", "delta", "", 0.01, 0.0, 0.4, 0.02, "runs", "fine"),
        PowerScaling("compute", "log10_gdp_share", "", 0.3, 0.01, 0.0, 0.01, "runs", "prior-dominated"),
    ),
    (
        Predictive("compute", "spread of residuals", "posterior", 0.4, 0.3, 0.41, 0.5, 0.6),
        Predictive("compute", "largest residual", "posterior", 2.5, 0.9, 1.2, 1.6, 0.0),
        Predictive("loss", "median loss", "prior", 2.5, 1.1, 2.4, 6.0, 0.45),
    ),
    (PriorPosterior("headline", "1e30 FLOP", "decimal year", "prior", 2027.0, 2028.0, 2040.0, math.inf, math.inf),),
    {
        "posterior": "2026-11-20-f888b7e49128",
        "code_version": "0.1.0",
        "released_on": "2026-11-20",
        "data_digests": {"spend": "0" * 64},
        "models": {"loss": "another"},
        "priors": {},
        "library_versions": {"numpy": "2.5"},
        "simulation_based": {"seed": 7, "sampler": {"draws": 99}, "truths_from": {"loss": "the shipped priors"}},
        "predictive": {"seed": 8, "replicates": 1000},
    },
)
BAR = (
    Check("coverage_80 a", "A: 80 % intervals cover 77 % of 60 outcomes.", 0.77, 0.7, 0.9, "share", True, 60, 13.5),
    Check("skill b", "B: CRPS skill against the straight line +0.02.", 0.02, 0.1, None, "skill", False, 30, 8.0),
    Check(
        "minutes", "How long a whole backtest takes is not stored.", math.nan, None, 40.0, "minutes", False, 0, math.nan
    ),
)
SKILLS = (
    Skill("largest_compute", "", "all", "1-3", "line", 30, 11.0, 0.5, 0.1, 0.58),
    Skill("largest_compute", "", "2016+", "1-3", "line", 21, 8.0, -0.11, math.nan, math.nan),
    Skill("largest_compute", "", "all", "5", "line", 7, 3.0, 0.7, math.nan, math.nan),
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["calibration", *arguments])


@pytest.fixture(name="stored", scope="module")
def stored_() -> engine.Calibration:
    return engine.calibration()


@pytest.fixture(name="made")
def made_(stored: engine.Calibration) -> engine.Calibration:
    """The stored backtest with a bar, skills and checks of the test's own."""
    return replace(stored, bar=BAR, skills=SKILLS, machinery=MACHINERY)


@pytest.mark.parametrize("whole", [False, True])
def test_the_page_fits_a_hundred_columns(stored: engine.Calibration, whole: bool) -> None:
    lines = text(stored, whole).splitlines()
    assert max(map(len, lines)) <= 100 and not any(line != line.rstrip() for line in lines)


def test_what_is_missed_comes_before_what_is_met(made: engine.Calibration) -> None:
    lines = text(made).splitlines()
    start = lines.index("The bar: 1 of 3 lines are met, 2 missed.")
    assert [line.split()[0] for line in lines[start + 1 : start + 4]] == ["MISSED", "MISSED", "met"]
    assert start < next(i for i, line in enumerate(lines) if line.startswith("Coverage"))


def test_the_caveats_are_told_in_words(stored: engine.Calibration) -> None:
    told = " ".join(text(stored).split())
    assert all(caveat in told for caveat in CAVEATS)


def test_skills_stand_beside_their_baseline_with_their_interval(made: engine.Calibration) -> None:
    lines = text(made).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("beside line: "))
    assert lines[start + 2].split()[-7:] == ["1-3", "30", "11", "+0.50", "+0.10", "to", "+0.58"]
    assert sum("largest run so far, FLOP  " in line for line in lines[start:]) == 1
    whole = text(made, whole=True).partition("Skill: ")[2]
    assert whole.count("largest run so far, FLOP  ") == 3 and "2016+    1-3    21      8  -0.11\n" in whole


def test_checks_that_pass_are_counted_and_others_are_named(made: engine.Calibration) -> None:
    told = " ".join(text(made).split())
    for words in (
        "simulation-based calibration, loss: 1 of 2 parameters passed in 200 simulations, smallest p 1e-06",
        "floor failed: p 1e-06, ranks 90 10 50 50",
        "leave-one-out, loss: 2 of 42 rows with a Pareto k above 0.7, largest 0.82 chinchilla: 2 of 30",
        "prior and data, compute: 1 of 2 listen to the data and not too much to the priors prior-dominated: log10_gdp_",
        "posterior predictive: 1 of 2 statistics of the data are ordinary",
        "compute, largest residual: 2.5 where 0.9 to 1.6 is predicted (90 %)",
        "prior predictive: 1 of 1 statistics",
        "Checks of the machinery Stale: The loss model is another one now.",
    ):
        assert words in told, words
    assert "olmo: 0 of 12" not in told


def test_without_stored_checks_there_is_no_heading_of_theirs(stored: engine.Calibration) -> None:
    bare = replace(stored, machinery=Machinery((), (), (), (), (), {}), bar=(), skills=())
    assert "Checks of the machinery" not in text(bare) and "The bar" not in text(bare)
    assert {"bar", "skills", "machinery"} & bare.to_dict().keys() == set()


def test_json_is_whole_and_needs_no_state(
    stored: engine.Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "nothing"))
    assert run("--json").stdout == stored.to_json()
    told = json.loads(run("--json", "--past-fans", "--quantity", "largest_compute").stdout)
    assert {one["quantity"] for one in told["summaries"]} == {"largest_compute"}
    assert {one["quantity"] for one in told.get("past_fans", [])} <= {"largest_compute"}
    assert json.loads(run("--list", "--json").stdout)["backtests"][0]["name"] == "backtests/shipped"
    assert not (tmp_path / "nothing").exists()


def test_backtests_of_ones_own_are_listed_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path))
    shutil.copytree(STORED, backtests.place_of("mine"))
    (backtests.place_of("mine") / "fits.csv").unlink()
    shutil.copytree(STORED, backtests.place_of("other"))
    listed = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["name", "shipped", "other", "mine"]
    assert listed[-1] == "mine cannot be read: backtest mine: fits.csv is missing; run it again"
    assert run("--backtest", "other").stdout.startswith("Backtest other: models refitted as of")
    damaged = run("--backtest", "mine")
    assert damaged.exit_code == 1 and damaged.stderr.startswith("Error: backtest mine: fits.csv is missing")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--quantity", "loss"), "unknown quantity 'loss'; known: "),
        (("--backtest", "none"), "unknown backtest 'none'; known: shipped"),
        (("--past-fans",), "give --json as well"),
        (("--backtest", "none", "--html", "page.html"), "unknown backtest 'none'; known: shipped"),
    ],
)
def test_what_cannot_be_shown_is_one_clear_error(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2 and result.stdout == ""
    assert said in result.stderr and result.stderr.count("\n") == 1


def test_the_page_and_its_pictures_are_of_the_backtest_that_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path))
    shutil.copytree(STORED, backtests.place_of("mine"))
    drawn: list[tuple[Path, Path]] = []
    monkeypatch.setattr(calibration_page, "write", lambda path, folder: drawn.append((path, folder)) or path)
    monkeypatch.setattr(calibration_page, "write_pictures", lambda target, folder: drawn.append((target, folder)))
    result = run("--backtest", "mine", "--html", "page.html", "--png", "pictures", "--quantity", "first_passage")
    assert result.exit_code == 0 and result.stdout.startswith("Backtest mine: ")
    assert drawn == [(Path(name), backtests.place_of("mine")) for name in ("page.html", "pictures")]
    assert result.stderr == "Written: page.html\nDrawn: pictures\n"


@pytest.mark.parametrize("name", ["shipped", "", "../up", "A", "a" * 64, "-a"])
def test_a_backtest_needs_a_name_of_its_own(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give 1 to 63 small letters") as caught:
        backtests.place_of(name, tmp_path)
    assert caught.value.field == "name"


# --- what is told, as JSON --------------------------------------------------------------------------------------------


def test_every_check_is_told_and_what_is_infinite_is_absent(made: engine.Calibration) -> None:
    told: dict[str, Any] = made.to_dict()
    assert [line.get("measured") for line in told["bar"]] == [0.77, 0.02, None]
    assert [line.get("met") for line in told["bar"]] == [True, None, None]
    assert told["skills"][1].keys() & {"low", "high"} == set()
    machinery = told["machinery"]
    assert [one["model"] for one in machinery["models"]] == ["compute", "headline", "loss"]
    assert [one.get("truths_from") for one in machinery["models"]] == [None, None, "the shipped priors"]
    source = machinery["provenance"]
    assert source["posterior"] == "posteriors/2026-11-20-f888b7e49128" and source["stale"]
    assert "The loss model is another one now." in source["stale_reasons"]
    assert {one["name"]: one["value"] for one in source["settings"]} == {
        "simulation_based.seed": "7",
        "simulation_based.draws": "99",
        "predictive.seed": "8",
        "predictive.replicates": "1000",
    }
    assert machinery["simulation_based"][0]["ranks"] == [40, 60, 50, 50]
    assert [one.get("above_07") for one in machinery["leave_one_out"]] == [2, None]
    assert machinery["predictive"][1]["p_value"] == 0.0
    (answer,) = machinery["prior_posterior"]
    assert answer["kind"] == "DRAWS_KIND_PRIOR" and answer["q50"] == 2040.0 and "q95" not in answer
