"""`timelines when` on the command line."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.when import when
from forecast.errors import ForecastError
from tests.homes import home_with
from tests.synthetic import synthetic_posterior

OF_THE_API = """--loss --scale --flop --gpt3 --budget --payer --criterion --law --noise --algorithms --price --as-of
--seed --json --csv --chart"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    past = synthetic_posterior(300, as_of=date(2020, 7, 27), prior_only=["loss", "scales"])
    return home_with(tmp_path_factory.mktemp("home"), past, synthetic_posterior(300))


@pytest.fixture(autouse=True)
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(home))


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(when, arguments)


def answered(*arguments: str) -> str:
    result = ask(*arguments)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


@pytest.mark.parametrize(
    "arguments",
    [
        "--loss 1.24 --scale kaplan-webtext2 --budget 1e9",
        "--loss 0.86 --scale kaplan-webtext2 --law kaplan --algorithms off --payer frontier-spend",
        "--loss 0.86 --scale kaplan-webtext2 --law mixture --algorithms 16mo",
        "--loss 2.2 --scale chinchilla-massivetext --law pooled --algorithms 4..24mo",
        "--flop 2e29",
        "--flop 2e29 --criterion on-trend --horizon 2045-06",
        "--flop 2e25 --criterion on-trend --as-of 2020-07-27",
        "--gpt3 1000 --budget 1e9 --price list-rental",
        "--gpt3 1000 --budget 1e9 --price amortized --seed 3 --max-draws 100",
    ],
)
def test_an_answer_opens_with_a_sentence_and_fits_a_terminal(arguments: str) -> None:
    text = answered(*arguments.split())
    assert text.split("\n\n")[0].rstrip().endswith(").")
    assert "80 %:" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_json_is_the_answer() -> None:
    told = json.loads(answered("--flop", "1e29", "--json", "--quantile", "0.5", "--by-year", "2031"))
    assert [q["probability"] for q in told["quantiles"]] == [0.5]
    assert [p["year"] for p in told["p_by_year"]] == [2031]


def test_csv_is_the_distribution() -> None:
    lines = answered("--flop", "1e29", "--csv").splitlines()
    assert lines[0] == "quantity,decimal_year,date,probability,mcse"
    assert len(lines) == 1 + 410 + 3


def test_the_same_question_prints_the_same_bytes() -> None:
    assert answered("--flop", "1e29", "--json") == answered("--flop", "1e29", "--json")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ("--loss -1 --scale kaplan-webtext2", "target.loss.nats_per_token"),
        ("--loss 1.2", "target.loss.scale"),
        ("--loss 1.2 --scale unknown", "target.loss.scale"),
        ("--flop 1e28 --budget nan", "payer.fixed_usd_2023"),
        ("--flop 1e28 --budget 1e9 --payer frontier-spend", "payer.fixed_usd_2023"),
        ("--flop 1e28 --budget 1e9 --criterion on-trend", "payer.fixed_usd_2023"),
        ("--flop 1e28 --as-of 1990-01-01", "as_of"),
        ("--flop 1e28 --as-of 2019-01-01", "as_of"),
        ("--flop 1e28 --posterior nameless", "posterior"),
        ("--flop 1e28 --horizon soon", "horizon"),
        ("--flop 1e28 --algorithms never", "algorithms"),
        ("--flop 1e28 --algorithms 9..3", "algorithms.prior"),
        ("--flop 1e28 --gpt3 3", "target"),
        ("--flop 1e28 --json --csv", "json"),
        ("", "target"),
    ],
)
def test_bad_input_is_one_clear_error_of_exit_code_two(arguments: str, field: str) -> None:
    error = ask(*arguments.split()).exception
    assert isinstance(error, ForecastError)
    assert error.exit_code == 2
    assert error.field == field


def test_a_choice_that_is_not_there_is_refused_by_the_parser() -> None:
    assert ask("--flop", "1e28", "--price", "free").exit_code == 2
    assert ask("--flop", "many").exit_code == 2


def test_help_names_every_option_of_the_api() -> None:
    text = answered("--help")
    options = re.findall(r"--([a-z0-9-]+)", OF_THE_API)
    assert [option for option in options if f"--{option}" not in text] == []


def test_a_chart_is_drawn_beside_the_answer(tmp_path: Path) -> None:
    pytest.importorskip("altair")
    drawn = tmp_path / "when.svg"
    text = answered("--flop", "1e29", "--chart", str(drawn))
    assert "A 1e29 FLOP run is expected" in text
    assert drawn.read_text(encoding="utf-8").startswith("<svg")


def test_a_chart_of_another_suffix_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("altair")
    error = ask("--flop", "1e29", "--chart", str(tmp_path / "when.gif")).exception
    assert isinstance(error, ForecastError)
    assert error.exit_code == 2
    assert list(tmp_path.iterdir()) == []
