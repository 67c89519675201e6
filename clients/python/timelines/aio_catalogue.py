"""The part of the asyncio client about runs, scales, scenarios, posteriors, tables and how forecasts did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, overload

from timelines.aio_calibration_calls import AsyncCalibrationCalls
from timelines.aio_fit_calls import AsyncFitCalls
from timelines.aio_record_calls import AsyncRecordCalls
from timelines.aio_report_calls import AsyncReportCalls
from timelines.aio_scenario_calls import AsyncScenarioCalls
from timelines.paging import async_pages
from timelines.posteriors import DamagedPosterior, Posterior
from timelines.resource_requests import resource_name, rows_request, study_request, training_compute_request
from timelines.resources import Scale, StudyPoint, TrainingCompute
from timelines.tables import Row, Table, rows_of
from timelines.v1 import dataset_service_pb2 as datasets
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1 import scale_service_pb2 as scales
from timelines.v1.dataset_service_pb2_grpc import DatasetServiceStub
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub
from timelines.v1.scale_service_pb2_grpc import ScaleServiceStub

if TYPE_CHECKING:
    from timelines.aio_calls import AsyncCalls
    from timelines.v1.dataset_service_pb2_grpc import DatasetServiceAsyncStub
    from timelines.v1.forecast_service_pb2_grpc import ForecastServiceAsyncStub
    from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceAsyncStub
    from timelines.v1.scale_service_pb2_grpc import ScaleServiceAsyncStub


class AsyncCatalogue(AsyncScenarioCalls, AsyncCalibrationCalls, AsyncReportCalls, AsyncRecordCalls, AsyncFitCalls):
    """What the server knows besides forecasts.

    Parameters
    ----------
    calls : AsyncCalls
        How calls are made.
    """

    def __init__(self, calls: AsyncCalls) -> None:
        super().__init__(calls)

    # The stubs are made in the event loop that calls run in, not where the client is made.
    @cached_property
    def _forecast(self) -> ForecastServiceAsyncStub:
        return ForecastServiceStub(self._calls.channel)

    @cached_property
    def _scale(self) -> ScaleServiceAsyncStub:
        return ScaleServiceStub(self._calls.channel)

    @cached_property
    def _posterior(self) -> PosteriorServiceAsyncStub:
        return PosteriorServiceStub(self._calls.channel)

    @cached_property
    def _dataset(self) -> DatasetServiceAsyncStub:
        return DatasetServiceStub(self._calls.channel)

    @overload
    async def training_compute(  # numpydoc ignore=GL08
        self, *, parameters: float, tokens: float, timeout: float | None = None
    ) -> TrainingCompute: ...
    @overload
    async def training_compute(  # numpydoc ignore=GL08
        self,
        *,
        chips: float,
        hours: float,
        peak_flop_per_s: float,
        utilization: float,
        timeout: float | None = None,
    ) -> TrainingCompute: ...
    async def training_compute(self, *, timeout: float | None = None, **factors: float) -> TrainingCompute:
        """Training compute of one run from what is published about it, with the accounting shown.

        Parameters
        ----------
        timeout : float, optional
            Seconds for this call.
        **factors
            parameters and tokens; or chips, hours, peak_flop_per_s (of one chip) and utilization (up to 1).
        """
        request = training_compute_request(**factors)
        return TrainingCompute.from_raw(
            await self._calls.unary(self._forecast.EstimateTrainingCompute, request, timeout)
        )

    async def scales(self, *, page_size: int = 0, timeout: float | None = None) -> AsyncIterator[Scale]:
        """Scales on which a loss can be asked for, by name, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        async def _fetch(token: str) -> scales.ListScalesResponse:
            request = scales.ListScalesRequest(page_size=page_size, page_token=token)
            return await self._calls.unary(self._scale.ListScales, request, timeout)

        async for page in async_pages(_fetch):
            for scale in page.scales:
                yield Scale.from_raw(scale)

    async def scale(self, name: str, *, timeout: float | None = None) -> Scale:
        """One scale, with its points if it was imported."""
        request = scales.GetScaleRequest(name=resource_name("scales", name))
        return Scale.from_raw((await self._calls.unary(self._scale.GetScale, request, timeout)).scale)

    async def import_study(
        self,
        scale: str,
        points: Iterable[tuple[float, float] | StudyPoint],
        *,
        corpus: str,
        eval_set: str,
        source: str,
        published_on: date | str,
        tokenizer: str = "",
        relative_noise: float | None = None,
        request_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> Scale:
        """Make a scale of your own scaling study, for questions to name. Needs a token of the scope `fit`.

        Parameters
        ----------
        scale : str
            Name that questions will use: 3 to 63 small letters, digits and hyphens, a letter first.
        points : iterable of (float, float) or StudyPoint
            Training FLOP and loss in nats per token of compute-efficient runs; 4 to 150.
        corpus, eval_set, source : str
            What the models were trained and measured on, and who measured it.
        published_on : date or str
            Progress of algorithms counts from then.
        tokenizer : str
            If it is known.
        relative_noise : float, optional
            Of the points, a share of the loss, where it is known; else it is learned.
        request_id : str, optional
            A UUID by which a repeated request is known as one; default: a new one.
        validate_only : bool
            Check everything, keep nothing.
        timeout : float, optional
            Seconds for this call.

        Raises
        ------
        InvalidQuestionError
            Naming the rows that are wrong.
        NameTakenError
            When another study has the name.
        """
        request = study_request(
            scale,
            points,
            corpus=corpus,
            eval_set=eval_set,
            source=source,
            published_on=published_on,
            tokenizer=tokenizer,
            relative_noise=relative_noise,
            request_id=request_id,
            validate_only=validate_only,
        )
        return Scale.from_raw((await self._calls.unary(self._scale.ImportStudy, request, timeout)).scale)

    async def delete_scale(self, name: str, *, timeout: float | None = None) -> None:
        """Remove an imported scale. Needs a token of the scope `admin`."""
        request = scales.DeleteScaleRequest(name=resource_name("scales", name))
        await self._calls.unary(self._scale.DeleteScale, request, timeout)

    async def posteriors(self, *, page_size: int = 0, timeout: float | None = None) -> AsyncIterator[Posterior]:
        """Posteriors, newest as-of date first, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        async def _fetch(token: str) -> posteriors.ListPosteriorsResponse:
            request = posteriors.ListPosteriorsRequest(page_size=page_size, page_token=token)
            return await self._calls.unary(self._posterior.ListPosteriors, request, timeout)

        async for page in async_pages(_fetch):
            for posterior in page.posteriors:
                yield Posterior.from_raw(posterior)

    async def damaged_posteriors(self, *, timeout: float | None = None) -> tuple[DamagedPosterior, ...]:
        """Posteriors that are there and cannot be used, and why."""
        request = posteriors.ListPosteriorsRequest(page_size=1)
        page = await self._calls.unary(self._posterior.ListPosteriors, request, timeout)
        return tuple(map(DamagedPosterior.from_raw, page.damaged))

    async def posterior(self, name: str = "current", *, timeout: float | None = None) -> Posterior:
        """One posterior with its diagnostics; by default the one that answers now."""
        request = posteriors.GetPosteriorRequest(name=resource_name("posteriors", name))
        return Posterior.from_raw((await self._calls.unary(self._posterior.GetPosterior, request, timeout)).posterior)

    async def set_current_posterior(self, name: str, *, timeout: float | None = None) -> Posterior:
        """Let a posterior answer from now on. Needs a token of the scope `admin`.

        Raises
        ------
        PreconditionError
            When its gates refused it.
        """
        request = posteriors.SetCurrentPosteriorRequest(name=resource_name("posteriors", name))
        return Posterior.from_raw(
            (await self._calls.unary(self._posterior.SetCurrentPosterior, request, timeout)).posterior
        )

    async def tables(self, *, page_size: int = 0, timeout: float | None = None) -> AsyncIterator[Table]:
        """Tables of observations, by name, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        async def _fetch(token: str) -> datasets.ListTablesResponse:
            request = datasets.ListTablesRequest(page_size=page_size, page_token=token)
            return await self._calls.unary(self._dataset.ListTables, request, timeout)

        async for page in async_pages(_fetch):
            for table in page.tables:
                yield Table.from_raw(table)

    async def table(self, name: str, *, timeout: float | None = None) -> Table:
        """One table, with its columns and sources."""
        request = datasets.GetTableRequest(name=resource_name("tables", name))
        return Table.from_raw((await self._calls.unary(self._dataset.GetTable, request, timeout)).table)

    async def rows(
        self,
        table: str | Table,
        *,
        published_by: date | str | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> AsyncIterator[Row]:
        """Rows of one table as dictionaries by column name, page after page as they are read.

        Parameters
        ----------
        table : str or Table
            Which table.
        published_by : date or str, optional
            Only rows published by this day.
        page_size : int
            On a page, up to 1,000; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """
        request = rows_request(table, published_by, page_size)

        async def _fetch(token: str) -> datasets.ListRowsResponse:
            request.page_token = token
            return await self._calls.unary(self._dataset.ListRows, request, timeout)

        async for page in async_pages(_fetch):
            for row in rows_of(page.columns, page.rows):
                yield row
