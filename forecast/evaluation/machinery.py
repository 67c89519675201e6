"""The stored checks of the machinery, all together: as records, and as JSON values of the service's message.

They are of the models that ship, whichever backtest is asked for. Until `timelines check` has stored a table, it is
empty here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from forecast.evaluation import checks
from forecast.evaluation.calibration_encode import figure, told
from forecast.evaluation.checks import Loo, PowerScaling, Predictive, PriorPosterior, Sbc

TABLES = (checks.SBC, checks.LOO, checks.POWER_SCALING, checks.PREDICTIVE, checks.PRIOR_POSTERIOR)


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
    """

    simulation_based: tuple[Sbc, ...]
    leave_one_out: tuple[Loo, ...]
    power_scaling: tuple[PowerScaling, ...]
    predictive: tuple[Predictive, ...]
    prior_posterior: tuple[PriorPosterior, ...]

    @property
    def models(self) -> dict[str, str]:
        """What the names of the models stand for, of those that are in a table."""
        every = (getattr(self, field.name) for field in fields(self))
        named = {record.model: checks.MODELS.get(record.model, record.model) for table in every for record in table}
        return dict(sorted(named.items()))

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names; empty where nothing is stored."""
        models = [{"model": name, "words": words} for name, words in self.models.items()]
        return told(
            {"models": models} | {f.name: [_record(one) for one in getattr(self, f.name)] for f in fields(self)}
        )


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
    )


def _stored[Record](folder: Path, name: str, read: Callable[[Path], Sequence[Record]]) -> tuple[Record, ...]:
    return tuple(read(folder)) if (folder / name).is_file() else ()


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
