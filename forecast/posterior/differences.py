"""What differs between two posteriors: where they came from, and how far every variable moved.

    found = diff(read(before), read(after))
    found.changes["tables"]           # the tables whose rows changed
    found.shifts[0]                   # the variable whose median moved most

A shift is (median of after - median of before) / sd of before, per draw of a variable and label. Two samplings of one
posterior differ too: for a normal variable with n effective draws the median has a standard error of sqrt(pi / 2n) sd,
so shifts below `noise_sd`, two standard errors of the difference, say nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import BLOCKS, CONSTANTS, DIMENSIONS, Variable, variables_of

WIDTH = (0.05, 0.95)
"""The interval whose widths are compared."""

SECTIONS = ("basis", "tables", "models", "constants", "priors", "laws", "libraries", "diagnostics", "gates")
"""What can differ besides the draws; `gates` is how the fit was judged."""

_BASIS = ("as_of", "data_cutoff", "seed", "draws", "code_version", "schema_version", "sampler", "hindsight_rows")


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that differs.

    Attributes
    ----------
    name : str
        Its dotted name.
    before, after : object
        A number, a text or a tuple of them; None where it is not there.
    """

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of a dimension that one of the two does not have."""

    dimension: str
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """How far one variable moved.

    Attributes
    ----------
    name : str
        `compute/g_spend`, or `loss/b[marin-dclm]` for one label.
    unit : str
        Of the medians.
    median_before, median_after : float
        Medians.
    sd_before : float
        Standard deviation of its draws before.
    shift_sd : float or None
        The shift, in units of `sd_before`; None where that is zero and the median moved.
    width_ratio : float or None
        Width of the 90 % interval after over that before; None where that was zero.
    """

    name: str
    unit: str
    median_before: float
    median_after: float
    sd_before: float
    shift_sd: float | None
    width_ratio: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two posteriors.

    Attributes
    ----------
    before, after : str
        Their names.
    changes : mapping of str to tuple of Change
        By section (`SECTIONS`); one without a change is empty.
    labels : tuple of Labels
        Dimensions whose labels differ; shifts are told of what both have.
    shifts : tuple of Shift
        Of every variable, the largest first; those that are zero too.
    noise_sd : float
        Shifts below are what two samplings of one posterior differ by.
    """

    before: str
    after: str
    changes: Mapping[str, tuple[Change, ...]]
    labels: tuple[Labels, ...]
    shifts: tuple[Shift, ...]
    noise_sd: float

    def to_dict(self) -> dict[str, Any]:
        """In JSON's types."""
        return {
            "before": self.before,
            "after": self.after,
            "changes": {section: [asdict(change) for change in found] for section, found in self.changes.items()},
            "labels": [asdict(one) for one in self.labels],
            "noise_sd": self.noise_sd,
            "shifts": [asdict(shift) for shift in self.shifts],
        }


def diff(before: Posterior, after: Posterior) -> Difference:
    """What differs between two posteriors.

    Parameters
    ----------
    before, after : Posterior
        In the order of the change.
    """
    told = [_sections(posterior) for posterior in (before, after)]
    changes = {section: tuple(_changes(told[0][section], told[1][section])) for section in SECTIONS}
    changes["laws"] = tuple(
        _law_changes(*({law["name"]: law for law in one.manifest["laws"]} for one in (before, after)))
    )
    changes["constants"] = tuple(one for one in changes["constants"] if None not in (one.before, one.after))  # `labels`
    shifts = sorted((shift for block in BLOCKS for shift in _shifts(block, before, after)), key=_largest_first)
    noise = 2 * math.sqrt(math.pi / 2 * sum(1 / _effective(posterior) for posterior in (before, after)))
    return Difference(before.name, after.name, changes, tuple(_labels(before, after)), tuple(shifts), noise)


