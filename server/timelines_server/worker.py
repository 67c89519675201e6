"""The process that makes a report: what it is told, and what it tells.

What travels between the two is told in `forecast.reports.worker`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from grpc import StatusCode

from forecast.errors import (
    ArtefactError,
    DataError,
    ForecastError,
    InputError,
    PosteriorNotFoundError,
    StorageError,
    UnansweredError,
)
from forecast.posterior.selection import PosteriorRefusedError
from timelines_server.child import PYTHON, Child, running
from timelines_server.manners.status import CallError

COMMAND = (*PYTHON, "forecast.reports.worker")

CHUNK_BYTES = 1 << 18
"""The most of a file that is in memory here at once, 256 KiB."""

type Part = Progress | File | bytes


class WorkerError(RuntimeError):
    """The worker crashed in a way that nobody foresaw: for the log, not for the caller."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: words for the stage, steps done, steps in all (0 where it is not known)."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class File:
    """What is told of a file before its content: place in the report, bytes, SHA-256 (hexadecimal), media type."""

    name: str
    size: int
    sha256: str
    media_type: str


_KINDS: Mapping[str, type[ForecastError]] = {
    kind.__name__: kind
    for kind in (
        *(PosteriorNotFoundError, UnansweredError, PosteriorRefusedError, DataError),
        *(InputError, ArtefactError, StorageError, ForecastError),
    )
}
"""Errors of the worker's that are known here, by name; others go by the class above them."""


def working(order: Mapping[str, Any]) -> AbstractAsyncContextManager[Child]:
    """The process that makes what is ordered; it has ended when the block has."""
    return running(COMMAND, json.dumps(order).encode() + b"\n")


async def parts(process: Child) -> AsyncGenerator[Part]:
    """What the process tells: progress, files, and their content in chunks of at most 256 KiB.

    Raises
    ------
    ForecastError
        Why there is no report, as the process said.
    WorkerError, EndedError
        When the process crashed; when it was killed, or stopped before the end.
    """
    while True:
        kind, said = await _line(process)
        match kind:
            case "end":
                return
            case "failed":
                raise _error(said)
            case "crashed":
                raise WorkerError(said["traceback"])
            case "progress":
                yield Progress(**said)
            case "file":
                file = File(**said)
                yield file
                for begin in range(0, file.size, CHUNK_BYTES):
                    size = min(CHUNK_BYTES, file.size - begin)
                    yield await process.exactly(size)


async def _line(process: Child) -> tuple[str, dict[str, Any]]:
    line = await process.line()
    if not line:
        raise await process.broken_off()
    ((kind, said),) = json.loads(line).items()
    return kind, said


def _error(said: Mapping[str, Any]) -> ForecastError:
    """The error that the process tells of; its reason, which may be of a class that is not known here, is kept."""
    if said["reason"] == "STRICT":  # words and numbers disagree, and it was to be strict
        return CallError(StatusCode.FAILED_PRECONDITION, "STRICT", said["message"])
    kind = next((_KINDS[name] for name in said["kinds"] if name in _KINDS), ForecastError)
    error = kind(said["message"], field=said["field"])
    error.reason = said["reason"]
    return error
