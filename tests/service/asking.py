"""Short ways to ask a server with the plain stubs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import question_pb2 as questions
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING

Metadata = tuple[tuple[str, str], ...]


@contextmanager
def channel(address: str, credentials: grpc.ChannelCredentials | None = None) -> Iterator[grpc.Channel]:
    """A channel, closed at the end."""
    opened = grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)
    with opened as connected:
        yield connected


def health_of(connected: grpc.Channel, service: str = "") -> int:
    """What health says of a service."""
    request = health_pb2.HealthCheckRequest(service=service)
    answer: int = health_pb2_grpc.HealthStub(connected).Check(request, timeout=5, wait_for_ready=False).status
    return answer


def health_changes(connected: grpc.Channel) -> Iterator[health_pb2.HealthCheckResponse]:
    """What health says, now and at every change."""
    watch: Iterator[health_pb2.HealthCheckResponse] = health_pb2_grpc.HealthStub(connected).Watch(
        health_pb2.HealthCheckRequest(), timeout=30
    )
    return watch


def flop(seed: int = 1) -> questions.Question:
    """A question; one seed is remembered, another has to be worked out."""
    return questions.Question(target=questions.Target(training_flop=1e29), seed=seed)


def forecast(connected: grpc.Channel, seed: int = 1, metadata: Metadata = ()) -> forecasts.ForecastResponse:
    """One answer."""
    request = forecasts.ForecastRequest(question=flop(seed))
    return ForecastServiceStub(connected).Forecast(request, timeout=20, metadata=metadata)


def bearer(token: str) -> Metadata:
    """The metadata that carries a token."""
    return (("authorization", f"Bearer {token}"),)


def listed_services(connected: grpc.Channel, metadata: Metadata = ()) -> set[str]:
    """What reflection lists."""
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    stub = reflection_pb2_grpc.ServerReflectionStub(connected)
    answers = stub.ServerReflectionInfo(iter([request]), timeout=10, metadata=metadata)
    return {service.name for answer in answers for service in answer.list_services_response.service}
