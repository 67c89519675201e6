"""Many questions on one stream, with asyncio; the bookkeeping is `batch.Window`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

import grpc
from grpc import aio

from timelines.batch import Asked, Window
from timelines.draws import BatchItem
from timelines.failures import broke_off, error_of
from timelines.v1 import forecast_service_pb2 as pb

if TYPE_CHECKING:
    from grpc.aio import StreamStreamCall, StreamStreamMultiCallable

    from timelines.aio_calls import AsyncCalls

Outbox = asyncio.Queue[pb.ForecastBatchRequest | None]


async def run(
    calls: AsyncCalls,
    method: StreamStreamMultiCallable[pb.ForecastBatchRequest, pb.ForecastBatchResponse],
    questions: Iterable[Asked] | AsyncIterable[Asked],
    window: Window,
    idle_timeout: float | None,
) -> AsyncGenerator[BatchItem, None]:
    """Items in the order asked.

    Raises
    ------
    TimelinesError
        When the stream breaks; it says how many were answered.
    """
    await calls.ready_within(None)
    outbox: Outbox = asyncio.Queue()
    call = method(_sent(outbox), metadata=calls.metadata)
    source, ending = _each(questions), Ending(call)
    try:
        while await _ask(source, window, outbox):
            yield window.refused() or window.settle(await _reply(call, ending, calls, window, idle_timeout))
        outbox.put_nowait(None)
        await _drain(call)
    finally:
        outbox.put_nowait(None)
        call.cancel()


class Ending:
    """How the server ended a call; grpc.aio forgets it when a message is on its way out at that moment.

    Parameters
    ----------
    call : grpc.aio.Call
        The call, not yet ended.
    """

    def __init__(self, call: aio.Call) -> None:
        self._told: aio.AioRpcError | None = None
        call.add_done_callback(self._keep)

    def of(self, failure: grpc.RpcError) -> grpc.RpcError:
        """What the server said, where the failure is only that a message could not be written any more."""
        return self._told if broke_off(failure) and self._told is not None else failure

    def _keep(self, call: Any) -> None:
        code, details, trailers = map(_at_once, (call.code(), call.details(), call.trailing_metadata()))
        if self._told is None and code is not None:
            self._told = aio.AioRpcError(code, aio.Metadata(), trailers or aio.Metadata(), details)


def _at_once(known: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine; None where it has to wait for one."""
    try:
        known.send(None)
    except StopIteration as done:
        return done.value
    known.close()
    return None


async def _sent(outbox: Outbox) -> AsyncIterator[pb.ForecastBatchRequest]:
    while (request := await outbox.get()) is not None:
        yield request


async def _each(questions: Iterable[Asked] | AsyncIterable[Asked]) -> AsyncIterator[Asked]:
    if isinstance(questions, AsyncIterable):
        async for asked in questions:
            yield asked
    else:
        for asked in questions:
            yield asked


async def _ask(source: AsyncIterator[Asked], window: Window, outbox: Outbox) -> bool:
    """Fill the window; whether an item is due."""
    while window.has_room:
        try:
            asked = await anext(source)
        except StopAsyncIteration:
            break
        request = window.admit(asked)
        if request is not None:
            outbox.put_nowait(request)
    return not window.empty


async def _reply(
    call: StreamStreamCall[pb.ForecastBatchRequest, pb.ForecastBatchResponse],
    ending: Ending,
    calls: AsyncCalls,
    window: Window,
    idle_timeout: float | None,
) -> pb.ForecastBatchResponse:
    try:
        async with asyncio.timeout(idle_timeout):
            reply = await call.read()
    except TimeoutError as late:
        raise window.idle(idle_timeout or 0.0) from late
    except grpc.RpcError as failure:
        raise window.broken(error_of(ending.of(failure), calls.settings)) from failure
    if not isinstance(reply, pb.ForecastBatchResponse):
        raise window.ended()
    return reply


async def _drain(call: StreamStreamCall[pb.ForecastBatchRequest, pb.ForecastBatchResponse]) -> None:
    """Let the server end the stream well; all its answers are here already."""
    try:
        while await call.read() is not aio.EOF:
            continue
    except grpc.RpcError:
        return
