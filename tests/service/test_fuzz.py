"""Whatever bytes arrive, the server says what is wrong, gives nothing away, and answers the next good question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from random import Random

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from forecast.batch.reading import parse_spec
from forecast.catalogue.named import scenarios
from forecast.engine.scenario import BASELINE
from forecast.errors import InputError
from tests.golden.kept import OPTIONS, keep
from tests.house import ROOT
from tests.service import fuzzing, good_requests, processes
from tests.service.running import RunningServer, start
from timelines.v1 import error_pb2 as errors
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import report_service_pb2 as reports
from timelines_server.converters.reports import named_in, order_of

SEED = 20261121
CALLERS = 4
PATIENCE_S = 60
RECEIVE_LIMIT_BYTES = 2**20
RSS_LIMIT_MIB = 400
FORECAST = "/timelines.v1.ForecastService/Forecast"
GOOD_REQUEST = forecasts.ForecastRequest(question=good_requests.ON_A_LOSS)
GOOD_REQUEST.question.posterior = good_requests.SHIPPED[-1]  # whichever the cases make current
GOOD_QUESTION = GOOD_REQUEST.SerializeToString()

# Never told to a caller: where things lie, and how the program is made.
SECRET = re.compile(r"/(?:usr|home|tmp|root|opt|var)/|site-packages|Traceback|\.py\b|\bat 0x[0-9a-f]+|google\.protobuf")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: what fuzzing imports or chooses stays here."""
    with start(keep(tmp_path_factory.mktemp("fuzzed")), *OPTIONS) as running:
        yield running


@pytest.fixture(scope="module")
def channel(server: RunningServer) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.address) as open_channel:
        yield open_channel


def send(channel: grpc.Channel, case: fuzzing.Case) -> None:
    """Send the bytes as they are; what comes back is read to its end, but for reports, left when begun."""
    if case.method == fuzzing.REPORT:
        report = channel.unary_stream(case.method)(case.payload, timeout=PATIENCE_S)
        list(islice(report, 2))
        report.cancel()
    elif fuzzing.METHODS[case.method].server_streaming:
        list(channel.unary_stream(case.method)(case.payload, timeout=PATIENCE_S))
    else:
        channel.unary_unary(case.method)(case.payload, timeout=PATIENCE_S)


def problems(channel: grpc.Channel, case: fuzzing.Case) -> list[str]:
    """What is wrong with how the server took a request; empty when its manners are good."""
    try:
        send(channel, case)
    except grpc.RpcError as error:
        return [f"{case}\n    {problem}" for problem in bad_manners(error, len(case.payload))]
    return []


def bad_manners(error: grpc.RpcError, size: int) -> list[str]:
    code, message = error.code(), error.details() or ""
    refused = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE}
    if code in refused | {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}:
        return [f"ended with {code.name}: {message[:300]}"]
    if size > RECEIVE_LIMIT_BYTES and code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return []  # gRPC itself refused to read it
    status = rpc_status.from_call(error)
    if status is None:
        return [f"{code.name} without details: {message[:300]}"]
    info, violations = ErrorInfo(), BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(violations)
    told = [message, *(f"{one.field}: {one.description}" for one in violations.field_violations)]
    found = [f"gives away {hit[0]!r}: {text[:300]}" for text in told if (hit := SECRET.search(text))]
    if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", info.reason) or info.domain != "timelines":
        found.append(f"{code.name} with reason {info.reason!r} of {info.domain!r}: {message[:300]}")
    if not message or len(message) > 2000 or len(violations.field_violations) > 50:
        found.append(f"a message of {len(message)} characters, {len(violations.field_violations)} violations")
    return found


def batch_problems(channel: grpc.Channel, number: int) -> list[str]:
    """A stream of hostile questions: each is answered in its turn, with an answer or an error of its own."""
    asked = fuzzing.batch(SEED, number, items=20)
    stub = channel.stream_stream(
        fuzzing.BATCH,
        request_serializer=forecasts.ForecastBatchRequest.SerializeToString,
        response_deserializer=forecasts.ForecastBatchResponse.FromString,
    )
    try:
        answered = list(stub(iter(asked), timeout=PATIENCE_S))
    except grpc.RpcError as error:
        return [f"batch {number} ended with {error.code().name}: {error.details()}"]
    found = [] if [one.index for one in answered] == list(range(len(asked))) else [f"batch {number}: lost its order"]
    for question, item in zip(asked, answered, strict=False):
        if item.WhichOneof("result") != "answer" and bad_error(item.error):
            found.append(
                f"batch {number}, item {item.index}: {item.error} to {question.SerializeToString().hex()[:600]}"
            )
    return found


def bad_error(error: errors.Error) -> bool:
    internal = error.code in ("INTERNAL", "UNKNOWN", "")
    return internal or not re.fullmatch("[A-Z][A-Z0-9_]+", error.reason) or bool(SECRET.search(error.message))


def fuzz(server: RunningServer, channel: grpc.Channel, seed: int, count: int) -> None:
    """Send so many cases; after each hundred the same good question has the same answer."""
    ask = channel.unary_unary(FORECAST)
    expected = ask(GOOD_QUESTION, timeout=PATIENCE_S)
    found: list[str] = []
    with ThreadPoolExecutor(CALLERS) as callers:
        for first in range(0, count, 100):
            cases = [fuzzing.case(seed, number) for number in range(first, first + 100)]
            for told in callers.map(lambda case: problems(channel, case), cases):
                found += told
            found += batch_problems(channel, first + seed)
            assert ask(GOOD_QUESTION, timeout=PATIENCE_S) == expected, f"seed {seed}: other after case {first + 100}"
            assert len(found) < 50, f"seed {seed}:\n" + "\n".join(found)
    assert not found, f"seed {seed}, {len(found)} problems:\n" + "\n".join(found)
    assert server.process.poll() is None


def test_six_hundred_bad_requests_upset_nothing(server: RunningServer, channel: grpc.Channel) -> None:
    fuzz(server, channel, SEED, 600)


@pytest.mark.long
def test_twenty_thousand_bad_requests_upset_nothing(server: RunningServer, channel: grpc.Channel) -> None:
    fuzz(server, channel, SEED + 1, 20_000)


def test_nothing_of_it_is_kept(server: RunningServer) -> None:
    """After all of it the server is no larger than it may be, and its log shows no crash and no payload."""
    if processes.CAN_BE_READ:
        assert processes.rss_mib(server.process.pid) < RSS_LIMIT_MIB
    log = server.log_path.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in log
    assert "A" * 1000 not in log
    assert str(ROOT) not in log


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_hostile_order_of_a_report_is_refused_or_a_sound_spec(count: int) -> None:
    names = dict.fromkeys(scenarios.built_in_names(), BASELINE)
    accepted = 0
    for number in range(count):
        asked = reports.CreateReportRequest.FromString(fuzzing.hostile(fuzzing.REPORT, Random(f"{SEED}:{number}")))
        try:
            order = order_of(asked, dict.fromkeys(named_in(asked), BASELINE) | names)
        except InputError:
            continue
        with suppress(InputError):
            parse_spec(json.dumps(order.spec, ensure_ascii=False), "request")
            accepted += 1
    assert accepted > count / 20


def test_the_same_seed_makes_the_same_case() -> None:
    assert [fuzzing.case(SEED, number) for number in range(50)] == [fuzzing.case(SEED, number) for number in range(50)]
    assert len({fuzzing.case(SEED, number).method for number in range(300)}) == len(fuzzing.SINGLE)
