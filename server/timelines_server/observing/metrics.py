"""What Prometheus scrapes: calls under the names of go-grpc-prometheus, the process, and the posterior that answers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate

from grpc import StatusCode
from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from timelines_server.manners.admission import Admission, Slots
from timelines_server.served import methods, path
from timelines_server.state.current import Current

OPERATORS = (
    *("CATALOGUE_UNAVAILABLE", "DAMAGED_POSTERIOR", "EXTRA_MISSING", "INTERNAL", "NO_POSTERIOR"),
    *("OVERLOADED", "QUEUE_FULL", "QUOTA_EXCEEDED", "STOPPING", "STORAGE"),
)
"""Reasons of errors that an operator looks at: counted from zero, so that the first one shows as a rise."""

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
    """Counts of one method; plain numbers, because every call pays for them: Prometheus reads them when it scrapes.

    Parameters
    ----------
    labels : tuple of str
        Type, service and method.
    errors : dict
        Errors by reason, of all methods together.
    """

    __slots__ = ("begun", "buckets", "ended", "errors", "in_messages", "labels", "out_messages", "seconds")

    def __init__(self, labels: tuple[str, str, str], errors: dict[str, int]) -> None:
        self.labels, self.errors = labels, errors
        self.begun = self.in_messages = self.out_messages = 0
        self.ended = dict.fromkeys(StatusCode, 0)
        self.seconds = 0.0
        self.buckets = [0] * (len(_SECONDS) + 1)

    def started(self) -> None:
        """Count a call that begins."""
        self.begun += 1

    def received(self) -> None:
        """Count a message of a caller's."""
        self.in_messages += 1

    def sent(self) -> None:
        """Count a message to a caller."""
        self.out_messages += 1

    def handled(self, code: StatusCode, seconds: float) -> None:
        """Count a call that has ended."""
        self.ended[code] += 1
        self.seconds += seconds
        self.buckets[bisect_left(_SECONDS, seconds)] += 1

    def failed(self, reason: str) -> None:
        """Count an error that a caller is told, of a call or of one item of a stream."""
        self.errors[reason] = self.errors.get(reason, 0) + 1


class Uncounted:
    """Meters of what is no method of ours."""

    def started(self) -> None:
        """Count nothing."""

    def handled(self, code: StatusCode, seconds: float) -> None:
        """Count nothing."""

    def failed(self, reason: str) -> None:
        """Count nothing: a caller who makes methods up is no fault."""


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
        self._meters: dict[str, Meters] = {}
        self._errors = dict.fromkeys(OPERATORS, 0)
        for method in methods():  # their series are there from the start, at zero
            self.of(path(method), method.client_streaming, method.server_streaming)
        self.registry.register(_Calls(self._meters, self._errors))
        if current is not None:
            self.registry.register(_PosteriorInfo(current))
        if admission is not None:
            turns = (admission.reports.place, admission.charts.place)
            self.registry.register(_InFlight((admission.calls, admission.catalogue, admission.streams, *turns)))

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
            meters = Meters((_TYPES[client_streaming, server_streaming], service, name), self._errors)
            self._meters[method] = meters
        return meters

    def known(self, method: str) -> Meters | Uncounted:
        """The meters of a method if it is served; a method that is not must never become a label."""
        return self._meters.get(method) or Uncounted()


class _Calls(Collector):
    """The counts of all methods, under the names of go-grpc-prometheus, and the errors that callers were told."""

    def __init__(self, meters: Mapping[str, Meters], errors: Mapping[str, int]) -> None:
        self._meters, self._errors = meters, errors

    def collect(self) -> Iterable[Metric]:
        every = list(self._meters.values())
        yield _counter("started", "Calls begun.", ((one.labels, one.begun) for one in every))
        yield _counter("msg_received", "Messages received.", ((one.labels, one.in_messages) for one in every))
        yield _counter("msg_sent", "Messages sent.", ((one.labels, one.out_messages) for one in every))
        handled = (((*one.labels, code_label(code)), n) for one in every for code, n in one.ended.items())
        yield _counter("handled", "Calls ended, well or not.", handled, (*_METHOD, "grpc_code"))
        yield _durations(every)
        yield _errors(self._errors)


def _counter(
    name: str, about: str, counts: Iterable[tuple[tuple[str, ...], int]], labels: tuple[str, ...] = _METHOD
) -> CounterMetricFamily:
    family = CounterMetricFamily(f"grpc_server_{name}", about, labels=labels)
    for values, count in counts:
        family.add_metric(values, count)
    return family


def _durations(every: Iterable[Meters]) -> HistogramMetricFamily:
    about = "Time from the first message of a call to its end."
    family = HistogramMetricFamily("grpc_server_handling_seconds", about, labels=_METHOD)
    bounds = [*map(floatToGoString, _SECONDS), "+Inf"]
    for one in every:
        family.add_metric(one.labels, list(zip(bounds, accumulate(one.buckets), strict=True)), one.seconds)
    return family


def _errors(errors: Mapping[str, int]) -> CounterMetricFamily:
    about = "Errors that callers were told, in calls and in items of streams."
    family = CounterMetricFamily("timelines_errors", about, labels=("reason",))
    for reason, count in list(errors.items()):
        family.add_metric((reason,), count)
    return family


class _InFlight(Collector):
    """How many calls there are and may be, at the moment of the scrape."""

    def __init__(self, slots: Iterable[Slots]) -> None:
        self._slots = tuple(slots)

    def collect(self) -> Iterable[Metric]:
        used = GaugeMetricFamily("timelines_in_flight", "Calls under way.", labels=("kind",))
        limit = GaugeMetricFamily("timelines_in_flight_limit", "Calls there is room for.", labels=("kind",))
        for one in self._slots:
            used.add_metric((one.kind,), one.used)
            limit.add_metric((one.kind,), one.limit)
        yield used
        yield limit


class _PosteriorInfo(Collector):
    """Which posterior answers at the moment of the scrape."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def collect(self) -> Iterable[Metric]:
        info = GaugeMetricFamily(
            "timelines_posterior_info", "The posterior that answers.", labels=("posterior", "as_of", "status")
        )
        if self._current.ready:
            posterior = self._current.forecaster.posterior
            info.add_metric((posterior.name, posterior.as_of.isoformat(), posterior.status), 1)
        yield info
