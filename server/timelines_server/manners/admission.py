"""How many calls may be under way at once; one more is told so at once, and when to come back.

Calls with one answer and streams are counted apart: a stream lasts as long as its caller likes, and idle ones must not
lock out questions. So are calls about fits and published forecasts: they wait for the catalogue, and while that is
silent they must not take the room of questions that need none. Health and reflection are not counted at all.

Reports, which take many seconds each, are made one by one, and few wait for their turn. So are charts, each in a part
of a second: they are drawn in Python, so that two at once would take twice as long, and hold up questions.

The limit is there for the slow questions, which share two threads: with more of them waiting than are answered within
a few seconds, the last would be answered to nobody. A hot one takes well under a millisecond and seldom meets it.
"""

from __future__ import annotations

import asyncio
import random
from types import TracebackType

from grpc import StatusCode

from timelines_server.manners.status import CallError

STREAMS_OF_CALLS = 4
CATALOGUE_OF_CALLS = 2
REPORTS_WAITING = 2
CHARTS_WAITING = 8
_PUSHBACK_MS = range(100, 400)
_REPORT_PUSHBACK_MS = range(3_000, 12_000)
_CHART_PUSHBACK_MS = range(300, 1_500)


class OverloadedError(CallError):
    """There is no room for one more call.

    Parameters
    ----------
    limit : int
        How many there is room for.
    kind : str
        What is counted, in the plural.
    pushback_ms : range
        When to come back.
    """

    def __init__(self, limit: int, kind: str, pushback_ms: range = _PUSHBACK_MS) -> None:
        message = f"the server is at its limit of {limit} {kind} at once; come back a little later"
        super().__init__(StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", message)
        # Spread, so that those who are sent away together do not come back together.
        self.pushback_ms = random.choice(pushback_ms)  # noqa: S311  # it guards nothing


class Slots:
    """Room for some calls; each holds its place as a context.

    Parameters
    ----------
    limit : int
        How many there is room for.
    kind : str
        What is counted, in the plural.
    pushback_ms : range
        When those may come back for whom there is none.
    """

    def __init__(self, limit: int, kind: str, pushback_ms: range = _PUSHBACK_MS) -> None:
        self.limit = limit
        self.kind = kind
        self.pushback_ms = pushback_ms
        self.used = 0

    def __enter__(self) -> None:
        if self.used >= self.limit:
            raise OverloadedError(self.limit, self.kind, self.pushback_ms)
        self.used += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.used -= 1


class Turns:
    """Room for what is made few at a time, while few wait.

    Parameters
    ----------
    at_once : int
        How many are made at once.
    waiting : int
        How many more may wait.
    kind : str
        What is made, in the plural.
    pushback_ms : range
        When those may come back for whom there is no room.

    Attributes
    ----------
    place : Slots
        One for each, whether it is made or waits.
    turn : asyncio.Semaphore
        Held while it is made; those who wait get it in their order.
    """

    def __init__(self, at_once: int, waiting: int, kind: str, pushback_ms: range) -> None:
        self.place = Slots(at_once + waiting, kind, pushback_ms)
        self.turn = asyncio.Semaphore(at_once)


class Admission:
    """Room for calls, for those that need the catalogue, for streams, for reports and for charts.

    Parameters
    ----------
    max_in_flight : int
        Calls with one answer; beside them there is room for half as many that need the catalogue, and for a quarter as
        many streams.
    reports : int
        Reports that are made at once.
    """

    def __init__(self, max_in_flight: int, reports: int = 1) -> None:
        self.calls = Slots(max_in_flight, "calls")
        self.catalogue = Slots(max(1, max_in_flight // CATALOGUE_OF_CALLS), "catalogue calls")
        self.streams = Slots(max(1, max_in_flight // STREAMS_OF_CALLS), "streams")
        self.reports = Turns(reports, REPORTS_WAITING, "reports", _REPORT_PUSHBACK_MS)
        self.charts = Turns(1, CHARTS_WAITING, "charts", _CHART_PUSHBACK_MS)
