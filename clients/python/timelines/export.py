"""Answers and fans as CSV and as pandas tables; pandas is imported only here, and only when it is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from timelines.parts import date_of

if TYPE_CHECKING:
    from timelines.answers import Answer

COLUMNS = ("quantity", "decimal_year", "date", "probability", "mcse")
MASSES = ("p_already", "p_beyond_horizon", "p_never")


def pandas_module() -> Any:
    """The pandas package.

    Raises
    ------
    ImportError
        When it is not installed; the message says what to run.
    """
    try:
        return import_module("pandas")
    except ModuleNotFoundError as missing:
        message = "to_pandas() needs pandas, which the client does not install: run `pip install pandas`"
        raise ImportError(message, name="pandas") from missing


def points(answer: Answer) -> Iterator[tuple[float, float, float]]:
    """Year, probability and its Monte Carlo standard error, month by month."""
    draws = answer.raw.provenance.draws
    for year, p in zip(answer.raw.cdf.decimal_year, answer.raw.cdf.probability, strict=True):
        yield year, p, math.sqrt(p * (1 - p) / draws)


def masses(answer: Answer) -> Iterator[tuple[str, float, float]]:
    """The three masses outside the distribution, with their Monte Carlo standard errors."""
    for name in MASSES:
        yield name, getattr(answer.raw, name), getattr(answer.raw, f"{name}_mcse")


def csv_of(answer: Answer) -> str:
    """One row per point of the distribution, then the three masses outside it."""
    rows = [f"cdf,{year!r},{date_of(year)},{p!r},{mcse!r}" for year, p, mcse in points(answer)]
    rows += [f"{name},,,{p!r},{mcse!r}" for name, p, mcse in masses(answer)]
    return "\n".join([",".join(COLUMNS), *rows]) + "\n"


def frame_of(answer: Answer) -> Any:
    """The rows of the CSV as a table; the dates are timestamps, and missing in the rows of the masses."""
    pandas = pandas_module()
    rows: list[tuple[object, ...]] = [("cdf", year, date_of(year), p, mcse) for year, p, mcse in points(answer)]
    rows += [(name, math.nan, None, p, mcse) for name, p, mcse in masses(answer)]
    frame = pandas.DataFrame(rows, columns=list(COLUMNS))
    frame["date"] = pandas.to_datetime(frame["date"])
    return frame
