"""ReportService on the wire: convert in, call the handlers, convert out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from grpc.aio import ServicerContext

from forecast.engine.scenario import Scenario
from timelines.v1 import report_service_pb2 as pb
from timelines.v1.report_service_pb2_grpc import ReportServiceServicer
from timelines_server.converters.charts import chart_names, chart_order_of, chart_proto
from timelines_server.converters.names import called
from timelines_server.converters.reports import asked_fields, named_in, order_of, part_proto
from timelines_server.handlers.charts import ChartHandlers
from timelines_server.handlers.reports import ReportHandlers

Context = ServicerContext[Any, Any]


class ReportServicer(ReportServiceServicer):
    """Serves reports and charts.

    Parameters
    ----------
    handlers : ReportHandlers
        What a call for a report does.
    charts : ChartHandlers
        What a call for a chart does.
    """

    def __init__(self, handlers: ReportHandlers, charts: ChartHandlers) -> None:
        self._handlers, self._charts = handlers, charts

    async def CreateReport(
        self, request: pb.CreateReportRequest, context: Context
    ) -> AsyncIterator[pb.CreateReportResponse]:
        """Make a report and stream it, each part when the one before is on its way."""
        with asked_fields():
            named = {name: await self._named(name, place) for name, place in named_in(request).items()}
            order = await self._handlers.ordered(lambda: order_of(request, named))
            async with aclosing(self._handlers.report(order)) as parts:
                async for part in parts:
                    yield part_proto(part)

    async def DrawChart(self, request: pb.DrawChartRequest, context: Context) -> pb.DrawChartResponse:
        """Draw one chart."""
        named = {name: await self._named(name, place) for name, place in chart_names(request).items()}
        return chart_proto(await self._charts.chart(chart_order_of(request, named)))

    async def _named(self, name: str, place: str) -> Scenario:
        """The scenario of a name, looked up where the request names it first."""
        with called("scenario", place):
            return await self._handlers.scenario(name)
