"""The headline of the shipped reference: its shape, and that every figure in it is an answer's."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from forecast.cli.forecast import _printed, forecast
from forecast.errors import InputError, StorageError
from forecast.forecaster import Forecaster
from forecast.reports import gallery, stories, words
from forecast.reports.tables import ALGORITHMS, OWN, POOLED, Headline, headline
from forecast.reports.text import headline_text
from forecast.storage.manifest import faults
from forecast.storage.store import store_of

BLOCKS = [
    ("loss 1.24 on kaplan-webtext2", POOLED),
    ("loss 1.24 on kaplan-webtext2", OWN),
    ("loss 0.86 on kaplan-webtext2", POOLED),
    ("loss 0.86 on kaplan-webtext2", OWN),
    ("a run of 2e29 FLOP", ""),
]


@cache
def _forecaster() -> Forecaster:
    return Forecaster.load()


@cache
def _headline() -> Headline:
    return headline(_forecaster())


def test_five_targets_three_payers_and_three_algorithms_make_forty_five_answers() -> None:
    found = _headline()
    assert [(target, law) for target, law, _ in found.blocks] == BLOCKS
    assert all([row.payer for row in rows] == ["frontier spend", "money only", "$1bn"] for _, _, rows in found.blocks)
    assert all(tuple(row.answers) == tuple(ALGORITHMS) for row in found.rows)
    assert not found.unanswered


@pytest.mark.parametrize(("payer", "budget"), [("frontier spend", None), ("$1bn", 1e9)])
@pytest.mark.parametrize(("law", "asked"), [(POOLED, "pooled"), (OWN, "kaplan")])
@pytest.mark.parametrize("kind", list(ALGORITHMS))
def test_a_cell_is_the_answer_to_its_question(
    kind: str, law: str, asked: str, payer: str, budget: float | None
) -> None:
    row = _headline().find(0.86, law, payer)
    assert row is not None
    direct = _forecaster().when(
        loss=0.86, scale="kaplan-webtext2", law=asked, algorithms=kind, budget_usd=budget, by_years=(2030, 2035, 2040)
    )
    assert row.answers[kind].to_dict() == direct.to_dict()


def test_the_table_is_laid_out_as_promised() -> None:
    lines = headline_text(_headline()).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("algorithms"))
    assert re.split(r"\s*│", lines[first]) == ["algorithms", *ALGORITHMS]
    cells = [
        line for line in lines[first:] if line.startswith(("frontier spend│", "money only", "$1bn")) and "│" in line
    ]
    assert len(cells) == 15
    when = r"(?:now|beyond|never|20\d\d)"
    assert all(len(re.findall(rf"{when} \[{when}(?:–{when})?\]", line)) == 3 for line in cells)
    under = [line for line in lines[first:] if re.match(r"\s+│ +[<>]?\d", line)]
    assert all(len(re.findall(r"[<>]?\d+", line)) == 12 for line in under) and len(under) == 15


def test_the_figures_of_the_table_are_those_of_the_answers() -> None:
    said = headline_text(_headline())
    row = _headline().find(0.86, OWN, "$1bn")
    assert row is not None
    answer = row.answers["off"]
    cell = f"{words.when(answer)} [{words.span(answer)}]"
    assert cell in said and words.when(answer) == str(int(answer.median))
    assert f"{round(100 * answer.p_by(2040))}" in said


def test_the_finding_says_how_the_date_hangs_on_algorithms_and_on_the_law() -> None:
    said = stories.finding(_headline())
    assert said.startswith("$1bn buys the loss 0.86 ") and "on Kaplan’s law" in said
    assert re.search(r"no money ever buys it, with probability \d+\s%\.$", said)


@pytest.mark.long  # README's block of `make forecast` does so too
@pytest.mark.parametrize("options", [[], pytest.param(["--json"], marks=pytest.mark.long)], ids=["text", "json"])
def test_the_command_prints_the_table_and_writes_the_page(tmp_path: Path, options: list[str]) -> None:
    out = tmp_path / "page.html"
    result = CliRunner().invoke(forecast, [*options, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert _printed(_headline(), bool(options)) in result.output
    assert f"Page: {out}" in result.output
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.long  # README's block of `make forecast` does so too
def test_a_folder_takes_the_whole_report(tmp_path: Path) -> None:
    result = CliRunner().invoke(forecast, ["--out", str(tmp_path / "report")])
    assert result.exit_code == 0, result.output
    assert f"Page: {tmp_path / 'report' / 'report.html'}" in result.output
    assert faults(store_of(tmp_path / "report")) == ()
    assert {"report.md", "report.json", "answers.csv"} <= {path.name for path in (tmp_path / "report").iterdir()}


def test_json_is_one_document_with_every_answer() -> None:
    told = json.loads(_printed(_headline(), as_json=True))
    assert len(told["rows"]) == 45 and told["unanswered"] == []
    assert {"as_of", "data_cutoff", "posterior", "provenance", "tables", "data_notice"} <= told.keys()
    for row in told["rows"]:
        reached = max(point["probability"] for point in row["p_by_year"])
        assert reached <= 1 - row["p_beyond_horizon"] - row["p_never"] + 1e-9
        assert sum(reason["probability"] for reason in row.get("never_reasons", [])) == pytest.approx(row["p_never"])


def test_the_tables_behind_the_reference_are_counted() -> None:
    counted = {count.table: count.rows for count in _headline().data}
    assert counted["training_runs"] > 500 and counted["loss_points"] > 90


def test_bad_input_is_one_error(tmp_path: Path) -> None:
    runner = CliRunner()
    missing = runner.invoke(forecast, ["--posterior", "nonesuch"])
    assert isinstance(missing.exception, InputError)
    (tmp_path / "file").write_text("in the way")
    nowhere = runner.invoke(forecast, ["--out", str(tmp_path / "file" / "page.html")])
    assert isinstance(nowhere.exception, StorageError)


@pytest.mark.long
def test_the_gallery_draws_the_same_bytes_twice(tmp_path: Path) -> None:
    gallery.main(tmp_path / "a")
    gallery.main(tmp_path / "b")
    names = sorted(f"{slug}{kind}.png" for slug in gallery.SHOWN for kind in ("", "-dark"))
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == names
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
