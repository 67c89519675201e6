"""ForecastRecordService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import forecast_record_service_pb2 as pb
from timelines.v1.forecast_record_service_pb2_grpc import ForecastRecordServiceServicer
from timelines_server.converters.question import question_of
from timelines_server.converters.records import difference_proto, listing_proto, page_of, record_name, record_proto
from timelines_server.converters.scenarios import scenario_name
from timelines_server.handlers.forecast import ForecastHandlers
from timelines_server.handlers.records import RecordHandlers
from timelines_server.manners.interceptors import TOKEN

Context = ServicerContext[Any, Any]


class RecordServicer(ForecastRecordServiceServicer):
    """Serves the published forecasts.

    Parameters
    ----------
    handlers : RecordHandlers
        What each call does.
    forecasts : ForecastHandlers
        Finds the scenario that a question names.
    """

    def __init__(self, handlers: RecordHandlers, forecasts: ForecastHandlers) -> None:
        self._handlers, self._forecasts = handlers, forecasts

    async def RecordForecast(self, request: pb.RecordForecastRequest, context: Context) -> pb.RecordForecastResponse:
        """Answer a question and publish the answer."""
        name = scenario_name(request.question.scenario)
        question = question_of(request.question, await self._forecasts.scenario(name) if name else None)
        said = (request.series, request.title, request.note, request.request_id)
        published = await self._handlers.record_forecast(question, *said, TOKEN.get())
        return pb.RecordForecastResponse(record=record_proto(published))

    async def GetForecastRecord(
        self, request: pb.GetForecastRecordRequest, context: Context
    ) -> pb.GetForecastRecordResponse:
        """Tell all of one."""
        published = await self._handlers.get_record(record_name(request.name))
        return pb.GetForecastRecordResponse(record=record_proto(published))

    async def ListForecastRecords(
        self, request: pb.ListForecastRecordsRequest, context: Context
    ) -> pb.ListForecastRecordsResponse:
        """Tell which there are, page by page."""
        page = page_of(request)
        return listing_proto(await self._handlers.list_records(page.size, page.after, page.series), request)

    async def DiffForecastRecords(
        self, request: pb.DiffForecastRecordsRequest, context: Context
    ) -> pb.DiffForecastRecordsResponse:
        """Tell what changed between two."""
        other = record_name(request.other, "other") if request.other else ""
        year = request.year if request.HasField("year") else None
        explained = request.explain if request.HasField("explain") else True
        found = await self._handlers.diff_records(record_name(request.name), other, year, explained)
        return difference_proto(found)
