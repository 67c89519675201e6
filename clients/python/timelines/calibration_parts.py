"""The rows of a calibration: scores, skill, the bar and the fits, as frozen records.

Names and values are those of their messages; what a message leaves out is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self, cast

from google.protobuf.message import Message

from timelines.parts import GateStatus, status_of
from timelines.v1 import evaluation_service_pb2 as pb


class Record(Protocol):
    """A record that is made of a message, field by field of the same name."""

    @classmethod
    def from_raw(cls, raw: Any) -> Self:
        """Out of its message."""


def plain(raw: Message, names: Iterable[str]) -> dict[str, Any]:
    """Fields of a message by name: lists as tuples, what is absent as None."""
    fields = raw.DESCRIPTOR.fields_by_name
    return {name: _value(raw, name, fields[name]) for name in names}


def _value(raw: Message, name: str, field: Any) -> Any:
    value = getattr(raw, name)
    if not isinstance(value, str | float | int):
        return tuple(value)
    return None if field.has_presence and not raw.HasField(name) else value


def rows[R: Record](kind: type[R], messages: Iterable[Message]) -> tuple[R, ...]:
    """A record of each message."""
    return tuple(map(kind.from_raw, messages))


def columns_of(records: Iterable[object]) -> Iterator[dict[str, object]]:
    """Each record as a row of a table."""
    for record in records:
        yield {name: getattr(record, name) for name in cast("Any", record).__slots__}


@dataclass(frozen=True, slots=True)
class BarLine:
    """One line of what the forecasts are held to.

    Attributes
    ----------
    name, words : str
        Its name, for programs, and what was asked and measured, in one sentence.
    measured : float or None
        What came out, in `unit`; None where nothing is stored.
    at_least, at_most : float or None
        The bounds, in `unit`.
    unit : str
        Share, skill, ln or minutes.
    met : bool
        Whether it is met.
    n : int
        Outcomes, models or fits behind it.
    effective_n : float or None
        How many independent ones those are worth.
    """

    name: str
    words: str
    measured: float | None
    at_least: float | None
    at_most: float | None
    unit: str
    met: bool
    n: int
    effective_n: float | None

    @classmethod
    def from_raw(cls, raw: pb.BarLine) -> BarLine:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class CalibrationSummary:
    """Scores of one forecaster on one quantity.

    Attributes
    ----------
    quantity, words, unit, part : str
        Which quantity, in words, its unit (oom, years or ln), and which part of it; empty for all.
    window, years_ahead, forecaster : str
        For which origins, how far ahead, and whose forecasts.
    n, bounds : int
        Outcomes scored, and those known as a lower bound only.
    effective_n : float or None
        How many independent outcomes those are worth.
    crps, rms_error, median_error, width_80 : float or None
        In `unit`.
    log_score, bound_log_score : float or None
        In nats; the second of bounds.
    inside_50, inside_80, inside_95 : float or None
        Shares of outcomes inside these intervals.
    pit : tuple of float
        Shares of outcomes by fifths of the forecast.
    tw_crps : float or None
        CRPS of the forecast cut off at each bound, in `unit`.
    """

    quantity: str
    words: str
    unit: str
    part: str
    window: str
    years_ahead: str
    forecaster: str
    n: int
    effective_n: float | None
    bounds: int
    crps: float | None
    log_score: float | None
    rms_error: float | None
    median_error: float | None
    width_80: float | None
    inside_50: float | None
    inside_80: float | None
    inside_95: float | None
    pit: tuple[float, ...]
    bound_log_score: float | None
    tw_crps: float | None

    @classmethod
    def from_raw(cls, raw: pb.CalibrationSummary) -> CalibrationSummary:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class ForecastSkill:
    """The models beside one baseline, on the same outcomes.

    Attributes
    ----------
    quantity, words, part, window, years_ahead, baseline : str
        Of what, for which origins, how far ahead, and beside which baseline.
    n : int
        Outcomes.
    effective_n : float or None
        How many independent ones those are worth.
    skill : float or None
        1 - CRPS / the baseline's: above zero where the models are better.
    low, high : float or None
        Its 90 % interval, by a bootstrap over blocks of origins.
    """

    quantity: str
    words: str
    part: str
    window: str
    years_ahead: str
    baseline: str
    n: int
    effective_n: float | None
    skill: float | None
    low: float | None
    high: float | None

    @classmethod
    def from_raw(cls, raw: pb.ForecastSkill) -> ForecastSkill:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class LawWeights:
    """Weights of two forms of the scaling law, by losses that were held out.

    Attributes
    ----------
    floor, power_law : float or None
        Of the form with a floor, and of the one without; they add up to one.
    low, high : float or None
        90 % interval of the former.
    n, groups : int
        Held-out losses, and the groups that they belong to.
    """

    floor: float | None
    power_law: float | None
    low: float | None
    high: float | None
    n: int
    groups: int

    @classmethod
    def from_raw(cls, raw: pb.LawWeights) -> LawWeights:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class ScoredForecaster:
    """Whose forecasts are scored, what it does in words, and whether it is a baseline."""

    name: str
    words: str
    baseline: bool

    @classmethod
    def from_raw(cls, raw: pb.Forecaster) -> ScoredForecaster:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class BacktestFit:
    """How one fit of a backtest went.

    Attributes
    ----------
    fit : str
        Its as-of date, or what was held out.
    status : {"PASSED", "FLAGGED", "REFUSED"}
        Verdict of its gates.
    reasons : str
        Why it is not PASSED.
    rows : int
        Rows that it was fitted on.
    hindsight_rows, divergences : int or None
        Rows used with hindsight, and divergent transitions.
    max_r_hat, min_ess, nowcast_inside_80, nowcast_reach : float or None
        Convergence and nowcast; None where there is none.
    """

    fit: str
    status: GateStatus
    reasons: str
    rows: int
    hindsight_rows: int | None
    divergences: int | None
    max_r_hat: float | None
    min_ess: float | None
    nowcast_inside_80: float | None
    nowcast_reach: float | None

    @classmethod
    def from_raw(cls, raw: pb.BacktestFit) -> BacktestFit:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__) | {"status": status_of(raw.status)})
