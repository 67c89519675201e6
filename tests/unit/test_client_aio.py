"""The client for asyncio does as the one that blocks: same answers, same errors, same manners."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Any, cast

import grpc
import pytest
from grpc.aio import AioRpcError, Metadata

from tests.fake_replies import BAD_SEED, answer_all, chunks, free_address, questions, reply, scales_page, slow
from tests.fake_server import FakeServer, canned, fail, library_answer, message_of, serve
from timelines import (
    Answer,
    AsyncClient,
    BatchItem,
    CallCancelledError,
    Client,
    DeadlineError,
    InvalidQuestionError,
    OverloadedError,
    Question,
    UnreachableError,
)
from timelines.aio_batch import Ending
from timelines.failures import error_of
from timelines.settings import Settings
from timelines.v1 import forecast_service_pb2 as pb


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with serve(Forecast=canned, ForecastBatch=answer_all) as server:
        yield server


def run[Result](fake: FakeServer | str, use: Callable[[AsyncClient], Awaitable[Result]], **options: Any) -> Result:
    """What a coroutine gives for a client of a fake server, or of an address."""

    async def main() -> Result:
        async with AsyncClient(fake if isinstance(fake, str) else fake.address, **options) as client:
            return await use(client)

    return asyncio.run(main())


async def collected(items: AsyncIterator[BatchItem]) -> list[BatchItem]:
    return [item async for item in items]


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    def public(kind: type) -> dict[str, list[str]]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {name: list(inspect.signature(item).parameters) for name, item in found if not name.startswith("_")}

    assert public(AsyncClient) == public(Client)
    assert inspect.signature(AsyncClient) == inspect.signature(Client)


def test_the_answer_is_the_one_that_was_sent(fake: FakeServer) -> None:
    answer = run(fake, lambda client: client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9))
    assert answer == Answer(message_of(library_answer()))
    assert [name for name, _ in fake.asked] == ["Check", "Forecast"]


def test_a_client_may_be_made_before_its_loop(fake: FakeServer) -> None:
    client = AsyncClient(fake.address)

    async def main() -> Answer:
        async with client:
            return await client.when(flop=1e29)

    assert asyncio.run(main()).p_never >= 0


def test_a_client_that_never_called_can_be_closed() -> None:
    asyncio.run(AsyncClient(free_address()).close())


def test_deadline_and_token_go_with_every_call(fake: FakeServer) -> None:
    run(fake, lambda client: client.when(flop=1e29, timeout=3), token="secret")
    assert {metadata["authorization"] for metadata in fake.metadata} == {"Bearer secret"}
    assert all(left is not None and left < 3.5 for left in fake.time_left)


def test_the_first_call_waits_for_a_server_that_starts() -> None:
    address = free_address()

    async def late(client: AsyncClient) -> Answer:
        asking = asyncio.create_task(client.when(flop=1e29))
        await asyncio.sleep(0.5)
        assert not asking.done()
        with serve(address, Forecast=canned):
            return await asking

    assert run(address, late).p_never >= 0


def test_a_server_that_never_comes_is_unreachable_within_the_timeout() -> None:
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="timelines serve"):
        run(free_address(), lambda client: client.when(flop=1e29), timeout=1)
    assert time.monotonic() - began < 3


def test_errors_are_those_of_the_other_client(fake: FakeServer) -> None:
    fake.replies["Forecast"] = fail(grpc.StatusCode.INVALID_ARGUMENT, "unknown", "UNKNOWN_NAME", {"question.law": "no"})
    with pytest.raises(InvalidQuestionError, match="unknown") as caught:
        run(fake, lambda client: client.when(flop=1e29))
    assert caught.value.reason == "UNKNOWN_NAME"
    assert caught.value.field_violations[0].field == "question.law"


def test_a_slow_server_meets_the_deadline(fake: FakeServer) -> None:
    fake.replies["Forecast"] = slow
    with pytest.raises(DeadlineError):
        run(fake, lambda client: client.when(flop=1e29, timeout=0.5))


def test_cancelling_a_task_cancels_its_call(fake: FakeServer) -> None:
    begun, gone = threading.Event(), threading.Event()

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        context.add_callback(gone.set)
        begun.set()
        gone.wait(20)
        return pb.ForecastResponse()

    async def cancel(client: AsyncClient) -> None:
        asking = asyncio.create_task(client.when(flop=1e29))
        await asyncio.to_thread(begun.wait, 5)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(gone.wait, 2)

    fake.replies["Forecast"] = handler
    run(fake, cancel)


def test_many_questions_at_once(fake: FakeServer) -> None:
    async def many(client: AsyncClient) -> list[Answer]:
        return await asyncio.gather(*(client.when(flop=1e29, seed=seed) for seed in range(50)))

    assert len(run(fake, many)) == 50
    assert {request.question.seed for request in fake.requests("Forecast")} == set(range(50))


def test_a_closed_client_says_so(fake: FakeServer) -> None:
    async def late(client: AsyncClient) -> None:
        await client.close()
        await client.when(flop=1e29)

    with pytest.raises(CallCancelledError, match="closed"):
        run(fake, late)


def test_readiness_is_what_the_server_says(fake: FakeServer) -> None:
    assert run(fake, lambda client: client.ready())
    fake.serving = False
    assert not run(fake, lambda client: client.ready())
    assert not run(free_address(), lambda client: client.ready())


def test_a_batch_is_answered_in_order_from_either_kind_of_iterable(fake: FakeServer) -> None:
    async def slowly() -> AsyncIterator[Question]:
        for question in questions(60):
            await asyncio.sleep(0)
            yield question

    for asked in (questions(60), slowly()):
        items = run(fake, lambda client, asked=asked: collected(client.batch(asked, in_flight=8)))  # type: ignore[misc]
        assert [item.index for item in items] == list(range(60))
        assert [item.index for item in items if item.error] == [BAD_SEED]


def test_a_bad_question_ends_nothing(fake: FakeServer) -> None:
    items = run(fake, lambda client: collected(client.batch([{"flop": 1e29}, {"flp": 1}, {"flop": 1e29}])))
    assert [item.answer is not None for item in items] == [True, False, True]


def test_leaving_the_loop_cancels_the_stream(fake: FakeServer) -> None:
    ended = threading.Event()

    def handler(requests: Any, context: grpc.ServicerContext) -> Iterator[pb.ForecastBatchResponse]:
        context.add_callback(ended.set)
        return map(reply, requests)

    async def leave(client: AsyncClient) -> Answer:
        async with aclosing(client.batch(questions(10**6))) as items:
            async for item in items:
                if item.index == 20:
                    break
        assert await asyncio.to_thread(ended.wait, 2)
        return await client.when(flop=1e29)

    fake.replies["ForecastBatch"] = handler
    assert run(fake, leave).p_never >= 0


def test_a_stream_that_breaks_says_how_far_it_came(fake: FakeServer) -> None:
    def handler(requests: Any, context: grpc.ServicerContext) -> Iterator[pb.ForecastBatchResponse]:
        for request in requests:
            if request.index == 7:
                context.abort(grpc.StatusCode.UNAVAILABLE, "going down")
            yield reply(request)

    fake.replies["ForecastBatch"] = handler
    with pytest.raises(UnreachableError, match="after 7 answers; go on with question 7"):
        run(fake, lambda client: collected(client.batch(questions(50))))


class Ended:
    """A stream that its server has ended with some words, and that was still writing then."""

    def add_done_callback(self, callback: Callable[[Ended], None]) -> None:
        callback(self)

    async def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.RESOURCE_EXHAUSTED

    async def details(self) -> str:
        return "too many streams"

    async def trailing_metadata(self) -> Metadata:
        return Metadata(("grpc-retry-pushback-ms", "250"))


def test_a_write_that_fails_hides_nothing_of_what_the_server_said() -> None:
    here, call = Settings("127.0.0.1:8433", None, None, 10.0), cast(Any, Ended())
    core = AioRpcError(grpc.StatusCode.INTERNAL, Metadata(), Metadata(), "Internal error from Core")
    said = error_of(Ending(call).of(core), here)
    assert isinstance(said, OverloadedError) and said.retry_after_s == 0.25 and "too many" in said.message
    unsaid = error_of(core, here)
    assert isinstance(unsaid, UnreachableError) and unsaid.reason == "UNREACHABLE" and "was lost" in unsaid.message
    own = AioRpcError(grpc.StatusCode.INTERNAL, Metadata(), Metadata(), "the server failed on this call")
    assert error_of(Ending(call).of(own), here).code == "INTERNAL"


def test_a_silent_stream_meets_the_idle_timeout(fake: FakeServer) -> None:
    def handler(requests: Any, context: grpc.ServicerContext) -> Iterator[pb.ForecastBatchResponse]:
        yield reply(next(requests))
        threading.Event().wait(2)

    fake.replies["ForecastBatch"] = handler
    with pytest.raises(DeadlineError, match=r"no answer for 0\.3 s.*after 1 answers"):
        run(fake, lambda client: collected(client.batch(questions(5), idle_timeout=0.3)))


def test_progress_is_told_to_the_caller(fake: FakeServer) -> None:
    told: list[tuple[int, int | None]] = []

    async def ask(client: AsyncClient) -> None:
        await collected(client.batch(list(questions(3)), progress=lambda done, total: told.append((done, total))))

    run(fake, ask)
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_pages_are_fetched_as_they_are_read(fake: FakeServer) -> None:
    async def read(client: AsyncClient) -> list[str]:
        return [scale.name async for scale in client.scales(page_size=2)]

    fake.replies["ListScales"] = scales_page
    assert run(fake, read) == ["s0", "s1", "s2", "s3", "s4", "s5"]
    assert [request.page_token for request in fake.requests("ListScales")] == ["", "2", "4"]


def test_draws_are_asked_of_the_client(fake: FakeServer) -> None:
    async def ask(client: AsyncClient) -> int:
        answer = await client.when(flop=1e29)
        with pytest.raises(RuntimeError, match=r"client\.draws\(answer\)"):
            answer.draws()
        return len(await client.draws(answer))

    fake.replies["StreamDraws"] = lambda *_: chunks(30, 30)
    assert run(fake, ask) == 30
