"""What is served: our services and their methods, as their protos describe them."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from timelines.v1 import (
    dataset_service_pb2,
    evaluation_service_pb2,
    fit_service_pb2,
    forecast_record_service_pb2,
    forecast_service_pb2,
    posterior_service_pb2,
    report_service_pb2,
    scale_service_pb2,
    scenario_service_pb2,
)

FILES = (
    forecast_service_pb2,
    scale_service_pb2,
    posterior_service_pb2,
    dataset_service_pb2,
    scenario_service_pb2,
    evaluation_service_pb2,
    report_service_pb2,
    fit_service_pb2,
    forecast_record_service_pb2,
)
"""Modules of the protos that hold a service each."""


def services() -> Iterator[ServiceDescriptor]:
    """Every service of ours."""
    for file in FILES:
        yield from file.DESCRIPTOR.services_by_name.values()


def methods() -> Iterator[MethodDescriptor]:
    """Every method of our services."""
    for service in services():
        yield from service.methods


def path(method: MethodDescriptor) -> str:
    """Where a method is called, `/SERVICE/METHOD`."""
    return f"/{method.containing_service.full_name}/{method.name}"


SERVICES = tuple(service.full_name for service in services())
"""Full names of our services."""