def _sections(posterior: Posterior) -> dict[str, dict[str, Any]]:
    """Everything of a manifest that can differ, flat, by section."""
    manifest: Mapping[str, Any] = posterior.manifest
    blocks = manifest["blocks"]
    models = {block: {key: told[key] for key in ("model_version", "run")} for block, told in blocks.items()}
    return {
        "basis": _flat({name: manifest[name] for name in _BASIS}),
        "tables": _flat(manifest["data_digests"]),
        "models": _flat(models),
        "constants": _constants(posterior),
        "priors": _flat(manifest["priors"]),
        "laws": {},
        "libraries": _flat(manifest["library_versions"]),
        "diagnostics": _flat({**manifest["diagnostics"], "nowcast": manifest["nowcast"]}),
        "gates": _flat({name: manifest[name] for name in ("status", "reasons", "prior_only")}),
    }


def _constants(posterior: Posterior) -> dict[str, Any]:
    """Fixed numbers of the blocks; a list of them by its labels."""
    found: dict[str, Any] = {}
    for constant in CONSTANTS:
        name, value = f"{constant.block}.{constant.name}", posterior.constants(constant.block)[constant.name]
        if constant.per:
            labels = posterior.coords[constant.per].tolist()
            found |= {f"{name}[{label}]": one for label, one in zip(labels, value, strict=True)}
        else:
            found[name] = value
    return found


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= _flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {f"{before}{key}": value}
    return found


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Change(name, before.get(name), after.get(name))


def _law_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Numbers of laws that both know; of one that only one knows, when it was published."""
    for name in dict.fromkeys((*before, *after)):
        if name in before and name in after:
            yield from _changes(_flat(before[name], f"{name}."), _flat(after[name], f"{name}."))
        else:
            yield Change(
                name, *(f"published {laws[name]['published_on']}" if name in laws else None for laws in (before, after))
            )


def _labels(before: Posterior, after: Posterior) -> Iterator[Labels]:
    for dimension in DIMENSIONS.values():
        if dimension.block in BLOCKS:
            a, b = (list(map(str, one.coords[dimension.name].tolist())) for one in (before, after))
            if set(a) != set(b):
                only = tuple(one for one in a if one not in b), tuple(one for one in b if one not in a)
                yield Labels(dimension.name, *only)


def _shifts(block: str, before: Posterior, after: Posterior) -> Iterator[Shift]:
    for variable in variables_of(block):
        a, b = (_columns(variable, posterior) for posterior in (before, after))
        for label, draws in a.items():
            if label in b:
                yield _shift(f"{block}/{variable.name}{label}", variable.unit, draws, b[label])


def _columns(variable: Variable, posterior: Posterior) -> dict[str, NDArray[np.float64]]:
    """Draws of a variable by its label in brackets, or by nothing."""
    draws = posterior.draws_of(variable.block, variable.name)
    if draws.ndim == 1:
        return {"": draws}
    labels = posterior.coords[variable.dims[1]].tolist()
    return {f"[{label}]": column for label, column in zip(labels, draws.T, strict=True)}


def _shift(name: str, unit: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> Shift:
    medians = float(np.median(before)), float(np.median(after))
    moved, sd = medians[1] - medians[0], float(np.std(before))
    widths = [float(np.ptp(np.quantile(draws, WIDTH))) for draws in (before, after)]
    shift_sd = moved / sd if sd > 0 else 0.0 if moved == 0 else None
    return Shift(name, unit, *medians, sd, shift_sd, widths[1] / widths[0] if widths[0] > 0 else None)


def _largest_first(shift: Shift) -> tuple[float, float, str]:
    moved = math.inf if shift.shift_sd is None else abs(shift.shift_sd)
    ratio = shift.width_ratio
    return -moved, -abs(math.log(ratio)) if ratio else -math.inf, shift.name


def _effective(posterior: Posterior) -> float:
    """The fewest effective draws of any model, where the fit told them; else the draws."""
    told = [model.get("min_ess") for model in posterior.manifest["diagnostics"].values() if isinstance(model, Mapping)]
    sizes = [float(size) for size in told if isinstance(size, int | float) and size > 0]
    return min([float(posterior.draws), *sizes])
