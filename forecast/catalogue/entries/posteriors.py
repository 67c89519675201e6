"""What the catalogue knows of one posterior, and its row."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from forecast.catalogue.database.schema import PosteriorRow
from forecast.posterior.manifest import Manifest


@dataclass(frozen=True, slots=True)
class PosteriorRecord:
    """One posterior of the catalogue.

    Attributes
    ----------
    name, as_of, data_cutoff, status, reasons, draws, seed, schema_version, data_digest, code_version, sha256
        As in the manifest.
    origin : str
        `state` or `shipped`.
    recorded_at : datetime
        When the catalogue first saw it, UTC.
    removed_at : datetime or None
        When its files were first seen to be gone, UTC.
    """

    name: str
    as_of: date
    data_cutoff: date
    status: str
    reasons: tuple[str, ...]
    draws: int
    seed: int
    schema_version: int
    data_digest: str
    code_version: str
    sha256: str
    origin: str
    recorded_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CurrentChange:
    """From `since` (UTC) on, the posterior `name` was current."""

    name: str
    since: datetime


def new_row(manifest: Manifest, origin: str, now: datetime) -> PosteriorRow:
    """The row of a posterior that was not known."""
    return PosteriorRow(
        name=manifest["name"],
        as_of=date.fromisoformat(manifest["as_of"]),
        data_cutoff=date.fromisoformat(manifest["data_cutoff"]),
        status=manifest["status"],
        reasons=list(manifest["reasons"]),
        draws=manifest["draws"],
        seed=manifest["seed"],
        schema_version=manifest["schema_version"],
        data_digest=manifest["data_digest"],
        code_version=manifest["code_version"],
        sha256=manifest["sha256"],
        origin=origin,
        recorded_at=now,
    )


def record_of(row: PosteriorRow) -> PosteriorRecord:
    """What a row says."""
    values = {field.name: getattr(row, field.name) for field in fields(PosteriorRecord)}
    return PosteriorRecord(**{**values, "reasons": tuple(row.reasons)})
