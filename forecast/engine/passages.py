"""First passages at the levels of a fine grid, each found once and between those of a coarser one.

Questions of one scenario differ by a level: the target in log FLOP, or the budget in log dollars. What is between two
levels that lie close together is `forecast.engine.nearby`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forecast.engine.arrival import Rising, count_under, first_passage

Array = NDArray[np.float64]
Kept = NDArray[np.int16]

SPACING_OOM = 1 / 32
"""Of the grid: a few months of the slowest envelope's growth, the fall of the price of compute."""

COARSE = 8
"""Every so many levels one is searched for in the whole path, the others between two of those."""

_PROBES = 3
"""How many months are looked at one after the other: most draws arrive in one of them."""

Months = NDArray[np.int32]
Keep = Callable[[float, Callable[[], Kept]], Kept]
"""Gives what is kept under a key, made by the second argument where nothing is.

The key is the number of a level of the grid, or a level between two of them: that is no whole number.
"""


def passage(level: float, rising: Rising, requirement: Array, keep: Keep) -> Months:
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
        Memory of levels, for this envelope and requirement alone.

    Returns
    -------
    ndarray of int32, shape (draws,)
        Exactly `first_passage(rising, requirement + level)`.
    """
    number = math.floor(level / SPACING_OOM)
    low = passage_at(number, rising, requirement, keep)
    if level == number * SPACING_OOM:  # a fixed sum moves money alone: the other limits stay at level 0
        return low.astype(np.int32)
    high = passage_at(number + 1, rising, requirement, keep)
    found = keep(level, lambda: _between(low, high, rising, requirement + level).astype(np.int16))
    return found.astype(np.int32)  # of many budgets for one target the other limits' level is the same


def passage_at(number: int, rising: Rising, requirement: Array, keep: Keep) -> Kept:
    """First month in which each row reaches its requirement plus a level of the grid.

    Parameters
    ----------
    number : int
        Of the level.
    rising, requirement, keep
        As for `passage`.

    Returns
    -------
    ndarray of int16, shape (draws,)
        Exactly `first_passage(rising, requirement + number * SPACING_OOM)`.
    """
    return keep(number, lambda: _found(number, rising, requirement, keep))


def _found(number: int, rising: Rising, requirement: Array, keep: Keep) -> Kept:
    goal, below = requirement + number * SPACING_OOM, number - number % COARSE
    if below == number:
        return first_passage(rising, goal).astype(np.int16)
    low, high = (passage_at(level, rising, requirement, keep) for level in (below, below + COARSE))
    return _between(low, high, rising, goal).astype(np.int16)


def _between(low: Kept, high: Kept, rising: Rising, goal: Array) -> Months:
    """First passages of which it is known that they lie between two months."""
    flat, months, found = rising.ravel(), rising.shape[1], low.astype(np.int32)
    rows = np.flatnonzero(low < high)
    for _ in range(_PROBES):
        rows = rows.compress(flat.take(rows * months + found.take(rows)) < goal.take(rows))
        found[rows] += 1
        rows = rows.compress(found.take(rows) < high.take(rows))
    if len(rows):
        earliest = found.take(rows)
        span = int((high.take(rows) - earliest).max())
        start = np.minimum(earliest, months - span)  # a search that begins earlier finds the same
        found[rows] = start + count_under(flat, rows * months + start, span, goal.take(rows))
    return found
