"""The manners of a real server, seen from outside."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.request import urlopen

import grpc
import pytest
from google.protobuf.message import Message
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client.parser import text_string_to_metric_families

from tests.mannered import BATCH, FORECAST, details
from tests.service.running import RunningServer, launch, start
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1 import scale_service_pb2, scale_service_pb2_grpc
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

SECONDS = 20
UNKNOWN_IN_TARGET = b"\x0a\x05\x0a\x03\x98\x06\x05"


@pytest.fixture
def channel(server: RunningServer) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.address) as channel:
        yield channel


def request(**changes: Any) -> pb.ForecastRequest:
    made = pb.ForecastRequest()
    made.question.target.training_flop = 1e29
    for name, value in changes.items():
        setattr(made.question, name, value)
    return made


def refused(call: Callable[[], Any]) -> grpc.RpcError:
    """The error that a call, or reading a stream, ends with."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


def lines(server: RunningServer) -> list[dict[str, Any]]:
    """What the log holds, once the lines of the calls before now are in it."""
    time.sleep(0.2)
    return [json.loads(line) for line in server.log.splitlines()]


def test_what_is_wrong_is_told_with_field_and_remedy(channel: grpc.Channel) -> None:
    asked = pb.ForecastRequest()
    asked.question.target.loss.nats_per_token = 1.2
    asked.question.target.loss.scale = "no-such-scale"
    error = refused(lambda: ForecastServiceStub(channel).Forecast(asked, timeout=SECONDS))
    assert error.code() is StatusCode.INVALID_ARGUMENT
    reason, fields = details(error)
    assert reason == "UNKNOWN_NAME" and set(fields) == {"question.target.loss.scale"}
    assert "no-such-scale" in error.details() and "kaplan-webtext2" in error.details()


def test_a_name_of_nearly_a_megabyte_is_refused_in_a_short_message(channel: grpc.Channel) -> None:
    asked = pb.ForecastRequest()
    asked.question.target.loss.nats_per_token = 1.2
    asked.question.target.loss.scale = "x" * 1_000_000
    error = refused(lambda: ForecastServiceStub(channel).Forecast(asked, timeout=SECONDS))
    assert error.code() is StatusCode.INVALID_ARGUMENT and len(error.details()) < 2_000
    assert sum(len(value) for _, value in error.trailing_metadata()) < 8_192


@pytest.mark.parametrize(("raw", "reason"), [(b"\xff\xff", "MALFORMED_REQUEST"), (UNKNOWN_IN_TARGET, "UNKNOWN_FIELD")])
def test_bytes_that_are_no_question_of_ours_are_an_invalid_argument(
    channel: grpc.Channel, raw: bytes, reason: str
) -> None:
    error = refused(lambda: channel.unary_unary(FORECAST)(raw, timeout=SECONDS))
    assert error.code() is StatusCode.INVALID_ARGUMENT and details(error)[0] == reason


def test_an_unknown_field_in_one_item_leaves_the_stream_to_the_others(channel: grpc.Channel) -> None:
    bad = pb.ForecastBatchRequest(index=3).SerializeToString() + b"\x12\x07" + UNKNOWN_IN_TARGET
    good = pb.ForecastBatchRequest(index=4, question=request().question).SerializeToString()
    raw_answers = channel.stream_stream(BATCH)(iter([bad, good]), timeout=SECONDS)
    first, second = (pb.ForecastBatchResponse.FromString(raw) for raw in raw_answers)
    assert (first.index, first.error.code, first.error.reason) == (3, "INVALID_ARGUMENT", "UNKNOWN_FIELD")
    assert (second.index, second.WhichOneof("result")) == (4, "answer")


def test_an_item_that_cannot_be_read_ends_the_stream(channel: grpc.Channel) -> None:
    answers = channel.stream_stream(BATCH)(iter([b"\xff\xff"]), timeout=SECONDS)
    error = refused(lambda: next(answers))
    assert error.code() is StatusCode.INVALID_ARGUMENT and details(error)[0] == "MALFORMED_REQUEST"


def test_a_method_that_is_not_served_is_unimplemented_with_a_reason(channel: grpc.Channel) -> None:
    error = refused(lambda: channel.unary_unary("/timelines.v1.ForecastService/Guess")(b"", timeout=SECONDS))
    assert error.code() is StatusCode.UNIMPLEMENTED and details(error)[0] == "NO_SUCH_METHOD"


