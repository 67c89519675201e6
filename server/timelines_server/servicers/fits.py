"""FitService on the wire: convert in, call the handler, convert out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from grpc.aio import ServicerContext

from timelines.v1 import fit_service_pb2 as pb
from timelines.v1.fit_service_pb2_grpc import FitServiceServicer
from timelines_server.converters.fits import fit_name, fit_proto, listing_proto, place_in, request_of
from timelines_server.handlers.fits import FitHandlers
from timelines_server.manners.interceptors import TOKEN

Context = ServicerContext[Any, Any]


class FitServicer(FitServiceServicer):
    """Serves fits.

    Parameters
    ----------
    handlers : FitHandlers
        What each call does.
    """

    def __init__(self, handlers: FitHandlers) -> None:
        self._handlers = handlers

    async def CreateFit(self, request: pb.CreateFitRequest, context: Context) -> pb.CreateFitResponse:
        """Ask for one."""
        record = await self._handlers.create(request_of(request), request.request_id, TOKEN.get())
        return pb.CreateFitResponse(fit=fit_proto(record))

    async def GetFit(self, request: pb.GetFitRequest, context: Context) -> pb.GetFitResponse:
        """Tell how one is."""
        return pb.GetFitResponse(fit=fit_proto(await self._handlers.get(fit_name(request.name))))

    async def ListFits(self, request: pb.ListFitsRequest, context: Context) -> pb.ListFitsResponse:
        """Tell which there are, page by page."""
        return listing_proto(await self._handlers.page(*place_in(request)), request)

    async def WatchFit(self, request: pb.WatchFitRequest, context: Context) -> AsyncIterator[pb.WatchFitResponse]:
        """Tell how one is, and what it becomes."""
        async with aclosing(self._handlers.watch(fit_name(request.name), request.after_revision)) as changes:
            async for record in changes:
                yield pb.WatchFitResponse(fit=fit_proto(record))

    async def CancelFit(self, request: pb.CancelFitRequest, context: Context) -> pb.CancelFitResponse:
        """Stop one."""
        return pb.CancelFitResponse(fit=fit_proto(await self._handlers.cancel(fit_name(request.name))))
