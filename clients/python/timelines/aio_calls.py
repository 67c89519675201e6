"""Calls with a deadline, the token and errors of our own, on a channel of asyncio; the same rules as `calls`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING

import grpc
from grpc import aio

from timelines import channel as connection
from timelines.calls import (
    HEALTH_METHOD,
    SERVING,
    WHOLE_SERVER,
    answered,
    closed_error,
    may_come,
    never_came,
    remaining,
)
from timelines.failures import error_of
from timelines.settings import Settings, deadline, seconds

if TYPE_CHECKING:
    from grpc.aio import UnaryStreamMultiCallable, UnaryUnaryMultiCallable


class AsyncCalls:
    """One channel of an event loop and how calls are made on it.

    Parameters
    ----------
    settings : Settings
        Where and how to call.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metadata = connection.metadata(settings)
        self._credentials = None if settings.tls is None else connection.credentials(settings.tls)
        self._reached = False
        self._closed = False

    @cached_property
    def channel(self) -> aio.Channel:
        """The channel, made in the event loop that the first call runs in."""
        options, tls = connection.channel_options(self.settings), self._credentials
        if tls is None:
            return aio.insecure_channel(self.settings.target, options)
        return aio.secure_channel(self.settings.target, tls, options)

    @cached_property
    def _health(self) -> UnaryUnaryMultiCallable[bytes, bytes]:
        method: UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(HEALTH_METHOD)
        return method

    async def unary[Request, Reply](
        self, method: UnaryUnaryMultiCallable[Request, Reply], request: Request, timeout: float | None
    ) -> Reply:
        """The reply to one request.

        Raises
        ------
        TimelinesError
            When there is none.
        """
        limit = await self.ready_within(timeout)
        try:
            return await method(request, timeout=limit, metadata=self.metadata)
        except grpc.RpcError as failure:
            raise error_of(failure, self.settings, limit) from failure

    async def stream[Request, Reply](
        self, method: UnaryStreamMultiCallable[Request, Reply], request: Request, timeout: float | None
    ) -> AsyncGenerator[Reply]:
        """The replies to one request; the call is cancelled when the iteration ends early.

        Raises
        ------
        TimelinesError
            When the stream ends with an error.
        """
        limit = await self.ready_within(timeout)
        call = method(request, timeout=limit, metadata=self.metadata)
        try:
            async for reply in call:
                yield reply
        except grpc.RpcError as failure:
            raise error_of(failure, self.settings, limit) from failure
        finally:
            call.cancel()

    async def ready_within(self, timeout: float | None) -> float | None:
        """Reach the server if it was not yet; seconds left for the call, None for no limit."""
        if self._closed:
            raise closed_error()
        limit = deadline(self.settings.timeout_s if timeout is None else seconds(timeout))
        if self._reached:
            return limit
        began = monotonic()
        try:
            await self._health(WHOLE_SERVER, timeout=limit, metadata=self.metadata)
        except grpc.RpcError as failure:
            await self._wait(failure, limit, began)
        self._reached = True
        return remaining(limit, began)

    async def _wait(self, first: grpc.RpcError, limit: float | None, began: float) -> None:
        """Wait for a server that did not answer at first."""
        if answered(first):
            return
        if not may_come(first):
            raise error_of(first, self.settings, limit) from first
        left = remaining(limit, began)
        try:
            await self._health(WHOLE_SERVER, timeout=left, metadata=self.metadata, wait_for_ready=True)
        except grpc.RpcError as second:
            if not answered(second):
                raise never_came(first, self.settings, limit) from first

    async def serving(self, timeout: float | None) -> bool:
        """Whether the server says that it is serving; False also where nothing answers.

        Raises
        ------
        TimelinesError
            When waiting cannot help, as with a wrong certificate, or the token is refused.
        """
        if self._closed:
            raise closed_error()
        limit = deadline(self.settings.timeout_s if timeout is None else seconds(timeout))
        try:
            return await self._health(WHOLE_SERVER, timeout=limit, metadata=self.metadata) == SERVING
        except grpc.RpcError as failure:
            if may_come(failure) or failure.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                return False
            raise error_of(failure, self.settings, limit) from failure

    async def close(self) -> None:
        """End the connection and every call on it."""
        self._closed = True
        if "channel" in vars(self):
            await self.channel.close()
