"""The process that makes a report: started by exec, read as fast as its reader reads, ended with the call.

What travels between the two is told in `forecast.reports.worker`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, SubprocessStreamProtocol
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
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
from forecast.executors.executor import ONE_THREAD
from forecast.posterior.selection import PosteriorRefusedError
from timelines_server.status import CallError

COMMAND = (sys.executable, "-P", "-m", "forecast.reports.worker")
"""-P: whatever lies in the folder that the server was started in is no module of the worker's."""

CHUNK_BYTES = 1 << 18
"""The most of a file that is in memory here at once, 256 KiB."""

TERMINATED_WITHIN_S = 0.5
"""After SIGTERM; SIGKILL follows."""

_LINE_BYTES = 1 << 16

type Part = Progress | File | bytes


class WorkerError(RuntimeError):
    """The worker ended in a way that nobody foresaw: for the log, not for the caller."""


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


@asynccontextmanager
async def working(order: Mapping[str, Any]) -> AsyncIterator[Process]:
    """The process that makes what is ordered; it has ended when the block has.

    Parameters
    ----------
    order : mapping
        Goes to its standard input, which stays open: the process ends when this one does, however that comes.
    """
    process, transport = await _begun(json.dumps(order).encode() + b"\n")
    try:
        yield process
    finally:
        try:
            await _ended(process)
        finally:
            transport.close()  # and with it what nobody will read any more; SIGKILL where the process still runs


async def _begun(order: bytes) -> tuple[Process, asyncio.SubprocessTransport]:
    """A process that has been told what to do; started again where the loop takes its pipe for closed at once."""
    loop = asyncio.get_running_loop()
    for tries_left in (2, 1, 0):
        transport, protocol = await loop.subprocess_exec(
            lambda: SubprocessStreamProtocol(_LINE_BYTES, loop),
            *COMMAND,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={**os.environ, **ONE_THREAD},
        )
        process = Process(transport, protocol, loop)
        try:
            assert process.stdin is not None
            process.stdin.write(order)
        except RuntimeError:  # uvloop, seldom and under load: "the handler is closed"
            transport.close()
            if not tries_left:
                raise
        else:
            return process, transport
    raise AssertionError("unreachable")


async def parts(process: Process) -> AsyncGenerator[Part]:
    """What the process tells: progress, files, and their content in chunks of at most 256 KiB.

    Nothing is read ahead of who takes it but what a pipe holds, so that a slow reader slows the process down.

    Raises
    ------
    ForecastError
        Why there is no report, as the process said.
    WorkerError
        When the process crashed, was killed, or stopped before the end.
    """
    assert process.stdout is not None
    while True:
        kind, said = await _line(process.stdout, process)
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
                    yield await _exactly(process.stdout, size, process)


async def _line(out: asyncio.StreamReader, process: Process) -> tuple[str, dict[str, Any]]:
    line = await out.readline()
    if not line.endswith(b"\n"):
        raise await _broken_off(process)
    ((kind, said),) = json.loads(line).items()
    return kind, said


async def _exactly(out: asyncio.StreamReader, size: int, process: Process) -> bytes:
    try:
        return await out.readexactly(size)
    except asyncio.IncompleteReadError:
        raise await _broken_off(process) from None


async def _broken_off(process: Process) -> WorkerError:
    return WorkerError(f"the report's process ended before its end, with the code {await process.wait()}")


def _error(said: Mapping[str, Any]) -> ForecastError:
    """The error that the process tells of; its reason, which may be of a class that is not known here, is kept."""
    if said["reason"] == "STRICT":  # words and numbers disagree, and it was to be strict
        return CallError(StatusCode.FAILED_PRECONDITION, "STRICT", said["message"])
    kind = next((_KINDS[name] for name in said["kinds"] if name in _KINDS), ForecastError)
    error = kind(said["message"], field=said["field"])
    error.reason = said["reason"]
    return error


async def _ended(process: Process) -> None:
    """Ask the process to end, if it has not ended, and wait for a moment."""
    with suppress(ProcessLookupError, TimeoutError):
        process.terminate()
        async with asyncio.timeout(TERMINATED_WITHIN_S):
            await process.wait()
