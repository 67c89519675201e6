"""First passages at any level, bounded by those at the two levels of a fine grid around it.

Questions of one scenario differ by a level: the target in log FLOP, or the budget in log dollars. Between two levels
that lie close together most draws arrive in the same month or in the next, so that a look or two at the envelope finds
the month that a bisection finds in ten. The grid's levels are found by bisection when they are first needed, and kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forecast.engine.arrival import Rising, first_passage

Array = NDArray[np.float64]
Months = NDArray[np.int32]
Bounds = NDArray[np.int16]

SPACING_OOM = 1 / 256
"""Of the grid: under half a month of the slowest envelope's growth, the fall of the price of compute."""

_LOOKS = 4  # at a month each; the rows that are left then rise so little that a bisection finds theirs sooner

Keep = Callable[[int, Callable[[], Bounds]], Bounds]
"""Gives what is kept under a grid level's number, made by the second argument where nothing is."""


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

    def bounds(number: int) -> Bounds:
        """The passages at a grid level."""
        found: Bounds = first_passage(rising, requirement + number * SPACING_OOM).astype(np.int16)
        return found

    below = math.floor(level / SPACING_OOM)
    earliest, latest = (keep(number, lambda number=number: bounds(number)) for number in (below, below + 1))  # type: ignore[misc]
    return passage_between(rising, requirement + level, earliest, latest)


def passage_between(rising: Rising, requirement: Array, earliest: Bounds, latest: Bounds) -> Months:
    """First month in which each row reaches its requirement, where it is known to lie between two months.

    Parameters
    ----------
    rising : ndarray, shape (draws, months)
        Rows that never fall.
    requirement : ndarray, shape (draws,)
        What each row has to reach.
    earliest, latest : ndarray of int16, shape (draws,)
        Bounds, both included; `latest` is months where the row may never reach it.

    Returns
    -------
    ndarray of int32, shape (draws,)
        As `first_passage` finds it.
    """
    flat, months = rising.ravel(), rising.shape[1]
    found: Months = earliest.astype(np.int32)
    rows = np.flatnonzero(earliest < latest)
    for _ in range(_LOOKS):
        month = found.take(rows)
        under = flat.take(rows * months + month) < requirement.take(rows)
        rows, month = rows[under], month[under] + 1
        found[rows] = month
        rows = rows[month < latest.take(rows)]
        if not len(rows):
            return found
    found[rows] = first_passage(rising, requirement.take(rows), rows)
    return found
