"""Readiness: what the server says of itself to gRPC and over HTTP is the same at every moment."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]  # ships no types

from timelines_server.health import NOT_SERVING, SERVING, Health

SERVICE = "timelines.v1.ForecastService"


async def told(health: Health) -> set[int]:
    """What health checks are answered, of the server and of its service."""
    nothing: Any = None
    answers = [await health.Check(health_pb2.HealthCheckRequest(service=name), nothing) for name in ("", SERVICE)]
    return {answer.status for answer in answers}


@pytest.mark.parametrize("again", [False, True], ids=["once", "told to serve while it leaves"])
def test_it_is_ready_from_when_it_serves_until_it_leaves(again: bool) -> None:
    async def life() -> None:
        health = Health([SERVICE])
        assert await told(health) == {NOT_SERVING} and not health.ready
        await health.serving()
        assert await told(health) == {SERVING} and health.ready
        await health.enter_graceful_shutdown()
        if again:
            await health.serving()
        assert await told(health) == {NOT_SERVING} and not health.ready

    asyncio.run(life())
