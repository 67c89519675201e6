"""What the server of the golden replies has in its catalogue: rows with names and times that never change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from forecast.catalogue import Catalogue
from forecast.catalogue.schema import FitRow
from forecast.posterior.state import state_folder

OPTIONS = ("--fits", "0")
"""Of `timelines serve`: what waits goes on waiting."""

ASKED_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
REQUEST = {
    "as_of": "2026-11-20",
    "data_cutoff": None,
    "only": None,
    "draws": 1000,
    "tune": 1000,
    "chains": 4,
    "seed": 7,
    "make_current": None,
}
REFUSED = {
    "name": "2026-11-20-0123456789ab",
    "status": "REFUSED",
    "reasons": ["compute: 217 divergences"],
    "current": False,
    "cpu_seconds": 301.5,
}


def keep(home: Path) -> Path:
    """Write them into a state folder; gives it back."""
    with Catalogue.open(home):
        pass  # made, with its schema
    engine = create_engine(f"sqlite:///{state_folder(home).catalogue_file}")
    with Session(engine) as session, session.begin():
        session.add_all(_fits())
    engine.dispose()
    return home


def _fits() -> list[FitRow]:
    refused = {"reason": "POSTERIOR_REFUSED", "message": "compute: 217 divergences", "outcome": REFUSED}
    cancelled = {"reason": "CANCELLED", "message": "it was cancelled before it began", "outcome": None}
    return [
        _fit("0123456789ab", "REFUSED", 9, attempts=1, started_at=ASKED_AT + timedelta(seconds=1.5), **refused),
        _fit("ba9876543210", "CANCELLED", 2, attempts=0, started_at=None, **cancelled),
        _fit("00112233aabb", "QUEUED", 1, attempts=0, started_at=None, reason="", message="", outcome=None),
    ]


def _fit(name: str, state: str, revision: int, **more: Any) -> FitRow:
    return FitRow(
        name=name,
        request_id=f"00000000-0000-4000-8000-{name}",
        request=REQUEST,
        made_by="nightly",
        state=state,
        revision=revision,
        stage="waiting" if state == "QUEUED" else "ended",
        chains=[],
        owner="",
        cancel_requested=False,
        created_at=ASKED_AT,
        ended_at=None if state == "QUEUED" else ASKED_AT + timedelta(minutes=5),
        **more,
    )
