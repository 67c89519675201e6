"""First passages at any level, by what is known of those between two levels of a fine grid.

Questions of one scenario differ by a level: the target in log FLOP, or the budget in log dollars. Between two levels
that lie close together most draws arrive in the same month and most others in the next. At which level each of them
takes that step is found when a question first falls between the two, and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine.arrival import Rising, count_under, first_passage

Array = NDArray[np.float64]
Months = NDArray[np.int32]

SPACING_OOM = 1 / 256
"""Of the grid: under half a month of the slowest envelope's growth, the fall of the price of compute."""

MAX_STEPS = 4
"""How many steps of each draw are kept on average; rows that hardly rise would take hundreds."""


@dataclass(frozen=True, eq=False, slots=True)
class Bounds:
    """First passages at a level, and the steps that they take from there to the next one.

    Attributes
    ----------
    index : ndarray of int16, shape (draws,)
        At the lower level; months where a row never reaches it.
    rows : ndarray of int, shape (steps,), or None
        Rows that arrive later at the upper level, each once for every month; None where they are too many to keep.
    height : ndarray, shape (steps,)
        How far the row has come in the month that the step leaves, log10 FLOP: what needs more arrives later.
    """

    index: NDArray[np.int16]
    rows: NDArray[np.intp] | None
    height: Rising

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.index.nbytes + self.height.nbytes + (0 if self.rows is None else self.rows.nbytes)


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
    if level == low:  # a fixed sum moves money alone: the other limits stay at level 0
        return known.index.astype(np.int32)
    if known.rows is None:
        return first_passage(rising, requirement + level)
    taken = known.rows.compress(known.height < requirement.take(known.rows) + level)
    index: Months = (known.index + np.bincount(taken, minlength=len(rising))).astype(np.int32)
    return index


def bounds_between(low: float, high: float, rising: Rising, requirement: Array) -> Bounds:
    """First passages at one level, and their steps to another.

    Parameters
    ----------
    low, high : float
        The levels, orders of magnitude above `requirement`.
    rising, requirement : ndarray
        As for `passage_at`.
    """
    draws, months = rising.shape
    flat, index = rising.ravel(), first_passage(rising, requirement + low)
    reached = flat.take(np.arange(draws) * months + index, mode="clip")
    rows = np.flatnonzero((reached < requirement + high) & (index < months))
    earliest, latest = index.take(rows), count_under(flat, rows * months, months, requirement.take(rows) + high)
    counts = latest - earliest
    if counts.sum() > MAX_STEPS * draws:
        return Bounds(index.astype(np.int16), None, flat[:0])
    first = rows * months + earliest
    left = np.repeat(first - counts.cumsum() + counts, counts) + np.arange(counts.sum())
    return Bounds(index.astype(np.int16), rows.repeat(counts), flat.take(left))
