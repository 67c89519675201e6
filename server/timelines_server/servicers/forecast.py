"""ForecastService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceServicer
from timelines_server.converters.answer import answer_proto
from timelines_server.converters.question import question_of
from timelines_server.handlers.forecast import ForecastHandlers

Context = ServicerContext[Any, Any]


class ForecastServicer(ForecastServiceServicer):
    """Serves the questions.

    Parameters
    ----------
    handlers : ForecastHandlers
        What each call does.
    """

    def __init__(self, handlers: ForecastHandlers) -> None:
        self._handlers = handlers

    async def Forecast(self, request: pb.ForecastRequest, context: Context) -> pb.ForecastResponse:
        """Answer when the target is reached."""
        answer = await self._handlers.forecast(question_of(request.question))
        return pb.ForecastResponse(answer=answer_proto(answer))
