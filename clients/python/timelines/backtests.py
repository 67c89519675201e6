"""Stored backtests as frozen records; `raw` is the message behind each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from timelines.v1 import evaluation_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class PendingOrigin:
    """An origin whose outcomes are not known well enough yet, and why."""

    origin: date
    reason: str

    @classmethod
    def from_raw(cls, raw: pb.PendingOrigin) -> PendingOrigin:
        """Out of its message."""
        return cls(date.fromisoformat(raw.origin), raw.reason)


@dataclass(frozen=True, slots=True)
class Backtest:
    """A stored backtest: refits as of past dates, and how their forecasts did.

    Attributes
    ----------
    name : str
        `shipped` for the one that came with the program.
    shipped : bool
        Whether it did.
    origins : tuple of date
        The as-of dates that were refitted.
    pending_origins : tuple of PendingOrigin
        Those that cannot be scored yet.
    years_ahead : tuple of int
        Of each origin.
    losses_held_out : bool
        Whether losses were held out as well.
    scores, fits : int
        How many.
    stale : bool
        Whether the models or tables that ship now are others than those that it was made from.
    stale_reasons : tuple of str
        What has changed.
    sha256, code_version : str
        Digest of the scores, and version of the program that made them.
    seed : int or None
        Of the first fit.
    """

    name: str
    shipped: bool
    origins: tuple[date, ...]
    pending_origins: tuple[PendingOrigin, ...]
    years_ahead: tuple[int, ...]
    losses_held_out: bool
    scores: int
    fits: int
    stale: bool
    stale_reasons: tuple[str, ...]
    sha256: str
    code_version: str
    seed: int | None
    raw: pb.Backtest = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.Backtest) -> Backtest:
        """Out of its message."""
        return cls(
            name=raw.name.removeprefix("backtests/"),
            shipped=raw.shipped,
            origins=tuple(map(date.fromisoformat, raw.origins)),
            pending_origins=tuple(map(PendingOrigin.from_raw, raw.pending_origins)),
            years_ahead=tuple(raw.years_ahead),
            losses_held_out=raw.losses_held_out,
            scores=raw.scores,
            fits=raw.fits,
            stale=raw.stale,
            stale_reasons=tuple(raw.stale_reasons),
            sha256=raw.sha256,
            code_version=raw.code_version,
            seed=raw.seed if raw.HasField("seed") else None,
            raw=raw,
        )

    @property
    def data_digests(self) -> dict[str, str]:
        """SHA-256 of each table; only from `Client.calibration`."""
        return {one.table: one.sha256 for one in self.raw.details.data_digests}

    @property
    def models(self) -> dict[str, str]:
        """Version of each model; only from `Client.calibration`."""
        return {one.model: one.version for one in self.raw.details.models}

    @property
    def sampler(self) -> dict[str, str]:
        """Settings of the sampler, as text; only from `Client.calibration`."""
        return {one.name: one.value for one in self.raw.details.sampler}

    @property
    def library_versions(self) -> dict[str, str]:
        """Version of each library; only from `Client.calibration`."""
        return {one.library: one.version for one in self.raw.details.library_versions}


@dataclass(frozen=True, slots=True)
class DamagedBacktest:
    """A backtest that is there and cannot be read, and what is wrong with it."""

    name: str
    problem: str

    @classmethod
    def from_raw(cls, raw: pb.DamagedBacktest) -> DamagedBacktest:
        """Out of its message."""
        return cls(raw.name.removeprefix("backtests/"), raw.problem)
