"""Scores of forecasts that are given as draws: how far off, how well covered, how often surprised.

    CRPS     E|X - y| - E|X - X'| / 2, in the unit of the quantity; an absolute error when the forecast is a point
    PIT      P(X < y) + P(X = y) / 2: uniform over outcomes when the forecasts are calibrated
    log      -ln of the density at y, (1 - 1/2N) kernel + (1/2N) Cauchy over N draws, below
    width    of the central 80 % interval: sharpness, to be read beside coverage

The density of the log score: a Gaussian kernel over the draws of Silverman's width, but no narrower than outcomes are
known (2 % of a price); and half a draw is spread as a Cauchy around their median, since N draws cannot rule out what
happens once in 2N. Without it one outcome far outside of a narrow forecast, of score (error / width)^2 / 2, decides
every mean. Both are the same for every forecaster, so that the score stays proper.

An outcome that is only known as a lower bound b is no point. Of it are kept

    reach    P(X >= b)
    bound    -ln max(P(X >= b), 1/2N)
    tw CRPS  the CRPS of min(X, b) at b, which is threshold-weighted: the integral of P(X < x)^2 over x < b

References: Gneiting & Raftery 2007, "Strictly Proper Scoring Rules, Prediction, and Estimation" (CRPS, eq. 21; log
score); Gneiting, Balabdaoui & Raftery 2007 (PIT, sharpness subject to calibration); Allen, Ginsbourger & Ziegel 2023
(chaining functions of threshold-weighted scores); Newey & West 1987 (the weights of `effective_number`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantiles that are kept of every forecast: the ends of the 50, 80 and 95 % intervals, and the median."""

INTERVALS: Mapping[int, tuple[int, int]] = {50: (2, 4), 80: (1, 5), 95: (0, 6)}
"""Positions in `LEVELS` of the ends of each central interval, by its percentage."""


def crps(draws: Array, observed: ArrayLike) -> Array:
    """Continuous ranked probability score.

    Parameters
    ----------
    draws : ndarray, shape (draws, n)
        Forecasts, one column an outcome.
    observed : array_like, shape (n,)
        Outcomes.

    Returns
    -------
    ndarray, shape (n,)
        In the unit of the outcomes; smaller is better.
    """
    import scoringrules  # the serve arm reads stored scores and needs no library for it

    return np.asarray(scoringrules.crps_ensemble(np.asarray(observed, float), draws.T, backend="numpy"))


def log_score(draws: Array, observed: ArrayLike, resolution: ArrayLike = 0.01) -> Array:
    """Negative log density of the outcomes, shape (n,); smaller is better, and finite.

    Parameters
    ----------
    draws : ndarray, shape (draws, n)
        Forecasts.
    observed : array_like, shape (n,)
        Outcomes.
    resolution : array_like, scalar or shape (n,)
        How finely outcomes are known, in their unit: the least width of the kernel.
    """
    observed, least = np.asarray(observed, float), np.asarray(resolution, float)
    low, middle, high = np.quantile(draws, [0.25, 0.5, 0.75], axis=0)
    width = np.maximum(_SILVERMAN * (high - low) / _NORMAL_QUARTILES * len(draws) ** -0.2, least)
    tail = np.maximum((high - low) / 2, least)
    half_a_draw = 1 / (2 * len(draws))
    far = -np.log(np.pi * tail * (1 + ((observed - middle) / tail) ** 2))
    near = _log_kernel_density(draws, observed, width)
    result: Array = -np.logaddexp(np.log1p(-half_a_draw) + near, np.log(half_a_draw) + far)
    return result


def _log_kernel_density(draws: Array, observed: Array, width: Array) -> Array:
    exponent = -0.5 * ((draws - observed) / width) ** 2
    largest = exponent.max(axis=0)
    result: Array = np.log(np.exp(exponent - largest).mean(axis=0)) + largest - np.log(width * np.sqrt(2 * np.pi))
    return result


_SILVERMAN, _NORMAL_QUARTILES = 0.9, 1.349


