"""Draws of one prior as draws of another: Pareto-smoothed importance weights, and rows resampled to equal weights.

The largest weights are replaced by quantiles of a generalized Pareto distribution that is fitted to them; its shape
k-hat says how heavy their tail is (Vehtari, Simpson, Gelman, Yao & Gabry 2024, J. Mach. Learn. Res. 25, 72; the fit is
Zhang & Stephens 2009, Technometrics 51, 316, with the weak prior on k-hat of the former). Beyond .7, or with few
effective draws, no weighting helps and the model has to be fitted again.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.engine.streams import stream
from forecast.errors import UnansweredError

Array = NDArray[np.float64]

MAX_KHAT = 0.7
MIN_ESS = 400
_SHORTEST_TAIL = 5
_NEVER_UNDER = np.log(np.finfo(float).tiny)


def psis(log_ratios: ArrayLike) -> tuple[Array, float]:
    """Pareto-smoothed importance weights.

    Parameters
    ----------
    log_ratios : array_like, shape (draws,)
        Log of new over old density at each draw, up to a constant; minus infinity where the new one is zero.

    Returns
    -------
    log_weights : ndarray, shape (draws,)
        Smoothed; their exponentials sum to one.
    khat : float
        Shape of the weights' tail: minus infinity where all of the tail is the same, plus infinity where no tail can be
        fitted.
    """
    logs = np.array(log_ratios, float)
    usable = not np.isnan(logs).any() and len(logs) > 0 and np.isfinite(logs.max())
    if not usable:
        return np.full(len(logs), -math.log(max(len(logs), 1))), math.inf
    logs -= logs.max()
    tail = int(3 * math.sqrt(len(logs)) if len(logs) > 225 else len(logs) / 5)
    khat = math.inf if tail < _SHORTEST_TAIL else _smooth(logs, np.argsort(logs, kind="stable"), tail)
    return logs - math.log(np.exp(logs).sum()), khat


def _smooth(logs: Array, order: NDArray[np.intp], tail: int) -> float:
    """Replace the `tail` largest logs by quantiles of the fitted tail, in place; its shape."""
    rows, cutoff = order[-tail:], math.exp(max(logs[order[-tail - 1]], _NEVER_UNDER))
    if logs[rows[-1]] - logs[rows[0]] < np.finfo(float).tiny:
        return -math.inf
    khat, scale = _fit_tail(np.exp(logs[rows]) - cutoff)
    if math.isfinite(khat) and scale > 0:
        p = (np.arange(tail) + 0.5) / tail
        excess = np.expm1(-khat * np.log1p(-p)) / khat if khat else -np.log1p(-p)
        # No draw may weigh more than the heaviest did: the largest log is 0.
        logs[rows] = np.minimum(np.log(scale * excess + cutoff), 0.0)
    return khat


def _fit_tail(excess: Array) -> tuple[float, float]:
    """Shape and scale of a generalized Pareto distribution of sorted excesses: a posterior mean over a grid."""
    count = len(excess)
    grid = 30 + int(math.sqrt(count))
    quartile = excess[int(count / 4 + 0.5) - 1]
    if quartile <= max(excess[0], 0.0):
        return math.inf, math.nan  # a quarter of the tail is one value: it is no tail of this family
    steps = 1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))
    theta = steps / (3 * quartile) + 1 / excess[-1]
    k = np.log1p(-theta[:, None] * excess).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        likelihood = np.nan_to_num(count * (np.log(-theta / k) - k - 1), nan=-np.inf, posinf=-np.inf)
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    # What weighs nothing is left out, as in the published implementations.
    weight = np.where(weight >= 10 * np.finfo(float).eps, weight, 0.0)
    best = float((theta * weight).sum() / weight.sum())
    shape = float(np.log1p(-best * excess).mean())
    return (count * shape + 5) / (count + 10), -shape / best


def ess(log_weights: ArrayLike) -> float:
    """Effective number of draws under normalized weights: one over the sum of their squares; 0 for none."""
    squares = float(np.exp(2 * np.asarray(log_weights, float)).sum())
    return 1 / squares if squares else 0.0


def systematic_rows(weights: ArrayLike, draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows resampled in proportion to their weights, with one random number for all of them.

    Parameters
    ----------
    weights : array_like, shape (rows,)
        Not negative; any scale.
    draws : int
        How many rows to give.
    rng : numpy.random.Generator
        Source of the one number.

    Returns
    -------
    ndarray of int64, shape (draws,)
        Ascending; a row of share w occurs floor(w draws) or ceil(w draws) times, or one off by rounding.
    """
    total = np.cumsum(np.asarray(weights, float))
    points = (np.arange(draws) + rng.random()) / draws * total[-1]
    last = np.searchsorted(total, total[-1])
    rows: NDArray[np.int64] = np.minimum(np.searchsorted(total, points, side="right"), last).astype(np.int64)
    return rows


def reweighed_rows(log_ratios: ArrayLike, seed: int, component: str) -> NDArray[np.int64]:
    """Rows that are draws under the new density, as many as there are draws under the old one.

    Parameters
    ----------
    log_ratios : array_like, shape (draws,)
        Log of new over old density at each draw.
    seed : int
        The question's seed.
    component : str
        Name of the random stream.

    Returns
    -------
    ndarray of int64, shape (draws,)
        Ascending, with repeats.

    Raises
    ------
    UnansweredError
        When the two densities are too far apart: k-hat above .7, or under 400 effective draws.
    """
    log_weights, khat = psis(log_ratios)
    effective = ess(log_weights)
    if khat > MAX_KHAT or effective < MIN_ESS:
        raise UnansweredError(
            f"this prior is too far from the one that the draws were fitted with: k-hat is {khat:.2f} (at most "
            f"{MAX_KHAT}) and {effective:.0f} of {len(log_weights)} draws are effective (at least {MIN_ESS}). Give a "
            "prior nearer to the fitted one, set the input to a value instead, or fit anew under this prior from "
            "Python, with forecast.inference.fit.fit(FitRequest(as_of=..., priors=...)); `timelines fit` has no option "
            "for priors",
            field="scenario.overrides",
        )
    return systematic_rows(np.exp(log_weights), len(log_weights), stream(seed, component))
