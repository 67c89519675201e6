"""A process of the server's own: told what to do on standard input, read as fast as it is listened to, ended in time.

It is started by `subprocess` and not by the event loop. uvloop forks, and a fork beside gRPC's threads is not safe:
now and then the child died before it had become the worker. `subprocess` starts it in one step, without a copy of
this process in between, and nothing else that is started meanwhile inherits its pipes.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import IO, Protocol

from forecast.executors.executor import ONE_THREAD

PYTHON = (sys.executable, "-P", "-m")
"""-P: whatever lies in the folder that the server was started in is no module of the worker's."""

ENDS_WITHIN_S = 0.5
"""After SIGTERM, or after its last word; SIGKILL follows."""

_READ_AHEAD_BYTES = 1 << 16


class EndedError(RuntimeError):
    """The process ended before it had told everything: for the log, not for the caller."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that runs.

    Attributes
    ----------
    process : subprocess.Popen
        It itself.
    told : asyncio.StreamReader
        Its standard output. Nothing is read ahead of who takes it but what a pipe holds, so that a slow reader slows
        the process down.
    """

    process: subprocess.Popen[bytes]
    told: asyncio.StreamReader

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    async def line(self) -> bytes:
        """The next line that it says, with its end; empty where it has said its last.

        Raises
        ------
        EndedError
            When it ended within a line.
        """
        line = await self.told.readline()
        if line and not line.endswith(b"\n"):
            raise await self.broken_off()
        return line

    async def exactly(self, size: int) -> bytes:
        """The next `size` bytes that it says.

        Raises
        ------
        EndedError
            When it ended before.
        """
        try:
            return await self.told.readexactly(size)
        except asyncio.IncompleteReadError:
            raise await self.broken_off() from None

    async def broken_off(self) -> EndedError:
        """The error that says with which code it ended: its own, where it is about to."""
        await self._gone_within(ENDS_WITHIN_S)
        return EndedError(f"the process ended before its end, with the code {await self.ended()}")

    async def ended(self) -> int:
        """Its exit code; asked to end, and after a moment killed, where it still runs."""
        try:
            if self.process.poll() is None:
                self.process.terminate()
                await self._gone_within(ENDS_WITHIN_S)
        finally:
            if self.process.poll() is None:
                self.process.kill()
        return await asyncio.to_thread(self.process.wait)

    async def _gone_within(self, seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self.process.wait, seconds)


@asynccontextmanager
async def running(command: Sequence[str], order: bytes) -> AsyncIterator[Child]:
    """A process that does what is ordered; it has ended when the block has.

    Parameters
    ----------
    command : sequence of str
        What to start.
    order : bytes
        Goes to its standard input, which stays open: the process ends when this one does, however that comes.
    """
    process = _started(command)
    assert process.stdin is not None and process.stdout is not None
    reader = asyncio.StreamReader(_READ_AHEAD_BYTES)
    child = Child(process, reader)
    end = _end_of(process.stdout)
    out: _End | asyncio.ReadTransport = end
    try:
        out = await _connected(reader, end)
        await asyncio.to_thread(_write, process.stdin, order)
        yield child
    finally:
        try:
            await child.ended()
        finally:
            process.stdin.close()
            out.close()  # and with it what nobody will read any more


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **ONE_THREAD},
    )


class _End(Protocol):
    """The end of a pipe that is read."""

    def fileno(self) -> int:
        """Its number."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class _LoopsOwn:
    """An end that the loop closes.

    uvloop closes its number, and then what it was made from, or leaves that to us where the caller left meanwhile. But
    by then the number may be that of another file, such as the catalogue's.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._number = os.dup(pipe.fileno())
        pipe.close()

    def fileno(self) -> int:
        return self._number

    def close(self) -> None:
        """It is closed."""


def _end_of(pipe: IO[bytes]) -> _End:
    return _LoopsOwn(pipe) if type(asyncio.get_running_loop()).__module__.startswith("uvloop") else pipe


async def _connected(reader: asyncio.StreamReader, pipe: _End) -> asyncio.ReadTransport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return transport


def _write(pipe: IO[bytes], content: bytes) -> None:
    """All of it, however little a pipe takes at once; that the process has ended is seen where it should speak."""
    rest = memoryview(content)
    with suppress(BrokenPipeError):
        while rest:
            rest = rest[pipe.write(rest) :]
