"""Fits as resources: asked for once, claimed by one server at a time, never lost.

    QUEUED ──> RUNNING ──> SUCCEEDED | REFUSED | FAILED | CANCELLED
       ^          │
       └──────────┘   whoever ran it is gone: its claim was not renewed for `LEASE_S`

Every change raises the `revision`, so that a watcher who was cut off can go on where it was. Times are the database's,
so that servers whose clocks differ agree on which claim has run out.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from forecast.catalogue.database.schema import STAGE_CHARACTERS, FitRow
from forecast.catalogue.database.transactions import Database
from forecast.catalogue.entries.fit_record import FitRecord, FitState
from forecast.catalogue.failures import LostClaimError, NotListedError, QueueFullError, RequestIdUsedError
from forecast.engine.imported import checked_uuid

LEASE_S = 15.0
"""A running fit whose progress was not recorded for so long has lost its server."""

MAX_ATTEMPTS = 3
"""A fit that has lost so many servers takes no other down with it."""

MAX_QUEUED = 100

ASKING = "fits"
"""What one asker at a time may do."""


class FitStore:
    """The fits of a catalogue.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, request: Mapping[str, Any], request_id: str = "", made_by: str = "") -> FitRecord:
        """Ask for a fit; asking again with the same request_id gives the same one.

        Raises
        ------
        RequestIdUsedError
            When the request_id was used for another request.
        QueueFullError
            When too many wait.
        StorageError
            When the catalogue cannot be written; then nothing was asked for.
        """
        request_id = checked_uuid(request_id)
        with self._database.writing(ASKING) as session:  # else two servers could take one request_id, or fill the queue
            row = self._asked_before(session, request, request_id) or self._new(session, request, request_id, made_by)
            return _record(row)

    def get(self, name: str) -> FitRecord:
        """A fit by its name.

        Raises
        ------
        NotListedError
            When there is none; lists those most like it.
        """
        with self._database.reading() as session:
            return _record(self._row(session, name))

    def list(
        self, limit: int = 100, before: str | None = None, states: Collection[FitState] = ()
    ) -> tuple[FitRecord, ...]:
        """Fits, the newest first; `before` leaves out that fit and those after it."""
        with self._database.reading() as session:
            query = select(FitRow).order_by(FitRow.number.desc()).limit(limit)
            if before is not None:
                query = query.where(FitRow.number < self._row(session, before).number)
            if states:
                query = query.where(FitRow.state.in_(states))
            return tuple(map(_record, session.scalars(query)))

    def claim(self, owner: str) -> FitRecord | None:
        """Begin the fit that waits longest; two servers never get the same one.

        Those whose server was lost wait again first, or have failed when that has happened too often.
        """
        with self._database.writing() as session:
            now = self._database.now(session)
            self._recover(session, now)
            row = session.scalars(_oldest(FitState.QUEUED)).first()
            if row is None:
                return None
            _change(row, state=FitState.RUNNING, owner=owner, attempts=row.attempts + 1, stage="starting", chains=[])
            row.started_at = row.beat_at = now
            return _record(row)

    def progress(
        self, name: str, owner: str, stage: str | None = None, chains: Sequence[Mapping[str, Any]] | None = None
    ) -> FitRecord:
        """Record how far a fit is, and that its server still lives; with neither given only that.

        Raises
        ------
        LostClaimError
            When the fit is no longer this owner's.
        """
        with self._database.writing() as session:
            row = self._owned(session, name, owner)
            row.beat_at = self._database.now(session)
            if stage is not None:
                _change(row, stage=stage[:STAGE_CHARACTERS])
            if chains is not None:
                _change(row, chains=[dict(chain) for chain in chains])
            return _record(row)

    def finish(
        self,
        name: str,
        owner: str,
        state: FitState,
        *,
        reason: str = "",
        message: str = "",
        outcome: Mapping[str, Any] | None = None,
    ) -> FitRecord:
        """Record how a fit ended; errors as `progress`."""
        with self._database.writing() as session:
            row = self._owned(session, name, owner)
            _end(row, self._database.now(session), state, reason, message)
            row.outcome = None if outcome is None else dict(outcome)
            return _record(row)

    def cancel(self, name: str) -> FitRecord:
        """Cancel what waits at once; whoever runs one is asked to stop. One that has ended stays as it is."""
        with self._database.writing() as session:
            row = self._row(session, name, alone=True)
            if row.state == FitState.QUEUED:
                now = self._database.now(session)
                _end(row, now, FitState.CANCELLED, "CANCELLED", "it was cancelled before it began")
            elif row.state == FitState.RUNNING and not row.cancel_requested:
                _change(row, cancel_requested=True)
            return _record(row)

    def release(self, owner: str) -> tuple[FitRecord, ...]:
        """Put what an owner runs back into the queue, for an orderly stop; it does not count as an attempt."""
        with self._database.writing() as session:
            its = select(FitRow).where(FitRow.state == FitState.RUNNING, FitRow.owner == owner)
            rows = session.scalars(its.order_by(FitRow.number).with_for_update()).all()
            now = self._database.now(session)
            for row in rows:
                _again(row, now, row.attempts - 1)
            return tuple(map(_record, rows))

    def waiting(self) -> tuple[int, float]:
        """How many fits wait for their turn, and for how many seconds the first of them has waited (0 for none)."""
        with self._database.reading() as session:
            queued = select(FitRow.created_at).where(FitRow.state == FitState.QUEUED)
            first = session.scalars(queued.order_by(FitRow.number).limit(1)).first()
            since = 0.0 if first is None else (self._database.now(session) - first).total_seconds()
            return _waiting(session), max(since, 0.0)

    def _recover(self, session: Session, now: datetime) -> None:
        """Queue again, or give up, what lost its server. Looked at first without a lock: its owner may be at work."""
        running = select(FitRow.number, FitRow.beat_at).where(FitRow.state == FitState.RUNNING)
        silent = [number for number, beat_at in session.execute(running) if _silent(beat_at, now)]
        if not silent:
            return
        lost = select(FitRow).where(FitRow.number.in_(silent), FitRow.state == FitState.RUNNING)
        for row in session.scalars(lost.order_by(FitRow.number).with_for_update(skip_locked=True)):
            if _silent(row.beat_at, now):
                _again(row, now, row.attempts)

    def _asked_before(self, session: Session, request: Mapping[str, Any], request_id: str) -> FitRow | None:
        if not request_id:
            return None
        row = session.scalars(select(FitRow).where(FitRow.request_id == request_id)).first()
        if row is not None and row.request != dict(request):
            message = f"request_id {request_id} was used to ask for the fit {row.name}; give each its own"
            raise RequestIdUsedError(message, field="request_id")
        return row

    def _new(self, session: Session, request: Mapping[str, Any], request_id: str, made_by: str) -> FitRow:
        waiting = _waiting(session)
        if waiting >= MAX_QUEUED:
            message = f"{waiting} fits wait already; cancel some, or ask again when some have ended"
            raise QueueFullError(message, field="fit")
        row = FitRow(
            name=secrets.token_hex(6),
            request_id=request_id or None,
            request=dict(request),
            made_by=made_by,
            state=FitState.QUEUED,
            revision=1,
            stage="waiting",
            chains=[],
            owner="",
            attempts=0,
            cancel_requested=False,
            reason="",
            message="",
            created_at=self._database.now(session),
        )
        session.add(row)
        session.flush()
        return row

    def _row(self, session: Session, name: str, *, alone: bool = False) -> FitRow:
        query = select(FitRow).where(FitRow.name == name)
        row = session.scalars(query.with_for_update() if alone else query).first()
        if row is None:
            known = session.scalars(select(FitRow.name).order_by(FitRow.number.desc()).limit(100)).all()
            raise NotListedError("fit", name, known, field="name")
        return row

    def _owned(self, session: Session, name: str, owner: str) -> FitRow:
        row = self._row(session, name, alone=True)
        if row.state != FitState.RUNNING or row.owner != owner:
            raise LostClaimError(f"fit {name} is {row.state} and not run by {owner} any more")
        return row


