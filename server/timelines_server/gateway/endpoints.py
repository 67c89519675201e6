"""Every call of our services as an endpoint of Connect's library, answered by the handlers that answer gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import grpc
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.request import RequestContext
from connectrpc.server import Endpoint
from google.protobuf.descriptor import MethodDescriptor
from grpc.aio import AbortError

from timelines_server.gateway.codecs import Handler, in_json, is_json
from timelines_server.gateway.context import HttpContext
from timelines_server.manners.interceptors import Manners, behaviour
from timelines_server.observing.logs import Log
from timelines_server.served import methods, path

type Request = RequestContext[bytes, bytes]
type Find = Callable[[grpc.HandlerCallDetails], Handler | None]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who answers calls in one kind of body.

    Attributes
    ----------
    manners : Manners
        Stand round every call; of their own, because they keep handlers.
    find : callable
        The handler of a call, which reads and writes such bodies.
    """

    manners: Manners
    find: Find

    async def handler(self, at: str, context: HttpContext) -> Callable[[Any, Any], Awaitable[Any]]:
        """What answers a call with bytes, having asked who may call."""

        async def _found(details: grpc.HandlerCallDetails) -> Handler | None:
            return self.find(details)

        handler = await self.manners.intercept_service(_found, _Details(at, context.invocation_metadata()))
        return behaviour(handler)


class Endpoints:
    """Answers calls that came over HTTP.

    Parameters
    ----------
    in_bytes, as_json : Spoken
        Who answers those in the binary format of protobuf, and those in JSON.
    log : Log
        Is told of what went wrong outside the handlers.
    """

    def __init__(self, in_bytes: Spoken, as_json: Spoken, log: Log) -> None:
        self._in_bytes, self._as_json, self._log = in_bytes, as_json, log

    def by_path(self) -> Mapping[str, Any]:
        """Every call of ours as an `Endpoint` of Connect's library, by its path."""
        return {path(method): self._endpoint(method) for method in methods()}

    def _endpoint(self, method: MethodDescriptor) -> Endpoint[bytes, bytes]:
        asked, told = method.client_streaming, method.server_streaming
        whole, at = _info(method), path(method)

        async def once(request: Any, context: Request) -> bytes:
            return await self._once(at, request, context)

        def stream(request: Any, context: Request) -> AsyncIterator[bytes]:
            return self._stream(at, request, context)

        if told:
            return Endpoint.bidi_stream(whole, stream) if asked else Endpoint.server_stream(whole, stream)
        return Endpoint.client_stream(whole, once) if asked else Endpoint.unary(whole, once)

    async def _once(self, at: str, request: Any, context: Request) -> bytes:
        call = HttpContext(context)
        answer = await self._spoken(context).handler(at, call)
        try:
            packed: bytes = await answer(request, call)
        except Exception as error:
            raise self._failure(call, error) from None
        return packed

    async def _stream(self, at: str, request: Any, context: Request) -> AsyncIterator[bytes]:
        call = HttpContext(context)
        answer = await self._spoken(context).handler(at, call)
        work = asyncio.ensure_future(answer(request, call))
        try:
            async for message in call.messages(work):
                yield message
        except Exception as error:
            raise self._failure(call, error) from None
        finally:
            work.cancel()
            with suppress(Exception, asyncio.CancelledError):
                await work

    def _spoken(self, context: Request) -> Spoken:
        return self._as_json if is_json(context.request_headers.get("content-type", "")) else self._in_bytes

    def _failure(self, call: HttpContext, error: Exception) -> ConnectError:
        """How the handler ended the call; what was never meant to come through says nothing of itself."""
        if isinstance(error, AbortError) and call.failure is not None:
            return call.failure
        if isinstance(error, ConnectError):
            return error
        self._log.events.error("exception", exc_info=error)
        return ConnectError(Code.INTERNAL, "the server failed on this call; its operator finds the cause in its log")


def json_of(find: Find) -> Find:
    """Finds the same handlers, with JSON in and JSON out."""

    def _found(details: grpc.HandlerCallDetails) -> Handler | None:
        handler = find(details)
        return None if handler is None else in_json(handler)

    return _found


def _info(method: MethodDescriptor) -> MethodInfo[bytes, bytes]:
    streams = {
        (False, False): StreamType.UNARY,
        (True, False): StreamType.CLIENT_STREAM,
        (False, True): StreamType.SERVER_STREAM,
        (True, True): StreamType.BIDI_STREAM,
    }
    return MethodInfo(
        name=method.name,
        service_name=method.containing_service.full_name,
        input=bytes,
        output=bytes,
        idempotency_level=IdempotencyLevel.UNKNOWN,
        stream_type=streams[method.client_streaming, method.server_streaming],
    )


@dataclass(frozen=True, slots=True)
class _Details(grpc.HandlerCallDetails):
    method: str
    invocation_metadata: tuple[tuple[str, str], ...]
