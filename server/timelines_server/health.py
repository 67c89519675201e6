"""Readiness, as `grpc.health.v1` tells it: SERVING while questions can be answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]  # ships no types
from grpc_health.v1.health import aio  # type: ignore[import-untyped]  # ships no types

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Health(aio.HealthServicer):  # type: ignore[misc]  # ships no types
    """The standard servicer, NOT_SERVING at first; its watches end when the server stops, which else waits for them.

    Parameters
    ----------
    services : iterable of str
        Full names of the services that are told of beside the server as a whole (the empty name).
    """

    def __init__(self, services: Iterable[str]) -> None:
        super().__init__()
        self._names = ("", *services)
        self._server_status = dict.fromkeys(self._names, NOT_SERVING)
        self._watches: set[asyncio.Task[Any]] = set()
        self._ready = self._leaving = self._closed = False

    async def serving(self) -> None:
        """Turn every service SERVING."""
        for name in self._names:
            await self.set(name, SERVING)
        self._ready = True

    async def enter_graceful_shutdown(self) -> None:
        """Turn every service NOT_SERVING for good."""
        self._leaving = True
        await super().enter_graceful_shutdown()

    @property
    def ready(self) -> bool:
        """Whether the server as a whole is SERVING."""
        return self._ready and not self._leaving

    async def Watch(  # the name in the proto
        self, request: health_pb2.HealthCheckRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        """Tell the state now and at every change, until the server stops."""
        task = asyncio.current_task()
        assert task is not None
        self._watches.add(task)
        try:
            await super().Watch(request, context)
        except asyncio.CancelledError:
            if self._closed:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "the server is stopping")
            raise
        finally:
            self._watches.discard(task)

    def close(self) -> None:
        """End every watch."""
        self._closed = True
        for task in self._watches:
            task.cancel()
