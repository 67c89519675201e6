"""What Prometheus scrapes: calls under the names of go-grpc-prometheus, the process, and the posterior that answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grpc import StatusCode
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from timelines.v1 import dataset_service_pb2, forecast_service_pb2, posterior_service_pb2, scale_service_pb2
from timelines_server.admission import Admission, Slots
from timelines_server.current import Current

SERVED = (forecast_service_pb2, scale_service_pb2, posterior_service_pb2, dataset_service_pb2)
"""Modules whose services have their series from the start, at zero."""

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHOD = ("grpc_type", "grpc_service", "grpc_method")
# Go spells it with one l, and dashboards look for that.
_SPELLED = {StatusCode.OK: "OK", StatusCode.CANCELLED: "Canceled"}
_TYPES = {
    (False, False): "unary",
    (False, True): "server_stream",
    (True, False): "client_stream",
    (True, True): "bidi_stream",
}


def code_label(code: StatusCode) -> str:
    """The code as Go spells it, such as `InvalidArgument`."""
    return _SPELLED.get(code) or code.name.title().replace("_", "")


class Meters:
    """The series of one method, looked up once.

    Parameters
    ----------
    started, handled, received, sent : Counter
        Of all methods.
    seconds : Histogram
        Of all methods.
    labels : tuple of str
        Type, service and method.
    """

    def __init__(
        self, started: Counter, handled: Counter, received: Counter, sent: Counter, seconds: Histogram, labels: Any
    ) -> None:
        self._handled = {code: handled.labels(*labels, code_label(code)).inc for code in StatusCode}
        self._observe = seconds.labels(*labels).observe
        self.started = started.labels(*labels).inc
        self.received = received.labels(*labels).inc
        self.sent = sent.labels(*labels).inc

    def handled(self, code: StatusCode, seconds: float) -> None:
        """Count a call that has ended."""
        self._handled[code]()
        self._observe(seconds)


class Uncounted:
    """Meters of what is no method of ours."""

    def started(self) -> None:
        """Count nothing."""

    def handled(self, code: StatusCode, seconds: float) -> None:
        """Count nothing."""


class Metrics:
    """All series of a server, in a registry of its own.

    Parameters
    ----------
    current : Current, optional
        Who answers.
    admission : Admission, optional
        Who is in flight.
    """

    def __init__(self, current: Current | None = None, admission: Admission | None = None) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._families = self._calls()
        self._meters: dict[str, Meters] = {}
        for method, *streaming in _methods(SERVED):
            self.of(method, *streaming)
        if current is not None:
            self.registry.register(_PosteriorInfo(current))
        if admission is not None:
            self._in_flight(admission.calls, admission.streams)

    def of(self, method: str, client_streaming: bool, server_streaming: bool) -> Meters:
        """The meters of a method that is served.

        Parameters
        ----------
        method : str
            Its full path, `/package.Service/Method`.
        client_streaming, server_streaming : bool
            Whether requests and responses are streams.
        """
        meters = self._meters.get(method)
        if meters is None:
            service, _, name = method[1:].rpartition("/")
            meters = Meters(*self._families, (_TYPES[client_streaming, server_streaming], service, name))
            self._meters[method] = meters
        return meters

    def known(self, method: str) -> Meters | Uncounted:
        """The meters of a method if it is served; a method that is not must never become a label."""
        return self._meters.get(method) or Uncounted()

    def _calls(self) -> tuple[Counter, Counter, Counter, Counter, Histogram]:
        def counter(name: str, about: str, labels: tuple[str, ...] = _METHOD) -> Counter:
            return Counter(f"grpc_server_{name}", about, labels, registry=self.registry)

        return (
            counter("started", "Calls begun."),
            counter("handled", "Calls ended, well or not.", (*_METHOD, "grpc_code")),
            counter("msg_received", "Messages received."),
            counter("msg_sent", "Messages sent."),
            Histogram(
                "grpc_server_handling_seconds",
                "Time from the first message of a call to its end.",
                _METHOD,
                buckets=_SECONDS,
                registry=self.registry,
            ),
        )

    def _in_flight(self, *slots: Slots) -> None:
        used = Gauge("timelines_in_flight", "Calls under way.", ("kind",), registry=self.registry)
        limit = Gauge("timelines_in_flight_limit", "Calls there is room for.", ("kind",), registry=self.registry)
        for one in slots:
            used.labels(one.kind).set_function(lambda one=one: one.used)  # type: ignore[misc]
            limit.labels(one.kind).set(one.limit)


class _PosteriorInfo(Collector):
    """Which posterior answers at the moment of the scrape."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def collect(self) -> Iterable[GaugeMetricFamily]:
        info = GaugeMetricFamily(
            "timelines_posterior_info", "The posterior that answers.", labels=("posterior", "as_of", "status")
        )
        if self._current.ready:
            posterior = self._current.forecaster.posterior
            info.add_metric((posterior.name, posterior.as_of.isoformat(), posterior.status), 1)
        yield info


def _methods(modules: Iterable[Any]) -> Iterable[tuple[str, bool, bool]]:
    for module in modules:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                yield f"/{service.full_name}/{method.name}", method.client_streaming, method.server_streaming
