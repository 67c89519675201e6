"""Structured logs: one JSON object a line on standard error, and never a word of what was asked or answered."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

Logger = FilteringBoundLogger
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
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_serialize),
        ],
    ).bind()
    return bound


def relay_libraries(log: Logger) -> None:
    """Send what libraries log by Python's own `logging`, from warnings on, to the same lines."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Relay(log)], force=True)


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
