"""One report, made in a process of its own: `python -m forecast.reports.worker`, which the server starts.

Drawing holds the interpreter for seconds, and would hold up every question that a server is asked meanwhile. So the
work is done here, at low priority and with one BLAS thread. One line of standard input says what is wanted, as JSON:

    {"posterior": name, "home": folder or null, "strict": bool, "spec": {...}}

The spec is one of `forecast.batch.spec`. Standard output is lines of JSON, each of one thing, and the content of files:

    {"progress": {"stage": words, "done": n, "total": n}}
    {"file": {"name": ..., "size": bytes, "sha256": ..., "media_type": ...}}    that many bytes follow
    {"failed": {"kinds": [class names], "reason": ..., "message": ..., "field": ...}}
    {"crashed": {"traceback": ...}}
    {"end": {}}

The other end reads as fast as its own reader does; a write here waits for it. The process ends with standard input:
when its parent is gone, so is it. SIGTERM ends it at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from time import monotonic
from typing import IO, Any

from forecast.errors import ForecastError
from forecast.executors.executor import ONE_THREAD
from forecast.executors.parent import NICENESS, input_closed, leave_with_parent
from forecast.storage.manifest import MANIFEST

TELL_EVERY_S = 0.2
"""Progress within a stage is told no more often."""

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
ANY_TYPE = "application/octet-stream"
PAGE = "report.html"
_CHARACTERS = 8_000

Told = Callable[[str, int, int], None]
"""Told the words for a stage, how many of its steps are done, and how many there are (0 where it is not known)."""


class Frames:
    """What is told to the other end.

    Parameters
    ----------
    out : binary file
        Where it goes; a write may wait.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._stage = ""
        self._told_at = 0.0

    def progress(self, stage: str, done: int, total: int) -> None:
        """How far a stage is; its beginning and its end are always told."""
        if stage == self._stage and done < total and monotonic() - self._told_at < TELL_EVERY_S:
            return
        self._stage, self._told_at = stage, monotonic()
        self._line("progress", stage=stage, done=done, total=total)

    def file(self, name: str, content: bytes) -> None:
        """One file, whole."""
        kind = MEDIA_TYPES.get(PurePosixPath(name).suffix, ANY_TYPE)
        digest = hashlib.sha256(content).hexdigest()
        self._line("file", name=name, size=len(content), sha256=digest, media_type=kind)
        self._out.write(content)
        self._out.flush()

    def failed(self, error: ForecastError) -> None:
        """Why there is no report; its class is told by all its names, so that the other end finds one that it knows."""
        kinds = [kind.__name__ for kind in type(error).__mro__]
        message, field = error.message[:_CHARACTERS], error.field[:_CHARACTERS]
        self._line("failed", kinds=kinds, reason=error.reason, message=message, field=field)

    def crashed(self, error: BaseException) -> None:
        """What nobody foresaw, for the operator's log."""
        self._line("crashed", traceback="".join(traceback.format_exception(error))[-_CHARACTERS:])

    def end(self) -> None:
        """Everything was told."""
        self._line("end")

    def _line(self, kind: str, **what: Any) -> None:
        self._out.write(json.dumps({kind: what}).encode() + b"\n")
        self._out.flush()


def made(order: dict[str, Any], told: Told) -> Iterator[tuple[str, bytes]]:
    """The files of a report, by name.

    Parameters
    ----------
    order : dict
        As it came on standard input.
    told : callable
        Told how far the work is.

    Raises
    ------
    ForecastError
        When the report cannot be made, naming the field of the spec.
    """
    from forecast.batch.reading import parse_spec
    from forecast.executors.here import Here
    from forecast.forecaster import Forecaster
    from forecast.reports.report.writing import Way, hold

    told("posterior", 0, 1)
    forecaster = Forecaster.load(order["posterior"], home=order["home"], fetches=False)
    spec = parse_spec(json.dumps(order["spec"], ensure_ascii=False), "request")
    answering = partial(_answering, told)
    _, held = hold(spec, forecaster, Way(Here(), strict=order["strict"], told=told, batch_told=answering))
    for name in sorted(held.names(), key=_place):
        yield name, held.read(name)


def _answering(told: Told, done: int, total: int, words: str) -> None:
    told("questions", done, total)


def _place(name: str) -> tuple[bool, bool, str]:
    """The page comes first, the manifest last."""
    return name == MANIFEST, name != PAGE, name


def main() -> int:
    """Make the report that standard input asks for; 0 also where the other end was told why there is none."""
    settle()
    frames = Frames(_private_output())
    order = json.loads(sys.stdin.buffer.readline())
    leave_with_parent(input_closed)
    try:
        for name, content in made(order, frames.progress):
            frames.file(name, content)
    except ForecastError as error:
        frames.failed(error)
    except Exception as error:
        frames.crashed(error)
        return 1
    else:
        frames.end()
    return 0


def settle() -> None:
    """Low priority, one BLAS thread, and deaf to Ctrl-C: whoever started this process ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(ONE_THREAD)
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def _private_output() -> IO[bytes]:
    """Standard output for frames alone: what a library prints goes to standard error."""
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


if __name__ == "__main__":
    sys.exit(main())
