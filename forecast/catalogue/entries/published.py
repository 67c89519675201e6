"""A published forecast as what it is: what was recorded, when, and the hash that shows that nothing changed.

The store is `forecast.catalogue.entries.records`; nothing here needs a database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


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


def content_sha256(record: Record, previous: str | None, published_at: datetime) -> str:
    """The hash of all that a published forecast says, hexadecimal; from it alone one can show that nothing changed."""
    content = {**asdict(record), "previous": previous, "published_at": told_time(published_at)}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def told_time(moment: datetime) -> str:
    """A moment as text, in UTC whatever zone it came with, so that its hash is the same everywhere."""
    return moment.astimezone(UTC).isoformat()


def as_kept(record: Record) -> Record:
    """As JSON keeps it: lists for tuples."""
    return Record(**json.loads(json.dumps(asdict(record))))
