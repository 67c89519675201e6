"""The gRPC server: our services, health and reflection, with manners round every call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import grpc
from grpc_health.v1 import health_pb2_grpc  # type: ignore[import-untyped]  # ships no types
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]  # ships no types

from timelines.v1 import (
    dataset_service_pb2_grpc,
    evaluation_service_pb2_grpc,
    fit_service_pb2_grpc,
    forecast_record_service_pb2_grpc,
    forecast_service_pb2_grpc,
    posterior_service_pb2_grpc,
    report_service_pb2_grpc,
    scale_service_pb2_grpc,
    scenario_service_pb2_grpc,
)
from timelines_server import gateway
from timelines_server.access import tokens
from timelines_server.access.reloading import Watch
from timelines_server.access.scopes import TokenGate
from timelines_server.channel import MAX_REQUEST_BYTES, channel_options
from timelines_server.configuration.checks import is_loopback
from timelines_server.configuration.settings import Settings
from timelines_server.fits.queue import Fits
from timelines_server.handlers.charts import ChartHandlers
from timelines_server.handlers.datasets import DatasetHandlers
from timelines_server.handlers.evaluation import EvaluationHandlers
from timelines_server.handlers.fits import FitHandlers
from timelines_server.handlers.forecast import ForecastHandlers
from timelines_server.handlers.posteriors import PosteriorHandlers
from timelines_server.handlers.records import RecordHandlers
from timelines_server.handlers.reports import ReportHandlers
from timelines_server.handlers.scales import ScaleHandlers
from timelines_server.handlers.scenarios import ScenarioHandlers
from timelines_server.health import Health
from timelines_server.manners.admission import Admission
from timelines_server.manners.interceptors import Manners
from timelines_server.observing.gauges import Gauges
from timelines_server.observing.logs import Log
from timelines_server.observing.metrics import Metrics
from timelines_server.observing.tracing import Tracing
from timelines_server.resources import Resources
from timelines_server.served import SERVICES
from timelines_server.servicers.datasets import DatasetServicer
from timelines_server.servicers.evaluation import EvaluationServicer
from timelines_server.servicers.fits import FitServicer
from timelines_server.servicers.forecast import ForecastServicer
from timelines_server.servicers.posteriors import PosteriorServicer
from timelines_server.servicers.records import RecordServicer
from timelines_server.servicers.reports import ReportServicer
from timelines_server.servicers.scales import ScaleServicer
from timelines_server.servicers.scenarios import ScenarioServicer

if TYPE_CHECKING:
    from timelines_server.gateway.listening import Gateway

STALLED_S = {"/timelines.v1.ReportService/CreateReport": 30.0}
"""Streams that end when their reader takes nothing for so many seconds: a process works for each."""


@dataclass(frozen=True, slots=True)
class Service:
    """A server that does not listen yet.

    Attributes
    ----------
    server : grpc.aio.Server
        The server.
    health : Health
        What it says of its readiness.
    metrics : Metrics
        What it counts.
    tracing : Tracing or None
        Where its spans go.
    fits : Fits
        Runs fits, from when it is told to.
    charts : ChartHandlers
        Draws charts.
    gateway : Gateway or None
        Serves the same over HTTP.
    """

    server: grpc.aio.Server
    health: Health
    metrics: Metrics
    tracing: Tracing | None
    fits: Fits
    charts: ChartHandlers
    gateway: Gateway | None


def build(settings: Settings, resources: Resources, log: Log, watch: Watch) -> Service:
    """A server with every service on it; a running event loop is needed.

    Parameters
    ----------
    settings : Settings
        How it runs.
    resources : Resources
        What the handlers share.
    log : Log
        Where each call leaves a line.
    watch : Watch
        Looks at the token file.

    Raises
    ------
    InputError
        When the token file is unsound, or tracing is asked for and not installed.
    """
    admission = Admission(settings.max_in_flight, settings.reports)
    metrics = Metrics(resources.current, admission)
    metrics.registry.register(Gauges(resources, watch, settings.tls_cert))
    tracing = Tracing() if settings.trace else None
    mannered = partial(Manners, admission, metrics, log, _gate(settings, watch), tracing, STALLED_S)
    server = grpc.aio.server(interceptors=[mannered()], options=channel_options(settings.reuse_port))
    methods = _Unregistered(server)
    health, unregistered = Health(SERVICES), cast(grpc.aio.Server, methods)
    charts = ChartHandlers(resources, admission.charts)
    _add_services(unregistered, resources, admission, charts)
    fits = Fits(resources, settings.fits, log)
    fit_service_pb2_grpc.add_FitServiceServicer_to_server(FitServicer(FitHandlers(resources, fits)), unregistered)
    health_pb2_grpc.add_HealthServicer_to_server(health, unregistered)
    if settings.reflection:
        names = (*SERVICES, "grpc.health.v1.Health", reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, unregistered)
    over_http = _gateway(settings, mannered, methods.find, health, log, watch) if settings.http else None
    return Service(server, health, metrics, tracing, fits, charts, over_http)


class _Unregistered:
    """Adds services without registering their methods by name.

    For each registered method grpc.aio keeps a request of its own waiting, and goes through all of them at every call:
    with our methods that costs as much as a call itself.
    """

    def __init__(self, server: grpc.aio.Server) -> None:
        self._server = server
        self._handlers: list[grpc.GenericRpcHandler] = []

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Add them, and know them."""
        self._server.add_generic_rpc_handlers(handlers)
        self._handlers.extend(handlers)

    def find(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler of a call, where there is one."""
        found = (handlers.service(details) for handlers in self._handlers)
        return next((handler for handler in found if handler is not None), None)

    def add_registered_method_handlers(self, service: str, handlers: object) -> None:
        """Leave them to the generic handlers, which find the same methods by their path."""


def _gateway(
    settings: Settings,
    mannered: Callable[[], Manners],
    find: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
    health: Health,
    log: Log,
    watch: Watch,
) -> Gateway:
    """The same handlers over HTTP."""
    gateway.check_installed()
    from timelines_server.gateway.application import Application
    from timelines_server.gateway.endpoints import Endpoints, Spoken, json_of
    from timelines_server.gateway.listening import Gateway
    from timelines_server.gateway.page import Page

    endpoints = Endpoints(Spoken(mannered(), find), Spoken(mannered(), json_of(find)), log)
    loopback = is_loopback(settings.http_address[0])
    page = Page()
    application = Application(
        endpoints, lambda: health.ready, loopback=loopback, read_max_bytes=MAX_REQUEST_BYTES, page=page
    )
    return Gateway(settings, application, watch, with_page=bool(page))


def _gate(settings: Settings, watch: Watch) -> TokenGate | None:
    if settings.tokens is None:
        return None
    known = watch.keep("tokens", [settings.tokens], partial(tokens.load, settings.tokens))
    gate = TokenGate(known.value, settings.open_reflection)
    known.then(gate.use)
    return gate


def _add_services(server: grpc.aio.Server, resources: Resources, admission: Admission, charts: ChartHandlers) -> None:
    forecasts, scales = ForecastServicer(ForecastHandlers(resources)), ScaleServicer(ScaleHandlers(resources))
    posteriors, datasets = PosteriorServicer(PosteriorHandlers(resources)), DatasetServicer(DatasetHandlers(resources))
    forecast_service_pb2_grpc.add_ForecastServiceServicer_to_server(forecasts, server)
    scale_service_pb2_grpc.add_ScaleServiceServicer_to_server(scales, server)
    posterior_service_pb2_grpc.add_PosteriorServiceServicer_to_server(posteriors, server)
    scenarios, replays = (
        ScenarioServicer(ScenarioHandlers(resources)),
        EvaluationServicer(EvaluationHandlers(resources)),
    )
    dataset_service_pb2_grpc.add_DatasetServiceServicer_to_server(datasets, server)
    scenario_service_pb2_grpc.add_ScenarioServiceServicer_to_server(scenarios, server)
    evaluation_service_pb2_grpc.add_EvaluationServiceServicer_to_server(replays, server)
    reports = ReportServicer(ReportHandlers(resources, admission.reports), charts)
    report_service_pb2_grpc.add_ReportServiceServicer_to_server(reports, server)
    records = RecordServicer(RecordHandlers(resources), ForecastHandlers(resources))
    forecast_record_service_pb2_grpc.add_ForecastRecordServiceServicer_to_server(records, server)
