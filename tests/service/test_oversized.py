"""A field that is far too large is refused by its name, or costs little, wherever it stands in whichever request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest
from grpc_status import rpc_status

from tests.service import oversized, processes
from tests.service.asking import SERVING, health_of
from tests.service.oversized import SIZE_BYTES, Oversized
from tests.service.running import RunningServer, start
from tests.wire import METHODS
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines_server.channel import MAX_REQUEST_BYTES

CASES = list(oversized.every())
LONGEST_S = 5.0
"""Bound for one request on a machine that is busy; here all but the first of a kind take under .1 s."""
GROWTH_MIB = 250
# What the server reads or makes at the first call that needs it.
OPENING = ("/timelines.v1.FitService/ListFits", "/timelines.v1.EvaluationService/ListBacktests")
OF_EACH_KIND = [
    f"/timelines.v1.{name}"
    for name in ("ForecastService/Forecast", "ForecastService/ForecastBatch", "ReportService/CreateReport")
]
REFUSED = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
# Lists that may name the same thing again and again: they are gone through once, and the answer is that of one name.
AS_OF_ONE = {
    *("GetCalibration quantities", "GetCalibration forecasters", "Replay claims", "ListFits states"),
    "ListForecastRecords series",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own, whose memory is looked at."""
    with start(tmp_path_factory.mktemp("oversized")) as running:
        yield running


@pytest.fixture(scope="module")
def channel(server: RunningServer) -> Iterator[Any]:
    options = [("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(server.address, options=options) as opened:
        connected: Any = opened
        for path in OPENING:
            connected.unary_unary(path)(b"", timeout=60)
        yield connected


@pytest.mark.parametrize("cases", [oversized.once(CASES), pytest.param(CASES, marks=pytest.mark.long)], ids=len)
def test_a_field_that_is_far_too_large_is_refused_by_name_or_costs_little(channel: Any, cases: list[Oversized]) -> None:
    found = [problem for case in cases for problem in problems(channel, case)]
    assert not found, "\n".join(found)


def problems(channel: Any, case: Oversized) -> list[str]:
    """What is wrong with how one of them was taken."""
    payload = case.payload()
    if not SIZE_BYTES * 0.4 < len(payload) < MAX_REQUEST_BYTES:
        return [f"{case}: {len(payload)} bytes are not what this is about"]
    began = time.monotonic()
    try:
        said = send(channel, case, payload)
    except grpc.RpcError as error:
        said = refusal(case, error)
    took_s = time.monotonic() - began
    return [*([f"{case}: {said}"] if said else []), *([f"{case}: {took_s:.1f} s"] if took_s > LONGEST_S else [])]


def send(channel: Any, case: Oversized, payload: bytes) -> str:
    """Send it; what is wrong with its being answered."""
    method = METHODS[case.method]
    if method.client_streaming:
        items = channel.stream_stream(case.method)(iter([payload]), timeout=60)
        (item,) = map(forecasts.ForecastBatchResponse.FromString, items)
        named = [violation.field for violation in item.error.field_violations]
        return "" if item.error.code in {code.name for code in REFUSED} and named else f"told {str(item)[:200]!r}"
    if method.server_streaming:
        size = sum(map(len, channel.unary_stream(case.method)(payload, timeout=60)))
    else:
        size = len(channel.unary_unary(case.method)(payload, timeout=60))
    return "" if str(case) in AS_OF_ONE and size < SIZE_BYTES / 10 else f"answered with {size} bytes"


def refusal(case: Oversized, error: grpc.RpcError) -> str:
    """What is wrong with how it was refused: with another status, or without the name of a field."""
    status, bad = rpc_status.from_call(error), BadRequest()
    for detail in status.details if status is not None else ():
        detail.Unpack(bad)
    named = [violation.field for violation in bad.field_violations]
    if error.code() in REFUSED and named and all(len(field) <= 200 for field in named):
        return ""
    return f"{error.code().name} naming {named}: {(error.details() or '')[:200]}"


def test_every_request_with_a_text_or_a_list_is_walked_and_every_such_field_of_it() -> None:
    large = {path for path, method in METHODS.items() if any(oversized.large_fields(method.input_type))}
    assert {case.method for case in CASES} == {case.method for case in oversized.once(CASES)} == large
    assert {case.owner for case in CASES} == {case.owner for case in oversized.once(CASES)}
    assert {case.field for case in CASES if case.method.endswith("/Forecast")} >= {
        *("question.quantiles", "question.by_years", "question.posterior", "question.scenario.inline.overrides.source"),
        "question.target.brain_anchor.flop_per_s.tabulated.value",
    }


def test_a_message_over_the_limit_is_refused_before_it_is_read(server: RunningServer, channel: Any) -> None:
    for method in OF_EACH_KIND:
        with pytest.raises(grpc.RpcError) as caught:
            list(channel.stream_stream(method)(iter([b"\x00" * (MAX_REQUEST_BYTES + 1)]), timeout=20))
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, method


def test_after_all_of_it_the_server_is_healthy_and_has_not_grown(server: RunningServer, channel: grpc.Channel) -> None:
    assert health_of(channel) == SERVING
    if processes.CAN_BE_READ:
        assert processes.rss_mib(server.process.pid) < 170 + GROWTH_MIB
    assert "Traceback" not in server.log and "A" * 1000 not in server.log
