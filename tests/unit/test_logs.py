"""Structured logs."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.house import run_python
from timelines_server.observing import lines
from timelines_server.observing.lines import LATEST_S, Said
from timelines_server.observing.logs import Log, relay_libraries


def said(number: int) -> Said:
    return lambda: f'{{"number":{number}}}'


def told(say: Callable[[Log], None]) -> str:
    """What a log has written when it has been told something."""
    stream = StringIO()
    log = Log(stream)
    say(log)
    log.flush()
    return stream.getvalue()


def numbers(stream: StringIO) -> list[int]:
    return [json.loads(line)["number"] for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_event() -> None:
    written = told(lambda log: log.events.info("serving", address="127.0.0.1:8433", odd='"\n\x1b', path=sys))
    (line,) = written.splitlines()
    read = json.loads(line)
    assert (read["level"], read["event"], read["address"]) == ("info", "serving", "127.0.0.1:8433")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(read["time"])).total_seconds()) < 60
    assert read["odd"] == '"\n\x1b' and line.isascii()


def test_an_exception_is_told_with_its_traceback_and_without_variables() -> None:
    payload = "asked-for"  # noqa: F841  # what must not be told
    try:
        _ = 1 / 0
    except ZeroDivisionError as error:
        kept = error
    read = json.loads(told(lambda log: log.events.error("exception", exc_info=kept)))
    assert "Traceback" in read["exception"] and "ZeroDivisionError" in read["exception"]
    assert "= 'asked-for'" not in read["exception"]


def test_lines_are_written_together_soon_and_in_order() -> None:
    stream = StringIO()
    log = Log(stream)
    for number in range(100):
        log.put(said(number))
    assert stream.getvalue() == ""
    time.sleep(LATEST_S * 6)
    assert numbers(stream) == list(range(100))


def test_an_error_is_written_at_once_with_what_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LATEST_S", 60.0)
    stream = StringIO()
    log = Log(stream)
    log.put(said(1))
    log.put(said(2), at_once=True)
    deadline = time.monotonic() + 10
    while len(numbers(stream)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert numbers(stream) == [1, 2]


def test_what_waits_is_written_when_the_process_ends() -> None:
    code = """
from timelines_server.observing.logs import Log
log = Log()
log.put(lambda: '{"number":5}')
"""
    done = run_python(code)
    assert json.loads(done.stderr)["number"] == 5 and done.returncode == 0


def test_a_reader_who_stalls_holds_up_nobody_and_hears_later_what_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LIMIT", 10)
    reads = Event()

    class Stalled(StringIO):
        def write(self, text: str) -> int:
            reads.wait(10)
            return super().write(text)

    stream = Stalled()
    log = Log(stream)
    log.put(said(0), at_once=True)
    time.sleep(LATEST_S * 2)  # the thread has that line in hand
    for number in range(1, 18):
        log.put(said(number))
    assert stream.getvalue() == ""
    reads.set()
    log.flush(10)
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("number") for line in told] == [*range(11), None]
    assert (told[-1]["event"], told[-1]["level"], told[-1]["dropped"]) == ("log_lines_dropped", "warning", 7)


def test_a_line_that_cannot_be_rendered_leaves_the_others() -> None:
    stream = StringIO()
    log = Log(stream)
    log.put(dict)
    log.put(said(1))
    log.flush()
    failed, well = map(json.loads, stream.getvalue().splitlines())
    assert failed["event"] == "log_line_failed" and well["number"] == 1


def test_lines_longer_than_a_pipe_takes_in_one_piece_stay_whole(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        log = Log(stream)
        for size in (10, 9_000, 10, 3_000, 2_000):
            log.events.info("call", long="x" * size)
        log.flush()
    written = (tmp_path / "log").read_text().splitlines()
    assert [len(json.loads(line)["long"]) for line in written] == [10, 9_000, 10, 3_000, 2_000]


def test_a_reader_that_has_gone_fails_nobody() -> None:
    class Gone(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    closed = StringIO()
    closed.close()
    for stream in (Gone(), closed):
        log = Log(stream)
        log.put(said(1))
        began = time.monotonic()
        log.flush(10)
        assert time.monotonic() - began < 5


@pytest.fixture
def root_logging() -> Any:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.usefixtures("root_logging")
def test_what_libraries_log_becomes_lines_of_the_same_form() -> None:
    stream = StringIO()
    log = Log(stream)
    relay_libraries(log)
    logging.getLogger("grpc._cython").warning("it is %s", "late")
    logging.getLogger("grpc._cython").info("nothing to see")
    log.flush()
    read = json.loads(stream.getvalue())
    assert (read["event"], read["level"], read["logger"]) == ("library", "warning", "grpc._cython")
    assert read["said"] == "it is late"
