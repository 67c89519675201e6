"""PosteriorService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import posterior_service_pb2 as pb
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceServicer
from timelines_server.converters.posteriors import listing_proto, posterior_name, posterior_proto
from timelines_server.handlers.posteriors import PosteriorHandlers

Context = ServicerContext[Any, Any]


class PosteriorServicer(PosteriorServiceServicer):
    """Serves the posteriors.

    Parameters
    ----------
    handlers : PosteriorHandlers
        What each call does.
    """

    def __init__(self, handlers: PosteriorHandlers) -> None:
        self._handlers = handlers

    async def ListPosteriors(self, request: pb.ListPosteriorsRequest, context: Context) -> pb.ListPosteriorsResponse:
        """Tell which there are, page by page."""
        return listing_proto(await self._handlers.list_posteriors(), request)

    async def GetPosterior(self, request: pb.GetPosteriorRequest, context: Context) -> pb.GetPosteriorResponse:
        """Tell what is behind one."""
        found = await self._handlers.get_posterior(posterior_name(request.name))
        return pb.GetPosteriorResponse(posterior=posterior_proto(found, details=True))

    async def SetCurrentPosterior(
        self, request: pb.SetCurrentPosteriorRequest, context: Context
    ) -> pb.SetCurrentPosteriorResponse:
        """Answer with another one from now on."""
        chosen = await self._handlers.set_current_posterior(posterior_name(request.name))
        return pb.SetCurrentPosteriorResponse(posterior=posterior_proto(chosen, details=True))
