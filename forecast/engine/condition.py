"""An event on a driver, under which a question is asked: "if a run of 1e28 FLOP is published by 2028"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from forecast.engine.checks import checked_choice, checked_number, parse_day

Driver = Literal["frontier_compute", "price", "algorithms", "spend"]
"""What can be followed over time whatever the target: see `forecast.engine.fan`."""

Comparison = Literal["at_least", "at_most"]

LEAST_DRAWS = 400
"""Under so few draws an answer under a condition is refused."""


@dataclass(frozen=True, slots=True)
class Condition:
    """An event on a driver: it has reached a value, or has not passed it, in the month of a date.

    Parameters
    ----------
    driver : {"frontier_compute", "price", "algorithms", "spend"}
        Of the run (FLOP), per FLOP (2023 US dollars), since the as-of date (multiplier), of the run (2023 US dollars).
    comparison : {"at_least", "at_most"}
        Which side of the value.
    value : float
        In the driver's own unit, not a logarithm; from 1e-40 to 1e60.
    by : date
        In whose month the driver is looked at.
    """

    driver: Driver
    comparison: Comparison
    value: float
    by: date

    def __post_init__(self) -> None:
        checked_choice(self.driver, "condition.driver", get_args(Driver))
        checked_choice(self.comparison, "condition.comparison", get_args(Comparison))
        object.__setattr__(self, "value", checked_number(self.value, "condition.value", 1e-40, 1e60, "a value"))
        object.__setattr__(self, "by", parse_day(self.by, "condition.by"))
