"""What ReportService does: one report after the other, each in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from grpc import StatusCode

from forecast.engine.compose import posterior_status
from forecast.engine.parts import PosteriorStatus
from forecast.engine.question import Question
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from forecast.families import placed
from forecast.forecaster import Forecaster
from timelines_server.handlers.forecast import ForecastHandlers
from timelines_server.manners.admission import Turns
from timelines_server.manners.status import CallError
from timelines_server.resources import Resources
from timelines_server.worker import Part, Progress, parts, working

LONGEST_S = 600.0
"""A report that takes longer is given up: seconds from the start of its process, what its reader takes included."""

WAITING = Progress("waiting for another report", 0, 0)


@dataclass(frozen=True, slots=True)
class Order:
    """A report that is asked for.

    Attributes
    ----------
    spec : mapping
        As `forecast.batch.spec` reads it.
    lead : Question
        What it is about.
    place : str
        Where the request asks that.
    strict : bool
        Whether words and numbers that disagree end it.
    """

    spec: Mapping[str, Any]
    lead: Question
    place: str
    strict: bool


class ReportHandlers:
    """Makes reports.

    Parameters
    ----------
    resources : Resources
        The forecaster that answers now, and threads for what would hold up the event loop.
    room : Turns
        How many are made at once, and how many wait.
    """

    def __init__(self, resources: Resources, room: Turns) -> None:
        self._current, self._work, self._room = resources.current, resources.work, room
        self._forecasts = ForecastHandlers(resources)

    async def scenario(self, name: str) -> Scenario:
        """The scenario of a name; errors as for `ForecastHandlers.scenario`."""
        return await self._forecasts.scenario(name)

    async def ordered(self, order_of: Callable[[], Order]) -> Order:
        """The order, made and checked beside the event loop: a thousand questions take a while.

        Raises
        ------
        InputError
            When the order is wrong, or its lead has no answer.
        NotReadyError
            While there is no posterior.
        """
        forecaster = self._current.forecaster

        def job(_: object) -> Order:
            """Make it, then see whether the posterior has an answer to what it is about."""
            order = order_of()
            with placed(order.place):
                _check(forecaster, order.lead)
            return order

        return await self._work.run(job)

    async def report(self, order: Order) -> AsyncGenerator[PosteriorStatus | Part]:
        """What the report rests on, how far it is, and its files; when the iteration ends early, so does the work.

        Raises
        ------
        CallError
            FAILED_PRECONDITION where the server cannot make reports; RESOURCE_EXHAUSTED where too many wait already;
            DEADLINE_EXCEEDED when it takes too long.
        ForecastError
            Why there is no report.
        """
        check_drawing()
        posterior = self._current.forecaster.posterior
        home = None if self._current.home is None else str(self._current.home)
        asked = {"posterior": posterior.name, "home": home, "strict": order.strict, "spec": order.spec}
        with self._room.place:
            yield posterior_status(posterior)
            if self._room.turn.locked():
                yield WAITING
            async with self._room.turn, aclosing(_made(asked)) as made:
                async for part in made:
                    yield part


async def _made(asked: Mapping[str, Any]) -> AsyncGenerator[Part]:
    """The parts of a report, within its time."""
    until = asyncio.get_running_loop().time() + LONGEST_S
    async with working(asked) as process, aclosing(parts(process)) as told:
        while True:
            try:
                async with asyncio.timeout_at(until):
                    part = await anext(told, None)
            except TimeoutError:
                message = f"the report took more than {LONGEST_S:.0f} seconds; ask fewer questions, or read it faster"
                raise CallError(StatusCode.DEADLINE_EXCEEDED, "REPORT_TOO_LONG", message) from None
            if part is None:
                return
            yield part


def _check(forecaster: Forecaster, question: Question) -> None:
    solver, asked = forecaster.ready(question)
    solver.plan(asked)


def check_drawing() -> None:
    """Refuse where what reports need is not installed; that package says so itself.

    Raises
    ------
    CallError
        FAILED_PRECONDITION.
    """
    try:
        import forecast.reports  # noqa: F401
    except InputError as error:
        raise CallError(StatusCode.FAILED_PRECONDITION, "EXTRA_MISSING", f"on this server {error.message}") from None
