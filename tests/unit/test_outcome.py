"""A forecast of the past stands beside the run that reached its target."""

from __future__ import annotations

from datetime import date

import pytest

from forecast.evaluation.outcome import since_then
from forecast.forecaster import Forecaster

JULY_2020 = date(2020, 7, 27)


@pytest.fixture(scope="module")
def then() -> Forecaster:
    return Forecaster.load(as_of=JULY_2020)


def test_the_gpt4_scale_run_is_found_with_its_date(then: Forecaster) -> None:
    found = since_then(then.when(flop=2e25, criterion="on_trend"))
    assert found is not None and found.published_on is not None
    assert found.system.startswith("GPT-4") and (found.published_on.year, found.published_on.month) == (2023, 3)
    assert 0.1 < found.probability_by_then < 0.9
    assert "2.1e25 FLOP, published 2023-03" in found.in_words()


def test_a_multiple_of_gpt3_is_the_same_fact(then: Forecaster) -> None:
    by_flop = since_then(then.when(flop=2e25, criterion="on_trend"))
    by_multiple = since_then(then.when(gpt3=2e25 / 3.14e23, criterion="on_trend"))
    assert by_flop is not None and by_multiple is not None and by_flop.system == by_multiple.system


def test_a_run_that_nobody_disclosed_is_said_to_be_unknown(then: Forecaster) -> None:
    found = since_then(then.when(flop=1e30, criterion="on_trend"))
    assert found is not None and found.published_on is None
    assert "No disclosed run" in found.in_words()


def test_money_and_effective_compute_have_no_such_fact(then: Forecaster) -> None:
    assert since_then(then.when(flop=2e25, budget_usd=1e8)) is None
    assert since_then(then.when(flop=2e25, criterion="on_trend", algorithms="16mo")) is None


def test_a_forecast_of_today_has_no_outcome_yet() -> None:
    assert since_then(Forecaster.load().when(flop=2e29, criterion="on_trend")) is None
