"""What the server of the golden replies has in its catalogue: rows with names and times that never change."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from forecast.catalogue import Catalogue
from forecast.catalogue.database.schema import FitRow, RecordRow
from forecast.engine.question import Payer, Question, Target
from forecast.forecaster import Forecaster
from forecast.posterior.state import state_folder
from forecast.publishing.making import record_of

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
        for row in _records():
            session.add(row)
            session.flush()  # the one before must be there
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


RECORDS = ("2026-11-20-0123456789ab", "2026-11-21-ba9876543210")
"""Names of two published forecasts, the earlier one first."""


def _records() -> list[RecordRow]:
    run = Question(Target.training_flop(1e29), max_draws=1_000)
    return [
        _record(RECORDS[0], replace(run, payer=Payer.fixed(1e9)), None),
        _record(RECORDS[1], replace(run, payer=Payer.fixed(1e10)), RECORDS[0]),
    ]


def _record(name: str, question: Question, previous: str | None) -> RecordRow:
    """What this version answers, under a name and in words that stay."""
    made = record_of(Forecaster.load(), question, series="kept", title="A run", note="As it was published.")
    digits = name[-12:]
    return RecordRow(
        **asdict(replace(made, citation="A run is expected one day.")),
        name=name,
        request_id=f"00000000-0000-4000-9000-{digits}",
        previous=previous,
        content_sha256=f"{digits}{'0' * 52}",
        published_by="nightly",
        published_at=ASKED_AT,
    )
