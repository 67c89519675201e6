"""Spans of calls; they need the extra `tracing`, which is no part of every environment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import Any

import pytest

from forecast.errors import InputError, UnknownNameError
from tests.mannered import Made, question, refused, serving
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.observing.tracing import Tracing

INSTALLED = find_spec("opentelemetry") is not None and find_spec("opentelemetry.sdk") is not None
needs_it = pytest.mark.skipif(not INSTALLED, reason="OpenTelemetry (the extra `tracing`) is not installed")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT[:-1] + "0"


@pytest.mark.skipif(INSTALLED, reason="OpenTelemetry is installed")
def test_without_opentelemetry_the_error_says_what_to_install() -> None:
    with pytest.raises(InputError, match=r"pip install 'ai-timelines\[server,tracing\]'"):
        Tracing()


async def answer(request: Any, context: Any) -> pb.ForecastResponse:
    return pb.ForecastResponse()


async def mistaken(request: Any, context: Any) -> Any:
    raise UnknownNameError("scale", "a-secret-name", [])


async def two(request: Any, context: Any) -> AsyncIterator[pb.StreamDrawsResponse]:
    yield pb.StreamDrawsResponse(offset=0)
    raise RuntimeError("/etc/x password")


def exporter() -> Any:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    return InMemorySpanExporter()


@needs_it
def test_a_call_is_a_span_of_its_callers_trace() -> None:
    async def run() -> None:
        spans = exporter()
        async with serving(Made(Forecast=answer), tracing=Tracing(spans, sampled_share=0)) as served:
            await served.stub.Forecast(question(), metadata=[("traceparent", PARENT)])
            (span,) = spans.get_finished_spans()
            assert f"{span.context.trace_id:032x}" in PARENT and f"{span.parent.span_id:016x}" in PARENT
            assert (span.name, span.kind.name) == ("timelines.v1.ForecastService/Forecast", "SERVER")
            said = dict(span.attributes)
            assert said.pop("timelines.call_id") == served.calls[0]["call_id"]
            assert said == {
                "rpc.system": "grpc",
                "rpc.service": "timelines.v1.ForecastService",
                "rpc.method": "Forecast",
                "rpc.grpc.status_code": 0,
            }

    asyncio.run(run())


@needs_it
def test_who_samples_is_the_caller_and_else_the_share() -> None:
    async def run() -> None:
        for share, parent, made in ((1, None, 1), (0, None, 0), (1, UNSAMPLED, 0), (0, PARENT, 1)):
            spans = exporter()
            async with serving(Made(Forecast=answer), tracing=Tracing(spans, sampled_share=share)) as served:
                await served.stub.Forecast(question(), metadata=[("traceparent", parent)] if parent else None)
            assert len(spans.get_finished_spans()) == made, (share, parent)

    asyncio.run(run())


@needs_it
def test_a_span_tells_the_status_and_nothing_of_the_question() -> None:
    async def run() -> None:
        spans = exporter()
        tracing = Tracing(spans, sampled_share=1)
        async with serving(Made(Forecast=mistaken, StreamDraws=two), tracing=tracing) as served:
            await refused(served.stub.Forecast(question()))
            call = served.stub.StreamDraws(pb.StreamDrawsRequest())
            await call.read()
            await refused(call)
        asked, broken = spans.get_finished_spans()
        assert (asked.attributes["rpc.grpc.status_code"], asked.status.is_ok) == (3, True)
        assert (broken.attributes["rpc.grpc.status_code"], broken.status.status_code.name) == (13, "ERROR")
        told = asked.to_json() + broken.to_json()
        assert "secret" not in told and "password" not in told

    asyncio.run(run())


@needs_it
def test_the_service_has_a_name_that_the_environment_may_change(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> str:
        spans = exporter()
        async with serving(Made(Forecast=answer), tracing=Tracing(spans, sampled_share=1)) as served:
            await served.stub.Forecast(question())
        name: str = spans.get_finished_spans()[0].resource.attributes["service.name"]
        return name

    assert asyncio.run(run()) == "timelines"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "mine")
    assert asyncio.run(run()) == "mine"
