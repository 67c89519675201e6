"""Scores of forecasts that are given as draws: how far off, how well covered, how often surprised.

    CRPS     E|X - y| - E|X - X'| / 2, in the unit of the quantity; an absolute error when the forecast is a point
    PIT      P(X < y) + P(X = y) / 2: uniform over outcomes when the forecasts are calibrated
    log      -ln of the draws' density at y, by a Gaussian kernel (Silverman's width): harsh on outcomes outside
    width    of the central 80 % interval: sharpness, to be read beside coverage

An outcome that is only known as a lower bound b is no point: of it, P(X >= b) is kept.

References: Gneiting & Raftery 2007, "Strictly Proper Scoring Rules, Prediction, and Estimation" (CRPS, eq. 21; log
score); Gneiting, Balabdaoui & Raftery 2007 (PIT, sharpness subject to calibration); Newey & West 1987 (the weights of
`effective_number`).
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


def log_score(draws: Array, observed: ArrayLike) -> Array:
    """Negative log density of the outcomes by a Gaussian kernel over the draws, shape (n,); smaller is better.

    Where half of the draws agree or more, the kernel has no width and the score is not defined: NaN.
    """
    low, high = np.quantile(draws, [0.25, 0.75], axis=0)
    width = _SILVERMAN * (high - low) / _NORMAL_QUARTILES * len(draws) ** -0.2
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = -0.5 * ((draws - np.asarray(observed, float)) / width) ** 2
        largest = exponent.max(axis=0)  # an outcome far outside scores badly, not infinitely
        density = np.log(np.exp(exponent - largest).mean(axis=0)) + largest - np.log(width * np.sqrt(2 * np.pi))
    return np.where(width > 0, -density, np.nan)


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


def score(draws: Array, observed: Array) -> dict[str, Any]:
    """Every score of forecasts whose outcomes are known, by column name, each of shape (n,).

    Parameters
    ----------
    draws : ndarray, shape (draws, n)
        Forecasts.
    observed : ndarray, shape (n,)
        Outcomes.
    """
    levels = {f"q{100 * level:g}": values for level, values in zip(LEVELS, quantiles(draws), strict=True)}
    found = {"pit": pit(draws, observed), "crps": crps(draws, observed), "log_score": log_score(draws, observed)}
    return levels | found
