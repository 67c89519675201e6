"""The client's published forecasts: records of what the server tells, and what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import ParseDict

from forecast.catalogue.entries.published import Published, as_kept, content_sha256
from forecast.publishing.differing import differ
from forecast.publishing.encode import published_dict
from forecast.publishing.making import record_of
from forecast.publishing.replays import Replays
from tests.fake_server import FakeServer, fail, forecaster, message_of, serve
from timelines import (
    AsyncClient,
    Client,
    ForecastRecord,
    InvalidQuestionError,
    NotFoundError,
    Question,
    RecordDifference,
    UnreachableError,
)
from timelines.v1 import forecast_record_service_pb2 as pb
from timelines.v1 import forecast_service_pb2 as forecasts

DAY = datetime(2026, 11, 21, 3, 4, 5, 678900, UTC)
EARLIER = "2020-07-27"


@cache
def published(as_of: str | None = None, previous: str | None = None) -> Published:
    asked = forecaster().question(flop=1e29, max_draws=500, as_of=as_of)
    record = as_kept(record_of(forecaster(), asked, title="A run", note="Ünïcode\nlines"))
    digest = content_sha256(record, previous, DAY)
    return Published(f"{DAY:%Y-%m-%d}-{digest[:12]}", record, previous, "its-token", DAY, None, digest)


def message(one: Published, whole: bool = True) -> pb.ForecastRecord:
    return ParseDict(published_dict(one, whole=whole), pb.ForecastRecord())


def recorded(request: Any, context: Any) -> pb.RecordForecastResponse:
    return pb.RecordForecastResponse(record=message(published()))


def got(request: Any, context: Any) -> pb.GetForecastRecordResponse:
    return pb.GetForecastRecordResponse(record=message(published()))


def page(request: Any, context: Any) -> pb.ListForecastRecordsResponse:
    at = int(request.page_token or 0)
    listed = [message(published(), whole=False) for _ in range(at, at + 2)]
    return pb.ListForecastRecordsResponse(records=listed, next_page_token=str(at + 2) if at < 4 else "")


@cache
def difference() -> pb.DiffForecastRecordsResponse:
    found = differ(published(EARLIER), published(), Replays(forecaster(), artefacts=""))
    return ParseDict(found.to_dict(), pb.DiffForecastRecordsResponse())


def test_a_record_tells_what_the_library_published() -> None:
    with serve(GetForecastRecord=got) as fake, Client(fake.address) as client:
        record = client.get_record("forecasts/" + published().name)
        (asked,) = fake.requests("GetForecastRecord")
    own = published()
    assert asked.name == f"forecasts/{own.name}"
    assert (record.name, record.series, record.title) == (own.name, own.record.series, own.record.title)
    assert (record.published_at, record.published_by, record.previous) == (own.published_at, "its-token", None)
    assert record.citation.startswith(record.statement) and own.name in record.citation
    assert record.answer.raw == message_of(forecaster().when(flop=1e29, max_draws=500))
    assert record.answer.question.posterior == record.posterior
    assert record.question.flop == 1e29 and record.question.posterior is None
    assert record.to_dict() == published_dict(own)


def test_a_record_that_was_changed_on_its_way_is_not_sound() -> None:
    raw = message(published(EARLIER, published().name))
    assert ForecastRecord.from_raw(raw).is_sound
    changes: list[Callable[[pb.ForecastRecord], Any]] = [
        lambda one: setattr(one, "note", "otherwise"),
        lambda one: setattr(one, "previous", ""),
        lambda one: setattr(one.answer, "p_never", 0.5),
        lambda one: setattr(one.question, "horizon", "2050-12"),
        lambda one: setattr(one, "statement", "It is certain."),
    ]
    for change in changes:
        spoilt = pb.ForecastRecord()
        spoilt.CopyFrom(raw)
        change(spoilt)
        assert not ForecastRecord.from_raw(spoilt).is_sound


def test_a_listed_record_has_no_answer_and_says_how_to_get_it() -> None:
    with serve(ListForecastRecords=page) as fake, Client(fake.address) as client:
        listed = list(client.records(series="mine", page_size=2))
        assert {one.series for one in fake.requests("ListForecastRecords")} == {"mine"}
    assert len(listed) == 6 and not listed[0].is_whole and listed[0].citation
    for read in (lambda: listed[0].answer, lambda: listed[0].question, lambda: listed[0].is_sound):
        with pytest.raises(LookupError, match="get_record"):
            read()


def test_what_is_recorded_is_what_is_asked_and_said() -> None:
    with serve(RecordForecast=recorded) as fake, Client(fake.address) as client:
        client.record(flop=1e29, budget_usd=1e9, series="mine", title="A run", note="why")
        client.record(Question(flop=1e29), request_id="an-id")
        client.record({"flop": 1e29})
        first, second, third = fake.requests("RecordForecast")
    assert (first.series, first.title, first.note) == ("mine", "A run", "why")
    assert first.question.payer.fixed_usd_2023 == 1e9 and first.question.target.training_flop == 1e29
    assert len(first.request_id) == 36 and second.request_id == "an-id" and second.question == third.question
    assert third.request_id not in ("", first.request_id)


@pytest.mark.parametrize("said", [{"title": 3}, {"series": None}, {"request_id": 7}, {"flop": "much"}])
def test_what_fits_no_message_never_leaves_the_client(said: dict[str, Any]) -> None:
    with serve() as fake, Client(fake.address) as client:
        with pytest.raises(InvalidQuestionError):
            client.record(**{"flop": 1e29, **said})
        with pytest.raises(TypeError):
            client.record(Question(flop=1e29), flop=1e29)
        assert not fake.requests("RecordForecast")


def test_a_difference_has_figures_and_an_explanation() -> None:
    with serve(DiffForecastRecords=lambda request, context: difference()) as fake, Client(fake.address) as client:
        found = client.diff_record(published().name, ForecastRecord.from_raw(message(published(EARLIER))), year=2035)
        client.diff_record("forecasts/x", explain=False)
        first, second = fake.requests("DiffForecastRecords")
    assert (first.name, first.other) == tuple(f"forecasts/{one.name}" for one in (published(), published(EARLIER)))
    assert (first.year, first.explain) == (2035, True)
    assert (second.other, second.HasField("year"), second.explain) == ("", False, False)
    never = next(one for one in found.figures if one.figure == "p_never")
    answers = [ForecastRecord.from_raw(message(one)).answer for one in (published(EARLIER), published())]
    assert (never.before, never.after, never.year) == (answers[0].p_never, answers[1].p_never, None)
    assert never.change == answers[1].p_never - answers[0].p_never
    assert found.explanation is not None and found.explanation.parts and found.notices == ()
    far = pb.ChangedFigure(figure=pb.RECORD_FIGURE_MEDIAN, after=2040.5)
    bare = RecordDifference.from_raw(
        pb.DiffForecastRecordsResponse(
            before=difference().before, after=difference().after, figures=[far], notices=["told by its figures only"]
        )
    )
    assert bare.explanation is None and bare.figures[0].before is None and bare.figures[0].change is None
    assert bare.to_dict()["notices"] == ["told by its figures only"]


def test_published_forecasts_are_explained_by_their_names() -> None:
    with serve(Explain=lambda request, context: difference().explanation) as fake, Client(fake.address) as client:
        client.explain("2026-11-21-0123456789ab", ForecastRecord.from_raw(message(published())))
        client.explain(Question(flop=1e29), "forecasts/x")
        first, second = fake.requests("Explain")
    assert first.before_record == "forecasts/2026-11-21-0123456789ab" and not first.HasField("before")
    assert first.after_record == f"forecasts/{published().name}"
    assert second == forecasts.ExplainRequest(before=second.before, after_record="forecasts/x")
    assert second.before.target.training_flop == 1e29


def test_both_clients_tell_the_same() -> None:
    async def told(fake: FakeServer) -> list[Any]:
        async with AsyncClient(fake.address) as client:
            listed = [one async for one in client.records()]
            return [
                listed,
                await client.record(flop=1e29, title="A run"),
                await client.get_record("x"),
                await client.diff_record("x", "y"),
                await client.explain("x", "y"),
            ]

    replies: dict[str, Any] = {
        "ListForecastRecords": page,
        "RecordForecast": recorded,
        "GetForecastRecord": got,
        "DiffForecastRecords": lambda request, context: difference(),
        "Explain": lambda request, context: difference().explanation,
    }
    with serve(**replies) as fake, Client(fake.address) as client:
        here = [list(client.records()), client.record(flop=1e29, title="A run"), client.get_record("x")]
        assert asyncio.run(told(fake)) == [*here, client.diff_record("x", "y"), client.explain("x", "y")]


def test_what_is_not_there_and_what_is_down_are_errors_of_their_own() -> None:
    gone = fail(grpc.StatusCode.NOT_FOUND, "unknown published forecast", "NOT_FOUND", {"name": "unknown"})
    down = fail(grpc.StatusCode.UNAVAILABLE, "the catalogue is down", "CATALOGUE_UNAVAILABLE")
    with serve(GetForecastRecord=gone, RecordForecast=down) as fake, Client(fake.address) as client:
        with pytest.raises(NotFoundError):
            client.get_record("x")
        with pytest.raises(UnreachableError) as caught:
            client.record(flop=1e29)
        assert caught.value.reason == "CATALOGUE_UNAVAILABLE"
        assert len({one.request_id for one in fake.requests("RecordForecast")}) == 1  # tried again, as one request
