"""First passage of an envelope over a requirement, exactly, and the distribution of arrivals that follows.

A draw arrives in the first month m with X(m) >= C*. The running maximum of X passes C* in the same month, and it is
sorted, so a bisection per row finds it: ten gathers over all draws at once. What follows from the arrivals is in
`forecast.engine.figures`.

The simulation always has the same length and the horizon only classifies, so `p_never` does not know the horizon:
a draw is `never` when its requirement is infinite, or when the long-run envelope stays under it and the whole simulated
path did too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.figures import POSITIONS as POSITIONS
from forecast.engine.figures import Figures, months_listed
from forecast.engine.figures import Position as Position
from forecast.engine.figures import probability_mcse as probability_mcse

Array = NDArray[np.float64]
Rising = NDArray[np.float64] | NDArray[np.float32]


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


class ArrivalDistribution(Figures):
    """Arrivals of all draws, classified by a horizon.

    Parameters
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

    def __init__(self, years: Array, index: NDArray[np.int32], never: NDArray[np.bool_], within: int) -> None:
        counted = np.bincount(index, minlength=len(years) + 1)[:within].cumsum()
        super().__init__(months_listed(years, within), counted, int(np.count_nonzero(never)), len(index))
        self.years, self.index, self.never = years, index, never

    @property
    def classes(self) -> NDArray[np.int8]:
        """Outcome of each draw, shape (draws,): 0 already, 1 within, 2 beyond, 3 never (the order of `POSITIONS`)."""
        return np.where(self.never, 3, (self.index > 0).astype(np.int8) + (self.index >= self.within)).astype(np.int8)


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
