"""Readiness, as `grpc.health.v1` tells it: SERVING while questions can be answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Health(aio.HealthServicer):
    """The standard servicer; its watches end when the server stops, which would wait for them else.

    Parameters
    ----------
    services : iterable of str
        Full names of the services that are told of beside the server as a whole (the empty name).
    """

    def __init__(self, services: Iterable[str]) -> None:
        super().__init__()
        self._names = ("", *services)
        self._server_status = dict.fromkeys(self._names, NOT_SERVING)
        self._closing = asyncio.Event()

    async def tell(self, serving: bool) -> None:
        """Turn every service SERVING or NOT_SERVING."""
        for name in self._names:
            await self.set(name, SERVING if serving else NOT_SERVING)

    async def Watch(self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Tell the state now and at every change, until the server stops."""
        watch = asyncio.ensure_future(super().Watch(request, context))
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait((watch, closing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            closing.cancel()
        if self._closing.is_set():
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the server is stopping")

    def close(self) -> None:
        """End every watch."""
        self._closing.set()
