"""How many draws have arrived by each month, and the figures that follow: quantiles, distribution, masses.

Every draw has one of four outcomes, in this order: **already** (arrived in the first month: left-censored), **within**
the horizon, **beyond** it, **never**. Quantiles run over all draws in that order; no median is over arrivals only.

An answer looks up few numbers, and a NumPy call costs a microsecond whatever it is asked: all ranks are looked up at
once, the rest is arithmetic of Python's own.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast.engine.same import Same

Array = NDArray[np.float64]
Position = Literal["already", "within_horizon", "beyond_horizon", "never"]
POSITIONS: tuple[Position, ...] = ("already", "within_horizon", "beyond_horizon", "never")


class RankedDate(NamedTuple):
    """A quantile over all draws: an order statistic.

    Attributes
    ----------
    probability : float
        As asked.
    position : {"already", "within_horizon", "beyond_horizon", "never"}
        Outcome of the draw at that rank.
    decimal_year : float or None
        Mid-month year of arrival (the first month for `already`); None in the last two positions.
    mcse_years : float or None
        Monte Carlo standard error; None where `decimal_year` is.
    """

    probability: float
    position: Position
    decimal_year: float | None
    mcse_years: float | None


class Figures:
    """What follows from the number of draws that have arrived by each month.

    Parameters
    ----------
    months : tuple of float, of length `within`
        Mid-month decimal years of the horizon.
    counted : ndarray of int, shape (within,)
        Draws that have arrived by each month of the horizon.
    never, draws : int
        Draws that never arrive, and all draws.
    """

    def __init__(self, months: tuple[float, ...], counted: NDArray[np.int64], never: int, draws: int) -> None:
        self.months, self.counted, self.draws = months, counted, draws
        already, by_horizon = counted.item(0), counted.item(-1)
        self.counts = (already, by_horizon - already, draws - by_horizon - never, never)

    @property
    def within(self) -> int:
        """Number of months up to the horizon, counted from the first."""
        return len(self.counted)

    @property
    def arrived(self) -> list[int]:
        """Number of draws that have arrived by each month of the horizon, of length `within`."""
        counted: list[int] = self.counted.tolist()
        return counted

    @cached_property
    def cdf(self) -> Array:
        """Probability of arrival by each month of the horizon, of length `within`."""
        shares: Array = self.counted / self.draws
        return shares

    @property
    def p_already(self) -> float:
        """Probability that the target is reached in the first month."""
        return self.counts[0] / self.draws

    @property
    def p_within(self) -> float:
        """Probability of arrival after the first month and by the horizon."""
        return self.counts[1] / self.draws

    @property
    def p_beyond(self) -> float:
        """Probability of arrival, but after the horizon."""
        return self.counts[2] / self.draws

    @property
    def p_never(self) -> float:
        """Probability that the target is never reached; the same for every horizon."""
        return self.counts[3] / self.draws

    def p_by_year(self, years: Sequence[int]) -> list[float]:
        """Probability of arrival by the end of each calendar year (of the horizon, where that is earlier).

        Returns
        -------
        list of float
            One for each year; zero for a year that ends before the first month.
        """
        months = (bisect_left(self.months, year + 1) for year in years)
        return [self.counted.item(month - 1) / self.draws if month else 0.0 for month in months]

    def quantiles(self, probabilities: Sequence[float]) -> tuple[RankedDate, ...]:
        """Order statistics over all draws: the smallest date by which at least that share has arrived.

        The Monte Carlo error is half the distance between the dates one standard error of the rank to either side
        (within a month the ranks are spread evenly); where the upper one lies beyond the horizon, the distance to the
        lower one. It takes the draws as independent.
        """
        ranks, looked_up = _ranks(tuple(probabilities), self.draws)
        return tuple(map(self._quantile, probabilities, ranks, self.counted.searchsorted(looked_up, "right").tolist()))

    def _quantile(self, p: float, ranks: list[float], months: list[int]) -> RankedDate:
        """By its rank and one standard error of it to either side; the month it comes in, and those after the three."""
        already, within, beyond, _ = self.counts
        rank, arrived = ranks[0], already + within
        if rank > arrived:
            return RankedDate(p, "beyond_horizon" if rank <= arrived + beyond else "never", None, None)
        position: Position = "already" if rank <= already else "within_horizon"
        return RankedDate(p, position, self.months[months[0]], self._error(ranks, months, arrived))

    def _error(self, ranks: list[float], months: list[int], arrived: int) -> float:
        low = self._between(ranks[1], months[2])
        if ranks[2] > arrived:
            return self._between(ranks[0], months[1]) - low
        return (self._between(ranks[2], months[3]) - low) / 2

    def _between(self, rank: float, after: int) -> float:
        """Decimal year at a rank that need not be whole, linear between the months; the first or last beyond them."""
        months = self.months
        if after in (0, len(months)):
            return months[max(after - 1, 0)]
        low, high, start = self.counted.item(after - 1), self.counted.item(after), months[after - 1]
        return start + (months[after] - start) * (rank - low) / (high - low)


@lru_cache(64)  # most questions ask for the same quantiles
def _ranks(probabilities: tuple[float, ...], draws: int) -> tuple[list[list[float]], NDArray[np.int64]]:
    """Of each quantile the rank, and one standard error of it to either side; and what is looked up among the counts.

    These are the last whole numbers under the rank (so many have arrived before it) and up to each of the three.
    """
    first = np.array([max(math.ceil(p * draws - 1e-9), 1) for p in probabilities], float)
    spread = np.array([math.sqrt(p * (1 - p) * draws) for p in probabilities])
    ranks = np.stack([first, first - spread, first + spread], axis=1)
    return ranks.tolist(), np.floor(np.column_stack([first - 1, ranks])).astype(np.int64)


def months_listed(years: Array, within: int) -> tuple[float, ...]:
    """Mid-month decimal years up to a horizon as numbers of Python's own, the same tuple for the same array."""
    return _listed(Same(years), within)


@lru_cache(16)  # the months of every answer of a posterior are the same
def _listed(years: Same[Array], within: int) -> tuple[float, ...]:
    listed: list[float] = years.it[:within].tolist()
    return tuple(listed)


def probability_mcse(probability: float, draws: int) -> float:
    """Monte Carlo standard error of a probability from independent draws."""
    return math.sqrt(probability * (1 - probability) / draws)
