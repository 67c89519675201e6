"""ForecastRecordService on a real server: what is published is its own answer, stays, and follows what came before."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from grpc import StatusCode

pytest.importorskip("sqlalchemy")

from forecast.catalogue import Catalogue
from forecast.catalogue.entries.published import content_sha256
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import state_folder
from forecast.publishing.encode import published_dict, published_from_dict
from forecast.publishing.replays import Replays
from forecast.publishing.verifying import verify
from tests.service.refusals import refused
from tests.service.running import RunningServer, start
from tests.synthetic import synthetic_posterior
from timelines.v1 import forecast_record_service_pb2 as pb
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import question_pb2 as questions
from timelines.v1.forecast_record_service_pb2_grpc import ForecastRecordServiceStub
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines_server.access import tokens
from timelines_server.access.tokens import Scope

TIMEOUT_S = 60
EARLIER = "2020-07-27"


def run(flop: float = 1e29, **changes: Any) -> questions.Question:
    return questions.Question(target=questions.Target(training_flop=flop), **{"max_draws": 500, **changes})


def parsed(message: Any) -> dict[str, Any]:
    return dict(MessageToDict(message, preserving_proto_field_name=True))


class Caller:
    """Short words for calls to one server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.stub, self.forecasts = ForecastRecordServiceStub(channel), ForecastServiceStub(channel)

    def record(self, question: questions.Question | None = None, **said: str) -> pb.ForecastRecord:
        request = pb.RecordForecastRequest(question=question or run(), **said)
        return self.stub.RecordForecast(request, timeout=TIMEOUT_S).record

    def get(self, name: str) -> pb.ForecastRecord:
        return self.stub.GetForecastRecord(pb.GetForecastRecordRequest(name=name), timeout=TIMEOUT_S).record

    def list(self, **asked: Any) -> pb.ListForecastRecordsResponse:
        return self.stub.ListForecastRecords(pb.ListForecastRecordsRequest(**asked), timeout=TIMEOUT_S)

    def diff(self, name: str, **asked: Any) -> pb.DiffForecastRecordsResponse:
        return self.stub.DiffForecastRecords(pb.DiffForecastRecordsRequest(name=name, **asked), timeout=TIMEOUT_S)

    def ask(self, question: questions.Question) -> Any:
        return self.forecasts.Forecast(forecasts.ForecastRequest(question=question), timeout=TIMEOUT_S).answer

    def explain(self, **sides: Any) -> forecasts.ExplainResponse:
        return self.forecasts.Explain(forecasts.ExplainRequest(**sides), timeout=TIMEOUT_S)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a server that publishes."""
    return tmp_path_factory.mktemp("records")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[RunningServer]:
    with start(home) as server:
        yield server


@pytest.fixture
def caller(running: RunningServer) -> Iterator[Caller]:
    with grpc.insecure_channel(running.address) as channel:
        yield Caller(channel)


def test_what_is_published_is_the_answer_that_the_server_gives(caller: Caller) -> None:
    record = caller.record(title="A run", note="For a test.\nOn two lines.")
    assert record.answer == caller.ask(run()) and record.question == run(
        horizon="2060-12", seed=20261120, criterion=1, price_basis=1, cost_scope=1, **ANSWERED
    )
    assert caller.get(record.name) == record
    assert (record.title, record.note, record.published_by) == ("A run", "For a test.\nOn two lines.", "")
    assert record.posterior == record.answer.provenance.posterior == selection.reference().name
    assert re.fullmatch(r"forecasts/\d{4}-\d{2}-\d{2}-[0-9a-f]{12}", record.name)
    assert record.name.endswith(record.content_sha256[:12]) and record.citation.startswith(record.statement)


ANSWERED: dict[str, Any] = {
    "payer": questions.Payer(frontier_spend=questions.FrontierSpend()),
    "scenario": questions.ScenarioChoice(name="baseline"),
    "quantiles": [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95],
}
"""What every question says that was not told otherwise."""


def test_the_hash_can_be_had_from_the_wire_alone(caller: Caller, home: Path) -> None:
    caller.record()
    told = parsed(caller.record(note="Ünïcode", series="hashed"))
    read = published_from_dict(told)
    assert content_sha256(read.record, read.previous, read.published_at) == told["content_sha256"]
    found = verify(read, Replays(home=home, artefacts=""))
    assert (found.faults, found.replayed) == ((), "same")


def test_the_library_and_the_wire_tell_the_same(caller: Caller, home: Path) -> None:
    name = caller.record().name
    with Catalogue.open(home) as catalogue:
        published = catalogue.records.get(name.removeprefix("forecasts/"))
    assert published_dict(published) == parsed(caller.get(name))


def test_a_series_is_listed_newest_first_page_by_page(caller: Caller) -> None:
    made = [caller.record(run(seed=i), series="listed").name for i in range(5)]
    whole = caller.list(series="listed")
    assert [one.name for one in whole.records] == made[::-1] and not whole.next_page_token
    assert [one.previous for one in whole.records] == [*made[-2::-1], ""]
    assert not any(one.HasField("answer") or one.HasField("question") for one in whole.records)
    first = caller.list(series="listed", page_size=2)
    second = caller.list(series="listed", page_size=3, page_token=first.next_page_token)
    assert [one.name for one in (*first.records, *second.records)] == made[::-1] and not second.next_page_token
    assert set(made) <= {one.name for one in caller.list(page_size=1000).records}
    for wrong in ({"page_token": first.next_page_token}, {"page_token": "x"}, {"page_size": -1}):
        with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "page_"):
            caller.list(**wrong)


def test_the_same_request_publishes_once(caller: Caller) -> None:
    request_id = str(uuid4())
    first = caller.record(series="once", request_id=request_id)
    assert caller.record(series="once", request_id=request_id) == first
    assert [one.name for one in caller.list(series="once").records] == [first.name]
    with refused(StatusCode.INVALID_ARGUMENT, "REQUEST_ID_USED") as told:
        caller.record(run(2e29), series="once", request_id=request_id)
    assert told.fields == ("request_id",)


def test_of_the_same_request_many_times_at_once_one_is_published(caller: Caller) -> None:
    request_id, names = str(uuid4()), []

    def record() -> None:
        names.append(caller.record(series="raced", request_id=request_id).name)

    threads = [threading.Thread(target=record) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 6 and len(set(names)) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"series": "No name"}, "series"),
        ({"title": "x" * 300}, "title"),
        ({"note": "nul \0"}, "note"),
        ({"request_id": "7"}, "request_id"),
        ({"question": run(-1.0)}, "question.target.training_flop"),
    ],
)
def test_what_cannot_be_published_is_named(caller: Caller, said: dict[str, Any], field: str) -> None:
    before = len(caller.list(page_size=1000).records)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        caller.record(**said)
    assert told.fields == (field,)
    assert len(caller.list(page_size=1000).records) == before


def test_a_name_that_is_not_there_is_not_found(caller: Caller) -> None:
    for call in (caller.get, caller.diff, lambda name: caller.explain(before_record=name, after=run())):
        with refused(StatusCode.NOT_FOUND, "NOT_FOUND", "2026-01-01-0123456789ab"):
            call("forecasts/2026-01-01-0123456789ab")
        with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "give forecasts/ and the name of one"):
            call("2026-01-01-0123456789ab")


def test_a_name_that_no_database_may_be_asked_for_is_not_there(caller: Caller) -> None:
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND"):
        caller.get("forecasts/nul\0")
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        caller.list(series="nul\0")
    assert told.fields == ("series",)


def test_a_named_scenario_is_told_whole(caller: Caller) -> None:
    record = caller.record(run(scenario=questions.ScenarioChoice(name="slow-price")))
    assert record.question.scenario.inline.name == "slow-price"
    assert record.question.scenario.inline.overrides and "in the scenario slow-price" in record.citation.lower()


def test_a_change_is_told_and_explained(caller: Caller) -> None:
    first = caller.record(run(as_of=EARLIER), series="changed")
    second = caller.record(run(), series="changed")
    found = caller.diff(second.name)
    assert (found.before.name, found.after.name) == (first.name, second.name) and not found.before.HasField("answer")
    figures = {(one.figure, one.year): one for one in found.figures}
    never = figures[pb.RECORD_FIGURE_P_NEVER, 0]
    assert (never.before, never.after) == (first.answer.p_never, second.answer.p_never)
    assert figures[pb.RECORD_FIGURE_P_BY_YEAR, 2040].after == second.answer.p_by_year[2].probability
    switches = {part.switch for part in found.explanation.parts}
    assert any(name.startswith("posterior") for name in switches) and not found.notices
    assert found.explanation == caller.explain(before_record=first.name, after_record=second.name)
    assert found.explanation == caller.explain(before=run(as_of=EARLIER), after_record=second.name)
    plain = caller.diff(second.name, other=first.name, explain=False)
    assert plain.figures == found.figures and not plain.HasField("explanation")


def test_what_cannot_be_compared_is_named(caller: Caller) -> None:
    only = caller.record(series="alone")
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "is the first of its series") as told:
        caller.diff(only.name)
    assert told.fields == ("other",)
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND"):
        caller.diff(only.name, other="forecasts/none")
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        caller.diff(only.name, other=only.name, year=1066)
    assert told.fields == ("year",)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "choose one") as told:
        caller.explain(before=run(), before_record=only.name, after=run())
    assert told.fields == ("before_record",)


def test_what_was_acknowledged_survives_the_server(tmp_path: Path) -> None:
    with start(tmp_path) as server, grpc.insecure_channel(server.address) as channel:
        record = Caller(channel).record()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    with start(tmp_path) as again, grpc.insecure_channel(again.address) as channel:
        assert Caller(channel).get(record.name) == record


def test_a_catalogue_that_cannot_be_used_publishes_nothing_and_forecasts_go_on(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite").mkdir()
    with start(tmp_path) as server, grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        for call in (caller.record, caller.list, lambda: caller.get("forecasts/x")):
            with refused(StatusCode.UNAVAILABLE, "STORAGE"):
                call()
        assert caller.ask(run()).p_never >= 0
        (tmp_path / "catalogue.sqlite").rmdir()
        assert caller.get(caller.record().name).HasField("answer")


def test_nothing_is_published_from_a_posterior_whose_files_are_gone(tmp_path: Path) -> None:
    file = write(synthetic_posterior(300), state_folder(tmp_path).posteriors)
    selection.set_current(file.stem, tmp_path)
    with start(tmp_path) as server, grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        first = caller.record()
        for one in (file, file.with_suffix(".json")):
            one.unlink()
        with refused(StatusCode.FAILED_PRECONDITION, "POSTERIOR_GONE", "nobody could ask again"):
            caller.record()
        assert first.posterior == file.stem == caller.ask(run()).provenance.posterior
        assert [one.name for one in caller.list().records] == [first.name]


def test_publishing_asks_for_a_token_that_may_change_things(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    made = {scope: tokens.make(f"a-{scope.label}", scope) for scope in (Scope.READ, Scope.FIT)}
    for _, token in made.values():
        tokens.append(file, token)
    read, fit = ((("authorization", f"Bearer {made[scope][0]}"),) for scope in (Scope.READ, Scope.FIT))
    with start(tmp_path / "home", "--tokens", str(file)) as server, grpc.insecure_channel(server.address) as channel:
        stub, request = ForecastRecordServiceStub(channel), pb.RecordForecastRequest(question=run())
        with refused(StatusCode.PERMISSION_DENIED, "SCOPE_MISSING"):
            stub.RecordForecast(request, timeout=TIMEOUT_S, metadata=read)
        record = stub.RecordForecast(request, timeout=TIMEOUT_S, metadata=fit).record
        assert record.published_by == "a-fit"
        listed = stub.ListForecastRecords(pb.ListForecastRecordsRequest(), timeout=TIMEOUT_S, metadata=read)
        assert [one.name for one in listed.records] == [record.name]
