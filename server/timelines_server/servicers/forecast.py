"""ForecastService on the wire: convert in, call the handler, convert out.

Messages hold no maps and are made field by field, so the same answer always gives the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceServicer
from timelines_server.calls import failure_of
from timelines_server.converters.answer import answer_proto
from timelines_server.converters.draws import chunk_draws_of, chunks
from timelines_server.converters.question import question_of
from timelines_server.converters.training import run_of, training_proto
from timelines_server.converters.trajectory import trajectory_of, trajectory_proto
from timelines_server.handlers.forecast import ForecastHandlers
from timelines_server.strict import refuse_unknown_fields

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

    async def ForecastBatch(
        self, request_iterator: AsyncIterator[pb.ForecastBatchRequest], context: Context
    ) -> AsyncIterator[pb.ForecastBatchResponse]:
        """Answer one question after the other; the next is read when the answer before it is on its way."""
        async for request in request_iterator:
            yield await self._item(request)
            await asyncio.sleep(0)  # other calls have their turn between two remembered answers

    async def Trajectory(self, request: pb.TrajectoryRequest, context: Context) -> pb.TrajectoryResponse:
        """Follow one driver over time."""
        fan = await self._handlers.trajectory(*trajectory_of(request))
        return trajectory_proto(fan)

    async def StreamDraws(
        self, request: pb.StreamDrawsRequest, context: Context
    ) -> AsyncIterator[pb.StreamDrawsResponse]:
        """Stream the arrival dates draw by draw."""
        chunk_draws = chunk_draws_of(request)
        draws = await self._handlers.draws(question_of(request.question))
        for chunk in chunks(draws, chunk_draws):
            yield chunk

    async def EstimateTrainingCompute(
        self, request: pb.EstimateTrainingComputeRequest, context: Context
    ) -> pb.EstimateTrainingComputeResponse:
        """Estimate the compute of one run."""
        compute = await self._handlers.training_compute(*run_of(request))
        return training_proto(compute)

    async def _item(self, request: pb.ForecastBatchRequest) -> pb.ForecastBatchResponse:
        """The answer to one question of a stream, or why there is none; a bad question never ends the stream."""
        try:
            refuse_unknown_fields(request)
            answer = await self._handlers.forecast(question_of(request.question))
        except Exception as error:  # an unforeseen one too: the others on the stream are asked for as well
            return pb.ForecastBatchResponse(index=request.index, error=failure_of(error, request).to_proto())
        return pb.ForecastBatchResponse(index=request.index, answer=answer_proto(answer))
