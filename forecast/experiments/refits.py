"""The joint model refitted as of an origin, on what was known by then, judged by the same gates as any fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import forecast
from forecast.engine.drift import PHI
from forecast.experiments.checkpoints import resume
from forecast.inference import diagnostics
from forecast.inference.diagnostics import Convergence
from forecast.inference.fit import DATA_NOTICE, LIBRARIES
from forecast.inference.nowcast import nowcast
from forecast.inference.observations import Observations, observe
from forecast.inference.runs import Recipe, Run, run_compute, version_of
from forecast.inference.sampling import SamplerSettings
from forecast.models import compute, growth, loss, price
from forecast.posterior.artefact import Posterior
from forecast.priors import DEFAULT

SEED = 20131231
SETTINGS = SamplerSettings(draws=750, tune=750, chains=4, cores=1)
"""Short chains: scores move by less than what they are read with. One core, since origins run side by side."""


def refit(
    origin: date, folder: Path, settings: SamplerSettings = SETTINGS, seed: int = SEED
) -> tuple[Posterior, Observations]:
    """Fit spend, price and compute as of an origin, or take the finished fit from its checkpoint.

    Parameters
    ----------
    origin : date
        As-of date and data cutoff.
    folder : Path
        Where checkpoints are.
    settings : SamplerSettings
        Counts and tuning.
    seed : int
        Seed of the sampler.

    Returns
    -------
    posterior : Posterior
        With the gates' verdict; its loss block is the prior, and it has no scales: losses are held out elsewhere.
    observations : Observations
        What was known.
    """
    recipe = Recipe(observe(origin, origin), DEFAULT, settings, seed)
    run = resume(folder, _identity(recipe), lambda: run_compute(recipe, None))
    return _judged(_posterior(recipe, run), recipe.observations, run, seed), recipe.observations


def identity(origin: date, settings: SamplerSettings, seed: int) -> str:
    """Name of the run of an origin."""
    return _identity(Recipe(observe(origin, origin), DEFAULT, settings, seed))


def _identity(recipe: Recipe) -> str:
    return recipe.identity("compute", version_of(compute, growth, price))


def _posterior(recipe: Recipe, run: Run) -> Posterior:
    seen, draws = recipe.observations, run.draws
    population = loss.prior_block(recipe.priors.loss, draws, np.random.default_rng(recipe.seed))
    scales = {name: np.empty((draws, 0)) for name in ("b", "floor_nats", "log_l0")}
    blocks = {**run.blocks, "loss": population, "scales": scales}
    coords = {**seen.coords, "group": [], "scale": []}
    return Posterior.new(_manifest(recipe, run), blocks, coords, seen.observed)


def _manifest(recipe: Recipe, run: Run) -> dict[str, Any]:
    seen = recipe.observations
    return {
        "as_of": seen.as_of.isoformat(),
        "data_cutoff": seen.cutoff.isoformat(),
        "seed": recipe.seed,
        "draws": run.draws,
        "priors": asdict(recipe.priors),
        "data_digests": seen.data_digests,
        "data_digest": seen.data_digest,
        "hindsight_rows": seen.hindsight_rows,
        "prior_only": sorted({*seen.prior_only, "loss"}),
        "blocks": {
            name: {"run": run.identity, "model_version": run.model_version, "constants": constants}
            for name, constants in _constants(recipe).items()
        },
        "sampler": recipe.settings.as_dict(),
        "diagnostics": {"compute": run.diagnostics},
        "library_versions": {name: version(name) for name in LIBRARIES},
        "laws": [],
        "data_notice": DATA_NOTICE,
        "code_version": forecast.__version__,
    }


def _constants(recipe: Recipe) -> Mapping[str, Mapping[str, Any]]:
    priors, seen = recipe.priors.loss, recipe.observations
    no_groups = {"log10_c0": [], "log10_c_max": [], "published_on": [], "t_ref": seen.loss_dates["t_ref"]}
    return {
        "compute": {**seen.compute_constants, "phi": PHI},
        "price": {},
        "loss": {**no_groups, "omega": priors.omega, "noise_floor": priors.noise_floor},
        "scales": {"log10_c0": [], "log10_c_max": [], "relative_noise": 0.0},
    }


def _judged(posterior: Posterior, seen: Observations, run: Run, seed: int) -> Posterior:
    found = nowcast(posterior, seen.compute, seed)
    convergence = diagnostics.judge_convergence(Convergence(**run.diagnostics))
    verdict = diagnostics.combine([convergence, diagnostics.judge_nowcast(found)])
    return posterior.with_manifest(nowcast=found.as_dict(), status=verdict.status, reasons=list(verdict.reasons))
