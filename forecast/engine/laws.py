"""Which scaling law a question means.

Scales are of three kinds: groups of runs that the posterior fitted, the scales of published point laws, and studies
that a user imported. On a group the pooled law is the group's own; on a published scale it is what the pool makes of
ten points on that law, stated with a relative noise; on an imported one what it makes of the study's own points. A
name of the posterior's own wins over an imported one. The laws themselves are `forecast.engine.scaling`'s.
"""

from __future__ import annotations

from collections.abc import Mapping

from forecast.engine import scaling
from forecast.engine.assumptions import DEFAULT_RELATIVE_NOISE, Law
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.imported import NONE_IMPORTED, ImportedScale
from forecast.engine.scaling import LossLaw
from forecast.engine.targets import Target
from forecast.errors import UnknownNameError
from forecast.posterior.artefact import Posterior
from forecast.posterior.manifest import LawManifest


def groups(posterior: Posterior) -> tuple[str, ...]:
    """Scales that have runs of their own; none where the loss model is only its prior."""
    return () if "loss" in posterior.prior_only else tuple(posterior.coords["group"].tolist())


def known_scales(posterior: Posterior, imported: Mapping[str, ImportedScale] = NONE_IMPORTED) -> tuple[str, ...]:
    """Every scale on which this posterior can read a loss, its own and the imported ones."""
    own = groups(posterior) + tuple(law["scale"] for law in posterior.manifest["laws"])
    return own + tuple(name for name in imported if name not in own)


def imported_scale(posterior: Posterior, imported: Mapping[str, ImportedScale], target: Target) -> ImportedScale | None:
    """The imported scale of a target; None for a scale of the posterior's own, and for no scale.

    Raises
    ------
    UnknownNameError
        Listing the scales that are known.
    """
    scale = target.scale
    if scale is None or scale in known_scales(posterior):
        return None
    found = imported.get(scale)
    if found is None:
        raise UnknownNameError("scale", scale, known_scales(posterior, imported), field=target.scale_path)
    return found


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


def resolve(
    posterior: Posterior,
    scale: str,
    law: Law,
    seed: int,
    imported: ImportedScale | None = None,
    checkpoint: Checkpoint = proceed,
) -> LossLaw:
    """The law of every draw on a scale.

    Parameters
    ----------
    posterior : Posterior
        Whose draws they are.
    scale : str
        Its name.
    law : Law
        Which law on it.
    seed : int
        Of what is drawn beside the posterior's draws.
    imported : ImportedScale, optional
        The scale, where it is not one of the posterior's own.
    checkpoint : callable
        Called between the steps of a grid.

    Raises
    ------
    UnknownNameError
        For a scale or a published law that the posterior does not know; lists those that it does.
    """
    if law.kind == "published":
        return scaling.published_law(published(posterior, str(law.name)), posterior.draws)
    if imported is not None:
        pooled = imported.law(posterior, seed, checkpoint)
    else:
        pooled = _pooled(posterior, scale, law.relative_noise, seed, checkpoint)
    if law.kind == "power_law":
        return scaling.without_floor(pooled)
    return scaling.mixture(pooled, seed, law.power_law_weight or 0.0) if law.kind == "mixture" else pooled


def _pooled(posterior: Posterior, scale: str, relative_noise: float, seed: int, checkpoint: Checkpoint) -> LossLaw:
    if scale in groups(posterior):
        return scaling.group_law(posterior, scale, seed)
    if relative_noise == DEFAULT_RELATIVE_NOISE:
        return scaling.scale_law(posterior, scale, seed)
    from forecast.engine.study import Population, published_law_scale

    stated, population = newest_of_scale(posterior, scale), Population.of(posterior.blocks["loss"])
    restated = published_law_scale(stated, population, relative_noise, posterior.draws, seed, checkpoint)
    return restated.law(posterior.constants("loss")["omega"], seed)
