"""A server of one made-up ForecastService with manners round it, in this process and on loopback, for tests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health

from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1 import forecast_service_pb2_grpc as services
from timelines_server.manners.admission import Admission
from timelines_server.manners.interceptors import Gate, Manners
from timelines_server.observing.logs import Log
from timelines_server.observing.metrics import Metrics
from timelines_server.observing.tracing import Tracing

FORECAST = "/timelines.v1.ForecastService/Forecast"
BATCH = "/timelines.v1.ForecastService/ForecastBatch"


class Made(services.ForecastServiceServicer):
    """Does what a test says; every method that it does not name is left to the generated base."""

    def __init__(self, **methods: Callable[[Any, Any], Any]) -> None:
        vars(self).update(methods)


@dataclass(frozen=True)
class Served:
    """A server that listens, and what it has told."""

    channel: grpc.aio.Channel
    metrics: Metrics
    log: Log
    written: StringIO

    @property
    def stub(self) -> services.ForecastServiceStub:
        return services.ForecastServiceStub(self.channel)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What the log holds."""
        self.log.flush()
        return [json.loads(line) for line in self.written.getvalue().splitlines()]

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The lines of calls."""
        return [line for line in self.lines if line["event"] == "call"]

    def count(self, name: str, code: str | None = None, method: str = "Forecast") -> float:
        """A counter's value for one method."""
        labels = {"grpc_method": method, "grpc_service": "timelines.v1.ForecastService"}
        return self.value(name, **labels, **({"grpc_code": code} if code else {}))

    def value(self, name: str, **labels: str) -> float:
        """The value of the one series that has these labels."""
        samples = [sample for family in self.metrics.registry.collect() for sample in family.samples]
        found = [one.value for one in samples if one.name == name and labels.items() <= one.labels.items()]
        assert len(found) == 1, (name, labels, found)
        return found[0]

    async def health(self) -> int:
        answer = await health_pb2_grpc.HealthStub(self.channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
        status: int = answer.status
        return status

    def raw(self, method: str = FORECAST) -> Any:
        """A call that sends bytes as they are."""
        return self.channel.unary_unary(method)


@asynccontextmanager
async def serving(
    servicer: services.ForecastServiceServicer,
    gate: Gate | None = None,
    max_in_flight: int = 128,
    tracing: Tracing | None = None,
) -> AsyncIterator[Served]:
    """Serve it on any free port of loopback."""
    admission, written = Admission(max_in_flight), StringIO()
    metrics, log = Metrics(admission=admission), Log(written)
    manners = Manners(admission, metrics, log, gate, tracing)
    server = grpc.aio.server(interceptors=[manners], options=[("grpc.so_reuseport", 0)])
    services.add_ForecastServiceServicer_to_server(servicer, server)
    healthy = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Served(channel, metrics, log, written)
    finally:
        await server.stop(None)


async def refused(call: Any) -> grpc.aio.AioRpcError:
    """The error that a call, or a stream's first read, ends with."""
    try:
        await (call.read() if hasattr(call, "read") else call)
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError("it was answered")


def details(error: grpc.RpcError) -> tuple[str, dict[str, str]]:
    """The reason and the violations by field, from the details that travel beside a status."""
    metadata = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    assert status.code == error.code().value[0]
    assert status.message == error.details()
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    assert status.details[0].Unpack(info)
    assert info.domain == "timelines"
    for packed in status.details[1:]:
        packed.Unpack(bad)
    return info.reason, {one.field: one.description for one in bad.field_violations}


def question() -> pb.ForecastRequest:
    """A request like any other."""
    request = pb.ForecastRequest()
    request.question.target.training_flop = 1e29
    return request
