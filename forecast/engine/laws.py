"""Which scaling law a question means, and the compute that its target needs.

Scales are of two kinds: groups of runs that the posterior fitted, and the scales of published point laws. On a group
the pooled law is the group's own; on a published scale it is what the pool makes of ten points on that law, stated
with a relative noise. The laws themselves are `forecast.engine.scaling`'s.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from forecast.engine import scaling
from forecast.engine.question import DEFAULT_RELATIVE_NOISE, Law, Target
from forecast.engine.scaling import LossLaw
from forecast.engine.study import Population, published_law_scale
from forecast.errors import UnknownNameError
from forecast.posterior.artefact import Posterior
from forecast.posterior.manifest import LawManifest
from forecast.units import GPT3_FLOP

Array = NDArray[np.float64]


def groups(posterior: Posterior) -> tuple[str, ...]:
    """Scales that have runs of their own; none where the loss model is only its prior."""
    return () if "loss" in posterior.prior_only else tuple(posterior.coords["group"].tolist())


def known_scales(posterior: Posterior) -> tuple[str, ...]:
    """Every scale on which this posterior can read a loss."""
    return groups(posterior) + tuple(law["scale"] for law in posterior.manifest["laws"])


def published(posterior: Posterior, name: str) -> LawManifest:
    """A published law.

    Raises
    ------
    UnknownNameError
        Listing the laws that were published by the posterior's as-of date.
    """
    known = {law["name"]: law for law in posterior.manifest["laws"]}
    if name not in known:
        raise UnknownNameError("law", name, ["pooled", "mixture", *known], field="law.published.name")
    return known[name]


def newest_of_scale(posterior: Posterior, scale: str) -> LawManifest:
    """The newest published law on a scale.

    Raises
    ------
    UnknownNameError
        Listing the scales that are known.
    """
    stated = [law for law in posterior.manifest["laws"] if law["scale"] == scale]
    if not stated:
        raise UnknownNameError("scale", scale, known_scales(posterior), field="target.loss.scale")
    return max(stated, key=lambda law: law["published_on"])


def required_flop(target: Target, law: LossLaw | None, draws: int) -> Array:
    """Physical compute that the target needs at reference algorithms, log10 FLOP.

    Parameters
    ----------
    target : Target
        A loss, or compute as such.
    law : LossLaw, optional
        The law of every draw; compute as such has none.
    draws : int
        Number of draws.

    Returns
    -------
    ndarray, shape (draws,)
        +inf where it is out of reach.
    """
    if law is not None:
        return scaling.required_log10_flop(law, target.value)
    unit = GPT3_FLOP if target.kind == "gpt3_multiple" else 1.0
    return np.full(draws, math.log10(target.value) + math.log10(unit))


def resolve(posterior: Posterior, scale: str, law: Law, seed: int) -> LossLaw:
    """The law of every draw on a scale.

    Raises
    ------
    UnknownNameError
        For a scale or a published law that the posterior does not know; lists those that it does.
    """
    if law.kind == "published":
        return scaling.published_law(published(posterior, str(law.name)), posterior.draws)
    pooled = _pooled(posterior, scale, law.relative_noise, seed)
    return scaling.mixture(pooled, seed) if law.kind == "mixture" else pooled


def _pooled(posterior: Posterior, scale: str, relative_noise: float, seed: int) -> LossLaw:
    if scale in groups(posterior):
        return scaling.group_law(posterior, scale, seed)
    if relative_noise == DEFAULT_RELATIVE_NOISE:
        return scaling.scale_law(posterior, scale, seed)
    stated, population = newest_of_scale(posterior, scale), Population.of(posterior.blocks["loss"])
    restated = published_law_scale(stated, population, relative_noise, posterior.draws, seed)
    return restated.law(posterior.constants("loss")["omega"], seed)
