"""The weight of the law without a floor, beside what the stored backtest gives it."""

from __future__ import annotations

from forecast.engine.assumptions import DEFAULT_POWER_LAW_WEIGHT
from forecast.evaluation import stacking


def test_the_default_weight_lies_in_the_interval_of_the_stored_backtest() -> None:
    found = stacking.load()
    assert 1 - found.high <= DEFAULT_POWER_LAW_WEIGHT <= 1 - found.low, "renew the default: the backtest says otherwise"
