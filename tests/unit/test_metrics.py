"""What Prometheus reads."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from grpc import StatusCode
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from tests.wire import SERVICE_FILES
from timelines_server.manners.admission import Admission
from timelines_server.observing.metrics import Metrics, code_label
from timelines_server.served import FILES
from timelines_server.state.current import Current

SERVICE = "timelines.v1.ForecastService"
FORECAST = f"/{SERVICE}/Forecast"

LABELS = ("grpc_type", "grpc_service", "grpc_method", "grpc_code", "le", "posterior", "as_of", "status", "kind")


def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """Values by label values, in the order of LABELS, as a scrape shows them."""
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    found = [sample for family in families for sample in family.samples if sample.name == name]
    return {tuple(one.labels[key] for key in LABELS if key in one.labels): one.value for one in found}


def test_every_method_of_the_protos_is_there_at_zero_with_every_code() -> None:
    assert {id(module) for module in SERVICE_FILES} == {id(module) for module in FILES}
    services = [service for module in SERVICE_FILES for service in module.DESCRIPTOR.services_by_name.values()]
    methods = {(service.full_name, method.name) for service in services for method in service.methods}
    started = samples(Metrics(), "grpc_server_started_total")
    assert {labels[1:] for labels in started} == methods and set(started.values()) == {0}
    handled = samples(Metrics(), "grpc_server_handled_total")
    assert len(handled) == len(methods) * len(StatusCode) and set(handled.values()) == {0}


def test_calls_are_counted_under_the_names_of_go_grpc_prometheus() -> None:
    metrics = Metrics()
    meters = metrics.of(FORECAST, False, False)
    meters.started()
    meters.received()
    meters.handled(StatusCode.INVALID_ARGUMENT, 0.003)
    one = ("unary", SERVICE, "Forecast")
    assert samples(metrics, "grpc_server_started_total")[one] == 1
    assert samples(metrics, "grpc_server_msg_received_total")[one] == 1
    assert samples(metrics, "grpc_server_msg_sent_total")[one] == 0
    assert samples(metrics, "grpc_server_handled_total")[*one, "InvalidArgument"] == 1
    assert samples(metrics, "grpc_server_handled_total")[*one, "OK"] == 0


def test_durations_fall_into_buckets_that_add_up() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.003, 0.003, 60.0):
        metrics.of(FORECAST, False, False).handled(StatusCode.OK, seconds)
    one = ("unary", SERVICE, "Forecast")
    buckets = samples(metrics, "grpc_server_handling_seconds_bucket")
    assert buckets[*one, "0.0005"] == 1 and buckets[*one, "0.0025"] == 1 and buckets[*one, "0.005"] == 3
    assert buckets[*one, "10.0"] == 3 and buckets[*one, "+Inf"] == 4
    assert samples(metrics, "grpc_server_handling_seconds_count")[one] == 4
    assert samples(metrics, "grpc_server_handling_seconds_sum")[one] == pytest.approx(60.0065)


def test_the_four_kinds_of_method_have_their_names() -> None:
    started = samples(Metrics(), "grpc_server_started_total")
    kinds = {labels[2]: labels[0] for labels in started}
    assert (kinds["Forecast"], kinds["StreamDraws"], kinds["ForecastBatch"]) == (
        "unary",
        "server_stream",
        "bidi_stream",
    )


def test_a_method_that_is_not_served_becomes_no_label() -> None:
    metrics = Metrics()
    before = generate_latest(metrics.registry).count(b"grpc_method=")
    unknown = metrics.known("/timelines.v1.ForecastService/" + "x" * 1000)
    unknown.started()
    unknown.handled(StatusCode.UNIMPLEMENTED, 0.1)
    assert generate_latest(metrics.registry).count(b"grpc_method=") == before


def test_codes_are_spelled_as_in_go() -> None:
    spelled = {code_label(code) for code in StatusCode}
    assert {"OK", "Canceled", "DeadlineExceeded", "ResourceExhausted", "Internal"} <= spelled
    assert len(spelled) == len(StatusCode)


def test_the_posterior_that_answers_is_told_at_each_scrape() -> None:
    current = SimpleNamespace(ready=False)
    metrics = Metrics(cast(Current, current))
    assert samples(metrics, "timelines_posterior_info") == {}
    for name in ("a", "b"):
        posterior: Any = SimpleNamespace(name=name, as_of=date(2026, 11, 20), status="PASSED")
        current.ready, current.forecaster = True, SimpleNamespace(posterior=posterior)
        assert samples(metrics, "timelines_posterior_info") == {(name, "2026-11-20", "PASSED"): 1}


def test_the_room_for_calls_and_the_process_are_told() -> None:
    admission = Admission(8)
    metrics = Metrics(admission=admission)
    with admission.calls:
        used = {("calls",): 1, ("catalogue calls",): 0, ("streams",): 0, ("reports",): 0, ("charts",): 0}
        assert samples(metrics, "timelines_in_flight") == used
    room = {("calls",): 8, ("catalogue calls",): 4, ("streams",): 2, ("reports",): 3, ("charts",): 9}
    assert samples(metrics, "timelines_in_flight_limit") == room
    assert samples(metrics, "process_resident_memory_bytes")[()] > 1e6
