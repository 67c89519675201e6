"""First passages at any level, by what is known of those at the levels of a fine grid around it.

Questions of one scenario differ by a level: the target in log FLOP, or the budget in log dollars. Between two levels
that lie close together most draws arrive in the same month and most others in the next. Which they are, and up to what
level each stays in its month, is found when a question first falls between the two, and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine.arrival import Rising, first_passage

Array = NDArray[np.float64]
Months = NDArray[np.int32]
Rows = NDArray[np.intp]

SPACING_OOM = 1 / 256
"""Of the grid: under half a month of the slowest envelope's growth, the fall of the price of compute."""

_LOOKS = 4  # at a month each; the rows that are left then rise so little that a bisection finds theirs sooner


@dataclass(frozen=True, eq=False, slots=True)
class Bounds:
    """What is known of the first passages between two levels.

    Attributes
    ----------
    earliest : ndarray of int16, shape (draws,)
        At the lower level; months where a row never reaches it.
    rows : ndarray of int, shape (doubtful,)
        Rows that arrive later at the upper level.
    height : ndarray, shape (doubtful,)
        How far each of those has come in its earliest month, log10 FLOP: up to there it arrives then.
    latest : ndarray of int16, shape (doubtful,)
        When it arrives at the upper level.
    """

    earliest: NDArray[np.int16]
    rows: Rows
    height: Rising
    latest: NDArray[np.int16]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.earliest.nbytes + self.rows.nbytes + self.height.nbytes + self.latest.nbytes


Keep = Callable[[int, Callable[[], Bounds]], Bounds]
"""Gives what is kept under the number of a grid level, made by the second argument where nothing is."""


def passage_at(level: float, rising: Rising, requirement: Array, keep: Keep) -> Months:
    """First month in which each row reaches its requirement plus a level.

    Parameters
    ----------
    level : float
        Orders of magnitude above `requirement`, finite.
    rising : ndarray, shape (draws, months)
        Rows that never fall (an envelope), log10 FLOP.
    requirement : ndarray, shape (draws,)
        At level 0, log10 FLOP; +inf is out of reach.
    keep : callable
        Memory of grid levels, for this envelope and requirement alone.

    Returns
    -------
    ndarray of int32, shape (draws,)
        Exactly `first_passage(rising, requirement + level)`.
    """
    below = math.floor(level / SPACING_OOM)
    low, high = below * SPACING_OOM, (below + 1) * SPACING_OOM
    known = keep(below, lambda: bounds_between(low, high, rising, requirement))
    return passage_within(known, level, rising, requirement)


def bounds_between(low: float, high: float, rising: Rising, requirement: Array) -> Bounds:
    """What is to be known of the first passages between two levels.

    Parameters
    ----------
    low, high : float
        The levels, orders of magnitude above `requirement`.
    rising, requirement : ndarray
        As for `passage_at`.
    """
    draws, months = rising.shape
    earliest = first_passage(rising, requirement + low)
    height = rising[np.arange(draws), np.minimum(earliest, months - 1)]
    upper = requirement + high
    rows = np.flatnonzero((height < upper) & (earliest < months))
    latest = first_passage(rising, upper.take(rows), rows)
    return Bounds(earliest.astype(np.int16), rows, height.take(rows), latest.astype(np.int16))


def passage_within(known: Bounds, level: float, rising: Rising, requirement: Array) -> Months:
    """First month in which each row reaches its requirement plus a level, which lies between those of the bounds.

    Parameters
    ----------
    known : Bounds
        Of the same rows.
    level, rising, requirement
        As for `passage_at`.
    """
    found: Months = known.earliest.astype(np.int32)
    needed = requirement.take(known.rows) + level
    later = np.flatnonzero(known.height < needed)
    rows, latest, needed = known.rows.take(later), known.latest.take(later), needed.take(later)
    month = found.take(rows) + 1
    found[rows] = month
    open_ = np.flatnonzero(month < latest)
    if len(open_):
        rows = rows.take(open_)
        found[rows] = _between(rising, rows, month.take(open_), latest.take(open_), needed.take(open_))
    return found


def _between(rising: Rising, rows: Rows, month: Months, latest: NDArray[np.int16], needed: Array) -> Months:
    """First month, from one to another, in which each of some rows has come as far as it needs to."""
    flat, start, found = rising.ravel(), rows * rising.shape[1], month.copy()
    left = np.arange(len(rows))
    for _ in range(_LOOKS):
        left = left[flat.take(start.take(left) + found.take(left)) < needed.take(left)]
        found[left] += 1
        left = left[found.take(left) < latest.take(left)]
        if not len(left):
            return found
    found[left] = first_passage(rising, needed.take(left), rows.take(left))
    return found