def pit(draws: Array, observed: ArrayLike) -> Array:
    """Share of draws below each outcome, ties counted half, shape (n,)."""
    observed = np.asarray(observed, float)
    result: Array = np.mean(draws < observed, axis=0) + np.mean(draws == observed, axis=0) / 2
    return result


def quantiles(draws: Array) -> Array:
    """Quantiles of each forecast at `LEVELS`, shape (levels, n)."""
    result: Array = np.quantile(draws, LEVELS, axis=0)
    return result


def inside(levels: Array, observed: ArrayLike, percentage: int) -> NDArray[np.bool_]:
    """Whether each outcome lies in the central interval, its ends included.

    Parameters
    ----------
    levels : ndarray, shape (levels, n)
        Quantiles at `LEVELS`.
    observed : array_like, shape (n,)
        Outcomes.
    percentage : {50, 80, 95}
        Which interval.
    """
    low, high = INTERVALS[percentage]
    observed = np.asarray(observed, float)
    result: NDArray[np.bool_] = (observed >= levels[low]) & (observed <= levels[high])
    return result


def reach(draws: Array, bound: ArrayLike) -> Array:
    """P(X >= b) of outcomes that are known to be at least b, shape (n,)."""
    result: Array = np.mean(draws >= np.asarray(bound, float), axis=0)
    return result


def bound_log_score(draws: Array, bound: ArrayLike) -> Array:
    """-ln P(X >= b) of outcomes that are known to be at least b, shape (n,): at most ln of twice the draws."""
    result: Array = 0.0 - np.log(np.maximum(reach(draws, bound), 1 / (2 * len(draws))))
    return result


def tw_crps(draws: Array, bound: ArrayLike) -> Array:
    """Threshold-weighted CRPS of outcomes that are known to be at least b, shape (n,): none above it is told apart."""
    bound = np.asarray(bound, float)
    return crps(np.minimum(draws, bound), bound)


def effective_number(pits: ArrayLike, clusters: ArrayLike, overlap: int = 1) -> float:
    """How many independent outcomes a set of dependent ones is worth.

    Forecasts of one origin share one path, and origins that follow each other share outcomes. With u = PIT - 1/2, the
    set is worth n times the ratio of the variance that the sum of u would have if rows were independent to the one it
    has with the products within a cluster, and between clusters up to `overlap` - 1 apart (weights fall linearly).

    Parameters
    ----------
    pits : array_like, shape (n,)
        Probability integral transforms.
    clusters : array_like of int, shape (n,)
        Which rows belong together; neighbours are one apart (years of origin).
    overlap : int
        How many successive clusters share an outcome.

    Returns
    -------
    float
        At least 1 and at most n; 0 for no rows.
    """
    u, members = np.asarray(pits, float) - 0.5, np.asarray(clusters, int)
    if not len(u):
        return 0.0
    sums = np.bincount(members - members.min(), weights=u)
    total = float(sums @ sums)
    for lag in range(1, min(overlap, len(sums))):
        total += 2 * (1 - lag / overlap) * float(sums[lag:] @ sums[:-lag])
    alone = float(u @ u)
    return float(np.clip(len(u) * alone / total, 1, len(u))) if total > 0 else float(len(u))


def score(draws: Array, observed: Array, resolution: ArrayLike = 0.01) -> dict[str, Any]:
    """Every score by column name, each of shape (n,): those of known outcomes, and those of bounds.

    Parameters
    ----------
    draws : ndarray, shape (draws, n)
        Forecasts.
    observed : ndarray, shape (n,)
        Outcomes, or what they are at least.
    resolution : array_like, scalar or shape (n,)
        How finely outcomes are known, in their unit.
    """
    levels = {f"q{100 * level:g}": values for level, values in zip(LEVELS, quantiles(draws), strict=True)}
    found = {
        "pit": pit(draws, observed),
        "crps": crps(draws, observed),
        "log_score": log_score(draws, observed, resolution),
        "reach": reach(draws, observed),
        "bound_log_score": bound_log_score(draws, observed),
        "tw_crps": tw_crps(draws, observed),
    }
    return levels | found
