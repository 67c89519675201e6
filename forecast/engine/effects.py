"""Shapley effects: which independent block of inputs the spread of an output comes from, read off its draws.

    V(u)   = Var E[Y | blocks of u] = Cov(Y, Y_u)
    Y_u    = f with the blocks of u as they were and all others from another, unrelated draw
    effect = Shapley value of V(u) / Var Y,   first-order share = V({block}) / Var Y

Rows of a block are exchanged whole, so whatever depends on each other within a block stays so; blocks must be
independent of each other. Effects are not negative but for Monte Carlo error and sum to one. First-order shares leave
out what blocks do together, and sum to less.

Draws are paired at random and the partner lends the other blocks. As pairing is mutual, Y of the complement of u is
Y_u seen from the partner, so that n blocks cost 2^(n-1) - 1 evaluations. V(u) / Var Y is the symmetric estimator of
Janon et al.: one mean and one variance for Y and Y_u together, so that it is exactly 1 where they are equal. The Monte
Carlo error leaves out one group of draws at a time; pairs never join two groups.

References: Owen 2014, SIAM/ASA J. Uncertainty Quantification 2, 245; Song, Nelson, Staum 2016, ibid. 4, 1060; Janon,
Klein, Lagnoux, Nodet, Prieur 2014, ESAIM Probability and Statistics 18, 342.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine.shapley import shapley_weights, subsets
from forecast.engine.streams import stream

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Evaluate = Callable[[Mapping[str, Rows]], Array]
"""The output, shape (draws,), when each block takes the draws of these rows."""

GROUPS = 20
"""Of draws, for the Monte Carlo error."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one block contributes to the variance.

    Attributes
    ----------
    block : str
        Its name.
    effect : float
        Shapley effect, a share of the variance; over all blocks they sum to one.
    mcse : float
        Monte Carlo standard error of `effect`.
    first_order : float
        Share of the variance that would go if only this block were known; interactions belong to no block.
    first_order_mcse : float
        Its Monte Carlo standard error.
    """

    block: str
    effect: float
    mcse: float
    first_order: float
    first_order_mcse: float


def effects(y: Array, evaluate: Evaluate, blocks: Sequence[str], seed: int, replicates: int = 1) -> tuple[Effect, ...]:
    """Shapley effects of independent blocks.

    Parameters
    ----------
    y : ndarray, shape (draws,)
        The output of every draw as it is, finite; at least 40 draws.
    evaluate : callable
        The output when the rows of blocks are exchanged.
    blocks : sequence of str
        Names of the blocks, at most ten; together they decide y.
    seed : int
        Of the pairing.
    replicates : int
        How often all draws are paired anew; each costs 2^(blocks - 1) - 1 evaluations.

    Returns
    -------
    tuple of Effect
        In the order of `blocks`; empty where y does not vary.
    """
    if not blocks or np.ptp(y) == 0:
        return ()
    if len(blocks) == 1:
        return (Effect(blocks[0], 1.0, 0.0, 1.0, 0.0),)
    shares = _shares(y - y.mean(), evaluate, blocks, seed, replicates, float(y.mean()))
    parts = shapley_weights(len(blocks)) @ shares
    singles = shares[[1 << i for i in range(len(blocks))]]
    return tuple(
        Effect(name, float(part[0]), _jackknife(part[1:]), float(single[0]), _jackknife(single[1:]))
        for name, part, single in zip(blocks, parts, singles, strict=True)
    )


def _shares(
    centred: Array, evaluate: Evaluate, blocks: Sequence[str], seed: int, replicates: int, mean: float
) -> Array:
    """V(u) / Var of every subset: shape (2^blocks, 1 + GROUPS), of all draws and without each group."""
    draws, players = len(centred), len(blocks)
    rng = stream(seed, "pairs of the Shapley effects")
    size = draws // GROUPS // 2 * 2
    rows = rng.permutation(draws)[: GROUPS * size].reshape(GROUPS, size)
    sums = np.zeros((2**players, 4, GROUPS))
    everyone = 2**players - 1
    for _ in range(replicates):
        rows = rng.permuted(rows, axis=1)
        partner = _partners(rows, draws)
        for place, kept in enumerate(subsets(players)):
            if 0 in kept and place != everyone:  # the complements of these sets are all the others
                exchanged = {name: np.arange(draws) if i in kept else partner for i, name in enumerate(blocks)}
                other = evaluate(exchanged) - mean
                sums[place] += _moments(centred, other, rows)
                sums[everyone - place] += _moments(centred[partner], other, rows)
    shares = np.zeros((2**players, 1 + GROUPS))
    shares[1:-1] = _pooled_correlation(sums[1:-1])
    shares[-1] = 1.0  # and none of the variance is known when nothing is
    return shares


def _partners(rows: Rows, draws: int) -> Rows:
    """The partner of each draw, in the other half of its group's row; the few in no group keep to themselves."""
    half = rows.shape[1] // 2
    one, other = rows[:, :half], rows[:, half:]
    partner = np.arange(draws)
    partner[one], partner[other] = other, one
    return partner


def _moments(y: Array, other: Array, rows: Rows) -> Array:
    """Sums by group of 1, (y + y')/2, y y' and (y^2 + y'^2)/2, shape (4, groups)."""
    a, b = y[rows], other[rows]
    count = np.full(len(rows), rows.shape[1], float)
    return np.stack([count, (a + b).sum(1) / 2, (a * b).sum(1), (a * a + b * b).sum(1) / 2])


def _pooled_correlation(sums: Array) -> Array:
    """Covariance over common variance, of all groups and without each: shape (subsets, 1 + groups)."""
    whole = sums.sum(axis=2, keepdims=True)
    count, first, product, square = np.concatenate([whole, whole - sums], axis=2).transpose(1, 0, 2)
    mean = first / count
    result: Array = (product / count - mean**2) / (square / count - mean**2)
    return result


def _jackknife(left_out: Array) -> float:
    """Standard error from the values without each group."""
    groups = len(left_out)
    return math.sqrt((groups - 1) / groups * float(((left_out - left_out.mean()) ** 2).sum()))
