"""The manners of every call, in one interceptor: who may call, how many at once, what an error becomes, what is told.

Requests are read and responses written here rather than by gRPC, which would answer a fault in either with UNKNOWN and
the exception's own text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, Protocol

import grpc
from grpc import StatusCode
from grpc.aio import AbortError

from timelines_server.manners.admission import Admission, Slots
from timelines_server.manners.calls import CALL, Call, Context
from timelines_server.manners.packed import Packed
from timelines_server.manners.status import METHOD_CHARACTERS, CallError, Failure, no_such_method
from timelines_server.manners.strict import parse, refuse_unknown_fields
from timelines_server.manners.wording import clean
from timelines_server.observing.logs import Log
from timelines_server.observing.metrics import Meters, Metrics
from timelines_server.observing.tracing import Tracing

OURS = "/timelines."
OF_THE_CATALOGUE = ("/timelines.v1.FitService/", "/timelines.v1.ForecastRecordService/")
TOKEN: ContextVar[str] = ContextVar("TOKEN", default="")

type Handler = grpc.RpcMethodHandler[Any, Any]
type Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]


class Gate(Protocol):
    """Who may call what."""

    def allow(self, metadata: Sequence[tuple[str, str | bytes]], method: str) -> str:
        """The name of the caller's token, empty where none is needed; raises a CallError to refuse."""


class Manners(grpc.aio.ServerInterceptor):
    """Stands round every call of ours; of the others it asks only whether they are allowed.

    Parameters
    ----------
    admission : Admission
        Room for calls.
    metrics : Metrics
        What counts them.
    log : Log
        Where each leaves a line.
    gate : Gate, optional
        Who may call; without one, everybody.
    tracing : Tracing, optional
        Spans of calls.
    stalled_s : mapping, optional
        By method, the seconds after which a reader who takes nothing ends its stream; others may take their time.
    """

    def __init__(
        self,
        admission: Admission,
        metrics: Metrics,
        log: Log,
        gate: Gate | None = None,
        tracing: Tracing | None = None,
        stalled_s: Mapping[str, float] | None = None,
    ) -> None:
        self._stalled_s = stalled_s or {}
        self._admission, self._metrics, self._log = admission, metrics, log
        self._gate, self._tracing = gate, tracing
        self._handlers: dict[str, Handler] = {}

    async def intercept_service(self, continuation: Continuation, details: grpc.HandlerCallDetails) -> Handler:
        """The handler of a call, with manners, kept for the next one; where there is none, one that refuses."""
        method = details.method
        if self._gate is not None:
            try:
                TOKEN.set(self._gate.allow(details.invocation_metadata, method))
            except Exception as error:
                return self._refusal(method, error)
        handler = self._handlers.get(method)
        if handler is None:
            handler = await continuation(details)
            if handler is None:
                return self._refusal(method, no_such_method(method))
            if method.startswith(OURS):
                handler = self._handlers[method] = self._mannered(method, handler)
        return handler

    def _refusal(self, method: str, error: Exception) -> Handler:
        """Ends the call at once, whatever its kind, before a word of its request is read."""
        meters = self._metrics.known(method)
        name = clean(method, METHOD_CHARACTERS)
        caller = error.caller if isinstance(error, CallError) else ""

        async def refuse(_: Any, context: Context) -> None:
            call = Call(name, meters, self._log, caller, context)
            await call.abort(call.failure(error))

        return grpc.stream_stream_rpc_method_handler(refuse)

    def _mannered(self, method: str, handler: Handler) -> Handler:
        streams = handler.request_streaming or handler.response_streaming
        calls = self._admission.catalogue if method.startswith(OF_THE_CATALOGUE) else self._admission.calls
        slots = self._admission.streams if streams else calls
        meters = self._metrics.of(method, handler.request_streaming, handler.response_streaming)
        around = _Mannered(method, handler, slots, meters, self._log, self._tracing, self._stalled_s.get(method))
        if handler.response_streaming:
            make = grpc.stream_stream_rpc_method_handler if handler.request_streaming else _unary_stream
            return make(around.stream)
        make = grpc.stream_unary_rpc_method_handler if handler.request_streaming else _unary_unary
        return make(around.unary)


_unary_unary = grpc.unary_unary_rpc_method_handler
_unary_stream = grpc.unary_stream_rpc_method_handler


