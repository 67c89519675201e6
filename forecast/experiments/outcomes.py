"""One quantity of runs in order of publication: what was known of it by a day, and what happened after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.data import selections
from forecast.experiments.ahead import TOP, top_median
from forecast.experiments.baselines import FEWEST_ROWS
from forecast.experiments.origins import DISCLOSED_UNTIL
from forecast.units import decimal_year

Array = NDArray[np.float64]

STATISTICS: Mapping[str, Callable[[Array], Any]] = {"largest": np.max, "top_ten": top_median}
"""What is forecast of a series at a year-end: the largest value so far, and the median of the ten largest."""


@dataclass(frozen=True)
class Series:
    """Values of runs.

    Attributes
    ----------
    decimal_year, value : ndarray, shape (n,)
        Publication date, and log10 of the quantity.
    """

    decimal_year: Array
    value: Array

    @classmethod
    def of(cls, frame: pd.DataFrame, column: str) -> Series:
        """The series of a column of positive numbers, its dates from `published_on`; blanks are left out."""
        rows = frame[frame[column] > 0].sort_values(["published_on", column], kind="stable")
        return cls(selections.decimal_years(rows["published_on"]), np.log10(rows[column].to_numpy(np.float64)))

    def by(self, day: date) -> Array:
        """Values published by the end of a day."""
        return self.value[self.decimal_year <= decimal_year(day)]

    def top(self, day: date) -> Array:
        """The largest ten values by then, or as many as there are."""
        return np.sort(self.by(day))[-TOP:]

    def at(self, statistic: str, day: date) -> float:
        """One of `STATISTICS` of the values by then."""
        return float(STATISTICS[statistic](self.by(day)))

    def history(self, statistic: str, since: int, origin: date) -> tuple[Array, Array]:
        """A statistic at the quarter-ends up to an origin, from where five values are known.

        Returns
        -------
        decimal_years, values : ndarray, shape (quarters,)
        """
        days = [day for day in _quarter_ends(since, origin.year) if len(self.by(day)) >= FEWEST_ROWS]
        return np.array([decimal_year(day) for day in days]), np.array([self.at(statistic, day) for day in days])

    def first_above(self, level: float, after: date) -> float | None:
        """Years from `after` to the first later run at or above a level, if disclosed; None when there is none."""
        start = decimal_year(after)
        passed = (self.value >= level) & (self.decimal_year > start) & (self.decimal_year <= DISCLOSED_UNTIL)
        return float(self.decimal_year[passed].min() - start) if passed.any() else None


def _quarter_ends(first_year: int, last_year: int) -> list[date]:
    starts = [date(year, month, 1) for year in range(first_year, last_year + 1) for month in (4, 7, 10)]
    starts += [date(year + 1, 1, 1) for year in range(first_year, last_year + 1)]
    return sorted(start - timedelta(days=1) for start in starts)
