"""CreateReport on a real server: the library's files to the byte, and a process that is gone when nobody waits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from forecast.batch.reading import parse_spec
from forecast.catalogue.named import scenarios
from forecast.executors.here import Here
from forecast.reports.report.writing import Way, hold
from tests.fake_server import forecaster
from tests.service import processes
from tests.service.asking import channel, forecast
from tests.service.processes import children, is_alive, is_gone
from tests.service.reporting import asked
from tests.service.running import RunningServer, start
from timelines import Client, InvalidQuestionError, OverloadedError
from timelines.report_requests import report_request
from timelines.v1.report_service_pb2_grpc import ReportServiceStub
from timelines_server.converters.reports import named_in, order_of

LEAD: dict[str, Any] = {"flop": 2e29, "by_years": [2030, 2035, 2040], "max_draws": 400}
REPORT: dict[str, Any] = {
    "title": "A large run",
    "notes": "Half by {median}, < or > without power.",
    "questions": {"the brain": {"brain_seconds": 1e9}, "elsewhere": {"loss": 1.0, "scale": "nowhere"}},
    "scenarios": ["no-physical-limits"],
    "formats": ["markdown", "json", "csv", "parquet"],  # the page costs as much again
}

CALLER = """
import sys
from timelines import Client
with Client(sys.argv[1]) as client:
    client.report(sys.argv[2], flop=2e29, progress=lambda *said: print(said, flush=True))
"""

pytestmark = pytest.mark.skipif(not processes.CAN_BE_READ, reason="children are found in /proc")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own, whose children are reports."""
    with start(tmp_path_factory.mktemp("reports"), "--lame-duck", "0", "--grace", "0.5") as running:
        yield running


def begun(running: RunningServer, connected: grpc.Channel) -> tuple[Any, int]:
    """A report that is being made, and its process."""
    call = ReportServiceStub(connected).CreateReport(asked(), timeout=60)
    while next(call).WhichOneof("part") != "progress":
        pass
    # The kernel's list may miss a child while others come and go: it is read until it tells one.
    assert processes.comes_true(lambda: len(children(running.process.pid)) == 1, 5)
    (child,) = children(running.process.pid)
    return call, child


def test_a_saved_report_is_the_librarys_to_the_byte(running: RunningServer, tmp_path: Path) -> None:
    stages: list[str] = []
    with Client(running.address) as client:
        saved = client.report(tmp_path / "out", **LEAD, **REPORT, progress=lambda stage, *_: stages.append(stage))
    assert not children(running.process.pid) and {"questions", "answers", "calibration"} <= set(stages)
    found = {
        file.relative_to(saved.path).as_posix(): file.read_bytes() for file in saved.path.rglob("*") if file.is_file()
    }
    assert found == librarys_own() and set(found) == {file.name for file in saved.files}
    text = found["report.md"].decode()
    assert all(words in text for words in ("A large run", "the brain", "nowhere", saved.posterior.name))


def librarys_own() -> dict[str, bytes]:
    """The files of the same report, made in this process."""
    request = report_request(None, dict(LEAD), **REPORT)
    named = {name: scenarios.find(name).scenario for name in named_in(request)}
    spec = parse_spec(json.dumps(order_of(request, named).spec), "request")
    _, held = hold(spec, forecaster(), Way(Here()))
    return {name: held.read(name) for name in held.names()}


def test_a_bad_question_names_its_field(running: RunningServer, tmp_path: Path) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "lead.target.loss.scale": {"loss": 1.0, "scale": "nowhere"},
        "questions[1].question.target.training_flop": {"flop": 1e29, "questions": [{"flop": 1e29}, {"flop": -1.0}]},
        "scenarios[1]": {"flop": 1e29, "scenarios": ["baseline", "nowhere"]},
        "lead.posterior": {"flop": 1e29, "posterior": "nowhere"},
    }
    with Client(running.address) as client:
        for field, question in wrong.items():
            with pytest.raises((InvalidQuestionError, LookupError)) as caught:
                client.report(tmp_path / "out", **question)
            assert [one.field for one in caught.value.field_violations] == [field]  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir()) and not children(running.process.pid)


def test_a_cancelled_call_ends_its_process_and_questions_are_answered_meanwhile(running: RunningServer) -> None:
    with channel(running.address) as connected:
        call, child = begun(running, connected)
        assert os.getpriority(os.PRIO_PROCESS, child) >= 10
        began = time.monotonic()
        assert forecast(connected, seed=int(began)).HasField("answer")
        assert is_alive(child)
        call.cancel()
        assert is_gone(child)


def test_a_vanished_caller_ends_its_process(running: RunningServer, tmp_path: Path) -> None:
    command = [sys.executable, "-c", CALLER, running.address, str(tmp_path / "page.html")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as caller:
        assert caller.stdout is not None and caller.stdout.readline()
        (child,) = children(running.process.pid)
        caller.kill()
        assert is_gone(child)


def test_one_too_many_is_told_at_once_when_to_come_back(running: RunningServer, tmp_path: Path) -> None:
    with channel(running.address) as connected, Client(running.address) as client:
        call, child = begun(running, connected)
        waiting = [ReportServiceStub(connected).CreateReport(asked(), timeout=60) for _ in range(2)]
        assert all(next(one).posterior.name for one in waiting)
        with pytest.raises(OverloadedError, match="3 reports") as caught:
            client.report(tmp_path / "out", flop=1e29, timeout=5)
        assert caught.value.retry_after_s and caught.value.retry_after_s >= 3
        assert children(running.process.pid) == [child]
        for one in (*waiting, call):
            one.cancel()
        assert is_gone(child)


def test_a_server_that_is_stopped_ends_the_process_within_its_grace(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "0", "--grace", "0.5") as running, channel(running.address) as connected:
        _, child = begun(running, connected)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=10) == 0
        assert not is_alive(child) and "Traceback" not in running.log


def test_a_process_is_gone_when_its_server_is(tmp_path: Path) -> None:
    with start(tmp_path) as running, channel(running.address) as connected:
        call, child = begun(running, connected)
        while next(call).progress.stage != "answers":
            pass
        running.process.kill()
        assert is_gone(child, within_s=3)
