"""The client for asyncio: `timelines.client` with awaits.

An `AsyncClient` belongs to the event loop of its first call. Cancelling a task cancels its call.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack, overload

from timelines import aio_batch
from timelines import batch as batches
from timelines.aio_calls import AsyncCalls
from timelines.aio_inquiries import AsyncInquiries
from timelines.answers import Answer, no_source
from timelines.draws import BatchItem, Draws, async_gathered
from timelines.fans import Fan
from timelines.progress import Progress, async_reported, total_of
from timelines.question import Driver, FanOptions, Question
from timelines.requests import draws_request, forecast_request, trajectory_request
from timelines.settings import DEFAULT_TIMEOUT_S, TLS, settle

if TYPE_CHECKING:
    from timelines.batch import Asked
    from timelines.options import (
        AskBits,
        AskBrain,
        AskFlop,
        AskGpt3,
        AskLoss,
        AskReducibleLoss,
        AskScenario,
        AskTokens,
    )


class AsyncClient(AsyncInquiries):
    """Asks a `timelines` server, with asyncio.

    Parameters
    ----------
    target : str, optional
        `host:port`; default TIMELINES_SERVER, else 127.0.0.1:8433.
    token : str, optional
        Bearer token; default TIMELINES_TOKEN. It is not sent in plaintext to another machine.
    tls : TLS or bool, optional
        Encrypt: True with the authorities that gRPC trusts, or files; default by TIMELINES_TLS_*, else plaintext.
    timeout : float
        Seconds after which a call is given up, unless the call says otherwise; `math.inf` for never.
    allow_plaintext_token : bool
        Send the token in plaintext to another machine all the same, where the network itself is safe.

    Raises
    ------
    SettingsError
        When it cannot be made like this. Making a client connects to nothing; the first call does.

    Examples
    --------
    >>> from timelines import AsyncClient
    >>> AsyncClient("127.0.0.1:8433", timeout=5)
    AsyncClient('127.0.0.1:8433')
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        token: str | None = None,
        tls: TLS | bool | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
        allow_plaintext_token: bool = False,
    ) -> None:
        super().__init__(AsyncCalls(settle(target, token, tls, timeout, allow_plaintext_token)))

    @overload
    async def when(self, question: Question, *, timeout: float | None = None) -> Answer: ...  # numpydoc ignore=GL08
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskLoss]
    ) -> Answer: ...
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskReducibleLoss]
    ) -> Answer: ...
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskBits]
    ) -> Answer: ...
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskTokens]
    ) -> Answer: ...
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskFlop]
    ) -> Answer: ...
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskGpt3]
    ) -> Answer: ...
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskBrain]
    ) -> Answer: ...
    @overload
    async def when(  # numpydoc ignore=GL08
        self, *, timeout: float | None = None, **asked: Unpack[AskScenario]
    ) -> Answer: ...
    async def when(self, question: Question | None = None, *, timeout: float | None = None, **asked: Any) -> Answer:
        """Ask when a target becomes affordable.

        Parameters
        ----------
        question : Question, optional
            Instead of keywords.
        timeout : float, optional
            Seconds for this call.
        **asked
            The keywords of `Question`, as in the library's `Forecaster.when`: loss and scale, or flop, gpt3 and so on;
            budget_usd or another payer; criterion, law, algorithms, price, scenario, as_of, posterior, horizon ...

        Returns
        -------
        Answer
            Quantiles, distribution, masses, choices and provenance.

        Raises
        ------
        InvalidQuestionError
            Naming the field, its value and the remedy.
        TimelinesError
            When there is no answer; see `timelines.errors`.
        """
        reply = await self._calls.unary(self._forecast.Forecast, forecast_request(question, asked), timeout)
        return Answer(reply.answer)

    def batch(
        self,
        questions: Iterable[Asked] | AsyncIterable[Asked],
        *,
        start: int = 0,
        in_flight: int = batches.DEFAULT_IN_FLIGHT,
        idle_timeout: float | None = None,
        progress: Progress | bool | None = None,
    ) -> AsyncGenerator[BatchItem, None]:
        """Ask many questions on one stream; answers come in the order asked, one bad question ends nothing.

        Leaving the loop early cancels the rest. Keep a generator that you leave in `contextlib.aclosing`.

        Parameters
        ----------
        questions : iterable or asynchronous iterable of Question or mapping
            Read as the answers come, at most `in_flight` ahead of them.
        start : int
            Number of the first question, for going on where a broken batch ended.
        in_flight : int
            How many questions may be on their way at once.
        idle_timeout : float, optional
            Seconds to wait for each answer; default: for ever, while the connection lives.
        progress : callable or bool, optional
            Called with (done, total or None), or True for a bar.

        Yields
        ------
        BatchItem
            Index, and an answer or an error.

        Raises
        ------
        UnreachableError
            When the server is gone; it says how many were answered.
        """
        batches.checked_window(start, in_flight, idle_timeout)
        window = batches.Window(start, in_flight, no_source)
        items = aio_batch.run(self._calls, self._forecast.ForecastBatch, questions, window, idle_timeout)
        return async_reported(items, progress, total_of(questions))

    async def draws(
        self, asked: Question | Answer, *, chunk_draws: int | None = None, timeout: float | None = None
    ) -> Draws:
        """The arrival dates themselves, draw by draw.

        Parameters
        ----------
        asked : Question or Answer
            Whose draws; those of an answer are of its posterior and seed.
        chunk_draws : int, optional
            Draws in each message, from 1 to 10,000.
        timeout : float, optional
            Seconds for the whole stream.
        """
        return await async_gathered(
            self._calls.stream(self._forecast.StreamDraws, draws_request(asked, chunk_draws), timeout)
        )

    async def trajectory(self, driver: Driver, *, timeout: float | None = None, **options: Unpack[FanOptions]) -> Fan:
        """Fan of one driver over time, with what was observed.

        Parameters
        ----------
        driver : str
            What to follow: frontier_compute, price, algorithms, spend, cost_of_target, or a limit such as limit_power.
        timeout : float, optional
            Seconds for this call.
        **options
            Keywords of `Question` that have a part in the driver; a target only with cost_of_target.
        """
        return Fan(await self._calls.unary(self._forecast.Trajectory, trajectory_request(driver, options), timeout))

    async def ready(self, *, timeout: float | None = None) -> bool:
        """Whether the server says that it is serving; False also where nothing answers yet.

        Raises
        ------
        TimelinesError
            When waiting cannot help, as with a wrong certificate.
        """
        return await self._calls.serving(timeout)

    async def close(self) -> None:
        """End the connection and every call on it; closing twice is fine."""
        await self._calls.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self._calls.settings.target!r})"
