"""How many calls may be under way at once; one more is told so at once, and when to come back.

Calls with one answer and streams are counted apart: a stream lasts as long as its caller likes, and idle ones must not
lock out questions. Health and reflection are not counted at all.

The limit is there for the slow questions, which share two threads: with more of them waiting than are answered within
a few seconds, the last would be answered to nobody. A hot one takes well under a millisecond and seldom meets it.
"""

from __future__ import annotations

import random
from types import TracebackType

from grpc import StatusCode

from timelines_server.status import CallError

STREAMS_OF_CALLS = 4
_PUSHBACK_MS = range(100, 400)


class OverloadedError(CallError):
    """There is no room for one more call.

    Parameters
    ----------
    limit : int
        How many there is room for.
    kind : str
        What is counted, in the plural.
    """

    def __init__(self, limit: int, kind: str) -> None:
        message = f"the server is at its limit of {limit} {kind} at once; come back a little later"
        super().__init__(StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", message)
        # Spread, so that those who are sent away together do not come back together.
        self.pushback_ms = random.choice(_PUSHBACK_MS)  # noqa: S311  # it guards nothing


class Slots:
    """Room for some calls; each holds its place as a context.

    Parameters
    ----------
    limit : int
        How many there is room for.
    kind : str
        What is counted, in the plural.
    """

    def __init__(self, limit: int, kind: str) -> None:
        self.limit = limit
        self.kind = kind
        self.used = 0

    def __enter__(self) -> None:
        if self.used >= self.limit:
            raise OverloadedError(self.limit, self.kind)
        self.used += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.used -= 1


class Admission:
    """Room for calls and for streams.

    Parameters
    ----------
    max_in_flight : int
        Calls with one answer; there is room for a quarter as many streams beside them.
    """

    def __init__(self, max_in_flight: int) -> None:
        self.calls = Slots(max_in_flight, "calls")
        self.streams = Slots(max(1, max_in_flight // STREAMS_OF_CALLS), "streams")
