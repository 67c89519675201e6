"""How the house writes a number: every spelling that its formatters can give it, by kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forecast.engine import words as long_words
from forecast.reports import words
from forecast.units import date_of

_MONEY = re.compile(r"usd|\$|dollar|cost|spend|spent|price|budget|payer", re.IGNORECASE)
_PERCENT = re.compile(r"percent|, %|in %")
_YEARS = (1900.0, 2200.0)


@dataclass(frozen=True, slots=True)
class Value:
    """A number of the run and the key that it stands under."""

    number: float
    key: str
    whole: bool = False


def forms(value: Value) -> Iterator[tuple[str, str]]:
    """Every way in which the house writes a number, by kind."""
    number = value.number
    yield from (("number", form) for form in _number_forms(number, value.whole))
    if value.whole:
        yield "whole", f"{number:.0f}"
    if _YEARS[0] <= number < _YEARS[1] and "flop" not in value.key:
        yield from _date_forms(number, value.whole)
    if "currency" in value.key:
        yield "currency", f"{number:.0f}"
    if _MONEY.search(value.key) and number > 0:
        yield from (("money", form) for form in _money_forms(number))
    if not value.whole and abs(number) <= 1.5:
        yield from (("percent", form) for form in _share_forms(number))
    if _PERCENT.search(value.key):
        yield from (("percent", form) for form in (f"{number:.0f}", f"{number:.1f}", f"{number:g}"))


def _date_forms(number: float, whole: bool) -> Iterator[tuple[str, str]]:
    yield "year", words.calendar_year(number)
    if not whole:
        yield "month", words.month(number)
        yield "month", date_of(number).isoformat()[:7]
        yield "date", date_of(number).isoformat()


def _money_forms(number: float) -> Iterator[str]:
    yield from (words.usd(number, digits) for digits in (1, 2, 3))
    yield long_words.money(number)


def _share_forms(number: float) -> Iterator[str]:
    if number >= 0:
        yield from (words.percent(number, "") if number <= 1 else f"{100 * number:.0f}",)
    yield f"{100 * number:.1f}"
    yield from (form for digits in (1, 2, 3) if "e" not in (form := f"{100 * number:.{digits}g}"))


def _number_forms(number: float, whole: bool) -> Iterator[str]:
    size = abs(number)
    for one in {number, size}:
        sign = "−" if one < 0 else ""
        positive = abs(one)
        yield f"{sign}{positive:,.0f}" if whole or positive >= 1 else f"{sign}{positive:.2g}"
        if whole:
            yield f"{positive:.0f}"
        yield from (f"{sign}{form}" for form in _digits(positive))


def _digits(number: float) -> Iterator[str]:
    if number < 1e6:
        yield from (f"{number:.{places}f}" for places in (1, 2, 3))
    yield long_words.number(number)
    yield words.plain(number)
    if number:
        yield from (words.power(number, digits) for digits in (1, 2, 3))
        yield from (words.scientific(number, digits) for digits in (1, 2, 3, 4))
        yield from (f"{number:.{digits}g}" for digits in (2, 3, 4))
