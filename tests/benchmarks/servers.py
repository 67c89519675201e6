"""Servers under measurement: what a call costs the server's process, and how long callers wait for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT


def cpu_of(pid: int) -> float:
    """CPU seconds of another process, to the nanosecond: Linux gives every process a clock, numbered from its pid."""
    return time.clock_gettime(~pid << 3 | 2)


def memory_mb(pid: int) -> dict[str, float]:
    """Memory of a process now, in megabytes: all that it holds, its fair share of that, and what is its own alone."""
    fields = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    megabytes = {line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in fields}
    own = megabytes["Private_Clean"] + megabytes["Private_Dirty"]
    return {"resident_mb": megabytes["Rss"], "fair_share_mb": megabytes["Pss"], "own_mb": own}


def resident_mb(pid: int) -> float:
    """Memory that a process holds now, in megabytes."""
    return memory_mb(pid)["resident_mb"]


@dataclass
class ServerClock:
    """A clock that advances by the CPU a server took for each item of a round."""

    now_s: float = 0.0

    def __call__(self) -> float:
        """Seconds since the first round."""
        return self.now_s

    def measure(self, pid: int, items: int, calls: Callable[[], object]) -> float:
        """Make the calls of one round; the clock advances by what one item cost, which is given back."""
        cost_s = cost_of_each(pid, items, calls)
        self.now_s += cost_s
        return cost_s


def cost_of_each(pid: int, items: int, calls: Callable[[], object]) -> float:
    """CPU seconds that a server took for each item of some calls."""
    before = cpu_of(pid)
    calls()
    time.sleep(0.005)  # what the server does after its answer (a line in its log) is part of the call
    return (cpu_of(pid) - before) / items


SERVER_CPU = ServerClock()
WAITS = ServerClock()


@contextmanager
def echo_server(answer: bytes, *words: str) -> Iterator[tuple[str, int]]:
    """Address and pid of an echo of these bytes; the words are those of `tests.benchmarks.echo`."""
    command = [sys.executable, "-m", "tests.benchmarks.echo", *words]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(answer)
            process.stdin.close()
            yield f"127.0.0.1:{int(process.stdout.readline())}", process.pid
        finally:
            process.kill()


async def latencies_s(call: Callable[[], Awaitable[object]], callers: int, calls_each: int) -> list[float]:
    """How long every call took, with so many callers who each wait for an answer before they ask again."""

    async def caller() -> list[float]:
        taken = []
        for _ in range(calls_each):
            started = time.perf_counter()
            await call()
            taken.append(time.perf_counter() - started)
        return taken

    return [taken for one in await asyncio.gather(*(caller() for _ in range(callers))) for taken in one]
