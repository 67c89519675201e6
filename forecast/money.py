"""Other dollars carried over to constant 2023 US dollars, by the consumer price index of the tables.

    a sum in the dollars of a year   x 2023's prices over that year's
    a sum in dollars of the day      from the as-of month on it loses the stated inflation a year

The index ends before the forecast does: the last year known stands for the later ones, which the words say.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import lru_cache

from forecast.data import stored
from forecast.engine.payers import Payer
from forecast.errors import InputError
from forecast.families import Point


def carried_over(payer: Payer, as_of: date) -> Payer:
    """A payer in constant 2023 US dollars, with what was stated kept beside.

    Parameters
    ----------
    payer : Payer
        Of any kind; only a stated sum changes.
    as_of : date
        Start of the forecast: from when dollars of the day lose their value.

    Raises
    ------
    InputError
        When the price index does not know the year, or the sum leaves its bounds.
    """
    said = payer.stated
    if payer.kind != "stated" or said is None:
        return payer
    if said.currency_year is not None:
        return replace(Payer.fixed(said.usd * usd_2023_per_usd(said.currency_year)), stated=said)
    usd_2023 = said.usd * usd_2023_per_usd(min(as_of.year, max(_index())))
    loss = Point(-math.log10(1 + float(said.nominal_inflation or 0.0)))
    return replace(Payer.spend_path(usd_2023, as_of, loss), stated=said)


def usd_2023_per_usd(year: int) -> float:
    """Constant 2023 US dollars that one dollar of a year is worth.

    Raises
    ------
    InputError
        When the index does not know the year; names those that it does.
    """
    known = _index()
    if year not in known:
        raise InputError(
            f"payer.stated.currency_year is {year}; the price index runs from {min(known)} to {max(known)}",
            field="payer.stated.currency_year",
        )
    return known[year]


@lru_cache(1)
def _index() -> dict[int, float]:
    rows = stored.read_rows("macro")
    return {int(row["year"]): float(row["usd_2023_per_usd"]) for row in rows if row["usd_2023_per_usd"] is not None}
