"""One sampler run per model, and the posterior's blocks that come from it."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.diagnostics import convergence
from forecast.inference.observations import Observations
from forecast.inference.sampling import Progress, Sampled, SamplerSettings, compile_model, sample
from forecast.models import compute, growth, loss, price
from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import variables_of
from forecast.priors import Priors

Array = NDArray[np.float64]
Blocks = Mapping[str, Mapping[str, Array]]

MODELS: dict[str, tuple[str, ...]] = {"compute": ("compute", "price"), "loss": ("loss",)}
"""The models that are sampled, and the blocks of the posterior that each yields."""


@dataclass(frozen=True)
class Run:
    """Draws of one model as blocks, and where they came from.

    Attributes
    ----------
    blocks : mapping of str to mapping of str to ndarray
        Variables by block, draws first.
    identity : str
        Name of the run: model, and a hash of its data, priors, settings and seed.
    model_version : str
        Digest of the modules that state the model.
    diagnostics : mapping
        Convergence figures; empty where the block is its prior.
    """

    blocks: Blocks
    identity: str
    model_version: str
    diagnostics: Mapping[str, Any]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(next(iter(next(iter(self.blocks.values())).values())))

    def thinned(self, draws: int) -> dict[str, dict[str, Array]]:
        """The blocks with `draws` evenly spaced draws."""
        rows = np.arange(draws) * self.draws // draws
        return {name: {v: values[rows] for v, values in block.items()} for name, block in self.blocks.items()}

    @classmethod
    def from_posterior(cls, model: str, posterior: Posterior) -> Run:
        """The run that a posterior's blocks came from."""
        entry = posterior.manifest["blocks"][MODELS[model][0]]
        blocks = {name: posterior.blocks[name] for name in MODELS[model]}
        return cls(blocks, entry["run"], entry["model_version"], posterior.manifest["diagnostics"][model])


@dataclass(frozen=True)
class Recipe:
    """Everything that a run's draws follow from, but for the model itself."""

    observations: Observations
    priors: Priors
    settings: SamplerSettings
    seed: int

    def identity(self, model: str, version: str) -> str:
        """Name of the run: the model, and a hash of version, data, dates, priors, settings and seed."""
        seen = self.observations
        parts = [version, seen.data_digest, seen.as_of.isoformat(), seen.cutoff.isoformat()]
        parts += [repr(self.priors), repr(self.settings), str(self.seed)]
        return f"{model}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"


def run_compute(recipe: Recipe, progress: Progress | None) -> Run:
    """Sample the joint model of spend, price and compute with the hardware channels."""
    seen, priors = recipe.observations, recipe.priors
    model = compute.build(seen.compute, seen.price, priors.compute, priors.price)
    sampled = sample("compute", compile_model(model), recipe.settings, recipe.seed, progress)
    found = convergence("compute", sampled, [variable.name for variable in model.free_RVs])
    version = version_of(compute, growth, price)
    return Run(_compute_blocks(sampled), recipe.identity("compute", version), version, asdict(found))


def run_loss(recipe: Recipe, progress: Progress | None) -> Run:
    """Sample the hierarchy of losses; from its prior where there are too few rows."""
    seen, priors, version = recipe.observations, recipe.priors.loss, version_of(loss)
    identity = recipe.identity("loss", version)
    if "loss" in seen.prior_only:
        draws = recipe.settings.chains * recipe.settings.draws
        block = loss.prior_block(priors, draws, np.random.default_rng(recipe.seed))
        return Run({"loss": block}, identity, version, {})
    model = loss.build(seen.loss, priors)
    sampled = sample("loss", compile_model(model), recipe.settings, recipe.seed, progress)
    found = convergence("loss", sampled, [variable.name for variable in model.free_RVs])
    block = {variable.name: sampled.flat(variable.name) for variable in variables_of("loss")}
    return Run({"loss": block}, identity, version, asdict(found))


def version_of(*modules: ModuleType) -> str:
    """Version of a model: a digest of the modules that state it, so that it cannot be forgotten."""
    source = "".join(inspect.getsource(module) for module in modules)
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def _compute_blocks(sampled: Sampled) -> dict[str, dict[str, Array]]:
    rate = sampled.flat("rate")
    elsewhere = {
        ("compute", "r_realised"): rate[:, price.REALISED],
        ("price", "r_rental"): rate[:, price.RENTAL],
        ("price", "r"): rate[:, : len(price.PURCHASE_CHANNELS)],
        ("price", "sigma"): sampled.flat("sigma_purchase"),
    }

    def draws(block: str, name: str) -> Array:
        return elsewhere[block, name] if (block, name) in elsewhere else sampled.flat(name)

    return {block: {v.name: draws(block, v.name) for v in variables_of(block)} for block in MODELS["compute"]}
