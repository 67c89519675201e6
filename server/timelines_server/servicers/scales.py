"""ScaleService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import scale_service_pb2 as pb
from timelines.v1.scale_service_pb2_grpc import ScaleServiceServicer
from timelines_server.converters.scales import listing_proto, scale_name, scale_proto, study
from timelines_server.handlers.scales import ScaleHandlers

Context = ServicerContext[Any, Any]


class ScaleServicer(ScaleServiceServicer):
    """Serves the scales.

    Parameters
    ----------
    handlers : ScaleHandlers
        What each call does.
    """

    def __init__(self, handlers: ScaleHandlers) -> None:
        self._handlers = handlers

    async def ListScales(self, request: pb.ListScalesRequest, context: Context) -> pb.ListScalesResponse:
        """Tell which there are, page by page."""
        return listing_proto(await self._handlers.list_scales(), request)

    async def GetScale(self, request: pb.GetScaleRequest, context: Context) -> pb.GetScaleResponse:
        """Tell what is behind one."""
        return pb.GetScaleResponse(scale=scale_proto(await self._handlers.get_scale(scale_name(request.name))))

    async def ImportStudy(self, request: pb.ImportStudyRequest, context: Context) -> pb.ImportStudyResponse:
        """Make a scale of a study."""
        kept = await self._handlers.import_study(study(request), validate_only=request.validate_only)
        return pb.ImportStudyResponse(scale=scale_proto(kept))

    async def DeleteScale(self, request: pb.DeleteScaleRequest, context: Context) -> pb.DeleteScaleResponse:
        """Forget an imported one."""
        await self._handlers.delete_scale(scale_name(request.name))
        return pb.DeleteScaleResponse()