def _waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(FitRow).where(FitRow.state == FitState.QUEUED)) or 0


def _silent(beat_at: datetime | None, now: datetime) -> bool:
    """Whether a running fit has lost its server. A clock that was set back counts as silence too."""
    return beat_at is None or abs(now - beat_at) > timedelta(seconds=LEASE_S)


def _again(row: FitRow, now: datetime, attempts: int) -> None:
    if row.cancel_requested:
        _end(row, now, FitState.CANCELLED, "CANCELLED", "it was cancelled")
    elif attempts >= MAX_ATTEMPTS:
        message = f"{attempts} servers were lost while they ran it, the last of them {row.owner}"
        _end(row, now, FitState.FAILED, "SERVER_LOST", message)
    else:
        _change(row, state=FitState.QUEUED, attempts=attempts, stage="waiting again: its server is gone", chains=[])
        row.beat_at = None


def _oldest(state: FitState) -> Select[FitRow]:
    return (
        select(FitRow).where(FitRow.state == state).order_by(FitRow.number).limit(1).with_for_update(skip_locked=True)
    )


def _change(row: FitRow, **values: Any) -> None:
    """New values, and a new revision where any of them is news."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    row.revision += bool(changed)


def _end(row: FitRow, now: datetime, state: FitState, reason: str, message: str) -> None:
    _change(row, state=state, reason=reason, message=message, stage="ended")
    row.ended_at = now


def _record(row: FitRow) -> FitRecord:
    values = {field.name: getattr(row, field.name) for field in fields(FitRecord)}
    return FitRecord(**{**values, "state": FitState(row.state), "chains": tuple(row.chains)})
