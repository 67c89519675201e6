"""Arrivals by calendar year, and what lies outside: already, beyond the horizon, never."""

from __future__ import annotations

import math
from dataclasses import dataclass

from forecast.engine.answer import Answer
from forecast.engine.words import horizon_words

_ALREADY, _BEYOND, _NEVER = 0.24, 0.38, 1.0
"""Opacity of the columns, as beside an arrival chart."""

OUTSIDE, INSIDE, MEDIAN = 0.28, 0.6, 1.0


@dataclass(frozen=True, slots=True)
class Year:
    """One bar.

    Attributes
    ----------
    year : int
        Calendar year.
    first, last : int
        Its months within the forecast, 1 to 12.
    probability, by : float
        Of arrival in them, and by their end.
    opacity : float
        How dark it is: the median's year, inside the 80 % interval, outside.
    """

    year: int
    first: int
    last: int
    probability: float
    by: float
    opacity: float


@dataclass(frozen=True, slots=True)
class Column:
    """What lies outside the years: its names, its probability, its opacity."""

    name: str
    short: str
    probability: float
    opacity: float


def years(answer: Answer) -> tuple[Year, ...]:
    """The calendar years from the first month after the as-of month to the horizon.

    Parameters
    ----------
    answer : Answer
        Whose arrivals they are. Arrivals in the as-of month count as already.
    """
    low, high = (math.floor(end) if math.isfinite(end) else math.inf for end in answer.interval(0.8))
    median = math.floor(answer.median) if is_within(answer) else None
    months: dict[int, list[tuple[int, float]]] = {}
    for year, reached in zip(answer.cdf.decimal_year[1:], answer.cdf.probability[1:], strict=True):
        months.setdefault(math.floor(year), []).append((math.floor(year % 1 * 12 + 1e-6) + 1, reached))
    found, before = [], answer.p_already
    for year, reached_by in months.items():
        by = reached_by[-1][1]
        opacity = MEDIAN if year == median else INSIDE if low <= year <= high else OUTSIDE
        found.append(Year(year, reached_by[0][0], reached_by[-1][0], max(by - before, 0.0), by, opacity))
        before = by
    return tuple(found)


def is_within(answer: Answer) -> bool:
    """Whether the median is a date to come."""
    return answer.p_already < 0.5 and math.isfinite(answer.median)


def columns(answer: Answer) -> tuple[Column, Column, Column]:
    """What lies outside the years of an answer."""
    return (
        Column("already", "already", answer.p_already, _ALREADY),
        Column(f"beyond {horizon_words(answer.question)}", "beyond", answer.p_beyond_horizon, _BEYOND),
        Column("never", "never", answer.p_never, _NEVER),
    )
