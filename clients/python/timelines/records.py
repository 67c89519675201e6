"""Published forecasts as frozen records, and what is asked of them; `raw` is the message behind each."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from google.protobuf.json_format import MessageToDict

from timelines.answers import Answer
from timelines.asked import asked_question
from timelines.parts import word
from timelines.question import Question, question_of
from timelines.question_messages import question_message
from timelines.requests import the_question
from timelines.resource_requests import resource_name
from timelines.sensitivities import Explanation
from timelines.v1 import forecast_record_service_pb2 as pb
from timelines.values import INT32, text, whole

if TYPE_CHECKING:
    from timelines.inquiry_requests import Asked

COLLECTION = "forecasts"
Figure = Literal[
    "median", "interval_80_low", "interval_80_high", "p_by_horizon", "p_beyond_horizon", "p_never", "p_by_year"
]
_HASHED = ("series", "title", "note", "posterior", "posterior_sha256", "code_version", "published_at")


@dataclass(frozen=True, slots=True)
class ForecastRecord:
    """A published forecast.

    Attributes
    ----------
    name : str
        Its permanent name: the day and twelve digits of `content_sha256`.
    series : str
        What it belongs to.
    title, note : str
        In the publisher's words; may be empty.
    statement, citation : str
        One line each: what was asked and answered; the same with day, name and hash, to be cited.
    posterior, posterior_sha256, code_version : str
        What answered.
    previous : str or None
        The one before it in its series.
    published_by : str
        Name of the token that published it; empty where none was needed.
    published_at : datetime
        UTC.
    content_sha256 : str
        Of all that it says, hexadecimal; `is_sound` works it out again.
    """

    name: str
    series: str
    title: str
    note: str
    statement: str
    citation: str
    posterior: str
    posterior_sha256: str
    code_version: str
    previous: str | None
    published_by: str
    published_at: datetime
    content_sha256: str
    raw: pb.ForecastRecord = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.ForecastRecord) -> ForecastRecord:
        """Out of its message."""
        return cls(
            name=_bare(raw.name),
            series=raw.series,
            title=raw.title,
            note=raw.note,
            statement=raw.statement,
            citation=raw.citation,
            posterior=raw.posterior,
            posterior_sha256=raw.posterior_sha256,
            code_version=raw.code_version,
            previous=_bare(raw.previous) or None,
            published_by=raw.published_by,
            published_at=datetime.fromisoformat(raw.published_at),
            content_sha256=raw.content_sha256,
            raw=raw,
        )

    @property
    def is_whole(self) -> bool:
        """Whether question and answer are there; in a listing they are not: `client.get_record(name)` has them."""
        return self.raw.HasField("question") and self.raw.HasField("answer")

    @property
    def question(self) -> Question:
        """As it was asked, with what was left to a default left out.

        Raises
        ------
        LookupError
            When the record comes from a listing.
        """
        self._check_whole()
        return asked_question(self.raw.question)

    @property
    def answer(self) -> Answer:
        """What was answered.

        Raises
        ------
        LookupError
            When the record comes from a listing.
        """
        self._check_whole()
        return Answer(self.raw.answer)

    @property
    def is_sound(self) -> bool:
        """Whether what it says has the hash that it was published under.

        Raises
        ------
        LookupError
            When the record comes from a listing.
        """
        self._check_whole()
        told = self.to_dict()
        content = {name: told.get(name, "") for name in _HASHED}
        content |= {"question": told["question"], "answer": told["answer"]}
        content |= {"citation": self.statement, "previous": self.previous}
        return hashlib.sha256(_canonical(content)).hexdigest() == self.content_sha256

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names and with enums by full name."""
        return MessageToDict(self.raw, preserving_proto_field_name=True)

    def _check_whole(self) -> None:
        if not self.is_whole:
            message = f"{self.name} comes from a listing, without question and answer; ask client.get_record for it"
            raise LookupError(message)


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """One figure of two answers: a decimal year, None beyond the horizon or never, or a probability.

    Attributes
    ----------
    figure : str
        Which: median, interval_80_low, interval_80_high, p_by_horizon, p_beyond_horizon, p_never or p_by_year.
    year : int or None
        Of p_by_year.
    before, after : float or None
        In the earlier answer and in the later one.
    """

    figure: Figure
    year: int | None
    before: float | None
    after: float | None
    raw: pb.ChangedFigure = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.ChangedFigure) -> ChangedFigure:
        """Out of its message."""
        figure = cast("Figure", word(pb.RecordFigure, raw.figure, "RECORD_FIGURE_"))
        year, before, after = (
            getattr(raw, name) if raw.HasField(name) else None for name in ("year", "before", "after")
        )
        return cls(figure, year, before, after, raw)

    @property
    def change(self) -> float | None:
        """From before to after, years or probability; None where one of them is no date."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """What changed between two published forecasts.

    Attributes
    ----------
    before, after : ForecastRecord
        The two, without question and answer.
    figures : tuple of ChangedFigure
        Whether they changed or not.
    explanation : Explanation or None
        Why they differ; None where it was not asked for or cannot be told.
    notices : tuple of str
        Why there is none, or how the server answers otherwise now than was recorded.
    """

    before: ForecastRecord
    after: ForecastRecord
    figures: tuple[ChangedFigure, ...]
    explanation: Explanation | None
    notices: tuple[str, ...]
    raw: pb.DiffForecastRecordsResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.DiffForecastRecordsResponse) -> RecordDifference:
        """Out of its message."""
        return cls(
            ForecastRecord.from_raw(raw.before),
            ForecastRecord.from_raw(raw.after),
            tuple(map(ChangedFigure.from_raw, raw.figures)),
            Explanation.from_raw(raw.explanation) if raw.HasField("explanation") else None,
            tuple(raw.notices),
            raw,
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names and with enums by full name."""
        return MessageToDict(self.raw, preserving_proto_field_name=True)


def record_request(
    question: Asked | None,
    asked: Mapping[str, Any],
    *,
    series: str,
    title: str,
    note: str,
    request_id: str | None,
) -> pb.RecordForecastRequest:
    """The request that publishes a forecast; a new UUID stands in for a missing `request_id`.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit its field.
    TypeError
        When a question and keywords are given.
    """
    given = None if question is None else question_of(question)
    return pb.RecordForecastRequest(
        question=question_message(the_question(given, dict(asked))),
        series=text(series, "series"),
        title=text(title, "title"),
        note=text(note, "note"),
        request_id=str(uuid.uuid4()) if request_id is None else text(request_id, "request_id"),
    )


def get_request(name: str | ForecastRecord) -> pb.GetForecastRecordRequest:
    """The request for one published forecast."""
    return pb.GetForecastRecordRequest(name=record_name(name))


def diff_request(
    name: str | ForecastRecord, other: str | ForecastRecord | None, year: int | None, explain: bool
) -> pb.DiffForecastRecordsRequest:
    """The request for what changed between two published forecasts.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit its field.
    """
    return pb.DiffForecastRecordsRequest(
        name=record_name(name),
        other="" if other is None else record_name(other),
        year=None if year is None else whole(year, "year", INT32),
        explain=bool(explain),
    )


def record_name(record: str | ForecastRecord) -> str:
    """The resource name of a published forecast."""
    return resource_name(COLLECTION, record.name if isinstance(record, ForecastRecord) else record)


def _bare(name: str) -> str:
    return name.removeprefix(f"{COLLECTION}/")


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
