"""Published forecasts as JSON values, what protobuf's own JSON makes of their messages, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from forecast.catalogue.entries.published import Published, Record, told_time
from forecast.engine.encode_question import told
from forecast.errors import ForecastError
from forecast.publishing.citing import cite

COLLECTION = "forecasts/"

_PLAIN = ("series", "title", "note", "question", "answer", "posterior", "posterior_sha256", "code_version")


def published_dict(published: Published, *, whole: bool = True) -> dict[str, Any]:
    """A published forecast as JSON values; without its question and its answer where it stands in a list."""
    record = published.record
    content = {"question": record.question, "answer": record.answer} if whole else {}
    return told(
        {
            "name": COLLECTION + published.name,
            "series": record.series,
            "title": record.title,
            "note": record.note,
            "statement": record.citation,
            "citation": cite(published),
            **content,
            "posterior": record.posterior,
            "posterior_sha256": record.posterior_sha256,
            "code_version": record.code_version,
            "previous": published.previous and COLLECTION + published.previous,
            "published_by": published.published_by,
            "published_at": told_time(published.published_at),
            "content_sha256": published.content_sha256,
        }
    )


def published_from_dict(mapping: Mapping[str, Any]) -> Published:
    """The published forecast that a JSON object tells.

    Raises
    ------
    ForecastError
        When it is none.
    """
    try:
        record = Record(**{name: mapping.get(name, "") for name in _PLAIN}, citation=mapping["statement"])
        return Published(
            name=mapping["name"].removeprefix(COLLECTION),
            record=record,
            previous=mapping.get("previous", "").removeprefix(COLLECTION) or None,
            published_by=mapping.get("published_by", ""),
            published_at=datetime.fromisoformat(mapping["published_at"]),
            request_id=None,
            content_sha256=mapping["content_sha256"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ForecastError(f"this is no published forecast: {error!r:.200}") from error
