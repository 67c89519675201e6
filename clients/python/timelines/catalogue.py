"""The part of the client that blocks about runs, scales, scenarios, posteriors, tables and how forecasts did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, overload

from timelines.calibration_calls import CalibrationCalls
from timelines.fit_calls import FitCalls
from timelines.paging import pages
from timelines.posteriors import DamagedPosterior, Posterior
from timelines.record_calls import RecordCalls
from timelines.report_calls import ReportCalls
from timelines.resource_requests import resource_name, rows_request, study_request, training_compute_request
from timelines.resources import Scale, StudyPoint, TrainingCompute
from timelines.scenario_calls import ScenarioCalls
from timelines.tables import Row, Table, rows_of
from timelines.v1 import dataset_service_pb2 as datasets
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1 import scale_service_pb2 as scales
from timelines.v1.dataset_service_pb2_grpc import DatasetServiceStub
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub
from timelines.v1.scale_service_pb2_grpc import ScaleServiceStub

if TYPE_CHECKING:
    from timelines.calls import Calls


class Catalogue(ScenarioCalls, CalibrationCalls, ReportCalls, RecordCalls, FitCalls):
    """What the server knows besides forecasts.

    Parameters
    ----------
    calls : Calls
        How calls are made.
    """

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self._forecast = ForecastServiceStub(calls.channel)
        self._scale = ScaleServiceStub(calls.channel)
        self._posterior = PosteriorServiceStub(calls.channel)
        self._dataset = DatasetServiceStub(calls.channel)

    @overload
    def training_compute(  # numpydoc ignore=GL08
        self, *, parameters: float, tokens: float, timeout: float | None = None
    ) -> TrainingCompute: ...
    @overload
    def training_compute(  # numpydoc ignore=GL08
        self,
        *,
        chips: float,
        hours: float,
        peak_flop_per_s: float,
        utilization: float,
        timeout: float | None = None,
    ) -> TrainingCompute: ...
    def training_compute(self, *, timeout: float | None = None, **factors: float) -> TrainingCompute:
        """Training compute of one run from what is published about it, with the accounting shown.

        Parameters
        ----------
        timeout : float, optional
            Seconds for this call.
        **factors
            parameters and tokens; or chips, hours, peak_flop_per_s (of one chip) and utilization (up to 1).
        """
        request = training_compute_request(**factors)
        return TrainingCompute.from_raw(self._calls.unary(self._forecast.EstimateTrainingCompute, request, timeout))

    def scales(self, *, page_size: int = 0, timeout: float | None = None) -> Iterator[Scale]:
        """Scales on which a loss can be asked for, by name, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        def _fetch(token: str) -> scales.ListScalesResponse:
            request = scales.ListScalesRequest(page_size=page_size, page_token=token)
            return self._calls.unary(self._scale.ListScales, request, timeout)

        return (Scale.from_raw(scale) for page in pages(_fetch) for scale in page.scales)

    def scale(self, name: str, *, timeout: float | None = None) -> Scale:
        """One scale, with its points if it was imported."""
        request = scales.GetScaleRequest(name=resource_name("scales", name))
        return Scale.from_raw(self._calls.unary(self._scale.GetScale, request, timeout).scale)

    def import_study(
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
        return Scale.from_raw(self._calls.unary(self._scale.ImportStudy, request, timeout).scale)

    def delete_scale(self, name: str, *, timeout: float | None = None) -> None:
        """Remove an imported scale. Needs a token of the scope `admin`."""
        request = scales.DeleteScaleRequest(name=resource_name("scales", name))
        self._calls.unary(self._scale.DeleteScale, request, timeout)

    def posteriors(self, *, page_size: int = 0, timeout: float | None = None) -> Iterator[Posterior]:
        """Posteriors, newest as-of date first, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        def _fetch(token: str) -> posteriors.ListPosteriorsResponse:
            request = posteriors.ListPosteriorsRequest(page_size=page_size, page_token=token)
            return self._calls.unary(self._posterior.ListPosteriors, request, timeout)

        return (Posterior.from_raw(posterior) for page in pages(_fetch) for posterior in page.posteriors)

    def damaged_posteriors(self, *, timeout: float | None = None) -> tuple[DamagedPosterior, ...]:
        """Posteriors that are there and cannot be used, and why."""
        request = posteriors.ListPosteriorsRequest(page_size=1)
        page = self._calls.unary(self._posterior.ListPosteriors, request, timeout)
        return tuple(map(DamagedPosterior.from_raw, page.damaged))

    def posterior(self, name: str = "current", *, timeout: float | None = None) -> Posterior:
        """One posterior with its diagnostics; by default the one that answers now."""
        request = posteriors.GetPosteriorRequest(name=resource_name("posteriors", name))
        return Posterior.from_raw(self._calls.unary(self._posterior.GetPosterior, request, timeout).posterior)

    def set_current_posterior(self, name: str, *, timeout: float | None = None) -> Posterior:
        """Let a posterior answer from now on. Needs a token of the scope `admin`.

        Raises
        ------
        PreconditionError
            When its gates refused it.
        """
        request = posteriors.SetCurrentPosteriorRequest(name=resource_name("posteriors", name))
        return Posterior.from_raw(self._calls.unary(self._posterior.SetCurrentPosterior, request, timeout).posterior)

    def tables(self, *, page_size: int = 0, timeout: float | None = None) -> Iterator[Table]:
        """Tables of observations, by name, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        def _fetch(token: str) -> datasets.ListTablesResponse:
            request = datasets.ListTablesRequest(page_size=page_size, page_token=token)
            return self._calls.unary(self._dataset.ListTables, request, timeout)

        return (Table.from_raw(table) for page in pages(_fetch) for table in page.tables)

    def table(self, name: str, *, timeout: float | None = None) -> Table:
        """One table, with its columns and sources."""
        request = datasets.GetTableRequest(name=resource_name("tables", name))
        return Table.from_raw(self._calls.unary(self._dataset.GetTable, request, timeout).table)

    def rows(
        self,
        table: str | Table,
        *,
        published_by: date | str | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Row]:
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

        def _fetch(token: str) -> datasets.ListRowsResponse:
            request.page_token = token
            return self._calls.unary(self._dataset.ListRows, request, timeout)

        return (row for page in pages(_fetch) for row in rows_of(page.columns, page.rows))
