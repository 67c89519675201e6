"""Two posteriors blended by independent block, and why a block differs between them.

What is drawn jointly stays together: spend, price and compute, with the as-of date that they are stated at, are one
block; the laws of losses with their scales are the other. Draws are paired in their order, as in any posterior.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, cast

import numpy as np

from forecast.posterior.artefact import UNWRITTEN, Posterior
from forecast.posterior.manifest import FrozenDict, Manifest
from forecast.posterior.schema import DIMENSIONS

POSTERIOR = "posterior."
"""What the names of switches of the posterior start with."""

JointBlock = Literal["compute", "loss"]
MEMBERS: Mapping[JointBlock, tuple[str, ...]] = {"compute": ("compute", "price"), "loss": ("loss", "scales")}
"""What is drawn jointly, by the name of its switch."""

_TABLES: Mapping[JointBlock, tuple[str, ...]] = {
    "compute": ("training_runs", "spend", "accelerators", "rental_prices", "chip_stock", "macro", "vintages"),
    "loss": ("loss_points", "loss_runs", "laws"),
}


class Parts(Protocol):
    """A posterior's change in parts, each a switch."""

    def names(self) -> tuple[str, ...]:
        """Switches that differ, each starting with `posterior.`."""

    def posterior(self, flipped: frozenset[str]) -> Posterior:
        """The posterior with some of them flipped from before to after; an InputError where there is none."""

    def words(self, name: str) -> tuple[str, str]:
        """What a switch stands for before and after."""

    def causes(self, name: str) -> tuple[str, ...]:
        """What differs in how a part was made; one is the cause, of several only a refit tells."""


class Blocks:
    """The change of a posterior by independent block: nothing is fitted anew.

    Parameters
    ----------
    before, after : Posterior
        The two.
    losses : bool
        Whether the laws of losses have any part in the questions.
    """

    def __init__(self, before: Posterior, after: Posterior, losses: bool) -> None:
        self._before, self._after, self._losses = before, after, losses

    def names(self) -> tuple[str, ...]:
        """`posterior.compute` and `posterior.loss`, where they differ."""
        wanted = [block for block in MEMBERS if block != "loss" or self._losses]
        return tuple(POSTERIOR + block for block in wanted if differs(block, self._before, self._after))

    def posterior(self, flipped: frozenset[str]) -> Posterior:
        """The blend with some blocks of after."""
        return blend(*(self._after if POSTERIOR + block in flipped else self._before for block in MEMBERS))

    def words(self, name: str) -> tuple[str, str]:
        """Name and data of both posteriors."""
        told = [f"{posterior.name} (data to {posterior.data_cutoff})" for posterior in (self._before, self._after)]
        return told[0], told[1]

    def causes(self, name: str) -> tuple[str, ...]:
        """Of as_of, data, priors, code and sampling those that differ."""
        return causes(cast(JointBlock, name.removeprefix(POSTERIOR)), self._before, self._after)


def blend(compute: Posterior, loss: Posterior) -> Posterior:
    """The posterior with one block from each.

    Parameters
    ----------
    compute, loss : Posterior
        Where each block is taken from; the first gives the as-of date and the observed points, the second the
        published laws.

    Returns
    -------
    Posterior
        In memory only, with as many draws as the larger of both, for which those of the smaller are repeated; the one
        itself where both are the same.
    """
    if compute is loss or (compute.name == loss.name != UNWRITTEN):
        return compute
    draws = max(compute.draws, loss.draws)
    source = {member: of for names, of in zip(MEMBERS.values(), (compute, loss), strict=True) for member in names}
    manifest = {
        **compute.manifest,
        "name": f"{compute.name}+{loss.name}",
        "draws": draws,
        "blocks": FrozenDict({member: of.manifest["blocks"][member] for member, of in source.items()}),
        "laws": loss.manifest["laws"],
        "priors": FrozenDict({**compute.manifest["priors"], "loss": loss.manifest["priors"].get("loss", {})}),
        "prior_only": tuple(member for member, of in source.items() if member in of.prior_only)
        + tuple(part for part in compute.prior_only if part not in source),
    }
    return Posterior(
        cast(Manifest, FrozenDict(manifest)),
        FrozenDict({member: _repeated(of, member, draws) for member, of in source.items()}),
        FrozenDict({name: _owner(name, compute, loss).coords[name] for name in compute.coords}),
        compute.observed,
    )


def _repeated(posterior: Posterior, member: str, draws: int) -> Mapping[str, Any]:
    """A block with so many draws, each as often as any other or once more."""
    if posterior.draws == draws:
        return posterior.blocks[member]
    rows = np.arange(draws) * posterior.draws // draws
    return FrozenDict({name: values[rows] for name, values in posterior.blocks[member].items()})


def _owner(coordinate: str, compute: Posterior, loss: Posterior) -> Posterior:
    return loss if DIMENSIONS[coordinate].block in MEMBERS["loss"] else compute


def differs(block: JointBlock, before: Posterior, after: Posterior) -> bool:
    """Whether a block is another in two posteriors: its draws, its constants, or what else it gives."""
    if before is after or (before.name == after.name != UNWRITTEN):
        return False
    if block == "compute" and before.as_of != after.as_of:
        return True
    if block == "loss" and before.manifest["laws"] != after.manifest["laws"]:
        return True
    return any(_member_differs(member, before, after) for member in MEMBERS[block])


def _member_differs(member: str, before: Posterior, after: Posterior) -> bool:
    one, other = before.blocks[member], after.blocks[member]
    if before.constants(member) != after.constants(member) or one.keys() != other.keys():
        return True
    return any(not np.array_equal(one[name], other[name]) for name in one)


def causes(block: JointBlock, before: Posterior, after: Posterior) -> tuple[str, ...]:
    """What differs in how a block was made.

    Parameters
    ----------
    block : {"compute", "loss"}
        Which.
    before, after : Posterior
        In which it differs.

    Returns
    -------
    tuple of str
        Of `as_of`, `data`, `priors`, `code` and `sampling` those that differ. Where it is one, that is the cause; what
        each of several did, only a refit tells.
    """
    one, other = before.manifest, after.manifest
    made = {
        "as_of": block == "compute" and one["as_of"] != other["as_of"],
        "data": one["data_cutoff"] != other["data_cutoff"] or _tables(block, one) != _tables(block, other),
        "priors": _priors(block, one) != _priors(block, other),
        "code": _versions(block, one) != _versions(block, other),
    }
    found = tuple(name for name, differs in made.items() if differs)
    return found or ("sampling",)


def _tables(block: JointBlock, manifest: Manifest) -> list[Any]:
    return [manifest["data_digests"].get(table) for table in _TABLES[block]]


def _priors(block: JointBlock, manifest: Manifest) -> list[Any]:
    return [manifest["priors"].get(member) for member in MEMBERS[block]]


def _versions(block: JointBlock, manifest: Manifest) -> list[str]:
    return [manifest["blocks"][member]["model_version"] for member in MEMBERS[block]]
