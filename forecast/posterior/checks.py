"""What makes a posterior whole: every registered variable, of its shape, finite, and nothing besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ArtefactError
from forecast.posterior.schema import BLOCKS, CONSTANTS, DIMENSIONS, OBSERVED, VARIABLES, Variable

if TYPE_CHECKING:
    from forecast.posterior.artefact import Posterior


def check(posterior: Posterior) -> None:
    """Raise ArtefactError, naming the field, unless the arrays fit the schema and the manifest fits the arrays."""
    _check_names(posterior)
    sizes = _sizes(posterior)
    for variable in VARIABLES:
        holder = posterior.observed if variable.block == OBSERVED else posterior.blocks[variable.block]
        _check_variable(variable, holder[variable.name], sizes)
    _check_constants(posterior, sizes)


def _check_names(posterior: Posterior) -> None:
    found = {f"{block}/{name}" for block, values in posterior.blocks.items() for name in values}
    found |= {f"{OBSERVED}/{name}" for name in posterior.observed}
    _compare("variable", found, {f"{variable.block}/{variable.name}" for variable in VARIABLES})
    labelled = {name for name, dimension in DIMENSIONS.items() if dimension.block in BLOCKS}
    _compare("dimension", set(posterior.coords), labelled)


def _compare(kind: str, found: set[str], wanted: set[str]) -> None:
    for name in sorted(wanted - found):
        raise ArtefactError(f"{kind} {name} is missing", field=name)
    for name in sorted(found - wanted):
        raise ArtefactError(f"{kind} {name} is not in the schema (forecast.posterior.schema)", field=name)


def _sizes(posterior: Posterior) -> dict[str, int]:
    sizes = {"draw": posterior.draws}
    for name, dimension in DIMENSIONS.items():
        if dimension.block == OBSERVED:
            sizes[name] = len(posterior.observed[name.replace("_point", "_year")])
    for name, labels in posterior.coords.items():
        sizes[name] = len(labels)
        if len(set(labels.tolist())) < len(labels):
            raise ArtefactError(f"dimension {name} has a label twice", field=name)
    return sizes


def _check_variable(variable: Variable, array: NDArray[Any], sizes: Mapping[str, int]) -> None:
    field = f"{variable.block}/{variable.name}"
    wanted = tuple(sizes[dim] for dim in variable.dims)
    if array.shape != wanted:
        named = ", ".join(f"{dim}={size}" for dim, size in zip(variable.dims, wanted, strict=True))
        raise ArtefactError(f"variable {field} has shape {array.shape}, expected ({named})", field=field)
    if variable.kind != "str" and not np.isfinite(array).all():
        raise ArtefactError(f"variable {field} holds values that are not finite", field=field)


def _check_constants(posterior: Posterior, sizes: Mapping[str, int]) -> None:
    for constant in CONSTANTS:
        if not constant.per:
            continue
        field = f"blocks.{constant.block}.constants.{constant.name}"
        found = len(posterior.constants(constant.block)[constant.name])
        if found != sizes[constant.per]:
            what = f"has {found} values for {sizes[constant.per]} of {constant.per}"
            raise ArtefactError(f"manifest field {field} {what}", field=f"manifest.{field}")
