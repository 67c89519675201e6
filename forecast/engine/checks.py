"""Checks of single values: each gives the value back, or an `InputError` with its proto path, value and remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from forecast.errors import InputError, UnknownNameError

MAX_QUANTILES = 50
MAX_BY_YEARS = 50


def checked_number(value: object, path: str, low: float, high: float, what: str) -> float:
    """`value` as a float within [low, high].

    Raises
    ------
    InputError
        When it is not a number, is NaN or infinite, or lies outside the bounds.
    """
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type,operator]
        raise InputError(f"{path} is {value!r}; give {what} from {low:g} to {high:g}", field=path)
    return float(value)  # type: ignore[arg-type]


def checked_int(value: object, path: str, low: int, high: int, what: str) -> int:
    """`value` as an int within [low, high].

    Raises
    ------
    InputError
        When it is not a whole number within the bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{path} is {value!r}; give {what}, a whole number from {low} to {high}", field=path)
    return value


def checked_choice(value: object, path: str, known: Iterable[str]) -> None:
    """Refuse a name that is not one of `known`.

    Raises
    ------
    UnknownNameError
        Naming those that are.
    """
    if value not in tuple(known):
        raise UnknownNameError(path.rsplit(".", 1)[-1].replace("_", " "), str(value), known, field=path)


def parse_day(value: date | str, path: str) -> date:
    """A date, or its text as `YYYY-MM-DD`.

    Raises
    ------
    InputError
        When the text is not a day of the calendar from 2010 to 2100.
    """
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(f"{path} is {value!r}; give a date as YYYY-MM-DD", field=path) from None
    if not 2010 <= day.year <= 2100:
        raise InputError(f"{path} is {day.isoformat()}; give a date from 2010-01-01 to 2100-12-31", field=path)
    return day


@lru_cache(maxsize=256)
def parse_month(text: str, path: str) -> date:
    """First day of a month given as `YYYY-MM`.

    Raises
    ------
    InputError
        When the text is not a month from 2010 to 2200.
    """
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", str(text))
    if match is None or not 2010 <= int(match[1]) <= 2200:
        raise InputError(f"{path} is {text!r}; give a month as YYYY-MM, such as 2060-12", field=path)
    return date(int(match[1]), int(match[2]), 1)


def checked_quantiles(values: Iterable[float]) -> tuple[float, ...]:
    """Probabilities above 0 and below 1, sorted and without repeats; 1 to 50 of them.

    Raises
    ------
    InputError
        Naming the first that is wrong, or their number.
    """
    listed = list(values)
    if not 1 <= len(listed) <= MAX_QUANTILES:
        raise InputError(f"{len(listed)} quantiles; give 1 to {MAX_QUANTILES}", field="quantiles")
    for i, p in enumerate(listed):
        if checked_number(p, f"quantiles[{i}]", 0.0, 1.0, "a probability") in (0.0, 1.0):
            raise InputError(f"quantiles[{i}] is {p}; give a probability above 0 and below 1", field=f"quantiles[{i}]")
    return tuple(sorted({float(p) for p in listed}))


def checked_by_years(values: Iterable[int]) -> tuple[int, ...]:
    """Calendar years, sorted and without repeats; at most 50 of them.

    Raises
    ------
    InputError
        Naming the first that is wrong, or their number.
    """
    listed = list(values)
    if len(listed) > MAX_BY_YEARS:
        raise InputError(f"{len(listed)} by_years; give at most {MAX_BY_YEARS}", field="by_years")
    for i, year in enumerate(listed):
        checked_int(year, f"by_years[{i}]", 2010, 2200, "a calendar year")
    return tuple(sorted(set(listed)))
