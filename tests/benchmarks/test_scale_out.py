"""One server process and two: answers a second, CPU of each answer, and the memory that a second process takes.

The load comes from one process of its own, on the same cores: what the machine gives is shared by servers and callers,
so the wall's figures say what this machine can do and the CPU of an answer what a server needs. Callers go round the
servers by gRPC's own `round_robin`, as the thin client does where its target lists several addresses.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
import pytest

from forecast.forecaster import Forecaster
from tests.benchmarks.rows import Row, note
from tests.benchmarks.servers import ServerClock, cpu_of, memory_mb
from tests.benchmarks.test_service import flop
from tests.service.running import RunningServer, start
from timelines.channel import channel_options
from timelines.settings import settle
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

WALL, CPU = ServerClock(), ServerClock()

CALLERS, CALLS_EACH, ROUNDS = 16, 25, 12
ALONE = "one server process"
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Taken:
    """Seconds of a round for each of its answers: by the wall's clock, CPU of all servers, CPU of the callers."""

    wall_s: float
    servers_s: float
    callers_s: float


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningServer]]:
    """Two servers, each with a state folder of its own; the second has nothing to do while the first is alone."""
    with ExitStack() as stack:
        yield [stack.enter_context(start(tmp_path_factory.mktemp("home"))) for _ in range(2)]


def rounds(servers: Sequence[RunningServer], count: int) -> list[Taken]:
    """So many rounds of answers from servers that take turns; each caller asks again when it is answered."""
    target = "ipv4:" + ",".join(server.address for server in servers)
    return asyncio.run(_rounds(target, [server.process.pid for server in servers], count))


async def _rounds(target: str, pids: Sequence[int], count: int) -> list[Taken]:
    answers, taken = CALLERS * CALLS_EACH, []
    async with grpc.aio.insecure_channel(target, channel_options(settle(target, None, None, 10.0))) as channel:
        stub = ForecastServiceStub(channel)

        async def caller() -> None:
            for _ in range(CALLS_EACH):
                await stub.Forecast(flop())

        for _ in range(count):
            before = time.perf_counter(), sum(map(cpu_of, pids)), time.process_time()
            await asyncio.gather(*(caller() for _ in range(CALLERS)))
            after = time.perf_counter(), sum(map(cpu_of, pids)), time.process_time()
            taken.append(Taken(*((now - then) / answers for then, now in zip(before, after, strict=True))))
    return taken[2:]  # the first ones warm the servers


def measure(benchmark: Any, row: Row, clock: ServerClock, seconds: Sequence[float], peak_mb: float) -> None:
    """Tell what was measured already."""
    each = iter(seconds)

    def one_round() -> None:
        clock.now_s += next(each)

    benchmark.pedantic(one_round, rounds=len(seconds))
    note(benchmark, row, wall_s=float(np.median(seconds)), peak_mb=peak_mb)


@pytest.fixture(scope="module")
def one(servers: list[RunningServer]) -> list[Taken]:
    return rounds(servers[:1], ROUNDS)


@pytest.fixture(scope="module")
def two(servers: list[RunningServer]) -> list[Taken]:
    return rounds(servers, ROUNDS)


@pytest.fixture(scope="module")
def crowded(servers: list[RunningServer]) -> list[Taken]:
    """One server again, while a process that only spins takes part of the cores."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinning:
        try:
            return rounds(servers[:1], ROUNDS)
        finally:
            spinning.kill()


def held_mb(servers: Sequence[RunningServer]) -> float:
    """What the processes hold together, pages that they share counted once."""
    return sum(memory_mb(server.process.pid)["fair_share_mb"] for server in servers)


def median_of(taken: Sequence[Taken], name: str) -> float:
    return float(np.median([getattr(each, name) for each in taken]))


def load_told(taken: Sequence[Taken]) -> dict[str, Any]:
    """Answers a second, and who took the CPU for them."""
    wall_s, server_s, caller_s = (median_of(taken, name) for name in ("wall_s", "servers_s", "callers_s"))
    split = f"CPU of each: {1e6 * server_s:.0f} us in servers, {1e6 * caller_s:.0f} us in callers"
    said = f"{1 / wall_s:,.0f} answers a second; {split}"
    return {"answers_per_s": 1 / wall_s, "server_cpu_s": server_s, "caller_cpu_s": caller_s, "said": said}


def least_told(taken: Sequence[Taken]) -> str:
    """What the cores leave, if none of them ever waits."""
    least_s = sum(median_of(taken, name) for name in ("servers_s", "callers_s")) / CORES
    return f"{CORES} cores hold servers and callers, and cannot give an answer in less than {1e6 * least_s:.0f} us each"


def company_told(crowded: Sequence[Taken]) -> str:
    """What an answer costs one server for no other reason than that something else runs."""
    each_s = median_of(crowded, "servers_s")
    return f"others use the cores: one server takes {1e6 * each_s:.0f} us itself while a process beside it only spins"


def memory_told(servers: Sequence[RunningServer]) -> dict[str, Any]:
    """What each process holds, and how much of it is draws that a mapped file would let them share."""
    each = [memory_mb(server.process.pid) for server in servers]
    held = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    blocks = Forecaster.load().posterior.blocks.values()
    draws_mb = sum(array.nbytes for block in blocks for array in block.values()) / 1e6
    said = (
        f"each process holds {held['resident_mb']:.0f} MB, {held['own_mb']:.0f} MB of it its own; "
        f"the draws of the posterior are {draws_mb:.1f} MB of that"
    )
    return {**held, "posterior_mb": draws_mb, "said": said}


@pytest.mark.benchmark(group="scale-out: wall's time of each answer, callers and servers on the same cores", timer=WALL)
def test_answers_of_one(benchmark: Any, servers: list[RunningServer], one: list[Taken]) -> None:
    measure(benchmark, Row(ALONE), WALL, [each.wall_s for each in one], held_mb(servers[:1]))
    benchmark.extra_info.update(load_told(one))


@pytest.mark.benchmark(group="scale-out: wall's time of each answer, callers and servers on the same cores", timer=WALL)
def test_answers_of_two(benchmark: Any, servers: list[RunningServer], two: list[Taken]) -> None:
    row = Row("two server processes, asked in turns", ALONE, bound_ratio=0.9)
    measure(benchmark, row, WALL, [each.wall_s for each in two], held_mb(servers))
    benchmark.extra_info.update(load_told(two))
    benchmark.extra_info["why_over"] = least_told(two)


@pytest.mark.benchmark(group="scale-out: CPU of each answer in the servers", timer=CPU)
def test_cpu_of_one(benchmark: Any, servers: list[RunningServer], one: list[Taken]) -> None:
    measure(benchmark, Row(f"{ALONE}: CPU"), CPU, [each.servers_s for each in one], held_mb(servers[:1]))


@pytest.mark.benchmark(group="scale-out: CPU of each answer in the servers", timer=CPU)
def test_cpu_of_two(benchmark: Any, servers: list[RunningServer], two: list[Taken], crowded: list[Taken]) -> None:
    row = Row("two server processes: CPU", f"{ALONE}: CPU", bound_ratio=1.2)
    measure(benchmark, row, CPU, [each.servers_s for each in two], held_mb(servers))
    benchmark.extra_info.update(memory_told(servers))
    benchmark.extra_info["why_over"] = company_told(crowded)
