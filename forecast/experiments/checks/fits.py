"""Full fits of the sampled models on the shipped tables, with every variable that the checks look at.

The posterior that is shipped keeps no levels of chips and vendors; these do. They are kept as checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.experiments.checkpoints import file_of, resume
from forecast.inference.diagnostics import Convergence, Verdict, convergence, judge_convergence
from forecast.inference.observations import Observations
from forecast.inference.runs import Recipe, Run, version_of
from forecast.inference.sampling import Sampled, SamplerSettings, compile_model, sample
from forecast.models import compute, growth, loss, price
from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import variables_of
from forecast.priors import DEFAULT

Array = NDArray[np.float64]

SEED = 20240731
SETTINGS = SamplerSettings(cores=1)


@dataclass(frozen=True)
class Fit:
    """Draws of one sampled model, chain after chain, under the sampler's names.

    Attributes
    ----------
    model : str
        `compute` or `loss`.
    draws : mapping of str to ndarray, shape (chains x draws, ...)
        With `rental_effects` and `r_realised` for the joint model.
    chains : int
        How many chains.
    diagnostics : mapping
        Convergence figures.
    """

    model: str
    draws: Mapping[str, Array]
    chains: int
    diagnostics: Mapping[str, Any]

    @property
    def verdict(self) -> Verdict:
        """Of the convergence gate."""
        return judge_convergence(Convergence(**self.diagnostics))

    def by_chain(self, values: Array) -> Array:
        """Values of all draws as (chains, draws, ...)."""
        return values.reshape(self.chains, -1, *values.shape[1:])


def fit(model: str, seen: Observations, folder: Path, settings: SamplerSettings = SETTINGS) -> Fit:
    """Fit `compute` or `loss`, or take the finished fit from its checkpoint."""
    recipe, version = Recipe(seen, DEFAULT, settings, SEED), _version(model)
    identity = _identity(model, recipe)
    make = _loss if model == "loss" else _compute
    run = resume(folder, identity, lambda: make(recipe, identity, version))
    return Fit(model, run.blocks["draws"], settings.chains, run.diagnostics)


def kept(model: str, seen: Observations, settings: SamplerSettings = SETTINGS) -> str:
    """Name of the file of a fit."""
    return file_of(_identity(model, Recipe(seen, DEFAULT, settings, SEED)))


def _identity(model: str, recipe: Recipe) -> str:
    return f"checks-{recipe.identity(model, _version(model))}"


def _version(model: str) -> str:
    return version_of(loss) if model == "loss" else version_of(compute, growth, price)


def _loss(recipe: Recipe, identity: str, version: str) -> Run:
    seen = recipe.observations
    sampled, found = _sampled("loss", lambda: loss.build(seen.loss, recipe.priors.loss), recipe)
    return Run({"draws": {name: sampled.flat(name) for name in sampled.draws}}, identity, version, found)


def _compute(recipe: Recipe, identity: str, version: str) -> Run:
    seen, priors = recipe.observations, recipe.priors
    build = lambda: compute.build(seen.compute, seen.price, priors.compute, priors.price)  # noqa: E731
    sampled, found = _sampled("compute", build, recipe)
    draws = {name: sampled.flat(name) for name in sampled.draws}
    _, centre, root = price.whitening(seen.price)
    draws["rental_effects"] = centre + draws.pop("rental_whitened") @ root.T
    draws["r_realised"] = draws["rate"][:, price.REALISED]
    return Run({"draws": draws}, identity, version, found)


def _sampled(name: str, build: Callable[[], Any], recipe: Recipe) -> tuple[Sampled, dict[str, Any]]:
    model = build()
    sampled = sample(name, compile_model(model), recipe.settings, recipe.seed)
    return sampled, asdict(convergence(name, sampled, [variable.name for variable in model.free_RVs]))


def as_posterior(shipped: Posterior, joint: Mapping[str, Array], losses: Mapping[str, Array]) -> Posterior:
    """The shipped posterior with other draws of its models, so that questions can be asked of them.

    The scales of published laws are left as they are: they follow from the population as a whole, not draw by draw.
    """
    channels = slice(0, len(price.PURCHASE_CHANNELS))
    hardware = {
        **joint,
        "r": joint["rate"][:, channels],
        "r_rental": joint["rate"][:, price.RENTAL],
        "sigma": joint["sigma_purchase"],
    }
    draws = {"compute": joint, "price": hardware, "loss": losses}
    blocks = {name: {v.name: mine[v.name] for v in variables_of(name)} for name, mine in draws.items()}
    count = len(joint["sigma"])
    rows = np.arange(count) * shipped.draws // count
    blocks["scales"] = {name: values[rows] for name, values in shipped.blocks["scales"].items()}
    return Posterior.new({**shipped.manifest, "draws": count}, blocks, shipped.coords, shipped.observed)
