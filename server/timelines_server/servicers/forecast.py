"""ForecastService on the wire: convert in, call the handler, convert out.

Messages hold no maps and are made field by field, so the same answer always gives the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

from grpc.aio import ServicerContext

from forecast.engine import question as engine
from forecast.engine.scenario import Scenario
from forecast.families import placed
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceServicer
from timelines.v1.question_pb2 import Question, ScenarioChoice
from timelines_server.access.scopes import admit_again
from timelines_server.converters.answer import answer_bytes
from timelines_server.converters.arrays import embedded
from timelines_server.converters.comparison import check_scenarios, compared_of, comparison_proto, overlays_of
from timelines_server.converters.draws import chunk_draws_of, chunks
from timelines_server.converters.inverses import (
    SCALE,
    affordable_loss_of,
    affordable_loss_proto,
    required_budget_of,
    required_budget_proto,
)
from timelines_server.converters.names import called
from timelines_server.converters.question import question_of
from timelines_server.converters.scenarios import scenario_name
from timelines_server.converters.sensitivity import (
    explanation_proto,
    how_of,
    recorded_in,
    sensitivity_proto,
    year_of,
)
from timelines_server.converters.training import run_of, training_proto
from timelines_server.converters.trajectory import trajectory_of, trajectory_proto
from timelines_server.handlers.forecast import ForecastHandlers
from timelines_server.manners.calls import failure_of
from timelines_server.manners.packed import Packed
from timelines_server.manners.strict import refuse_unknown_fields

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

    async def Forecast(self, request: pb.ForecastRequest, context: Context) -> Packed:  # type: ignore[override]
        """Answer when the target is reached."""
        response = pb.ForecastResponse
        return Packed(response, embedded(response.ANSWER_FIELD_NUMBER, await self._answer(request.question)))

    async def ForecastBatch(  # type: ignore[override]
        self, request_iterator: AsyncIterator[pb.ForecastBatchRequest], context: Context
    ) -> AsyncIterator[pb.ForecastBatchResponse | Packed]:
        """Answer one question after the other; the next is read when the answer before it is on its way."""
        async for request in request_iterator:
            yield await self._item(request)
            await asyncio.sleep(0)  # other calls have their turn between two remembered answers

    async def Trajectory(self, request: pb.TrajectoryRequest, context: Context) -> pb.TrajectoryResponse:
        """Follow one driver over time."""
        fan = await self._handlers.trajectory(*trajectory_of(request, await self._named(request.scenario)))
        return trajectory_proto(fan)

    async def StreamDraws(
        self, request: pb.StreamDrawsRequest, context: Context
    ) -> AsyncIterator[pb.StreamDrawsResponse]:
        """Stream the arrival dates draw by draw."""
        chunk_draws = chunk_draws_of(request)
        draws = await self._handlers.draws(await self._question(request.question))
        for chunk in chunks(draws, chunk_draws):
            yield chunk

    async def EstimateTrainingCompute(
        self, request: pb.EstimateTrainingComputeRequest, context: Context
    ) -> pb.EstimateTrainingComputeResponse:
        """Estimate the compute of one run."""
        compute = await self._handlers.training_compute(*run_of(request))
        return training_proto(compute)

    async def AffordableLoss(self, request: pb.AffordableLossRequest, context: Context) -> pb.AffordableLossResponse:
        """Say what loss money buys on a day."""
        question, day = affordable_loss_of(request, await self._named(request.question.scenario))
        with called(*SCALE):
            found = await self._handlers.affordable_loss(question, day)
        return affordable_loss_proto(found)

    async def RequiredBudget(self, request: pb.RequiredBudgetRequest, context: Context) -> pb.RequiredBudgetResponse:
        """Say what budget a target needs."""
        asked = required_budget_of(request, await self._named(request.question.scenario))
        found = await self._handlers.required_budget(asked.question, asked.dates, asked.budgets_usd_2023)
        return required_budget_proto(found)

    async def Sensitivity(self, request: pb.SensitivityRequest, context: Context) -> pb.SensitivityResponse:
        """Say what an answer depends on."""
        question = await self._question(request.question)
        return sensitivity_proto(await self._handlers.sensitivity(question, *how_of(request)))

    async def Compare(self, request: pb.CompareRequest, context: Context) -> pb.CompareResponse:
        """Answer one question in several scenarios."""
        check_scenarios(request)
        named = []
        for i, choice in enumerate(request.scenarios):
            with called("scenario", f"scenarios[{i}]"):
                named.append(await self._named(choice))
        found = await self._handlers.compare(compared_of(request, named), overlays_of(request))
        return comparison_proto(found)

    async def Explain(self, request: pb.ExplainRequest, context: Context) -> pb.ExplainResponse:
        """Explain why two answers differ."""
        before, after = await self._side(request, "before"), await self._side(request, "after")
        return explanation_proto(await self._handlers.explain(before, after, year_of(request)))

    async def _side(self, request: pb.ExplainRequest, side: Literal["before", "after"]) -> engine.Question:
        """One of two questions: put in the request, or recorded in a published forecast."""
        recorded = recorded_in(request, side)
        if recorded:
            return await self._handlers.recorded(recorded, f"{side}_record")
        with placed(side):
            return await self._question(request.before if side == "before" else request.after)

    async def _named(self, choice: ScenarioChoice) -> Scenario | None:
        """What the name of a scenario stands for, where it has to be looked up."""
        name = scenario_name(choice)
        return await self._handlers.scenario(name) if name else None

    async def _question(self, message: Question) -> engine.Question:
        return question_of(message, await self._named(message.scenario))

    async def _answer(self, message: Question) -> bytes:
        return answer_bytes(await self._handlers.forecast(await self._question(message)))

    async def _item(self, request: pb.ForecastBatchRequest) -> pb.ForecastBatchResponse | Packed:
        """The answer to one question of a stream, or why there is none; a bad question never ends the stream."""
        try:
            admit_again()
            refuse_unknown_fields(request)
            answer = await self._answer(request.question)
        except Exception as error:  # an unforeseen one too: the others on the stream are asked for as well
            return pb.ForecastBatchResponse(index=request.index, error=failure_of(error, request).to_proto())
        response = pb.ForecastBatchResponse
        index = response(index=request.index).SerializeToString()
        return Packed(response, index + embedded(response.ANSWER_FIELD_NUMBER, answer))