def test_a_name_that_nothing_has_is_not_found(channel: grpc.Channel) -> None:
    asked = scale_service_pb2.GetScaleRequest(name="scales/no-such-scale")
    error = refused(lambda: scale_service_pb2_grpc.ScaleServiceStub(channel).GetScale(asked, timeout=SECONDS))
    assert error.code() is StatusCode.NOT_FOUND and details(error)[0] == "NOT_FOUND"


def test_every_call_leaves_one_line_without_its_payload(tmp_path: Path) -> None:
    with start(tmp_path) as own, grpc.insecure_channel(own.address) as channel:
        stub = ForecastServiceStub(channel)
        stub.Forecast(request(seed=987_654_321), timeout=SECONDS)
        refused(lambda: stub.Forecast(request(posterior="a-telling-name"), timeout=SECONDS))
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        calls = [line for line in lines(own) if line["event"] == "call"]
        assert [(line["code"], line.get("reason")) for line in calls] == [
            ("OK", None),
            ("NOT_FOUND", "POSTERIOR_NOT_FOUND"),
        ]
        assert {"time", "level", "call_id", "method", "duration_ms", "peer", "deadline_ms"} <= set(calls[0])
        assert "987654321" not in own.log and "a-telling-name" not in own.log


def test_the_line_of_the_last_call_is_written_when_the_server_stops(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "0") as own, grpc.insecure_channel(own.address) as channel:
        ForecastServiceStub(channel).Forecast(request(), timeout=SECONDS)
        own.process.terminate()
        assert own.process.wait(SECONDS) == 0
        assert [line["code"] for line in lines(own) if line["event"] == "call"] == ["OK"]


def held(stub: ForecastServiceStub, questions: Queue[Message | None]) -> Any:
    """A stream on which one question was answered, and that stays open."""
    questions.put(pb.ForecastBatchRequest(index=1, question=request().question))
    answers = stub.ForecastBatch(iter(questions.get, None), timeout=SECONDS)
    assert next(answers).index == 1
    return answers


def test_overload_is_told_at_once_and_spares_health_and_questions(tmp_path: Path) -> None:
    with start(tmp_path, "--max-in-flight", "1") as own, grpc.insecure_channel(own.address) as channel:
        stub, questions = ForecastServiceStub(channel), Queue[Message | None]()
        answers = held(stub, questions)
        began = time.monotonic()
        error = refused(lambda: next(stub.ForecastBatch(iter([]), timeout=SECONDS)))
        assert error.code() is StatusCode.RESOURCE_EXHAUSTED and details(error)[0] == "OVERLOADED"
        assert int(dict(error.trailing_metadata())["grpc-retry-pushback-ms"]) >= 100
        health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        assert health.status == health_pb2.HealthCheckResponse.SERVING
        assert time.monotonic() - began < 3
        stub.Forecast(request(), timeout=SECONDS)
        questions.put(None)
        assert list(answers) == []
        assert list(stub.ForecastBatch(iter([]), timeout=SECONDS)) == []


def test_calls_and_the_posterior_are_counted_on_the_metrics_page(tmp_path: Path) -> None:
    with launch(tmp_path, "--metrics-port", "0") as launched:
        own = launched.ready()
        url = launched.line("Metrics on ").removeprefix("Metrics on ")
        with grpc.insecure_channel(own.address) as channel:
            ForecastServiceStub(channel).Forecast(request(), timeout=SECONDS)
            refused(lambda: channel.unary_unary(FORECAST)(b"\xff", timeout=SECONDS))
        page = urlopen(url, timeout=SECONDS).read().decode()
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    handled = {
        one.labels["grpc_code"]: one.value
        for one in samples
        if one.name == "grpc_server_handled_total" and one.labels["grpc_method"] == "Forecast" and one.value
    }
    assert handled == {"OK": 1, "InvalidArgument": 1}
    (info,) = (one.labels for one in samples if one.name == "timelines_posterior_info")
    assert info["posterior"] in own.ready_line and info["status"] in own.ready_line and info["as_of"] in own.ready_line