class _Mannered:
    """One method of ours, with manners round it: bytes in, bytes out."""

    def __init__(
        self,
        method: str,
        handler: Handler,
        slots: Slots,
        meters: Meters,
        log: Log,
        tracing: Tracing | None,
        stalled_s: float | None,
    ) -> None:
        self._stalled_s = stalled_s
        self._method, self._slots, self._meters, self._log = method, slots, meters, log
        self._request_streaming = handler.request_streaming
        self._parse, self._pack = _converters(handler)
        self._serve = behaviour(handler)
        if tracing is not None:
            self._serve = tracing.around(method, self._serve, stream=handler.response_streaming)

    async def unary(self, raw: Any, context: Context) -> bytes:
        """Answer with one message."""
        call, request, failure = self._begin(context), None, None
        try:
            with self._slots:
                request = self._read(raw, call)
                packed: bytes = self._pack(await self._serve(request, context))
        except (Exception, asyncio.CancelledError) as error:
            failure = self._failure(call, error, request, context)
            if failure is None:
                raise
        if failure is not None:
            del raw, request  # a megabyte, maybe; see `Call.abort`
            await call.abort(failure)
        self._meters.sent()
        call.end(StatusCode.OK)
        return packed

    async def stream(self, raw: Any, context: Context) -> None:
        """Answer with a stream of messages, each written when the one before it is on its way."""
        call, request, failure = self._begin(context), None, None
        try:
            with self._slots:
                request = self._read(raw, call)
                async with aclosing(self._serve(request, context)) as responses:
                    async for response in responses:
                        await self._write(self._pack(response), call, context)
        except (Exception, asyncio.CancelledError) as error:
            failure = self._failure(call, error, request, context)
            if failure is None:
                raise
        if failure is not None:
            del raw, request
            await call.abort(failure)
        if not call.ended:
            call.end(StatusCode.OK)

    def _begin(self, context: Context) -> Call:
        call = Call(self._method, self._meters, self._log, TOKEN.get(), context)
        CALL.set(call)
        return call

    def _read(self, raw: Any, call: Call) -> Any:
        call.refuse_if_late()
        if self._request_streaming:
            return self._requests(raw, call)
        request = parse(self._parse, raw)
        self._meters.received()
        refuse_unknown_fields(request)
        return request

    async def _requests(self, raw_requests: AsyncIterator[bytes], call: Call) -> AsyncIterator[Any]:
        """The messages of a stream; whether they hold unknown fields is for the servicer to look at, one by one."""
        while True:
            try:
                raw = await anext(raw_requests)
            except StopAsyncIteration:
                return
            except Exception:
                call.gone()  # gRPC cannot read on: the connection broke
                raise
            self._meters.received()
            yield parse(self._parse, raw)

    async def _write(self, packed: bytes, call: Call, context: Context) -> None:
        try:
            if self._stalled_s is None:
                await context.write(packed)
            else:
                await self._write_in_time(packed, context, self._stalled_s)
        except CallError:
            raise
        except Exception:
            call.gone()  # gRPC cannot write on: the connection broke
            raise
        self._meters.sent()

    @staticmethod
    async def _write_in_time(packed: bytes, context: Context, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await context.write(packed)
        except TimeoutError:
            message = f"nothing of the answer was taken for {seconds:g} seconds; ask again, and read on while it comes"
            raise CallError(StatusCode.ABORTED, "READER_STALLED", message) from None

    def _failure(self, call: Call, error: BaseException, request: Any, context: Context) -> Failure | None:
        """What the caller is told; None where the call has ended already, and the error goes on to gRPC."""
        if call.ended:
            return None
        if isinstance(error, asyncio.CancelledError):
            task = asyncio.current_task()
            if task is None or task.cancelling():
                call.gone()
                return None
            error = CallError(StatusCode.UNAVAILABLE, "STOPPING", "the server is stopping; ask another")
        if isinstance(error, AbortError):  # a servicer ended the call itself
            call.end(context.code())
            return None
        if isinstance(error, NotImplementedError) and context.code() is StatusCode.UNIMPLEMENTED:
            error = no_such_method(self._method)  # a servicer that leaves it to its generated base
        return call.failure(error, None if self._request_streaming else request)


def behaviour(handler: Handler) -> Callable[..., Any]:
    """What answers a call, whichever of the four kinds it is."""
    kinds: tuple[Any, ...] = (handler.unary_unary, handler.unary_stream, handler.stream_unary, handler.stream_stream)
    found: Callable[..., Any] = next(kind for kind in kinds if kind is not None)
    return found


def _converters(handler: Handler) -> tuple[Callable[[bytes], Any], Callable[[Any], bytes]]:
    """How requests are read and responses written."""
    parse_bytes, pack = handler.request_deserializer, handler.response_serializer
    if parse_bytes is None or pack is None:
        raise TypeError("a method of ours reads and writes messages, not bytes")
    return parse_bytes, lambda response: response.by(pack) if isinstance(response, Packed) else pack(response)
