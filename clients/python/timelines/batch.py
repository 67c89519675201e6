"""Many questions on one stream: the bookkeeping that both clients share, and the blocking way.

Questions are drawn from the caller's iterable in the caller's own thread, never more than `in_flight` ahead of the
answers. The window opens slowly, so that the first answers of a slow iterable do not wait for a full window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import grpc

from timelines.answers import Answer, Source
from timelines.draws import BatchItem
from timelines.errors import (
    DeadlineError,
    InvalidQuestionError,
    ServerError,
    SettingsError,
    TimelinesError,
    UnreachableError,
)
from timelines.failures import error_of, item_error
from timelines.question import Question, question_of
from timelines.requests import question_message
from timelines.v1 import forecast_service_pb2 as pb
from timelines.watch import Watch, watched

if TYPE_CHECKING:
    from timelines.calls import Calls

DEFAULT_IN_FLIGHT = 64
MAX_INDEX = 2**32 - 1

Asked = Question | Mapping[str, Any]


def checked_window(start: int, in_flight: int, idle_timeout: float | None) -> None:
    """Refuse what no batch can have.

    Raises
    ------
    SettingsError
        Naming the argument.
    """
    if not 0 <= start <= MAX_INDEX:
        raise SettingsError(f"start is {start!r}; give the number of the first question, from 0 to {MAX_INDEX}")
    if in_flight < 1:
        raise SettingsError(f"in_flight is {in_flight!r}; give 1 or more")
    if idle_timeout is not None and not idle_timeout > 0:
        raise SettingsError(f"idle_timeout is {idle_timeout!r}; give seconds above 0, or None")


class Window:
    """The questions that are on their way.

    Parameters
    ----------
    start : int
        Number of the first question.
    in_flight : int
        How many may be on their way at once.
    source : callable
        Fetches the draws behind an answer.
    """

    def __init__(self, start: int, in_flight: int, source: Source) -> None:
        self.answered = 0
        self._next = start
        self._limit = in_flight
        self._open = 1
        self._source = source
        self._waiting: deque[BatchItem] = deque()

    @property
    def has_room(self) -> bool:
        """Whether another question may be asked."""
        return len(self._waiting) < self._open

    @property
    def empty(self) -> bool:
        """Whether nothing is on its way."""
        return not self._waiting

    def admit(self, asked: Asked) -> pb.ForecastBatchRequest | None:
        """The request for one more question; None where it is refused here, which its item then says."""
        index = self._next
        self._next += 1
        try:
            question = question_message(question_of(asked))
        except InvalidQuestionError as wrong:
            self._waiting.append(BatchItem(index, error=wrong))
            return None
        self._waiting.append(BatchItem(index))
        return pb.ForecastBatchRequest(index=index, question=question)

    def refused(self) -> BatchItem | None:
        """The item due next, where it was refused here."""
        return self._done() if self._waiting[0].error is not None else None

    def settle(self, reply: pb.ForecastBatchResponse) -> BatchItem:
        """The item due next, out of the server's reply.

        Raises
        ------
        ServerError
            When the reply is to another question.
        """
        due = self._done().index
        if reply.index != due:
            raise ServerError(f"the server answered question {reply.index} where {due} was due")
        if reply.WhichOneof("result") == "answer":
            return BatchItem(due, answer=Answer(reply.answer, self._source))
        return BatchItem(due, error=item_error(reply.error))

    def _done(self) -> BatchItem:
        self.answered += 1
        self._open = min(self._open * 2, self._limit)
        return self._waiting.popleft()

    def broken(self, error: TimelinesError) -> TimelinesError:
        """The error of a broken stream, with how far it came."""
        due = self._waiting[0].index if self._waiting else self._next
        how_far = f"the batch broke after {self.answered} answers; go on with question {due} and start={due}"
        text = f"{error.message} ({how_far})"
        return type(error)(text, code=error.code, reason=error.reason, field_violations=error.field_violations)

    def ended(self) -> TimelinesError:
        """The error of a stream that the server ended early."""
        return self.broken(UnreachableError("the server ended the stream early", reason="STREAM_ENDED"))

    def idle(self, seconds: float) -> TimelinesError:
        """The error of a stream on which nothing came for too long."""
        return self.broken(DeadlineError(f"no answer for {seconds:g} s", reason="IDLE_TIMEOUT"))


def run(
    calls: Calls,
    method: grpc.StreamStreamMultiCallable[pb.ForecastBatchRequest, pb.ForecastBatchResponse],
    questions: Iterable[Asked],
    window: Window,
    idle_timeout: float | None,
) -> Generator[BatchItem, None, None]:
    """Items in the order asked.

    Raises
    ------
    TimelinesError
        When the stream breaks; it says how many were answered.
    """
    calls.ready_within(None)
    outbox: SimpleQueue[pb.ForecastBatchRequest | None] = SimpleQueue()
    call = method(iter(outbox.get, None), metadata=calls.metadata)
    source = iter(questions)
    try:
        with watched(call.cancel, idle_timeout) as watch:
            while _ask(source, window, outbox):
                yield window.refused() or window.settle(_reply(call, calls, window, watch))
        outbox.put(None)
        _drain(call)
    finally:
        outbox.put(None)
        call.cancel()


def _ask(source: Iterator[Asked], window: Window, outbox: SimpleQueue[pb.ForecastBatchRequest | None]) -> bool:
    """Fill the window; whether an item is due."""
    while window.has_room:
        try:
            asked = next(source)
        except StopIteration:
            break
        request = window.admit(asked)
        if request is not None:
            outbox.put(request)
    return not window.empty


def _reply(
    call: Iterator[pb.ForecastBatchResponse], calls: Calls, window: Window, watch: Watch
) -> pb.ForecastBatchResponse:
    watch.begin()
    try:
        return next(call)
    except StopIteration:
        raise window.ended() from None
    except grpc.RpcError as failure:
        if watch.fired:
            raise window.idle(watch.seconds) from failure
        raise window.broken(error_of(failure, calls.settings)) from failure
    finally:
        watch.end()


def _drain(call: Iterator[object]) -> None:
    """Let the server end the stream well; all its answers are here already."""
    try:
        next(call, None)
    except grpc.RpcError:
        return
