"""`timelines affordable-loss`, `required-budget` and `trajectory`, and how a question would be resolved."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.engine.driver_paths import UNITS
from forecast.errors import ForecastError
from tests.homes import home_with
from tests.synthetic import synthetic_posterior


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with(tmp_path_factory.mktemp("home"), synthetic_posterior(300))


@pytest.fixture(autouse=True)
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(home))


def ask(line: str) -> Result:
    command, *arguments = line.split()
    loaded = main.get_command(None, command)  # type: ignore[arg-type]
    assert loaded is not None
    return CliRunner().invoke(loaded, arguments)


def answered(line: str) -> str:
    result = ask(line)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


LOSS = "affordable-loss --scale kaplan-webtext2 --on 2030-01-01"
BUDGET = "required-budget --flop 1e29 --by 2030-01-01"


@pytest.mark.parametrize(
    ("line", "opening"),
    [
        (LOSS, "For the frontier's spend, the loss on kaplan-webtext2, in nats per token, comes down to"),
        (f"{LOSS} --budget 1e9 --currency-year 2020", "For $1bn in dollars of 2020, the loss"),
        (f"{LOSS} --criterion on-trend --on 2040-01-01", "On trend, the loss on"),
        (f"{LOSS} --payer unlimited --law kaplan --scenario slow-price", "In the scenario slow-price, whatever it"),
        (f"{LOSS} --quantile .3", "For the frontier's spend, the loss"),
        (BUDGET, "A 1e29 FLOP run needs a budget (constant 2023 US dollars) of"),
        (f"{BUDGET} --by 2035-01-01 --by 2040-01-01 --by 2045-01-01 --by 2050-01-01", "A 1e29 FLOP run needs"),
        (f"{BUDGET} --at 1e8 --at 1e9 --at 1e10 --at 1e11 --at 1e12", "A 1e29 FLOP run needs"),
        ("required-budget --scenario jones-j4 --by 2030-01-01", "In the scenario jones-j4, a run of 1,000 times"),
        *((f"trajectory {name.replace('_', '-')}", "") for name in UNITS if name != "cost_of_target"),
        ("trajectory cost-of-target --loss 0.5 --scale kaplan-webtext2", "Cost of the target"),
        ("trajectory price --quantile .1 --quantile .9 --horizon 2029-06", "Price of compute"),
        ("trajectory limit-money --budget 1e9", "The largest run that the payer's money buys"),
    ],
)
def test_what_is_printed_opens_with_words_and_fits_a_terminal(line: str, opening: str) -> None:
    text = answered(line)
    assert " ".join(text.split()).startswith(opening)
    assert max(len(one) for one in text.splitlines()) <= 80
    assert "It comes from" in text


def test_each_forms_json_is_a_message_and_several_days_make_a_list() -> None:
    one = json.loads(answered(f"{LOSS} --json"))
    assert one["scale"] == "kaplan-webtext2" and one["date"] == "2030-01-16"
    several = json.loads(answered(f"{LOSS} --on 2035-01-01 --json"))
    assert several[0] == one and several[1]["date"] == "2035-01-16"
    budget = json.loads(answered(f"{BUDGET} --at 1e10 --json"))
    assert len(budget["surface"]["probability"]) == 1
    assert json.loads(answered("trajectory spend --json"))["driver"] == "DRIVER_SPEND"


@pytest.mark.parametrize(
    ("line", "header", "rows"),
    [
        (f"{LOSS} --quantile .5 --csv", "date,quantity,probability,value", 3),
        (f"{BUDGET} --quantile .5 --at 1e10 --csv", "date,quantity,probability,usd_2023", 3),
        (
            "trajectory limit-power --quantile .5 --horizon 2027-10 --csv",
            "quantity,decimal_year,date,probability,log10_flop,name",
            12,
        ),
    ],
)
def test_csv_has_one_row_for_each_value(line: str, header: str, rows: int) -> None:
    table = list(csv.reader(io.StringIO(answered(line))))
    assert table[0] == header.split(",")
    assert len(table) == rows + 1 and {len(row) for row in table} == {len(table[0])}


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        (f"{LOSS} --loss 1", "loss", "--loss does not fit here: the loss is what is asked for"),
        (f"{LOSS} --flop 1e29", "flop", "--flop does not fit"),
        ("affordable-loss --on 2030-01-01", "scale", "--scale is missing"),
        (f"{LOSS} --inference-usd 1", "inference_usd", "training is what is paid for"),
        (f"{LOSS} --on 2070-01-01", "date", "the horizon"),
        (f"{LOSS} --json --csv", "json", "choose one"),
        (f"{BUDGET} --budget 1e9", "budget", "--budget does not fit here: the budget is what is asked for"),
        (f"{BUDGET} --payer unlimited", "payer", "--payer does not fit"),
        (f"{BUDGET} --by-year 2030", "by_years", "--by-year does not fit here: the days are given by --by"),
        (f"{BUDGET} --at 0", "budgets_usd_2023[0]", "a budget in 2023 US dollars"),
        (f"{BUDGET} --criterion on-trend", "question.criterion", "criterion on_trend"),
        ("required-budget --by 2030-01-01", "target", "the target is missing"),
        ("trajectory price --loss 1 --scale kaplan-webtext2", "loss", "price is the same for every target"),
        ("trajectory cost-of-target", "target", "the target is missing"),
        ("trajectory spend --cost-scope development --budget 1e9", "cost_scope", "spend has no budget"),
        ("trajectory price --budget 1e9", "payer", "has no part in the driver price"),
        ("trajectory spend --criterion on-trend", "criterion", "nothing is reached"),
        ("trajectory limit-power --without power", "driver", "limit power is off"),
        ("when --flop 1e29 --resolution --json", "resolution", "choose one"),
    ],
)
def test_what_does_not_fit_is_one_clear_error(line: str, field: str, said: str) -> None:
    error = ask(line).exception
    assert isinstance(error, ForecastError), error
    assert (error.exit_code, error.field) == (2, field)
    assert said in error.message


@pytest.mark.parametrize("line", ["affordable-loss", "required-budget", "trajectory", "trajectory fun"])
def test_a_missing_day_or_an_unknown_driver_is_refused_by_the_parser(line: str) -> None:
    assert ask(line).exit_code == 2


def test_help_leaves_out_what_does_not_fit() -> None:
    assert "--loss" not in answered("affordable-loss --help") and "--budget" in answered("affordable-loss --help")
    assert "--budget" not in answered("required-budget --help") and "--loss" in answered("required-budget --help")


@pytest.mark.parametrize(
    "line", [f"{LOSS} --budget 1e9", f"{BUDGET} --at 1e10", "trajectory limit-chips", "trajectory spend --seed 3"]
)
def test_a_chart_is_drawn_beside_it(line: str, tmp_path: Path) -> None:
    pytest.importorskip("altair")
    drawn = tmp_path / "chart.svg"
    answered(f"{line} --chart {drawn}")
    assert drawn.read_text(encoding="utf-8").startswith("<svg")


def test_a_resolution_is_printed_in_place_of_the_answer() -> None:
    text = answered("when --flop 1e29 --budget 1e9 --resolution")
    assert text.startswith("Question: When will a training run of 1e29 FLOP") and "Source of truth:" in text
    assert max(len(one) for one in text.splitlines()) <= 80
