"""What the catalogue knows of one fit; apart from the store, so that reading one does not load SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
