"""How well forecasts of the past did, as frozen records; `raw` is the message behind each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from google.protobuf.json_format import MessageToDict

from timelines.backtests import Backtest
from timelines.calibration_parts import (
    BacktestFit,
    BarLine,
    CalibrationSummary,
    ForecastSkill,
    LawWeights,
    ScoredForecaster,
    columns_of,
    rows,
)
from timelines.errors import invalid
from timelines.export import pandas_module
from timelines.machinery import Machinery, PastFan
from timelines.resource_requests import resource_name
from timelines.v1 import evaluation_service_pb2 as pb
from timelines.values import shown, some, text

if TYPE_CHECKING:
    import pandas

CalibrationTable = Literal[
    "summaries",
    "skills",
    "bar",
    "fits",
    "simulation_based",
    "leave_one_out",
    "power_scaling",
    "predictive",
    "prior_posterior",
]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well the forecasts of a backtest did.

    Attributes
    ----------
    backtest : Backtest
        Whose scores these are, and what it was made from.
    bar : tuple of BarLine
        What the forecasts are held to.
    summaries : tuple of CalibrationSummary
        Scores by quantity, window of origins, years ahead and forecaster.
    skills : tuple of ForecastSkill
        The models beside each baseline.
    forecasters : tuple of ScoredForecaster
        Whose forecasts are scored.
    fits : tuple of BacktestFit
        How the fits behind the scores went.
    machinery : Machinery
        Checks of the machinery itself.
    caveats : tuple of str
        What the figures do not show, in words.
    """

    backtest: Backtest
    bar: tuple[BarLine, ...]
    summaries: tuple[CalibrationSummary, ...]
    skills: tuple[ForecastSkill, ...]
    forecasters: tuple[ScoredForecaster, ...]
    fits: tuple[BacktestFit, ...]
    machinery: Machinery
    caveats: tuple[str, ...]
    raw: pb.GetCalibrationResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.GetCalibrationResponse) -> Calibration:
        """Out of its message."""
        return cls(
            backtest=Backtest.from_raw(raw.backtest),
            bar=rows(BarLine, raw.bar),
            summaries=rows(CalibrationSummary, raw.summaries),
            skills=rows(ForecastSkill, raw.skills),
            forecasters=rows(ScoredForecaster, raw.forecasters),
            fits=rows(BacktestFit, raw.fits),
            machinery=Machinery.from_raw(raw.machinery),
            caveats=tuple(raw.caveats),
            raw=raw,
        )

    @property
    def missed(self) -> tuple[BarLine, ...]:
        """The lines of the bar that are not met."""
        return tuple(line for line in self.bar if not line.met)

    @property
    def law_weights(self) -> LawWeights | None:
        """How two forms of the scaling law are weighed; None where only one was fitted."""
        return LawWeights.from_raw(self.raw.law_weights) if self.raw.HasField("law_weights") else None

    @property
    def past_fans(self) -> tuple[PastFan, ...]:
        """What was forecast as of each origin; only where it was asked for."""
        return rows(PastFan, self.raw.past_fans)

    def to_pandas(self, table: CalibrationTable = "summaries") -> pandas.DataFrame:
        """One of its tables, a row for each record; what is absent is missing.

        Raises
        ------
        InvalidQuestionError
            When there is no such table.
        ImportError
            When pandas is not installed.
        """
        known = get_args(CalibrationTable)
        if table not in known:
            raise invalid(f"table is {shown(table)}; give one of {', '.join(known)}", "table")
        held: Any = self if table in type(self).__slots__ else self.machinery
        records: Sequence[object] = getattr(held, table)
        frame: pandas.DataFrame = pandas_module().DataFrame(list(columns_of(records)))
        return frame

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names."""
        return MessageToDict(self.raw, preserving_proto_field_name=True)

    def to_json(self) -> str:
        """The same as JSON text, indented, ending in a newline: what `timelines calibration --json` prints."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def calibration_request(
    backtest: str | Backtest | None,
    quantities: Iterable[str] | None,
    forecasters: Iterable[str] | None,
    past_fans: bool,
) -> pb.GetCalibrationRequest:
    """The request for a calibration; None for the shipped backtest, all quantities, all forecasters.

    Raises
    ------
    InvalidQuestionError
        When names are one text, no list of texts, or empty.
    """
    request = pb.GetCalibrationRequest(past_fans=past_fans)
    if backtest is not None:
        request.backtest = resource_name("backtests", backtest.name if isinstance(backtest, Backtest) else backtest)
    request.quantities.extend(_names(quantities, "quantities"))
    request.forecasters.extend(_names(forecasters, "forecasters"))
    return request


def _names(names: Iterable[str] | None, path: str) -> list[str]:
    if names is None:
        return []
    if isinstance(names, str):
        raise invalid(f"{path} is {shown(names)}; give a list of names, such as [{shown(names)}]", path)
    return [text(name, f"{path}[{i}]") for i, name in enumerate(some(names, path))]
