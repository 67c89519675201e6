"""Published forecasts: an answer, kept with its question and its posterior under a name for good.

A record is never changed and never removed. Its name is the day and the beginning of the hash of all that it says, so
that whoever cites it can show that it is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forecast.catalogue.database import Database, NotListedError
from forecast.catalogue.schema import RecordRow
from forecast.catalogue.studies import RequestIdUsedError
from forecast.engine.imported import checked_uuid


@dataclass(frozen=True, slots=True)
class Record:
    """A forecast to publish.

    Attributes
    ----------
    series : str
        What it belongs to: the one before it is the last of the same series.
    title, note : str
        In the publisher's words; may be empty.
    question : mapping
        As `forecast.engine.encode_question.question_dict` writes it.
    answer : mapping
        As `forecast.engine.encode` writes it.
    posterior, posterior_sha256 : str
        Name and hash of the posterior that answered.
    code_version : str
        Of the program that answered.
    citation : str
        One line, without the record's name.
    """

    series: str
    title: str
    note: str
    question: Mapping[str, Any]
    answer: Mapping[str, Any]
    posterior: str
    posterior_sha256: str
    code_version: str
    citation: str


@dataclass(frozen=True, slots=True)
class Published:
    """A published forecast.

    Attributes
    ----------
    name : str
        The day it was published and twelve digits of `content_sha256`.
    record : Record
        What was published.
    previous : str or None
        The one before it in its series.
    published_by : str
        Name of the publisher's token; may be empty.
    published_at : datetime
        UTC.
    request_id : str or None
        A UUID of the publisher's.
    content_sha256 : str
        Of the record, `previous` and the time, as canonical JSON; hexadecimal.
    """

    name: str
    record: Record
    previous: str | None
    published_by: str
    published_at: datetime
    request_id: str | None
    content_sha256: str


class RecordStore:
    """The published forecasts of a catalogue.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: Record, request_id: str = "", published_by: str = "") -> Published:
        """Publish a forecast; asking again with the same request_id gives the same one.

        Raises
        ------
        RequestIdUsedError
            When the request_id was used for another.
        StorageError
            When the catalogue cannot be written; then nothing was published.
        """
        request_id, record = checked_uuid(request_id), _as_kept(record)
        with self._database.writing() as session:
            before = self._asked_before(session, record, request_id)
            row = before or self._new(session, record, request_id, published_by)
            return _published(row)

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
        now = self._database.clock()
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


def content_sha256(record: Record, previous: str | None, published_at: datetime) -> str:
    """The hash of all that a published forecast says, hexadecimal; from it alone one can show that nothing changed."""
    content = {**asdict(record), "previous": previous, "published_at": published_at.isoformat()}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _as_kept(record: Record) -> Record:
    """As JSON keeps it: lists for tuples."""
    return Record(**json.loads(json.dumps(asdict(record))))


def _published(row: RecordRow) -> Published:
    record = Record(**{field.name: getattr(row, field.name) for field in fields(Record)})
    rest = {field.name: getattr(row, field.name) for field in fields(Published) if field.name != "record"}
    return Published(record=record, **rest)
