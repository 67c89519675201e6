"""What is said of single prices without a model: lines and laws through rows, walks and smoothing through quarters.

A random walk and smoothing need a value a quarter: the median of the quarter's rows. What they forecast is then such a
median, around which a single price scatters as the rows did around theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast.engine.streams import stream
from forecast.evaluation.quantities import AUTO_ETS, LAST_LAW, LINE, RANDOM_WALK
from forecast.experiments import published_laws
from forecast.experiments.baselines import (
    FEWEST_QUARTERS,
    FEWEST_ROWS,
    QUARTERS,
    LawOnward,
    Line,
    RandomWalk,
    smoothed,
)

Array = NDArray[np.float64]

NEWEST = 10
"""A published law starts from the mean of so many of the newest rows."""


@dataclass(frozen=True)
class Rows:
    """Single prices that are known.

    Attributes
    ----------
    decimal_year, value : ndarray, shape (n,)
        Dates, and log10 of the prices.
    name : str
        Of what: it names the random streams.
    """

    decimal_year: Array
    value: Array
    name: str

    def plain(self, origin: date, dates: Array, draws: int, seed: int) -> dict[str, Array]:
        """A line and the last published law at later dates, each of shape (draws, dates)."""
        slope = published_laws.rate("price", origin)
        line, law = Line.fit(self.decimal_year, self.value), LawOnward.fit(self.decimal_year, self.value, slope, NEWEST)
        return {
            LINE: line.predict(dates, draws, stream(seed, f"line {self.name}")),
            LAST_LAW: law.predict(dates, draws, stream(seed, f"last law {self.name}")),
        }


@dataclass(frozen=True)
class Quarters:
    """Medians of the quarters that have rows.

    Attributes
    ----------
    number : ndarray of int, shape (n,)
        Quarters since year 0.
    median, rows : ndarray, shape (n,)
        Of each quarter's rows, and their number.
    scatter : float
        Standard deviation of single rows around the median of their quarter; 0 where none has company.
    """

    number: NDArray[np.int64]
    median: Array
    rows: NDArray[np.int64]
    scatter: float

    @classmethod
    def of(cls, decimal_year: Array, value: Array) -> Quarters:
        """The quarters of some rows."""
        quarter = np.floor(QUARTERS * decimal_year).astype(np.int64)
        number, member, rows = np.unique(quarter, return_inverse=True, return_counts=True)
        median = np.array([np.median(value[member == i]) for i in range(len(number))])
        shared = rows[member] > 1
        freedom = int(shared.sum() - (rows > 1).sum())
        squares = float(np.sum((value - median[member])[shared] ** 2))
        return cls(number, median, rows, float(np.sqrt(squares / freedom)) if freedom else 0.0)

    @property
    def filled(self) -> Array:
        """One value a quarter from the first to the last, on straight lines where a quarter has no rows."""
        every = np.arange(self.number[0], self.number[-1] + 1)
        return np.interp(every, self.number, self.median)

    def plain(self, dates: Array, draws: int, seed: int) -> dict[str, Array]:
        """A random walk and smoothing at later dates, each of shape (draws, dates); none through too few quarters."""
        found = {}
        ahead = np.maximum(np.floor(QUARTERS * dates).astype(np.int64) - self.number[-1], 1)
        if len(self.number) >= FEWEST_ROWS:
            walk = RandomWalk.fit((self.number + 0.5) / QUARTERS, self.median, self.scatter**2 / self.rows)
            at = (self.number[-1] + ahead + 0.5) / QUARTERS
            found[RANDOM_WALK] = walk.predict(at, draws, stream(seed, "random walk price"))
        if len(self.filled) >= FEWEST_QUARTERS and len(dates):
            found[AUTO_ETS] = smoothed(self.filled, ahead, draws, stream(seed, "auto ets price"))
        around = self.scatter * stream(seed, "price within its quarter").standard_normal((draws, len(dates)))
        return {name: levels + around for name, levels in found.items()}
