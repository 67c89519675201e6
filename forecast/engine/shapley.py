"""Shapley values, exactly: a change or a variance shared out between its causes.

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! x [v(S + i) - v(S)]

It is the only way to share out v(all) - v(none) that treats equal players equally, gives nothing to a player who
changes nothing, and adds up over sums of games. Every subset is valued once, so n players cost 2^n values: ten are the
most.

Reference: Shapley 1953, A value for n-person games, in Contributions to the Theory of Games II, 307.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forecast.errors import InputError

Array = NDArray[np.float64]

MAX_PLAYERS = 10


def shapley(value: Callable[[frozenset[int]], float], players: int) -> list[float]:
    """Exact Shapley values of a function on the subsets of `range(players)`.

    Parameters
    ----------
    value : callable
        Value of a set of players; called once for each of the 2^players subsets, the empty one first.
    players : int
        Their number, at most ten.

    Returns
    -------
    list of float
        One part for each player, in the unit of `value`; their sum is value(all) - value(none) to rounding.

    Raises
    ------
    InputError
        For more than ten players.
    """
    values = [float(value(subset)) for subset in subsets(players)]
    weights: list[list[float]] = shapley_weights(players).tolist()
    return [math.fsum(w * v for w, v in zip(row, values, strict=True)) for row in weights]


@lru_cache(MAX_PLAYERS + 1)
def subsets(players: int) -> tuple[frozenset[int], ...]:
    """Every subset of `range(players)`; the place of one is the sum of 2^i over its members.

    Raises
    ------
    InputError
        For more than ten players.
    """
    if not 0 <= players <= MAX_PLAYERS:
        raise InputError(f"{players} causes to share out between; give at most {MAX_PLAYERS}, or merge some")
    return tuple(
        frozenset(i for i in range(players) if number >> i & 1)  # bit i says whether i is in
        for number in range(2**players)
    )


@lru_cache(MAX_PLAYERS + 1)
def shapley_weights(players: int) -> Array:
    """What each subset's value counts for each player, so that the Shapley values are `weights @ values`.

    Parameters
    ----------
    players : int
        Their number, at most ten.

    Returns
    -------
    ndarray, shape (players, 2^players)
        In the order of `subsets`, read-only.
    """
    every = math.factorial(players)
    weights = np.zeros((players, 2**players))
    for place, subset in enumerate(subsets(players)):
        size = len(subset)
        for i in range(players):
            if i in subset:
                weights[i, place] = math.factorial(size - 1) * math.factorial(players - size) / every
            else:
                weights[i, place] = -math.factorial(size) * math.factorial(players - size - 1) / every
    weights.setflags(write=False)
    return weights
