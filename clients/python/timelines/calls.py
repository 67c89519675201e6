"""Calls with a deadline, the token and errors of our own, on a channel that blocks.

The first call on a channel asks the server's health first. Where nothing answers, that says at once why; where waiting
may help (a server that starts), it waits until the server is there or the timeout has passed.
"""

from __future__ import annotations

from collections.abc import Generator
from time import monotonic
from typing import TYPE_CHECKING

import grpc

from timelines import channel as connection
from timelines.errors import CallCancelledError, UnreachableError
from timelines.failures import error_of, hopeless, unreachable
from timelines.settings import Settings, deadline, seconds

if TYPE_CHECKING:
    from grpc import UnaryStreamMultiCallable, UnaryUnaryMultiCallable

# The messages of grpc.health.v1 are one field each: an empty request asks for the whole server, and a reply of
# `status = SERVING` is these two bytes. So the client needs no grpcio-health-checking.
HEALTH_METHOD = "/grpc.health.v1.Health/Check"
WHOLE_SERVER = b""
SERVING = b"\x08\x01"


def remaining(limit_s: float | None, began: float) -> float | None:
    """What is left of a limit since `began`, seconds."""
    return None if limit_s is None else max(limit_s - (monotonic() - began), 0.001)


def answered(failure: grpc.RpcError) -> bool:
    """Whether a server answered, be it with an error."""
    return failure.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


def may_come(failure: grpc.RpcError) -> bool:
    """Whether waiting for the server may help."""
    return failure.code() is grpc.StatusCode.UNAVAILABLE and not hopeless(failure.details() or "")


def never_came(first: grpc.RpcError, settings: Settings, limit_s: float | None) -> UnreachableError:
    """The error after waiting in vain: what was wrong at first."""
    text = unreachable(first.details() or "", settings)
    return UnreachableError(f"{text}; waited {limit_s:g} s" if limit_s else text, reason="UNREACHABLE")


def closed_error() -> CallCancelledError:
    """The error of calls on a closed client."""
    return CallCancelledError("this client is closed; make a new one", reason="CLIENT_CLOSED")


class Calls:
    """One channel and how calls are made on it.

    Parameters
    ----------
    settings : Settings
        Where and how to call.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metadata = connection.metadata(settings)
        options = connection.channel_options(settings)
        if settings.tls is None:
            self.channel = grpc.insecure_channel(settings.target, options)
        else:
            self.channel = grpc.secure_channel(settings.target, connection.credentials(settings.tls), options)
        self._health: UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(HEALTH_METHOD)
        self._reached = False
        self._closed = False

    def unary[Request, Reply](
        self, method: UnaryUnaryMultiCallable[Request, Reply], request: Request, timeout: float | None
    ) -> Reply:
        """The reply to one request.

        Raises
        ------
        TimelinesError
            When there is none.
        """
        limit = self.ready_within(timeout)
        try:
            return method(request, timeout=limit, metadata=self.metadata)
        except grpc.RpcError as failure:
            raise error_of(failure, self.settings, limit) from failure

    def stream[Request, Reply](
        self, method: UnaryStreamMultiCallable[Request, Reply], request: Request, timeout: float | None
    ) -> Generator[Reply]:
        """The replies to one request; the call is cancelled when the iteration ends early.

        Raises
        ------
        TimelinesError
            When the stream ends with an error.
        """
        limit = self.ready_within(timeout)
        call = method(request, timeout=limit, metadata=self.metadata)
        try:
            yield from call
        except grpc.RpcError as failure:
            raise error_of(failure, self.settings, limit) from failure
        finally:
            call.cancel()

    def ready_within(self, timeout: float | None) -> float | None:
        """Reach the server if it was not yet; seconds left for the call, None for no limit."""
        if self._closed:
            raise closed_error()
        limit = deadline(self.settings.timeout_s if timeout is None else seconds(timeout))
        if self._reached:
            return limit
        began = monotonic()
        try:
            self._health(WHOLE_SERVER, timeout=limit, metadata=self.metadata)
        except grpc.RpcError as failure:
            self._wait(failure, limit, began)
        self._reached = True
        return remaining(limit, began)

    def _wait(self, first: grpc.RpcError, limit: float | None, began: float) -> None:
        """Wait for a server that did not answer at first."""
        if answered(first):
            return
        if not may_come(first):
            raise error_of(first, self.settings, limit) from first
        try:
            self._health(WHOLE_SERVER, timeout=remaining(limit, began), metadata=self.metadata, wait_for_ready=True)
        except grpc.RpcError as second:
            if not answered(second):
                raise never_came(first, self.settings, limit) from first

    def serving(self, timeout: float | None) -> bool:
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
            return self._health(WHOLE_SERVER, timeout=limit, metadata=self.metadata) == SERVING
        except grpc.RpcError as failure:
            if may_come(failure) or failure.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                return False
            raise error_of(failure, self.settings, limit) from failure

    def close(self) -> None:
        """End the connection and every call on it."""
        self._closed = True
        self.channel.close()
