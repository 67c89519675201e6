"""Published forecasts: an answer, kept with its question and its posterior under a name for good.

A record is never changed and never removed. Its name is the day and the beginning of the hash of all that it says, so
that whoever cites it can show that it is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from forecast.catalogue.database.schema import RecordRow
from forecast.catalogue.database.transactions import Database
from forecast.catalogue.entries.published import Published, Record, as_kept, content_sha256
from forecast.catalogue.failures import NotListedError, RequestIdUsedError
from forecast.engine.imported import checked_uuid

PUBLISHING = "records"
"""What one publisher at a time may do."""


class RecordStore:
    """The published forecasts of a catalogue.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, record: Record, request_id: str = "", published_by: str = "", check: Callable[[], object] = bool
    ) -> Published:
        """Publish a forecast; asking again with the same request_id gives the same one.

        Parameters
        ----------
        record : Record
            What to publish.
        request_id : str
            A UUID of the publisher's, or empty.
        published_by : str
            Name of the publisher's token, or empty.
        check : callable
            Refuses a new one by raising, under the lock: until it is published nobody removes a posterior.

        Raises
        ------
        RequestIdUsedError
            When the request_id was used for another.
        StorageError
            When the catalogue cannot be written; then nothing was published.
        """
        request_id, record = checked_uuid(request_id), as_kept(record)
        with self._database.writing(PUBLISHING) as session:  # one after the other: each names the one before it
            before = self._asked_before(session, record, request_id)
            if before is not None:
                return _published(before)
            check()
            return _published(self._new(session, record, request_id, published_by))

    def get(self, name: str) -> Published:
        """A published forecast by its name.

        Raises
        ------
        NotListedError
            When there is none; lists those most like it.
        """
        with self._database.reading() as session:
            return _published(self._row(session, name))

    def list(self, limit: int = 100, before: str | None = None, series: str | None = None) -> tuple[Published, ...]:
        """Published forecasts, the newest first; `before` leaves out that one and those after it."""
        with self._database.reading() as session:
            query = select(RecordRow).order_by(RecordRow.number.desc()).limit(limit)
            if before is not None:
                query = query.where(RecordRow.number < self._row(session, before).number)
            if series is not None:
                query = query.where(RecordRow.series == series)
            return tuple(map(_published, session.scalars(query)))

    def names_of_posteriors(self) -> frozenset[str]:
        """Posteriors that a published forecast rests on; they are never to be removed."""
        with self._database.reading() as session:
            return frozenset(session.scalars(select(RecordRow.posterior).distinct()))

    def _asked_before(self, session: Session, record: Record, request_id: str) -> RecordRow | None:
        if not request_id:
            return None
        row = session.scalars(select(RecordRow).where(RecordRow.request_id == request_id)).first()
        if row is not None and (row.question, row.series) != (record.question, record.series):
            message = f"request_id {request_id} was used to publish {row.name}; give each its own"
            raise RequestIdUsedError(message, field="request_id")
        return row

    def _new(self, session: Session, record: Record, request_id: str, published_by: str) -> RecordRow:
        of_series = select(RecordRow.name).where(RecordRow.series == record.series)
        previous = session.scalars(of_series.order_by(RecordRow.number.desc()).limit(1)).first()
        now = self._database.now(session)
        digest = content_sha256(record, previous, now)
        row = RecordRow(
            **asdict(record),
            name=f"{now:%Y-%m-%d}-{digest[:12]}",
            request_id=request_id or None,
            previous=previous,
            content_sha256=digest,
            published_by=published_by,
            published_at=now,
        )
        session.add(row)
        session.flush()
        return row

    def _row(self, session: Session, name: str) -> RecordRow:
        row = session.scalars(select(RecordRow).where(RecordRow.name == name)).first()
        if row is None:
            known = session.scalars(select(RecordRow.name).order_by(RecordRow.number.desc()).limit(100)).all()
            raise NotListedError("published forecast", name, known, field="name")
        return row


def _published(row: RecordRow) -> Published:
    record = Record(**{field.name: getattr(row, field.name) for field in fields(Record)})
    rest = {field.name: getattr(row, field.name) for field in fields(Published) if field.name != "record"}
    return Published(record=record, **rest)
