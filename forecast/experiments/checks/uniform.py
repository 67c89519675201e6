"""Are ranks uniform? The test of simulation-based calibration, with a p-value and a histogram.

A truth that was drawn from the prior, among L draws of the posterior given data that were simulated from it, has a
rank that is uniform over 0 .. L. Of N such ranks, R_z lie under z (L + 1); R_z is binomial for every z. The statistic
is the smallest tail probability over all z, which is the width of the widest simultaneous band around the ECDF that the
ranks leave; its distribution under uniformity is simulated.

References: Talts et al. 2018, arXiv 1804.06788; Saeilynoja, Buerkner & Vehtari 2022, arXiv 2103.10522.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

DRAWS = 99
"""L: a posterior is thinned to so many draws, so that a rank is one of 100."""

BINS = 20
_NULL_SIMULATIONS = 20_000
_NULL_SEED = 20211103


def rank(draws: Array, truth: float) -> int:
    """How many of `DRAWS` evenly spaced draws lie under the truth."""
    kept = draws[np.arange(DRAWS) * len(draws) // DRAWS]
    return int(np.sum(kept < truth))


def histogram(ranks: Sequence[int]) -> tuple[int, ...]:
    """Ranks in `BINS` equal bins."""
    counts = np.bincount(np.asarray(ranks) * BINS // (DRAWS + 1), minlength=BINS)
    return tuple(int(count) for count in counts)


def p_value(ranks: Sequence[int]) -> float:
    """Probability that uniform ranks leave as wide a band around their ECDF."""
    counts = np.bincount(np.asarray(ranks), minlength=DRAWS + 1)
    found = _statistic(counts[None, :])[0]
    null = _null(len(ranks))
    return float((1 + np.sum(null <= found * (1 + 1e-9))) / (1 + len(null)))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number (Holm 1979): compare each with the level of the whole family."""
    order = np.argsort(p_values, kind="stable")
    scaled = np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(value) for value in adjusted]


@lru_cache(maxsize=8)
def _null(simulations: int) -> Array:
    rng = np.random.default_rng(_NULL_SEED)
    shares = np.full(DRAWS + 1, 1 / (DRAWS + 1))
    blocks = [_statistic(rng.multinomial(simulations, shares, size=2000)) for _ in range(_NULL_SIMULATIONS // 2000)]
    return np.concatenate(blocks)


def _statistic(counts: Counts) -> Array:
    """Smallest two-sided tail probability of the ECDF over all cuts, shape (rows,)."""
    under = np.cumsum(counts, axis=1)[:, :-1]
    table = _tails(int(counts[0].sum()))
    smallest: Array = table[np.arange(DRAWS), under].min(axis=1)
    return smallest


@lru_cache(maxsize=8)
def _tails(simulations: int) -> Array:
    """2 min(P(R <= r), P(R >= r)) of binomial counts by cut and r, shape (DRAWS, simulations + 1)."""
    from scipy.stats import binom

    cuts = np.arange(1, DRAWS + 1)[:, None] / (DRAWS + 1)
    r = np.arange(simulations + 1)
    tails: Array = 2 * np.minimum(binom.cdf(r, simulations, cuts), binom.sf(r - 1, simulations, cuts))
    return tails
