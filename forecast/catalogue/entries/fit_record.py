"""What the catalogue knows of one fit, and how it is told; apart from the store, so that SQLAlchemy is not loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class FitState(StrEnum):
    """Where a fit is."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """Whether nothing will follow."""
        return self not in (FitState.QUEUED, FitState.RUNNING)


@dataclass(frozen=True, slots=True)
class FitRecord:
    """One fit.

    Attributes
    ----------
    name : str
        What it is called for good.
    request : mapping
        What was asked for, as `forecast.inference.worker` takes it.
    request_id : str or None
        A UUID of the asker's.
    made_by : str
        Name of the asker's token; may be empty.
    state : FitState
        Where it is.
    revision : int
        Grows with every change.
    stage : str
        What is being done, in words.
    chains : tuple of mapping
        Progress of each chain, as the fit's process tells it.
    owner : str
        The server that runs it, or ran it last.
    attempts : int
        How often it was begun.
    cancel_requested : bool
        Whether whoever runs it is to stop it.
    reason, message : str
        Why it failed, was refused or cancelled: in UPPER_SNAKE, and in words.
    outcome : mapping or None
        What the fit's process said at its end: `name` of the posterior, `status`, `reasons`, `current` and so on.
    created_at, started_at, beat_at, ended_at : datetime
        When it was asked for, begun last, heard of last, ended; UTC. None for what has not been.
    """

    name: str
    request: Mapping[str, Any]
    request_id: str | None
    made_by: str
    state: FitState
    revision: int
    stage: str
    chains: tuple[Mapping[str, Any], ...]
    owner: str
    attempts: int
    cancel_requested: bool
    reason: str
    message: str
    outcome: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    beat_at: datetime | None
    ended_at: datetime | None


FINAL_STATES = frozenset(f"FIT_STATE_{state}" for state in FitState if state.final)
"""As messages have them."""


def fit_dict(record: FitRecord, *, chains: bool = True) -> dict[str, Any]:
    """A fit as the JSON of the service's message; what is empty is left out.

    Parameters
    ----------
    record : FitRecord
        As it is.
    chains : bool
        With the progress of its chains.
    """
    request, outcome = record.request, record.outcome or {}
    told: dict[str, Any] = {"name": f"fits/{record.name}", "state": f"FIT_STATE_{record.state}"}
    told |= {key: request.get(key) for key in ("as_of", "data_cutoff", "only", "draws", "tune", "chains", "seed")}
    told |= {key: getattr(record, key) for key in ("revision", "stage", "reason", "message", "attempts", "made_by")}
    told |= {key: _moment(getattr(record, key)) for key in ("created_at", "started_at", "ended_at")}
    if chains and record.state is FitState.RUNNING:
        told["chain_progress"] = [_chain(chain, request["tune"]) for chain in record.chains]
    if outcome:
        told["posterior"], told["became_current"] = f"posteriors/{outcome['name']}", outcome["current"]
        told |= {"posterior_status": f"POSTERIOR_STATUS_{outcome['status']}", "gate_reasons": outcome["reasons"]}
    return {key: value for key, value in told.items() if value} | _given(record, "chain_progress" in told)


def _given(record: FitRecord, progress: bool) -> dict[str, Any]:
    """What tells a zero from nothing."""
    wanted = record.request.get("make_current")
    eta = record.chains[0].get("eta_s") if progress and record.chains else None
    told = {"make_current": wanted, "eta_seconds": eta}
    return {key: value for key, value in told.items() if value is not None}


def _chain(chain: Mapping[str, Any], tune: int) -> dict[str, Any]:
    told = {key: chain[key] for key in ("model", "chain", "finished_draws", "total_draws", "divergences", "step_size")}
    told["tuning"] = chain["finished_draws"] < tune
    return {key: value for key, value in told.items() if value}


def _moment(when: datetime | None) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if when else ""
