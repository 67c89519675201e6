"""The manners of every call, on a made-up service in this process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any
from weakref import ReferenceType, ref

import pytest
from grpc import StatusCode

from forecast.errors import InputError, StorageError
from tests.mannered import BATCH, FORECAST, Made, details, question, refused, serving
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.manners.calls import failure_of

SECRET = "/etc/x password"
NESTED_UNKNOWN = b"\x0a\x05\x0a\x03\x98\x06\x05"  # question.target holds a field 99


async def answer(request: pb.ForecastRequest, context: Any) -> pb.ForecastResponse:
    return pb.ForecastResponse()


async def forget(request: Any, context: Any) -> Any:
    raise RuntimeError(SECRET)


def test_an_answer_is_answered_counted_and_told_of_in_one_line() -> None:
    async def run() -> None:
        async with serving(Made(Forecast=answer)) as served:
            assert await served.stub.Forecast(question(), timeout=5) == pb.ForecastResponse()
            (line,) = served.lines
            assert (line["event"], line["level"], line["code"], line["method"]) == ("call", "info", "OK", FORECAST)
            assert line["peer"].startswith("ipv4:127.0.0.1:")
            assert 0 < line["duration_ms"] < 5_000 and 4_000 < line["deadline_ms"] < 5_500
            assert served.count("grpc_server_started_total") == 1
            assert served.count("grpc_server_handled_total", "OK") == 1
            assert served.count("grpc_server_msg_received_total") == served.count("grpc_server_msg_sent_total") == 1

    asyncio.run(run())


def test_an_unforeseen_error_is_internal_and_tells_only_where_the_log_has_it() -> None:
    async def run() -> None:
        async with serving(Made(Forecast=forget)) as served:
            error = await refused(served.stub.Forecast(question()))
            assert error.code() is StatusCode.INTERNAL and details(error) == ("INTERNAL", {})
            everything = f"{error.details()}{error.trailing_metadata()}{error.debug_error_string()}"
            assert SECRET not in everything and "RuntimeError" not in everything
            traceback, call = served.lines
            assert SECRET in traceback["exception"] and "Traceback" in traceback["exception"]
            assert traceback["call_id"] == call["call_id"] and call["call_id"] in error.details()
            assert (call["level"], call["code"], call["reason"]) == ("error", "INTERNAL", "INTERNAL")
            assert served.count("grpc_server_handled_total", "Internal") == 1

    asyncio.run(run())


def test_what_cannot_be_written_as_an_answer_is_internal_without_its_text() -> None:
    async def wrong(request: Any, context: Any) -> Any:
        return SECRET

    async def run() -> None:
        async with serving(Made(Forecast=wrong)) as served:
            error = await refused(served.stub.Forecast(question()))
            assert error.code() is StatusCode.INTERNAL and SECRET not in str(error)

    asyncio.run(run())


def test_an_error_of_ours_names_the_field_in_the_request() -> None:
    async def mistaken(request: Any, context: Any) -> Any:
        raise InputError("a loss of -1 is none; give one above 0", field="target.loss.nats_per_token")

    async def run() -> None:
        async with serving(Made(Forecast=mistaken)) as served:
            error = await refused(served.stub.Forecast(question()))
            assert error.code() is StatusCode.INVALID_ARGUMENT
            message = "a loss of -1 is none; give one above 0"
            assert details(error) == ("INVALID_INPUT", {"question.target.loss.nats_per_token": message})
            assert served.calls[0]["reason"] == "INVALID_INPUT" and message not in served.written.getvalue()

    asyncio.run(run())


def test_the_operator_reads_in_the_log_what_callers_are_not_told() -> None:
    async def full(request: Any, context: Any) -> Any:
        raise StorageError("cannot write /srv/x/draws.nc: no space; free some")

    async def run() -> None:
        async with serving(Made(Forecast=full)) as served:
            error = await refused(served.stub.Forecast(question()))
            assert error.code() is StatusCode.UNAVAILABLE and "/srv" not in str(error)
            assert "/srv/x/draws.nc" in served.lines[0]["said"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"\xff\xff\xff", "MALFORMED_REQUEST"), (b"\x0a\x05ab", "MALFORMED_REQUEST"), (NESTED_UNKNOWN, "UNKNOWN_FIELD")],
)
def test_what_is_no_request_of_ours_is_an_invalid_argument(raw: bytes, reason: str) -> None:
    async def run() -> None:
        async with serving(Made(Forecast=answer)) as served:
            error = await refused(served.raw()(raw))
            assert error.code() is StatusCode.INVALID_ARGUMENT and details(error)[0] == reason
            assert await served.stub.Forecast(question())

    asyncio.run(run())


def test_a_method_left_to_the_generated_base_is_unimplemented() -> None:
    async def run() -> None:
        async with serving(Made()) as served:
            calls = (
                served.stub.Forecast(question()),
                served.stub.StreamDraws(pb.StreamDrawsRequest()),
                served.raw("/timelines.v1.ForecastService/Nothing")(b""),
                served.raw("/other.Service/Method")(b""),
            )
            for call in calls:
                error = await refused(call)
                assert error.code() is StatusCode.UNIMPLEMENTED and details(error)[0] == "NO_SUCH_METHOD"
            assert len(served.calls) == 4

    asyncio.run(run())


def test_a_stream_may_fail_after_its_first_messages() -> None:
    async def some(request: Any, context: Any) -> AsyncIterator[pb.StreamDrawsResponse]:
        yield pb.StreamDrawsResponse(offset=0)
        yield pb.StreamDrawsResponse(offset=1)
        raise InputError("no more of them", field="chunk_draws")

    async def run() -> None:
        async with serving(Made(StreamDraws=some)) as served:
            call = served.stub.StreamDraws(pb.StreamDrawsRequest())
            assert [(await call.read()).offset, (await call.read()).offset] == [0, 1]
            error = await refused(call)
            assert error.code() is StatusCode.INVALID_ARGUMENT
            assert details(error) == ("INVALID_INPUT", {"chunk_draws": "no more of them"})
            assert served.count("grpc_server_msg_sent_total", method="StreamDraws") == 2
            assert served.calls[0]["code"] == "INVALID_ARGUMENT"

    asyncio.run(run())


class Large:
    """Stands for a request of a megabyte."""


def test_a_failed_call_keeps_nothing_large_until_the_garbage_collector_comes() -> None:
    kept: list[ReferenceType[Large]] = []

    async def mistaken(request: Any, context: Any) -> Any:
        large = Large()
        kept.append(ref(large))
        raise InputError("wrong")

    async def broken(request: Any, context: Any) -> AsyncIterator[Any]:
        large = Large()
        kept.append(ref(large))
        yield pb.StreamDrawsResponse()
        raise RuntimeError(SECRET)

    async def run() -> None:
        async with serving(Made(Forecast=mistaken, StreamDraws=broken)) as served:
            await refused(served.stub.Forecast(question()))
            call = served.stub.StreamDraws(pb.StreamDrawsRequest())
            await call.read()
            await refused(call)
            assert [one() for one in kept] == [None, None]

    gc.disable()
    try:
        asyncio.run(run())
    finally:
        gc.enable()


async def each(requests: AsyncIterator[pb.ForecastBatchRequest], context: Any) -> AsyncIterator[Any]:
    async for request in requests:
        try:
            if request.index == 7:
                raise RuntimeError(SECRET)
            yield pb.ForecastBatchResponse(index=request.index)
        except RuntimeError as error:
            yield pb.ForecastBatchResponse(index=request.index, error=failure_of(error, request).to_proto())


def test_an_item_that_fails_leaves_its_traceback_and_the_stream_goes_on() -> None:
    async def run() -> None:
        async with serving(Made(ForecastBatch=each)) as served:
            call = served.stub.ForecastBatch(pb.ForecastBatchRequest(index=index) for index in (7, 8))
            bad, good = [response async for response in call]
            assert bad.error.code == "INTERNAL" and SECRET not in str(bad) and good.index == 8
            traceback, line = served.lines
            assert SECRET in traceback["exception"] and line["call_id"] in bad.error.message and line["code"] == "OK"
            assert served.count("grpc_server_msg_received_total", method="ForecastBatch") == 2

    asyncio.run(run())


def test_an_item_that_cannot_be_read_ends_its_stream() -> None:
    async def run() -> None:
        async with serving(Made(ForecastBatch=each)) as served:
            items = [pb.ForecastBatchRequest(index=1).SerializeToString(), b"\xff\xff"]
            call = served.channel.stream_stream(BATCH)(iter(items))
            assert pb.ForecastBatchResponse.FromString(await call.read()).index == 1
            error = await refused(call)
            assert error.code() is StatusCode.INVALID_ARGUMENT and details(error)[0] == "MALFORMED_REQUEST"

    asyncio.run(run())
