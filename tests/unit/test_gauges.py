"""What Prometheus reads beside the calls."""

from __future__ import annotations

import shutil
import threading
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

import forecast
from forecast.errors import InputError
from tests.service.certificates import authority
from timelines_server.access.expiry import end_of
from timelines_server.access.reloading import Watch
from timelines_server.observing import gauges
from timelines_server.observing.gauges import Gauges
from timelines_server.observing.logs import Log
from timelines_server.observing.metrics import OPERATORS, Metrics
from timelines_server.observing.tallies import ENDED, FIT_SECONDS, Tallies
from timelines_server.resources import Resources
from timelines_server.state.current import Current


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    current = SimpleNamespace(ready=False, home=tmp_path / "state")
    return cast(Resources, SimpleNamespace(current=cast(Current, current), tallies=Tallies()))


@pytest.fixture
def watch() -> Watch:
    return Watch(Log(StringIO()))


def value(resources: Resources, watch: Watch, name: str, **labels: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(Gauges(resources, watch))
    return registry.get_sample_value(name, labels)


def test_readiness_and_version_are_told(resources: Any, watch: Watch) -> None:
    assert value(resources, watch, "timelines_ready") == 0
    resources.current.ready = True
    assert value(resources, watch, "timelines_ready") == 1
    assert value(resources, watch, "timelines_build_info", version=forecast.__version__) == 1


def test_space_is_told_also_before_the_state_folder_is_made(resources: Resources, watch: Watch) -> None:
    usage = shutil.disk_usage(Path(str(resources.current.home)).parent)
    assert value(resources, watch, "timelines_state_size_bytes") == usage.total
    free = value(resources, watch, "timelines_state_free_bytes")
    assert free is not None and 0 < free <= usage.total


def test_one_more_thread_is_one_more(resources: Resources, watch: Watch) -> None:
    before, stop = gauges.threads(), threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert value(resources, watch, "timelines_threads") == before + 1
    finally:
        stop.set()
        thread.join()


def test_threads_are_counted_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gauges, "_STATUS", tmp_path / "none")
    assert gauges.threads() == threading.active_count()


def test_a_file_that_cannot_be_used_is_told_until_it_can(resources: Resources, watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "tokens"

    def load() -> str:
        text = file.read_text()
        if "bad" in text:
            raise InputError("it is bad")
        return text

    file.write_text("good")
    watch.keep("tokens", [file], load)
    for text, refused in (("bad", 1), ("bad still", 1), ("better", 0)):
        file.write_text(text)
        watch.look()
        watch.look()  # a change is taken up when two looks see the same
        assert value(resources, watch, "timelines_reload_refused", what="tokens") == refused


def test_the_end_of_the_certificate_is_told_where_there_is_one(
    resources: Resources, watch: Watch, tmp_path: Path
) -> None:
    certificate = authority(tmp_path, "server").certificate
    registry = CollectorRegistry()
    registry.register(Gauges(resources, watch, certificate))
    assert registry.get_sample_value("timelines_certificate_end_seconds") == end_of(certificate.read_bytes())
    certificate.unlink()
    assert registry.get_sample_value("timelines_certificate_end_seconds") is None
    assert value(resources, watch, "timelines_certificate_end_seconds") is None


def test_fits_are_counted_by_how_they_ended_and_how_long_they_took(resources: Resources, watch: Watch) -> None:
    tallies = resources.tallies
    assert [value(resources, watch, "timelines_fits_ended_total", state=state) for state in ENDED] == [0, 0, 0, 0]
    tallies.fit_ended("SUCCEEDED", 90.0)
    tallies.fit_ended("FAILED", 10_000.0)
    assert value(resources, watch, "timelines_fits_ended_total", state="FAILED") == 1
    assert value(resources, watch, "timelines_fit_seconds_count") == 2
    assert value(resources, watch, "timelines_fit_seconds_sum") == 10_090
    assert value(resources, watch, "timelines_fit_seconds_bucket", le="60.0") == 0
    assert value(resources, watch, "timelines_fit_seconds_bucket", le="120.0") == 1
    assert value(resources, watch, "timelines_fit_seconds_bucket", le=str(FIT_SECONDS[-1])) == 1


def test_the_queue_is_told_as_it_was_seen_last(resources: Resources, watch: Watch) -> None:
    resources.tallies.fits_seen(3, 1, 7_200.0)
    assert value(resources, watch, "timelines_fits", state="QUEUED") == 3
    assert value(resources, watch, "timelines_fits", state="RUNNING") == 1
    assert value(resources, watch, "timelines_fit_oldest_wait_seconds") == 7_200
    resources.tallies.fits_seen(0, 1)
    assert value(resources, watch, "timelines_fit_oldest_wait_seconds") == 0


def test_failures_to_follow_and_of_the_catalogue_are_counted(resources: Resources, watch: Watch) -> None:
    resources.tallies.follow_failed()
    resources.tallies.catalogue_failed()
    resources.tallies.catalogue_failed()
    assert value(resources, watch, "timelines_posterior_follow_errors_total") == 1
    assert value(resources, watch, "timelines_catalogue_errors_total") == 2


def test_errors_are_counted_by_their_reason_over_all_methods() -> None:
    metrics = Metrics()
    for method in ("/timelines.v1.ForecastService/Forecast", "/timelines.v1.ForecastService/ForecastBatch"):
        metrics.of(method, False, False).failed("STORAGE")
    metrics.known("/made/up").failed("STORAGE")
    counted = {one: metrics.registry.get_sample_value("timelines_errors_total", {"reason": one}) for one in OPERATORS}
    assert counted == dict.fromkeys(OPERATORS, 0) | {"STORAGE": 2}
