"""Who is let in, how many at once, and for how long: on a made-up service in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from threading import Event
from typing import Any

import grpc
from grpc import StatusCode

from tests.mannered import Made, details, question, refused, serving
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.manners.status import CallError
from timelines_server.work import Work

SECRET = "/etc/x password"


async def answer(request: pb.ForecastRequest, context: Any) -> pb.ForecastResponse:
    return pb.ForecastResponse()


async def hang(request: Any, context: Any) -> Any:
    await asyncio.sleep(60)


async def each(requests: AsyncIterator[pb.ForecastBatchRequest], context: Any) -> AsyncIterator[Any]:
    async for request in requests:
        yield pb.ForecastBatchResponse(index=request.index)


class Closed:
    """Lets in who says so."""

    def allow(self, metadata: Sequence[tuple[str, str | bytes]], method: str) -> str:
        if dict(metadata).get("authorization") == "please" or method.startswith("/grpc.health."):
            return "guest"
        raise CallError(StatusCode.UNAUTHENTICATED, "TOKEN_MISSING", "a token is needed")


class Broken:
    def allow(self, metadata: Sequence[tuple[str, str | bytes]], method: str) -> str:
        raise RuntimeError(SECRET)


def test_the_gate_is_asked_about_every_method_and_the_token_is_told_by_name() -> None:
    async def run() -> None:
        async with serving(Made(Forecast=answer, ForecastBatch=each), gate=Closed()) as served:
            batch = served.stub.ForecastBatch(iter([pb.ForecastBatchRequest()]))
            for call in (served.stub.Forecast(question()), batch, served.raw("/other.Service/Method")(b"")):
                error = await refused(call)
                assert error.code() is StatusCode.UNAUTHENTICATED and details(error)[0] == "TOKEN_MISSING"
            await served.stub.Forecast(question(), metadata=[("authorization", "please")])
            assert await served.health() == 1
            assert [line.get("token") for line in served.calls] == [None, None, None, "guest"]
            assert served.count("grpc_server_handled_total", "Unauthenticated") == 1
            assert served.count("grpc_server_started_total") == 2

    asyncio.run(run())


def test_a_gate_that_fails_lets_nobody_in_and_tells_nothing() -> None:
    async def run() -> None:
        async with serving(Made(Forecast=answer), gate=Broken()) as served:
            error = await refused(served.stub.Forecast(question()))
            assert error.code() is StatusCode.INTERNAL and SECRET not in str(error)

    asyncio.run(run())


def test_one_call_too_many_is_told_so_at_once_while_health_answers() -> None:
    async def run() -> None:
        async with serving(Made(Forecast=hang, Trajectory=hang), max_in_flight=2) as served:
            slow = [served.stub.Forecast(question()), served.stub.Trajectory(pb.TrajectoryRequest())]
            while served.count("grpc_server_msg_received_total", method="Trajectory") < 1:
                await asyncio.sleep(0.01)
            began = time.monotonic()
            error = await refused(served.stub.Forecast(question(), timeout=30))
            assert error.code() is StatusCode.RESOURCE_EXHAUSTED and details(error)[0] == "OVERLOADED"
            assert 100 <= int(dict(error.trailing_metadata())["grpc-retry-pushback-ms"]) < 400
            assert await served.health() == 1
            assert time.monotonic() - began < 2
            for call in slow:
                call.cancel()

    asyncio.run(run())


def test_idle_streams_leave_room_for_questions_and_room_is_given_back() -> None:
    async def run() -> None:
        async with serving(Made(Forecast=answer, ForecastBatch=each), max_in_flight=1) as served:
            idle = served.stub.ForecastBatch()
            await idle.write(pb.ForecastBatchRequest(index=1))
            assert (await idle.read()).index == 1
            assert (await refused(served.stub.ForecastBatch())).code() is StatusCode.RESOURCE_EXHAUSTED
            for _ in range(3):
                await served.stub.Forecast(question())
            await idle.done_writing()
            assert await idle.read() is grpc.aio.EOF
            assert await served.stub.ForecastBatch(iter([])).read() is grpc.aio.EOF

    asyncio.run(run())


def test_an_expired_deadline_stops_the_work_and_frees_the_pool() -> None:
    async def run() -> None:
        work, began, stopped = Work(threads=1), Event(), Event()

        def job(checkpoint: Any) -> None:
            began.set()
            try:
                while True:
                    checkpoint()
                    time.sleep(0.005)
            finally:
                stopped.set()

        async def slow(request: Any, context: Any) -> Any:
            await work.run(job)

        async with serving(Made(Forecast=slow)) as served:
            error = await refused(served.stub.Forecast(question(), timeout=0.3))
            assert error.code() is StatusCode.DEADLINE_EXCEEDED and began.is_set()
            assert await asyncio.wait_for(work.run(lambda _: "free"), 5) == "free" and stopped.is_set()
            assert [line["code"] for line in served.calls] == ["DEADLINE_EXCEEDED"]
            assert served.count("grpc_server_handled_total", "DeadlineExceeded") == 1
        work.close()

    asyncio.run(run())


def test_a_caller_who_gives_up_is_told_of_as_cancelled() -> None:
    ended = asyncio.Event()

    async def endless(request: Any, context: Any) -> AsyncIterator[pb.StreamDrawsResponse]:
        try:
            while True:
                yield pb.StreamDrawsResponse()
                await asyncio.sleep(0.001)
        finally:
            ended.set()

    async def run() -> None:
        async with serving(Made(StreamDraws=endless)) as served:
            call = served.stub.StreamDraws(pb.StreamDrawsRequest(), timeout=60)
            await call.read()
            call.cancel()
            await asyncio.wait_for(ended.wait(), 5)
            await asyncio.sleep(0)
            assert [line["code"] for line in served.calls] == ["CANCELLED"]
            assert served.value("timelines_in_flight", kind="streams") == 0

    asyncio.run(run())


def test_a_pool_that_is_closed_sends_callers_to_another_server() -> None:
    async def stopping(request: Any, context: Any) -> Any:
        raise asyncio.CancelledError  # as a job that waited in a pool which is shut down

    async def run() -> None:
        async with serving(Made(Forecast=stopping)) as served:
            error = await refused(served.stub.Forecast(question(), timeout=5))
            assert error.code() is StatusCode.UNAVAILABLE and details(error)[0] == "STOPPING"

    asyncio.run(run())
