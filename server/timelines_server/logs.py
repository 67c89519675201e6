"""Structured logs: one JSON object a line on standard error, and never a word of what was asked or answered."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from time import time
from typing import Any, Protocol, TextIO
from weakref import finalize

import structlog
from structlog.typing import FilteringBoundLogger

Logger = FilteringBoundLogger
TOGETHER = 32
"""How many lines of calls are written at once at most."""
LATEST_S = 0.05
"""How long a line of a call waits at most, seconds."""

_encode = json.JSONEncoder(default=repr, separators=(",", ":")).encode


def logger(stream: TextIO | None = None) -> Logger:
    """A logger whose lines have `time` (UTC), `level`, `event` and what else is said of it.

    Parameters
    ----------
    stream : text file, optional
        Where the lines go. Default: standard error.
    """
    bound: Logger = structlog.wrap_logger(
        _Lines(stream or sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.add_log_level,
            _stamp,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_serialize),
        ],
    ).bind()
    return bound


def relay_libraries(log: Logger) -> None:
    """Send what libraries log by Python's own `logging`, from warnings on, to the same lines."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Relay(log)], force=True)


class Line(Protocol):
    """A line of a call, before it is rendered."""

    @property
    def level(self) -> int:
        """As in `logging`."""

    def said(self) -> dict[str, Any]:
        """What the line says; `time` in seconds since 1970."""


class CallLog:
    """Lines of calls, rendered together: one by one, each between two calls, they cost several times as much.

    A line is written within a twentieth of a second, one of an error at once, and all at the end of the process.

    Parameters
    ----------
    log : Logger
        Where they go.
    """

    def __init__(self, log: Logger) -> None:
        self.log = log
        self._waiting: list[Line] = []
        finalize(self, _write, log, self._waiting)

    def tell(self, line: Line, *, at_once: bool = False) -> None:
        """Take a line; a running event loop is needed.

        Parameters
        ----------
        line : Line
            The line.
        at_once : bool
            Whether it is written now, with those that wait.
        """
        self._waiting.append(line)
        if at_once or len(self._waiting) >= TOGETHER:
            self.flush()
        elif len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(LATEST_S, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        _write(self.log, self._waiting)


def _write(log: Logger, waiting: list[Line]) -> None:
    lines = waiting.copy()
    waiting.clear()
    for line in lines:
        log.log(line.level, "call", **line.said())


def _stamp(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["time"] = datetime.fromtimestamp(event.get("time") or time(), UTC).isoformat(timespec="milliseconds")
    return event


def _serialize(event: Mapping[str, Any], **_: Any) -> str:
    return _encode(event)


class _Lines:
    """Writes lines; a reader that has gone, or a full disk, must not fail the call that is told of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    info = warning = error = critical = exception = msg


class _Relay(logging.Handler):
    def __init__(self, log: Logger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        said = {"logger": record.name, "said": record.getMessage(), "exc_info": record.exc_info or None}
        self._log.log(record.levelno, "library", **said)
