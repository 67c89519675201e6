"""The stored checks of the machinery, all together: as records, and as JSON values of the service's message.

They are of the models that ship, whichever backtest is asked for. Until `timelines check` has stored a table, it is
empty here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from forecast.errors import ArtefactError
from forecast.evaluation import backtests, checks
from forecast.evaluation.calibration_encode import figure, pairs, told
from forecast.evaluation.checks import Loo, PowerScaling, Predictive, PriorPosterior, Sbc


@dataclass(frozen=True, slots=True)
class Machinery:
    """Checks of the machinery, by kind.

    Attributes
    ----------
    simulation_based : tuple of Sbc
        Fits of data that were drawn from the prior.
    leave_one_out : tuple of Loo
        Rows predicted from the others.
    power_scaling : tuple of PowerScaling
        What moves each parameter.
    predictive : tuple of Predictive
        Statistics of the data beside what is predicted of them.
    prior_posterior : tuple of PriorPosterior
        Parameters and answers before and after the data.
    provenance : mapping
        What they came from; empty where none are stored.
    """

    simulation_based: tuple[Sbc, ...]
    leave_one_out: tuple[Loo, ...]
    power_scaling: tuple[PowerScaling, ...]
    predictive: tuple[Predictive, ...]
    prior_posterior: tuple[PriorPosterior, ...]
    provenance: Mapping[str, Any]

    @property
    def models(self) -> dict[str, str]:
        """What the names of the models stand for, of those that are in a table."""
        named = {record.model for name in _TABLES for record in getattr(self, name)}
        return {name: checks.MODELS.get(name, name) for name in sorted(named)}

    @property
    def stale_reasons(self) -> tuple[str, ...]:
        """What has changed since; empty while they are of the models and the tables that ship now."""
        return tuple(backtests.stale_reasons(self.provenance)) if self.provenance else ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names; empty where nothing is stored."""
        truths = self.provenance.get("simulation_based", {}).get("truths_from", {})
        models = [
            told({"model": name, "words": words, "truths_from": truths.get(name)})
            for name, words in self.models.items()
        ]
        tables = {name: [_record(one) for one in getattr(self, name)] for name in _TABLES}
        return told({"models": models} | tables | {"provenance": self._provenance()})

    def _provenance(self) -> dict[str, Any]:
        source = self.provenance
        if not source:
            return {}
        return told(
            {
                "posterior": f"posteriors/{source['posterior']}",
                "code_version": source["code_version"],
                "released_on": source["released_on"],
                "data_digests": pairs(source["data_digests"], "table", "sha256"),
                "models": pairs(source["models"], "model", "version"),
                "settings": pairs(dict(_settings(source)), "name", "value"),
                "library_versions": pairs(source["library_versions"], "library", "version"),
                "stale": bool(self.stale_reasons) or None,
                "stale_reasons": list(self.stale_reasons),
            }
        )


_TABLES = ("simulation_based", "leave_one_out", "power_scaling", "predictive", "prior_posterior")
_KINDS = ("simulation_based", "full_fits", "predictive")


def _settings(source: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Seeds and settings of each kind of check, by dotted names."""
    for kind in _KINDS:
        for name, value in source.get(kind, {}).items():
            if name == "sampler":
                yield from ((f"{kind}.{setting}", found) for setting, found in value.items())
            elif isinstance(value, int | float | str):
                yield f"{kind}.{name}", value


def load(folder: Path = checks.STORED) -> Machinery:
    """The stored checks.

    Raises
    ------
    ArtefactError
        When a table is not what `timelines check` writes.
    """
    return Machinery(
        _stored(folder, checks.SBC, checks.load_sbc),
        _stored(folder, checks.LOO, checks.load_loo),
        _stored(folder, checks.POWER_SCALING, checks.load_power_scaling),
        _stored(folder, checks.PREDICTIVE, checks.load_predictive),
        _stored(folder, checks.PRIOR_POSTERIOR, checks.load_prior_posterior),
        _source(folder),
    )


def _stored[Record](folder: Path, name: str, read: Callable[[Path], Sequence[Record]]) -> tuple[Record, ...]:
    return tuple(read(folder)) if (folder / name).is_file() else ()


def _source(folder: Path) -> Mapping[str, Any]:
    """What the checks came from.

    Raises
    ------
    ArtefactError
        When it does not tell what `timelines check` writes.
    """
    if not (folder / checks.PROVENANCE).is_file():
        return {}
    try:
        found = checks.provenance(folder)
        missing = [name for name in _SOURCES if name not in found]
    except (TypeError, ValueError) as error:
        raise ArtefactError(f"{checks.PROVENANCE} of the checks is damaged: run `timelines check`") from error
    if missing:
        raise ArtefactError(
            f"{checks.PROVENANCE} of the checks does not tell {', '.join(missing)}: run `timelines check`"
        )
    return found


_SOURCES = ("posterior", "code_version", "released_on", "data_digests", "models", "priors", "library_versions")
_COUNTS = frozenset({"simulations", "rows", "above_07"})


def _record(record: Any) -> dict[str, Any]:
    """Field by field: a count of zero and a flag that is not set are left out, as protobuf leaves them out."""
    return told({field.name: _value(field.name, getattr(record, field.name)) for field in fields(record)})


def _value(name: str, value: Any) -> Any:
    if name == "kind":
        return f"DRAWS_KIND_{value.upper()}"
    if isinstance(value, tuple):
        return list(value)
    if name in _COUNTS or isinstance(value, bool):
        return value or None
    return figure(value) if isinstance(value, int | float) else value
