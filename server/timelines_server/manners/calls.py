"""One call: its number, its clock, its line in the log, and how it ends."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from itertools import count
from time import perf_counter, time
from typing import Any, NoReturn, Protocol

from grpc import StatusCode
from grpc.aio import ServicerContext

from forecast.errors import ArtefactError, StorageError
from timelines_server.manners.status import CallError, Failure
from timelines_server.observing.lines import encode, moment
from timelines_server.observing.logs import Log

Context = ServicerContext[Any, Any]

_PROCESS = secrets.token_hex(4)
_NUMBERS = count(1)
_SERVERS_FAULT = frozenset({StatusCode.INTERNAL, StatusCode.UNKNOWN, StatusCode.DATA_LOSS})
_WORTH_A_LOOK = frozenset({StatusCode.RESOURCE_EXHAUSTED, StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED})
# The caller's clock ends the call a little before the server's does: by the way there, and because gRPC rounds up what
# it sends of a deadline.
_DEADLINE_SLACK_S = 0.01
_DEADLINE_SLACK_SHARE = 0.02


class Counted(Protocol):
    """What counts calls."""

    def started(self) -> None:
        """Count a call that begins."""

    def handled(self, code: StatusCode, seconds: float) -> None:
        """Count a call that has ended."""

    def failed(self, reason: str) -> None:
        """Count an error that a caller is told."""


class Call:
    """One call that is under way.

    Parameters
    ----------
    method : str
        Full path of the method.
    meters : Counted
        What counts it.
    log : Log
        Where its line goes.
    token : str
        Name of the token that it came with; empty for none.
    context : grpc.aio.ServicerContext
        Its context.
    """

    __slots__ = (
        *("_began", "_context", "_deadline_s", "_ended_at", "_log", "_meters", "_number", "_peer", "_reason"),
        *("_seconds", "_token", "code", "method"),
    )

    def __init__(self, method: str, meters: Counted, log: Log, token: str, context: Context) -> None:
        self._began = perf_counter()
        self._number = next(_NUMBERS)
        self.method = method
        self.code: StatusCode | None = None
        self._meters, self._log, self._token, self._context = meters, log, token, context
        self._deadline_s = _remaining_s(context)
        meters.started()

    @property
    def id(self) -> str:
        """Its number, which no other call of this process or another has."""
        return f"{_PROCESS}-{self._number:x}"

    @property
    def ended(self) -> bool:
        """Whether it has been counted and told of."""
        return self.code is not None

    def refuse_if_late(self) -> None:
        """Spare the work for a caller who has stopped waiting.

        Raises
        ------
        CallError
            DEADLINE_EXCEEDED: the call waited for the server until its deadline.
        """
        if self._deadline_s is not None and self._deadline_s <= 0:
            message = "the deadline passed before the server came to this call; give it more time"
            raise CallError(StatusCode.DEADLINE_EXCEEDED, "LATE", message)

    def failure(self, error: BaseException, request: Any = None) -> Failure:
        """What an error becomes; what only the operator may know of it goes to the log, under this call's number."""
        failure = Failure.of(error, request, self.id)
        self._meters.failed(failure.reason)
        if failure.code in _SERVERS_FAULT:
            self._log.events.error("exception", call_id=self.id, method=self.method, exc_info=error)
        elif isinstance(error, ArtefactError | StorageError):
            self._log.events.error("fault", call_id=self.id, method=self.method, said=error.message)
        return failure

    def end(self, code: StatusCode, reason: str = "") -> None:
        """Count the call and have its line written."""
        self._seconds = perf_counter() - self._began
        self._meters.handled(code, self._seconds)
        self.code, self._reason = code, reason
        self._ended_at, self._peer = time(), self._context.peer()
        del self._context  # it holds the request, and the line may wait for a while
        self._log.put(self._said, at_once=code in _SERVERS_FAULT)

    def _said(self) -> str:
        """Its line, put together by hand because every call pays for it; of what was asked, it says nothing."""
        reason = f'"reason":{encode(self._reason)},' if self._reason else ""
        token = f'"token":{encode(self._token)},' if self._token else ""
        deadline = "" if self._deadline_s is None else f',"deadline_ms":{self._deadline_s * 1e3:.1f}'
        return (
            f'{{"time":"{moment(self._ended_at)}","level":"{_level(self.code)}","event":"call","call_id":"{self.id}",'
            f'"method":{encode(self.method)},"code":"{_name(self.code)}",{reason}{token}'
            f'"duration_ms":{self._seconds * 1e3:.3f},"peer":{encode(self._peer)}{deadline}}}'
        )

    def gone(self) -> None:
        """The caller is gone: it gave up, or its deadline has passed."""
        self.end(StatusCode.DEADLINE_EXCEEDED if self._out_of_time() else StatusCode.CANCELLED)

    async def abort(self, failure: Failure) -> NoReturn:
        """End the call with a failure.

        gRPC keeps the exception that this raises, and with it the frames it went through and any exception that was
        being handled, until the garbage collector finds the ring: call it outside `except`, with nothing large at hand.

        Raises
        ------
        grpc.aio.AbortError
            Always: gRPC ends the call with it.
        """
        context = self._context
        self.end(failure.code, failure.reason)
        code, message, trailers = failure.to_status()
        await context.abort(code, message, trailers)
        raise AssertionError("abort returned")  # gRPC's stubs do not say that it never does

    def _out_of_time(self) -> bool:
        remaining = _remaining_s(self._context)
        if remaining is None or self._deadline_s is None:
            return False
        return remaining <= _DEADLINE_SLACK_S + _DEADLINE_SLACK_SHARE * self._deadline_s


def _name(code: StatusCode | None) -> str:
    return "" if code is None else code.name


def _level(code: StatusCode | None) -> str:
    if code in _SERVERS_FAULT:
        return "error"
    return "warning" if code in _WORTH_A_LOOK else "info"


def _remaining_s(context: Context) -> float | None:
    """Seconds until the deadline; None without one, which gRPC's stubs do not say."""
    return context.time_remaining()


CALL: ContextVar[Call | None] = ContextVar("CALL", default=None)
"""The call that this task answers."""


def failure_of(error: BaseException, request: Any = None) -> Failure:
    """What an error becomes for one item of a stream; an unforeseen one leaves its traceback in the log.

    Parameters
    ----------
    error : BaseException
        What was raised.
    request : protobuf message, optional
        The item.
    """
    call = CALL.get()
    return Failure.of(error, request) if call is None else call.failure(error, request)
