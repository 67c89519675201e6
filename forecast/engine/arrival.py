"""First passage of an envelope over a requirement, exactly, and the distribution of arrivals that follows.

A draw arrives in the first month m with X(m) >= C*. The running maximum of X passes C* in the same month, and it is
sorted, so a bisection per row finds it: ten gathers over all draws at once. Every draw has one of four outcomes, in
this order: **already** (crossed in the first month: left-censored), **within** the horizon, **beyond** it, **never**.
Quantiles run over all draws in that order; there is no median over arrivals only.

The simulation always has the same length and the horizon only classifies, so `p_never` does not know the horizon:
a draw is `never` when its requirement is infinite, or when the long-run envelope stays under it and the whole simulated
path did too.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rising = NDArray[np.float64] | NDArray[np.float32]
Position = Literal["already", "within_horizon", "beyond_horizon", "never"]
POSITIONS: tuple[Position, ...] = ("already", "within_horizon", "beyond_horizon", "never")


def envelope[Precision: np.floating[Any]](
    path: NDArray[Precision], out: NDArray[Precision] | None = None
) -> NDArray[Precision]:
    """Running maximum of a path over time.

    Parameters
    ----------
    path : ndarray, shape (draws, months)
        X(t), log10 FLOP.
    out : ndarray, optional
        Where to put it; may be `path` itself.

    Returns
    -------
    ndarray, shape (draws, months)
        Contiguous, as `first_passage` wants it, and as precise as the path.
    """
    return np.maximum.accumulate(path, axis=1, out=np.empty_like(path) if out is None else out)


def first_passage(rising: Rising, requirement: Array) -> NDArray[np.int32]:
    """First month in which each row reaches its requirement, by bisection of all rows at once.

    Parameters
    ----------
    rising : ndarray, shape (draws, months)
        Rows that never fall (an `envelope`).
    requirement : ndarray, shape (draws,)
        What each row has to reach; +inf is out of reach.

    Returns
    -------
    ndarray of int32, shape (draws,)
        The number of months under the requirement: 0 = already, months = not in the path.
    """
    draws, months = rising.shape
    return count_under(rising.ravel(), np.arange(draws) * months, months, requirement)


def count_under(flat: Rising, first: NDArray[np.integer], length: int, goal: Array) -> NDArray[np.int32]:
    """How many of the `length` numbers from each place on lie under the goal there; they never fall."""
    at, left = first.copy(), length
    while left > 1:
        half = left // 2
        at += (flat[half - 1 :].take(at) < goal) * half
        left -= half
    at += flat.take(at) < goal
    index: NDArray[np.int32] = (at - first).astype(np.int32)
    return index


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


@dataclass(frozen=True, eq=False)
class ArrivalDistribution:
    """Arrivals of all draws, classified by a horizon.

    An answer looks up a few dozen ranks and months: in tuples `bisect` finds one in a fifth of a microsecond, where a
    NumPy call costs ten times that whatever it is asked. Ranks are looked up as shares of the draws, in `cdf`: both are
    whole numbers divided by the same one, so they compare as the numbers do.

    Attributes
    ----------
    years : ndarray, shape (months,)
        Mid-month decimal years of the whole simulation.
    index : ndarray of int32, shape (draws,)
        First month of arrival; `months` where the simulation has none.
    never : ndarray of bool, shape (draws,)
        Draws that never arrive.
    within : int
        Number of months up to the horizon, counted from the first.
    """

    years: Array
    index: NDArray[np.int32]
    never: NDArray[np.bool_]
    within: int

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.index)

    @cached_property
    def _counted(self) -> NDArray[np.int64]:
        return np.bincount(self.index, minlength=len(self.years) + 1)[: self.within].cumsum()

    @property
    def arrived(self) -> list[int]:
        """Number of draws that have arrived by each month of the horizon, of length `within`."""
        counted: list[int] = self._counted.tolist()
        return counted

    @cached_property
    def months(self) -> tuple[float, ...]:
        """Mid-month decimal years of the horizon, of length `within`."""
        return _listed(_Same(self.years), self.within)

    @cached_property
    def cdf(self) -> tuple[float, ...]:
        """Probability of arrival by each month of the horizon, of length `within`."""
        return tuple((self._counted / self.draws).tolist())

    @cached_property
    def counts(self) -> tuple[int, int, int, int]:
        """Draws already, within, beyond and never; they add up to all draws."""
        already, by_horizon = self._counted.item(0), self._counted.item(-1)
        never = int(np.count_nonzero(self.never))
        return already, by_horizon - already, self.draws - by_horizon - never, never

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

    @property
    def classes(self) -> NDArray[np.int8]:
        """Outcome of each draw, shape (draws,): 0 already, 1 within, 2 beyond, 3 never (the order of `POSITIONS`)."""
        return np.where(self.never, 3, (self.index > 0).astype(np.int8) + (self.index >= self.within)).astype(np.int8)

    def p_by_year(self, years: Sequence[int]) -> list[float]:
        """Probability of arrival by the end of each calendar year (of the horizon, where that is earlier).

        Returns
        -------
        list of float
            One for each year; zero for a year that ends before the first month.
        """
        months = (bisect_left(self.months, year + 1) for year in years)
        return [self.cdf[month - 1] if month else 0.0 for month in months]

    def quantiles(self, probabilities: Sequence[float]) -> tuple[RankedDate, ...]:
        """Order statistics over all draws: the smallest date by which at least that share has arrived.

        The Monte Carlo error is half the distance between the dates one standard error of the rank to either side
        (within a month the ranks are spread evenly); where the upper one lies beyond the horizon, the distance to the
        lower one. It takes the draws as independent.
        """
        ranks = _Ranks(self._counted, self.cdf, self.months, self.draws)
        return tuple(self._quantile(p, ranks) for p in probabilities)

    def _quantile(self, p: float, ranks: _Ranks) -> RankedDate:
        already, within, beyond, _ = self.counts
        rank = max(math.ceil(p * ranks.draws - 1e-9), 1)
        if rank > already + within:
            return RankedDate(p, "beyond_horizon" if rank <= already + within + beyond else "never", None, None)
        position: Position = "already" if rank <= already else "within_horizon"
        return RankedDate(p, position, *ranks.date_and_error(rank, math.sqrt(p * (1 - p) * ranks.draws)))


class _Ranks:
    """The dates of arrivals by their rank; it holds at hand what every look needs.

    Parameters
    ----------
    counted : ndarray, shape (within,)
        Draws that have arrived by each month.
    cdf, months : tuple of float
        The same as shares, and the decimal years of the months.
    draws : int
        How many there are.
    """

    __slots__ = ("_arrived_by", "_cdf", "_months", "draws")

    def __init__(
        self, counted: NDArray[np.int64], cdf: tuple[float, ...], months: tuple[float, ...], draws: int
    ) -> None:
        self._arrived_by, self._cdf, self._months, self.draws = counted.item, cdf, months, draws

    def date_and_error(self, rank: int, spread: float) -> tuple[float, float]:
        """Decimal year of a rank by the horizon, and its standard error in years where the rank varies by `spread`."""
        date, low = self._months[bisect_left(self._cdf, rank / self.draws)], self._between(rank - spread)
        if (rank + spread) / self.draws > self._cdf[-1]:
            return date, self._between(rank) - low
        return date, (self._between(rank + spread) - low) / 2

    def _between(self, rank: float) -> float:
        """Decimal year at a rank that need not be whole, linear between the months; the first or last beyond them."""
        months, after = self._months, bisect_right(self._cdf, rank / self.draws)
        if after in (0, len(months)):
            return months[max(after - 1, 0)]
        low, start = self._arrived_by(after - 1), months[after - 1]
        date: float = start + (months[after] - start) * (rank - low) / (self._arrived_by(after) - low)
        return date


class _Same:
    """An array as a key: two are equal where they are one."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.array is other.array

    def __hash__(self) -> int:
        return id(self.array)


@lru_cache(16)  # the months of every answer of a posterior are the same
def _listed(years: _Same, within: int) -> tuple[float, ...]:
    listed: list[float] = years.array[:within].tolist()
    return tuple(listed)


def distribution(
    years: Array, index: NDArray[np.int32], eventually: NDArray[np.bool_] | bool, within: int
) -> ArrivalDistribution:
    """Classify arrivals by a horizon.

    Parameters
    ----------
    years : ndarray, shape (months,)
        Mid-month decimal years of the simulation.
    index : ndarray of int32, shape (draws,)
        From `first_passage`.
    eventually : ndarray of bool, shape (draws,), or bool
        Whether the requirement is finite and the long-run envelope passes it.
    within : int
        Months up to the horizon, from 1 to the length of the simulation.
    """
    never = (index == len(years)) & ~np.asarray(eventually)
    return ArrivalDistribution(years, index, never, within)


def probability_mcse(probability: float, draws: int) -> float:
    """Monte Carlo standard error of a probability from independent draws."""
    return math.sqrt(probability * (1 - probability) / draws)
