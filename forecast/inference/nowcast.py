"""The nowcast gate's figures: what a fit says about runs that are already known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine.paths import latent, monthly_largest
from forecast.engine.streams import stream
from forecast.inference.diagnostics import Nowcast, inside_bands
from forecast.models import compute
from forecast.models.compute import ComputeData
from forecast.posterior.artefact import Posterior

Array = NDArray[np.float64]

WINDOW_YEARS = 1.5
_BEFORE_ANY_RUN = -np.inf


def nowcast(posterior: Posterior, data: ComputeData, seed: int) -> Nowcast:
    """Compare the fit with the disclosed runs of its last 18 months, and with the running maximum.

    Parameters
    ----------
    posterior : Posterior
        The fit, its status still open.
    data : ComputeData
        The runs that it was fitted on.
    seed : int
        Seed of the simulated runs.

    Returns
    -------
    Nowcast
        Figures for `diagnostics.judge_nowcast`.
    """
    end = data.disclosed_until
    start = end - WINDOW_YEARS
    recent = (data.run_year > start) & (data.run_year <= end)
    predicted, _ = compute.predictive(posterior.blocks["compute"], data, stream(seed, "nowcast rows"))
    inside_80, median_inside = inside_bands(data.run_log10_flop[recent], predicted[:, recent])
    return Nowcast(int(recent.sum()), inside_80, median_inside, _reach(posterior, data, start, end, seed), (start, end))


def _reach(posterior: Posterior, data: ComputeData, start: float, end: float, seed: int) -> float:
    """P(F(end) >= the largest run known at `end`), simulated from the largest known at `start`."""
    known_then = _largest(data, start)
    simulated = _maximum_by(_simulated_from(posterior, start), end, seed)
    return float(np.mean(np.maximum(simulated, known_then) >= _largest(data, end)))


def _largest(data: ComputeData, until: float) -> float:
    return float(np.max(data.run_log10_flop[data.run_year <= until], initial=_BEFORE_ANY_RUN))


def _simulated_from(posterior: Posterior, start: float) -> Posterior:
    """The same posterior, its runs simulated from an earlier date."""
    blocks = dict(posterior.manifest["blocks"])
    constants = {**posterior.constants("compute"), "simulate_from": start}
    blocks["compute"] = {**blocks["compute"], "constants": constants}
    return posterior.with_manifest(blocks=blocks)


def _maximum_by(posterior: Posterior, end: float, seed: int) -> Array:
    paths = latent(posterior, seed, months=1)
    log10_flop = monthly_largest(posterior, paths, seed, "flop")
    maximum: Array = log10_flop[:, paths.years <= end].max(axis=1)
    return maximum
