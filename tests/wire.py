"""The wire in one place: every proto of `timelines.v1`, the services and the calls that a server answers."""

from __future__ import annotations

from google.protobuf.descriptor import MethodDescriptor

from timelines.v1 import (
    answer_pb2,
    dataset_service_pb2,
    error_pb2,
    evaluation_service_pb2,
    fit_service_pb2,
    forecast_record_service_pb2,
    forecast_service_pb2,
    posterior_service_pb2,
    question_pb2,
    report_service_pb2,
    scale_service_pb2,
    scenario_service_pb2,
)

SERVICE_FILES = (
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
FILES = (answer_pb2, error_pb2, question_pb2, *SERVICE_FILES)

METHODS: dict[str, MethodDescriptor] = {
    f"/{service.full_name}/{method.name}": method
    for file in SERVICE_FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
"""Every call of the protos, by its path."""
