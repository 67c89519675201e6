"""ScenarioService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import scenario_service_pb2 as pb
from timelines.v1.scenario_service_pb2_grpc import ScenarioServiceServicer
from timelines_server.converters.known_scenarios import created_of, known_name, known_proto, listing_proto, placed_in
from timelines_server.handlers.scenarios import ScenarioHandlers

Context = ServicerContext[Any, Any]


class ScenarioServicer(ScenarioServiceServicer):
    """Serves the scenarios.

    Parameters
    ----------
    handlers : ScenarioHandlers
        What each call does.
    """

    def __init__(self, handlers: ScenarioHandlers) -> None:
        self._handlers = handlers

    async def ListScenarios(self, request: pb.ListScenariosRequest, context: Context) -> pb.ListScenariosResponse:
        """Tell which there are, page by page."""
        return listing_proto(await self._handlers.list_scenarios(), request)

    async def GetScenario(self, request: pb.GetScenarioRequest, context: Context) -> pb.GetScenarioResponse:
        """Tell what one assumes."""
        return pb.GetScenarioResponse(scenario=known_proto(await self._handlers.get_scenario(known_name(request.name))))

    async def CreateScenario(self, request: pb.CreateScenarioRequest, context: Context) -> pb.CreateScenarioResponse:
        """Keep one under its name."""
        made = created_of(request)
        with placed_in(request):
            kept = await self._handlers.create_scenario(made, request.request_id, validate_only=request.validate_only)
        return pb.CreateScenarioResponse(scenario=known_proto(kept))

    async def DeleteScenario(self, request: pb.DeleteScenarioRequest, context: Context) -> pb.DeleteScenarioResponse:
        """Forget one that was made."""
        await self._handlers.delete_scenario(known_name(request.name))
        return pb.DeleteScenarioResponse()
