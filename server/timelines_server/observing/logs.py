"""Structured logs: one JSON object a line on standard error, and never a word of what was asked or answered."""

from __future__ import annotations

import logging
import sys
from time import time
from typing import Any, TextIO
from weakref import finalize

import structlog
from structlog.typing import FilteringBoundLogger

from forecast.storage.masking import masked
from timelines_server.observing.lines import LAST_WORDS_S, Lines, rendered

_AT_ONCE = frozenset({"error", "critical"})


class Log:
    """What a server tells its operator; lines have `time` (UTC), `level`, `event` and what else is said of it.

    A line is written within a twentieth of a second, one of an error at once, and all at the end of the process,
    unless nobody reads them.

    Parameters
    ----------
    stream : text file, optional
        Where the lines go. Default: standard error.

    Attributes
    ----------
    events : FilteringBoundLogger
        For what happens seldom.
    put : callable
        For calls, which pay for every step: `Lines.put`.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._lines = Lines(stream or sys.stderr)
        self.put = self._lines.put
        self.events: FilteringBoundLogger = structlog.wrap_logger(
            _Events(self._lines),
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info],
        ).bind()
        finalize(self, self._lines.end)

    def flush(self, within_s: float = LAST_WORDS_S) -> None:
        """Wait until all is written, or for so many seconds."""
        self._lines.flush(within_s)


def relay_libraries(log: Log) -> None:
    """Send what libraries log by Python's own `logging`, from warnings on, to the same lines."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Relay(log)], force=True)


class _Events:
    """Takes the events of structlog's loggers."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def msg(self, **said: Any) -> None:
        told = {"time": time(), **said}
        self._lines.put(lambda: rendered(_masked(told)), at_once=said["level"] in _AT_ONCE)

    info = warning = error = critical = exception = msg


def _masked(told: dict[str, Any]) -> dict[str, Any]:
    """Without the passwords that a library's words or a traceback may hold."""
    return {name: masked(value) if isinstance(value, str) else value for name, value in told.items()}


class _Relay(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        said = {"logger": record.name, "said": record.getMessage(), "exc_info": record.exc_info or None}
        self._log.events.log(record.levelno, "library", **said)
