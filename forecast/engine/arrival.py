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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Position = Literal["already", "within_horizon", "beyond_horizon", "never"]
POSITIONS: tuple[Position, ...] = ("already", "within_horizon", "beyond_horizon", "never")


def envelope(path: Array, out: Array | None = None) -> Array:
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
        Contiguous, as `first_passage` wants it.
    """
    return np.maximum.accumulate(path, axis=1, out=np.empty(path.shape) if out is None else out)


def first_passage(rising: Array, requirement: Array) -> NDArray[np.int32]:
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
    flat = rising.ravel()
    first = np.arange(0, draws * months, months)
    at = first.copy()
    left = months
    while left > 1:
        half = left // 2
        at += (flat[half - 1 :].take(at) < requirement) * half
        left -= half
    at += flat.take(at) < requirement
    index: NDArray[np.int32] = (at - first).astype(np.int32)
    return index


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles over all draws, each an order statistic.

    Attributes
    ----------
    probability : tuple of float
        As asked.
    position : tuple of {"already", "within_horizon", "beyond_horizon", "never"}
        Outcome of the draw at that rank.
    decimal_year : tuple of float or None
        Mid-month year of arrival (the first month for `already`); None in the last two positions.
    mcse_years : tuple of float or None
        Monte Carlo standard error; None where `decimal_year` is.
    """

    probability: tuple[float, ...]
    position: tuple[Position, ...]
    decimal_year: tuple[float | None, ...]
    mcse_years: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ArrivalDistribution:
    """Arrivals of all draws, classified by a horizon.

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
    arrived : ndarray of int, shape (within,)
        Number of draws that have arrived by each month of the horizon.
    """

    years: Array
    index: NDArray[np.int32]
    never: NDArray[np.bool_]
    within: int
    arrived: NDArray[np.int64]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.index)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Draws already, within, beyond and never; they add up to all draws."""
        already, by_horizon = int(self.arrived[0]), int(self.arrived[-1])
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
    def cdf(self) -> Array:
        """Probability of arrival by each month of the horizon, shape (within,)."""
        return self.arrived / self.draws

    @property
    def classes(self) -> NDArray[np.int8]:
        """Outcome of each draw, shape (draws,): 0 already, 1 within, 2 beyond, 3 never (the order of `POSITIONS`)."""
        return np.where(self.never, 3, (self.index > 0).astype(np.int8) + (self.index >= self.within)).astype(np.int8)

    def p_by_year(self, years: Sequence[int]) -> Array:
        """Probability of arrival by the end of each calendar year (of the horizon, where that is earlier).

        Returns
        -------
        ndarray, shape (len(years),)
            Zero for a year that ends before the first month.
        """
        months = np.minimum(np.searchsorted(self.years, np.asarray(years, float) + 1), self.within)
        return np.where(months > 0, self.arrived[months - 1], 0) / self.draws

    def quantiles(self, probabilities: Sequence[float]) -> Quantiles:
        """Order statistics over all draws: the smallest date by which at least that share has arrived.

        The Monte Carlo error is half the distance between the dates one standard error of the rank to either side
        (within a month the ranks are spread evenly); where the upper one lies beyond the horizon, the distance to the
        lower one. It takes the draws as independent.
        """
        p = np.asarray(probabilities, float)
        ranks = np.maximum(np.ceil(p * self.draws - 1e-9), 1.0)
        already, within, beyond, _ = self.counts
        bounds = np.cumsum([already, within, beyond])
        place = np.searchsorted(bounds, ranks).tolist()
        months = np.minimum(np.searchsorted(self.arrived, ranks), self.within - 1)
        dates, errors = self.years[months].tolist(), self._rank_errors(ranks, p).tolist()
        return Quantiles(
            probability=tuple(p.tolist()),
            position=tuple(POSITIONS[k] for k in place),
            decimal_year=tuple(date if k < 2 else None for date, k in zip(dates, place, strict=True)),
            mcse_years=tuple(error if k < 2 else None for error, k in zip(errors, place, strict=True)),
        )

    def _rank_errors(self, ranks: Array, p: Array) -> Array:
        """Monte Carlo standard errors in years of the dates at `ranks`."""
        spread = np.sqrt(p * (1 - p) * self.draws)
        low, middle, high = np.interp([ranks - spread, ranks, ranks + spread], self.arrived, self.years[: self.within])
        two_sided: Array = (high - low) / 2
        return np.where(ranks + spread > self.arrived[-1], middle - low, two_sided)


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
    arrived = np.cumsum(np.bincount(index, minlength=len(years) + 1)[:within])
    return ArrivalDistribution(years, index, never, within, arrived)


def probability_mcse(probability: float, draws: int) -> float:
    """Monte Carlo standard error of a probability from independent draws."""
    return math.sqrt(probability * (1 - probability) / draws)
