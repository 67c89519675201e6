"""EvaluationService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import evaluation_service_pb2 as pb
from timelines.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer
from timelines_server.converters.calibration import backtest_name, backtests_proto, calibration_proto
from timelines_server.converters.replay import replay_proto
from timelines_server.handlers.evaluation import EvaluationHandlers

Context = ServicerContext[Any, Any]


class EvaluationServicer(EvaluationServiceServicer):
    """Serves what became of forecasts.

    Parameters
    ----------
    handlers : EvaluationHandlers
        What each call does.
    """

    def __init__(self, handlers: EvaluationHandlers) -> None:
        self._handlers = handlers

    async def GetCalibration(self, request: pb.GetCalibrationRequest, context: Context) -> pb.GetCalibrationResponse:
        """Tell how well forecasts of the past did."""
        name = backtest_name(request.backtest)
        found = await self._handlers.get_calibration(name, request.quantities, request.forecasters)
        return calibration_proto(found, request.past_fans)

    async def ListBacktests(self, request: pb.ListBacktestsRequest, context: Context) -> pb.ListBacktestsResponse:
        """Tell which backtests there are, page by page."""
        return backtests_proto(await self._handlers.list_backtests(), request)

    async def Replay(self, request: pb.ReplayRequest, context: Context) -> pb.ReplayResponse:
        """Replay published claims."""
        return replay_proto(await self._handlers.replay(request.claims))
