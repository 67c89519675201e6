"""The parts of an answer: small frozen records, made from their messages when they are asked for.

Names and values are those of the library's own answers; `raw` is the message that a record was made from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from math import floor
from typing import Any, Literal, Protocol, cast

from timelines.v1 import answer_pb2 as pb

Position = Literal["already", "within_horizon", "beyond_horizon", "never"]
GateStatus = Literal["PASSED", "FLAGGED", "REFUSED"]


def date_of(decimal_year: float) -> dt.date:
    """The day on which a decimal year falls, to the nearest day."""
    year = floor(decimal_year)
    return dt.date(year, 1, 1) + dt.timedelta(days=min(round((decimal_year - year) * 365.25), 365))


class Enum(Protocol):
    """What the generated enums have in common."""

    def Name(self, number: Any, /) -> str:
        """Full name of a value."""


def word(enum: Enum, value: int, prefix: str) -> str:
    """An enum value in small letters, without the enum's prefix; one of a newer server by its number."""
    try:
        return enum.Name(value).removeprefix(prefix).lower()
    except ValueError:
        return f"{prefix}{value}".lower()


@cache
def position_of(value: int) -> Position:
    """A position in words."""
    return cast("Position", word(pb.Position, value, "POSITION_"))


def status_of(value: int) -> GateStatus:
    """The verdict of a posterior's gates."""
    return cast("GateStatus", word(pb.PosteriorStatus, value, "POSTERIOR_STATUS_").upper())


@dataclass(frozen=True, slots=True)
class Quantile:
    """The date by which the target is reached with a probability.

    Attributes
    ----------
    probability : float
        Share of draws that have arrived by then.
    position : {"already", "within_horizon", "beyond_horizon", "never"}
        Where the quantile lies; only the first two have a date.
    decimal_year : float or None
        Mid-month of arrival.
    date : str or None
        The same as `YYYY-MM-DD`; `day` is it as a `datetime.date`.
    mcse_years : float or None
        Monte Carlo standard error of `decimal_year`, years.
    """

    probability: float
    position: Position
    decimal_year: float | None
    date: str | None
    mcse_years: float | None
    raw: pb.Quantile = field(repr=False, compare=False)

    @property
    def day(self) -> dt.date | None:
        """The date as a `datetime.date`."""
        return None if self.date is None else dt.date.fromisoformat(self.date)

    @classmethod
    def from_raw(cls, raw: pb.Quantile) -> Quantile:
        """Out of its message."""
        return cls(
            raw.probability,
            position_of(raw.position),
            raw.decimal_year if raw.HasField("decimal_year") else None,
            raw.date if raw.HasField("date") else None,
            raw.mcse_years if raw.HasField("mcse_years") else None,
            raw,
        )


@dataclass(frozen=True, slots=True)
class NeverReason:
    """Why some draws never arrive, in words, with their probability."""

    reason: str
    probability: float
    raw: pb.NeverReason = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.NeverReason) -> NeverReason:
        """Out of its message."""
        return cls(raw.reason, raw.probability, raw)


@dataclass(frozen=True, slots=True)
class YearProbability:
    """Probability of arrival by the end of a calendar year, with its Monte Carlo standard error."""

    year: int
    probability: float
    mcse: float
    raw: pb.YearProbability = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.YearProbability) -> YearProbability:
        """Out of its message."""
        return cls(raw.year, raw.probability, raw.mcse, raw)


@dataclass(frozen=True, slots=True, repr=False)
class Cdf:
    """Probability of arrival by each month of the horizon; the lists are converted when they are asked for."""

    raw: pb.Cdf

    def __len__(self) -> int:
        return len(self.raw.decimal_year)

    def __repr__(self) -> str:
        return f"Cdf({len(self)} months)"

    @property
    def decimal_year(self) -> tuple[float, ...]:
        """Mid-months, ascending."""
        return tuple(self.raw.decimal_year)

    @property
    def probability(self) -> tuple[float, ...]:
        """Share of the draws that have arrived by then; the first is `p_already`."""
        return tuple(self.raw.probability)

    @property
    def date(self) -> tuple[dt.date, ...]:
        """The mid-months as dates."""
        return tuple(map(date_of, self.raw.decimal_year))


@dataclass(frozen=True, slots=True)
class Nowcast:
    """What a posterior says of runs already known.

    Attributes
    ----------
    window_start, window_end : float
        Decimal years of the runs looked at.
    rows : int
        Disclosed frontier runs in the window.
    inside_80 : float
        Share of them inside their 80 % predictive interval.
    reach : float
        Probability to reach the largest run known at the window's end from the largest known at its start.
    """

    window_start: float
    window_end: float
    rows: int
    inside_80: float
    reach: float
    raw: pb.Nowcast = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.Nowcast) -> Nowcast:
        """Out of its message."""
        return cls(raw.window_start, raw.window_end, raw.rows, raw.inside_80, raw.reach, raw)


@dataclass(frozen=True, slots=True)
class PosteriorGate:
    """The posterior behind an answer: its name, PASSED or FLAGGED or REFUSED, why, and its nowcast."""

    name: str
    status: GateStatus
    reasons: tuple[str, ...]
    nowcast: Nowcast | None
    raw: pb.PosteriorGate = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.PosteriorGate) -> PosteriorGate:
        """Out of its message."""
        nowcast = Nowcast.from_raw(raw.nowcast) if raw.HasField("nowcast") else None
        return cls(raw.name, status_of(raw.status), tuple(raw.reasons), nowcast, raw)


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice that the answer rests on: its name, its value and what it means, in words."""

    name: str
    value: str
    words: str
    raw: pb.Choice = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.Choice) -> Choice:
        """Out of its message."""
        return cls(raw.name, raw.value, raw.words, raw)


@dataclass(frozen=True, slots=True)
class HindsightRows:
    """Rows of a table whose value of that time is not on record, so that today's was used, widened."""

    table: str
    rows: int


def hindsight(messages: Iterable[pb.HindsightRows]) -> tuple[HindsightRows, ...]:
    """By table, out of their messages."""
    return tuple(HindsightRows(message.table, message.rows) for message in messages)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What would reproduce an answer.

    Attributes
    ----------
    posterior, data_digest : str
        Name of the posterior, and the digest of the tables that it was fitted on.
    as_of, data_cutoff : str
        Start of the forecast, and the last day of its data, `YYYY-MM-DD`.
    hindsight_rows : tuple of HindsightRows
        By table, where there are any.
    seed, draws : int
        Seed of the simulation, and how many draws it used.
    code_version : str
        Version of the engine.
    scenario_hash : str
        SHA-256 of everything in the question that moves the arrivals.
    """

    posterior: str
    data_digest: str
    as_of: str
    data_cutoff: str
    hindsight_rows: tuple[HindsightRows, ...]
    seed: int
    draws: int
    code_version: str
    scenario_hash: str
    raw: pb.Provenance = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.Provenance) -> Provenance:
        """Out of its message."""
        return cls(
            raw.posterior,
            raw.data_digest,
            raw.as_of,
            raw.data_cutoff,
            hindsight(raw.hindsight_rows),
            raw.seed,
            raw.draws,
            raw.code_version,
            raw.scenario_hash,
            raw,
        )
