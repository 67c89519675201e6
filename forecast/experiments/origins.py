"""The days of the past from which the backtest forecasts, and how far their futures are known by now.

An origin is the last day of a year: what was published by then is known, and outcomes are looked at 1, 2, 3 and 5 years
later. Frontier runs are disclosed up to the disclosure date; what the largest run did after it is known as a lower
bound only, and after the tables' release nothing is known at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date

from forecast.data.tables import DISCLOSURE_DATE, RELEASED_ON
from forecast.errors import InputError
from forecast.units import decimal_year

DISCLOSED_UNTIL = decimal_year(DISCLOSURE_DATE)
ORIGINS = tuple(date(year, 12, 31) for year in range(2013, 2024))
YEARS_AHEAD = (1, 2, 3, 5)

PENDING: Mapping[date, str] = {
    date(2024, 12, 31): f"its first year-end, 2025-12-31, lies after the disclosure date {DISCLOSURE_DATE}",
    date(2025, 12, 31): f"it lies after the disclosure date {DISCLOSURE_DATE}: every later maximum is a lower bound",
}
"""Origins whose outcomes are not known yet, and why."""


def origins_of(years: Iterable[int]) -> tuple[date, ...]:
    """The origins at the end of the given years.

    Raises
    ------
    InputError
        When a year has none, or its outcomes are pending.
    """
    known = {origin.year: origin for origin in ORIGINS}
    pending = {origin.year: why for origin, why in PENDING.items()}
    for year in years:
        if year in pending:
            raise InputError(f"the origin at the end of {year} is pending: {pending[year]}", field="origins")
        if year not in known:
            raise InputError(
                f"no origin at the end of {year}: choose from {min(known)} to {max(known)}", field="origins"
            )
    return tuple(known[year] for year in sorted(set(years)))


def year_end(origin: date, years_ahead: int) -> date:
    """The last day of the year that lies `years_ahead` years after the origin's."""
    return date(origin.year + years_ahead, 12, 31)


def years_until(origin: date, decimal_years: float) -> int:
    """In which year after the origin a later date falls: 1 for the first."""
    return math.floor(decimal_years) - origin.year


def is_disclosed(day: date) -> bool:
    """Whether the largest runs published by `day` are known to be the largest."""
    return day <= DISCLOSURE_DATE


def is_over(day: date) -> bool:
    """Whether the tables reach `day`, so that its outcome is known at least as a bound."""
    return day <= RELEASED_ON
