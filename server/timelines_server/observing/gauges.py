"""What Prometheus scrapes beside the calls: readiness, fits, the catalogue, files that are read again, the machine."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

import forecast
from forecast.posterior.state import state_folder
from timelines_server.access.expiry import end_of
from timelines_server.access.reloading import Watch
from timelines_server.observing.tallies import FIT_SECONDS, Tallies
from timelines_server.resources import Resources

_STATUS = Path("/proc/self/status")


class Gauges(Collector):
    """The state of one server at the moment of the scrape; nothing here waits for the network.

    Parameters
    ----------
    resources : Resources
        What its handlers share.
    watch : Watch
        What it reads again.
    certificate : Path, optional
        The file of its certificate.
    """

    def __init__(self, resources: Resources, watch: Watch, certificate: Path | None = None) -> None:
        self._resources, self._watch, self._certificate = resources, watch, certificate

    def collect(self) -> Iterable[Metric]:
        """Every series."""
        yield _one("timelines_ready", "1 while questions can be answered.", self._resources.current.ready)
        info = GaugeMetricFamily("timelines_build_info", "The version that runs.", labels=("version",))
        info.add_metric((forecast.__version__,), 1)
        yield info
        yield _one("timelines_threads", "Threads of the process.", threads())
        yield from _space(state_folder(self._resources.current.home).root)
        yield self._files()
        yield self._end()
        yield from _fits(self._resources.tallies)

    def _files(self) -> GaugeMetricFamily:
        about = "1 while a file cannot be used as it is now, so that the last good one holds."
        family = GaugeMetricFamily("timelines_reload_refused", about, labels=("what",))
        for what, refused in self._watch.refused().items():
            family.add_metric((what,), refused)
        return family

    def _end(self) -> GaugeMetricFamily:
        about = "When the first certificate of the chain in the server's file ends, seconds since 1970."
        family = GaugeMetricFamily("timelines_certificate_end_seconds", about)
        with suppress(OSError):
            end = end_of(self._certificate.read_bytes()) if self._certificate else None
            if end is not None:
                family.add_metric((), end)
        return family


def threads() -> int:
    """Threads of this process; those of libraries too, where the system tells of them."""
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Threads:"))
    except (OSError, StopIteration):
        return threading.active_count()


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _space(root: Path) -> Iterable[Metric]:
    """What is left where the state folder is, or will be."""
    place = next((folder for folder in (root, *root.parents) if folder.is_dir()), root)
    try:
        usage = shutil.disk_usage(place)
    except OSError:
        return
    yield _one("timelines_state_free_bytes", "Space left where the state folder is, bytes.", usage.free)
    yield _one("timelines_state_size_bytes", "Space in all where the state folder is, bytes.", usage.total)


def _fits(tallies: Tallies) -> Iterable[Metric]:
    fits = GaugeMetricFamily("timelines_fits", "Fits of the whole catalogue.", labels=("state",))
    fits.add_metric(("QUEUED",), tallies.queued)
    fits.add_metric(("RUNNING",), tallies.running)
    yield fits
    waited = "How long the first fit of the queue has waited, seconds."
    yield _one("timelines_fit_oldest_wait_seconds", waited, tallies.oldest_wait_s)
    ended = CounterMetricFamily("timelines_fits_ended", "Fits that ended in this server.", labels=("state",))
    for state, count in tallies.ended.items():
        ended.add_metric((state,), count)
    yield ended
    bounds = [*map(floatToGoString, FIT_SECONDS), "+Inf"]
    buckets = list(zip(bounds, accumulate(tallies.fit_buckets), strict=True))
    about = "How long a fit ran in this server, seconds."
    yield HistogramMetricFamily("timelines_fit_seconds", about, buckets, tallies.fit_seconds)
    about = "How often the current posterior could not be taken up."
    yield CounterMetricFamily("timelines_posterior_follow_errors", about, tallies.follow_errors)
    about = "How often the server could not use the catalogue for its own work."
    yield CounterMetricFamily("timelines_catalogue_errors", about, tallies.catalogue_errors)
