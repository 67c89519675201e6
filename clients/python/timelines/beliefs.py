"""Distributions of one number and events on a driver, as questions take them; standard library only."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from timelines.errors import invalid

ConditionDriver = Literal["frontier_compute", "price", "algorithms", "spend"]
Comparison = Literal["at_least", "at_most"]

Z95 = 1.6448536269514715
"""The 95 % point of the standard normal distribution."""

_EVENT = re.compile(r"\s*(\w+)\s*(>=|<=)\s*([0-9.eE+-]+)\s+by\s+(\d{4}-\d{2}-\d{2})\s*")


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal distribution."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A log-normal distribution: its median, and the standard deviation of the natural logarithm."""

    median: float
    sd_ln: float

    @classmethod
    def from_interval(cls, low: float, high: float) -> LogNormal:
        """The log-normal whose 5 % and 95 % points are `low` and `high`.

        Raises
        ------
        InvalidQuestionError
            When not 0 < low < high.
        """
        if not 0 < low < high < math.inf:
            message = f"algorithms is ({low!r}, {high!r}); give a 90 % interval in months, 0 < low < high"
            raise invalid(message, "question.algorithms.prior.halving_months")
        return cls(math.sqrt(low * high), math.log(high / low) / (2 * Z95))


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every value from `low` to `high` is as likely."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LogUniform:
    """Every order of magnitude from `low` to `high` is as likely."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """A number that is known."""

    value: float


@dataclass(frozen=True, slots=True)
class Interval:
    """The normal or log-normal whose 5 % and 95 % points are `low` and `high`."""

    low: float
    high: float
    log: bool = True


@dataclass(frozen=True, slots=True)
class Tabulated:
    """Quantiles: ascending values, and the share at or under each; what is left lies outside the table."""

    values: Sequence[float]
    probabilities: Sequence[float]


@dataclass(frozen=True, slots=True)
class Beta:
    """A beta distribution of a share."""

    a: float
    b: float


Distribution = Normal | LogNormal | Uniform | LogUniform | Point | Interval | Tabulated | Beta
"""What is believed of one number."""

Belief = Distribution | float | str | tuple[float, float] | Mapping[str, Any]
"""A distribution; a number that is known; a 90 % interval as a pair or as `9.84 to 290`, log-normal where it lies above
0; or a `Distribution` of the protos as JSON."""


@dataclass(frozen=True, slots=True)
class Condition:
    """An event on a driver.

    Attributes
    ----------
    driver : {"frontier_compute", "price", "algorithms", "spend"}
        What is looked at.
    comparison : {"at_least", "at_most"}
        On which side of the value it lies.
    value : float
        FLOP, 2023 US dollars per FLOP, a multiplier since the as-of date, or 2023 US dollars; no logarithm.
    by : date or str
        In whose month, YYYY-MM-DD.
    """

    driver: ConditionDriver
    comparison: Comparison
    value: float
    by: date | str


def condition_of(said: Condition | str) -> Condition:
    """An event as it is, or out of its text, such as `frontier_compute >= 1e28 by 2028-12-31`.

    Raises
    ------
    InvalidQuestionError
        When it is no event.
    """
    if not isinstance(said, str):
        return said
    found = _EVENT.fullmatch(said)
    try:
        value = float(found[3]) if found else math.nan
    except ValueError:
        found = None
    if found is None:
        message = f"condition is {said!r:.80}; write `DRIVER >= VALUE by YYYY-MM-DD`, or give a Condition"
        raise invalid(message, "question.condition")
    driver: Any = found[1]
    return Condition(driver, "at_least" if found[2] == ">=" else "at_most", value, found[4])
