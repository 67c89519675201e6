"""What a forecast says about the runs of the coming years: maxima, medians of the top ten, first passages.

Every forecaster, the joint model or a baseline, is reduced to the runs that it simulates after the origin; the targets
are then the same operations on those runs and on the ones known at the origin:

    largest        max over known and simulated values by a year-end
    top-ten median median of the ten largest of them
    first passage  years from the origin to the first simulated run above the known maximum by a step
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine.paths import RUN_RESIDUAL_CLIP, latent
from forecast.engine.streams import stream
from forecast.posterior.artefact import Posterior

Array = NDArray[np.float64]

TOP = 10
STEPS_OOM = (0.5, 1.0, 1.5, 2.0)
MONTHS_AHEAD = 120
"""Ten years: twice the longest horizon, and room for the tail of a first passage."""


@dataclass(frozen=True)
class RunsAhead:
    """Simulated runs after an origin, padded with -inf to the same number in every month.

    Attributes
    ----------
    values : ndarray, shape (draws, months, slots)
        log10 of the quantity, the month after the origin's first.
    known : ndarray, shape (k,)
        The largest values known at the origin, up to ten.
    """

    values: Array
    known: Array

    def largest(self, years: float) -> Array:
        """Largest value by so many years after the origin, whole months of them, shape (draws,)."""
        simulated = self.values[:, : round(12 * years)].max(axis=(1, 2), initial=-np.inf)
        return np.maximum(simulated, self.known.max())

    def top_ten(self, years: float) -> Array:
        """Median of the ten largest by then, shape (draws,)."""
        simulated = self.values[:, : round(12 * years)].reshape(len(self.values), -1)
        known = np.broadcast_to(self.known, (len(simulated), len(self.known)))
        return top_median(np.concatenate([known, simulated], axis=1))

    def first_passage(self, step_oom: float) -> Array:
        """Years from the origin to the middle of the month that first passes the known maximum by a step.

        Returns
        -------
        ndarray, shape (draws,)
            The length of the simulation in years where it is not passed.
        """
        passed = self.values.max(axis=2) >= self.known.max() + step_oom
        months = passed.shape[1]
        first = np.where(passed.any(axis=1), passed.argmax(axis=1) + 0.5, months)
        return np.asarray(first / 12)


def top_median(values: Array) -> Array:
    """Median of the ten largest along the last axis, or of all where there are fewer; -inf pads."""
    largest = -np.sort(-values, axis=-1)[..., :TOP]
    result: Array = np.nanmedian(np.where(np.isfinite(largest), largest, np.nan), axis=-1)
    return result


def simulate_joint(posterior: Posterior, seed: int, months: int = MONTHS_AHEAD) -> tuple[Array, Array]:
    """Runs of the joint model after the origin's month, by the equations of `forecast.engine.paths`.

    The engine keeps only the largest run of each month; a top ten needs them all.

    Returns
    -------
    log10_flop, log10_spend : ndarray, shape (draws, months, slots)
        Compute (FLOP) and spend (2023 $) of every run; -inf in empty slots.
    """
    paths, rng = latent(posterior, seed, months + 1), stream(seed, "backtest runs")
    block, constants = posterior.blocks["compute"], posterior.constants("compute")
    after = slice(paths.lead + 1, None)
    price, median_spend = paths.log10_price[:, after], paths.log10_spend[:, after]
    counts = rng.poisson(float(constants["runs_per_year"]) / 12, price.shape)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    draw = cell // price.shape[1]
    e = block["sigma_origin"][draw] * rng.standard_t(7, len(cell))
    q = np.clip(block["sigma_cost"][draw] * rng.standard_t(4, len(cell)), -RUN_RESIDUAL_CLIP, RUN_RESIDUAL_CLIP)
    ceiling = np.maximum(paths.log10_ceiling()[:, after], float(constants["largest_known_log10_spend"]))
    spend = np.minimum(median_spend.ravel()[cell] + e + q, ceiling.ravel()[cell])
    return padded(spend - price.ravel()[cell] - q, counts), padded(spend, counts)


def padded(values: Array, counts: NDArray[np.int64]) -> Array:
    """Values that come in order of their cells, `counts` to a cell, as (*cells, slots) padded with -inf."""
    slots = np.arange(max(1, int(counts.max(initial=0))))
    result = np.full((*counts.shape, len(slots)), -np.inf)
    result[slots < counts[..., None]] = values
    return result
