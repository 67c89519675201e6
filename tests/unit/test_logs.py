"""Structured logs."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from time import time
from typing import Any

import pytest

from tests.house import run_python
from timelines_server.logs import LATEST_S, TOGETHER, CallLog, logger, relay_libraries


@dataclass
class Line:
    number: int
    level: int = logging.INFO

    def said(self) -> dict[str, Any]:
        return {"time": time(), "number": self.number}


def numbers(stream: StringIO) -> list[int]:
    return [json.loads(line)["number"] for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_event() -> None:
    stream = StringIO()
    logger(stream).info("serving", address="127.0.0.1:8433", odd='"\n\x1b', path=sys)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert (told["level"], told["event"], told["address"]) == ("info", "serving", "127.0.0.1:8433")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(told["time"])).total_seconds()) < 60
    assert told["odd"] == '"\n\x1b' and line.isascii()


def test_an_exception_is_told_with_its_traceback_and_without_variables() -> None:
    stream = StringIO()
    payload = "asked-for"  # noqa: F841  # what must not be told
    try:
        _ = 1 / 0
    except ZeroDivisionError as error:
        logger(stream).error("exception", exc_info=error)
    told = json.loads(stream.getvalue())
    assert "Traceback" in told["exception"] and "ZeroDivisionError" in told["exception"]
    assert "= 'asked-for'" not in told["exception"]


def test_calls_are_written_together_soon_and_in_order() -> None:
    async def run() -> None:
        stream = StringIO()
        calls = CallLog(logger(stream))
        for number in range(TOGETHER - 1):
            calls.tell(Line(number))
        assert stream.getvalue() == ""
        calls.tell(Line(TOGETHER - 1))
        assert numbers(stream) == list(range(TOGETHER))
        calls.tell(Line(TOGETHER))
        await asyncio.sleep(LATEST_S * 4)
        assert numbers(stream)[-1] == TOGETHER

    asyncio.run(run())


def test_an_error_is_written_at_once_with_what_waited() -> None:
    async def run() -> None:
        stream = StringIO()
        calls = CallLog(logger(stream))
        calls.tell(Line(1))
        calls.tell(Line(2, logging.ERROR), at_once=True)
        assert numbers(stream) == [1, 2]

    asyncio.run(run())


def test_what_waits_is_written_when_the_process_ends() -> None:
    code = """
import asyncio, logging
from timelines_server.logs import CallLog, logger
class Line:
    level = logging.WARNING
    def said(self): return {"number": 5}
calls = CallLog(logger())
async def run(): calls.tell(Line())
asyncio.run(run())
"""
    done = run_python(code)
    assert json.loads(done.stderr)["number"] == 5 and done.returncode == 0


def test_a_reader_that_has_gone_fails_nobody() -> None:
    class Gone(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    logger(Gone()).info("call")
    closed = StringIO()
    closed.close()
    logger(closed).info("call")


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
    relay_libraries(logger(stream))
    logging.getLogger("grpc._cython").warning("it is %s", "late")
    logging.getLogger("grpc._cython").info("nothing to see")
    told = json.loads(stream.getvalue())
    assert (told["event"], told["level"], told["logger"]) == ("library", "warning", "grpc._cython")
    assert told["said"] == "it is late"
