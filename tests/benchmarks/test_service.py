"""A question over gRPC, beside a bare echo of the same bytes on the same stack. CPU is that of the server's process.

Between the two stand rows with part of the work removed: an echo that reads and writes messages; a call whose own work
is next to nothing, so that it costs what the manners of every call do; a question whose answer is remembered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import grpc
import pytest

from tests.benchmarks.echo import METHOD
from tests.benchmarks.near import slightly
from tests.benchmarks.rows import Row, note, note_walls
from tests.benchmarks.servers import SERVER_CPU, WAITS, cost_of_each, echo_server, latencies_s, resident_mb
from tests.service.running import RunningServer, start
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.question_pb2 import Question

pytestmark = pytest.mark.benchmark(group="a question over gRPC, CPU of the server", timer=SERVER_CPU)

ECHO = "bare echo, the same stack and size"
ECHO_CALLERS = "bare echo, 16 callers at a time"
CALLS, ROUNDS, WARMUP_ROUNDS = 100, 24, 2
CALLERS, CALLS_EACH = 16, 30
BUSY_ECHO = f"bare echo, busy: {CALLERS} callers at a time"

CallerOn = Callable[[grpc.aio.Channel], Callable[[], Awaitable[object]]]
"""Gives a call to make again and again, on a channel."""
WHY_OVER = (
    "the stack and the manners are 1.1 to 1.4 of the echo (rows above); the engine and the answer's message, whose "
    "code and gRPC's push each other out of the caches, take two to three times what they take in a loop"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def stub(server: RunningServer) -> Iterator[ForecastServiceStub]:
    with grpc.insecure_channel(server.address) as channel:
        asked = ForecastServiceStub(channel)
        for request in (flop(), loss()):
            asked.Forecast(request)
        yield asked


def flop() -> pb.ForecastRequest:
    """The same scenario, another target."""
    return pb.ForecastRequest(
        question={"target": {"training_flop": 1e29 * slightly()}, "payer": {"fixed_usd_2023": 1e9}}
    )


def loss() -> pb.ForecastRequest:
    """The same loss, another budget."""
    target = {"loss": {"nats_per_token": 1.24, "scale": "kaplan-webtext2"}}
    return pb.ForecastRequest(question={"target": target, "payer": {"fixed_usd_2023": 1e9 * slightly()}})


@pytest.fixture(scope="module")
def echo(stub: ForecastServiceStub) -> Iterator[Echo]:
    """A bare echo of answers, alive as long as the server, so that rounds of both alternate."""
    with echoing(stub) as bare:
        yield bare


@contextmanager
def echoing(stub: ForecastServiceStub, *words: str) -> Iterator[Echo]:
    """An echo of an answer of the server's."""
    answer = stub.Forecast(flop()).SerializeToString()
    with echo_server(answer, *words) as (address, pid), grpc.insecure_channel(address) as channel:
        call, request = channel.unary_unary(METHOD), flop().SerializeToString()
        yield Echo(address, pid, repeated(lambda: call(request)))


@dataclass(frozen=True)
class Echo:
    """The echo's address and process, and a round of calls to it."""

    address: str
    pid: int
    calls: Callable[[], None]


def repeated(call: Callable[[], object]) -> Callable[[], None]:
    def calls() -> None:
        for _ in range(CALLS):
            call()

    return calls


def measure(benchmark: Any, row: Row, pid: int, call: Callable[[], object], echo: Echo, items: int = CALLS) -> None:
    """Rounds of `items` answers, each after a round of the echo: the machine's pace changes from second to second.

    The row's figures are those of one answer; its ratio is the median of the rounds' own.
    """
    ratios: list[float] = []
    walls: list[float] = []

    def calls() -> None:
        started = time.perf_counter()
        call()
        walls.append((time.perf_counter() - started) / items)

    def one_round() -> None:
        echoed_s = cost_of_each(echo.pid, CALLS, echo.calls)
        ratios.append(SERVER_CPU.measure(pid, items, calls) / echoed_s)

    benchmark.pedantic(one_round, rounds=ROUNDS, warmup_rounds=WARMUP_ROUNDS)
    note(benchmark, row, wall_s=median(walls[WARMUP_ROUNDS:]), peak_mb=resident_mb(pid))
    note_walls(benchmark, walls[WARMUP_ROUNDS:])
    benchmark.extra_info["paired_ratio"] = median(ratios[WARMUP_ROUNDS:])


def test_echo(benchmark: Any, echo: Echo) -> None:
    measure(benchmark, Row(ECHO), echo.pid, echo.calls, echo)


def test_messages(benchmark: Any, stub: ForecastServiceStub, echo: Echo) -> None:
    with echoing(stub, "messages") as reading:
        measure(benchmark, Row("echo that reads and writes messages", ECHO), reading.pid, reading.calls, echo)


def test_manners(benchmark: Any, server: RunningServer, stub: ForecastServiceStub, echo: Echo) -> None:
    request = pb.EstimateTrainingComputeRequest(parameters_tokens={"parameters": 1.75e11, "tokens": 3e11})
    calls = repeated(lambda: stub.EstimateTrainingCompute(request))
    measure(benchmark, Row("EstimateTrainingCompute: the manners alone", ECHO), server.process.pid, calls, echo)


@pytest.mark.parametrize(("name", "request_of"), [("FLOP, another target", flop), ("loss, another budget", loss)])
def test_hot(
    benchmark: Any,
    server: RunningServer,
    stub: ForecastServiceStub,
    echo: Echo,
    name: str,
    request_of: Callable[[], pb.ForecastRequest],
) -> None:
    row = Row(f"hot Forecast, {name}", ECHO, bound_ratio=2.0, bound_mb=400.0, target="at most 2.0 times the echo")
    measure(benchmark, row, server.process.pid, repeated(lambda: stub.Forecast(request_of())), echo)
    benchmark.extra_info["why_over"] = WHY_OVER


def test_repeated(benchmark: Any, server: RunningServer, stub: ForecastServiceStub, echo: Echo) -> None:
    request = flop()
    row = Row("hot Forecast, the same question", ECHO, bound_ratio=2.0)
    measure(benchmark, row, server.process.pid, repeated(lambda: stub.Forecast(request)), echo)


def test_batch(benchmark: Any, server: RunningServer, stub: ForecastServiceStub, echo: Echo) -> None:
    questions = [Question.FromString(request().question.SerializeToString()) for request in (flop, loss) * 500]

    def asked() -> Iterator[pb.ForecastBatchRequest]:
        for index, question in enumerate(questions):
            question.payer.fixed_usd_2023 = 1e9 * slightly()
            yield pb.ForecastBatchRequest(index=index, question=question)

    def whole() -> None:
        answers = list(stub.ForecastBatch(asked()))
        assert len(answers) == len(questions) and all(answer.HasField("answer") for answer in answers)

    row = Row("ForecastBatch, each answer", ECHO, bound_s=1 / 1500)
    measure(benchmark, row, server.process.pid, whole, echo, len(questions))


def test_busy_echo(benchmark: Any, echo: Echo) -> None:
    measure_busy(benchmark, Row(BUSY_ECHO), echo.pid, lambda: many_calls(echo.address, echoing_on), echo)


def test_busy(benchmark: Any, server: RunningServer, stub: ForecastServiceStub, echo: Echo) -> None:
    """Nobody sleeps between calls; code and data are pushed out of the caches all the same."""
    row = Row("hot Forecast, busy", BUSY_ECHO, bound_ratio=2.0, target="at most 2.0 times the echo, both busy")
    measure_busy(benchmark, row, server.process.pid, lambda: many_calls(server.address, asking), echo)
    benchmark.extra_info["why_over"] = WHY_OVER


def measure_busy(benchmark: Any, row: Row, pid: int, calls: Callable[[], object], echo: Echo) -> None:
    """As `measure`, beside the echo with as many callers."""
    ratios, count = [], CALLERS * CALLS_EACH

    def one_round() -> None:
        echoed_s = cost_of_each(echo.pid, count, lambda: many_calls(echo.address, echoing_on))
        ratios.append(SERVER_CPU.measure(pid, count, calls) / echoed_s)

    benchmark.pedantic(one_round, rounds=ROUNDS // 2, warmup_rounds=1)
    note(benchmark, row, wall_s=benchmark.stats.stats.median, peak_mb=resident_mb(pid))
    benchmark.extra_info["paired_ratio"] = median(ratios)


def many_calls(address: str, caller_on: CallerOn) -> None:
    async def all_of_them() -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            await latencies_s(caller_on(channel), CALLERS, CALLS_EACH)

    asyncio.run(all_of_them())


def echoing_on(channel: grpc.aio.Channel) -> Callable[[], Awaitable[object]]:
    """Asks for the same with every call."""
    call: Any = channel.unary_unary(METHOD)
    return partial(call, flop().SerializeToString())


@pytest.mark.benchmark(group=f"how long {CALLERS} callers wait, by the wall's clock", timer=WAITS)
def test_callers_of_the_echo(benchmark: Any, echo: Echo) -> None:
    taken = asyncio.run(waits_of_callers(echo.address, echoing_on))
    note_waits(benchmark, Row(ECHO_CALLERS), taken, echo.pid)


@pytest.mark.benchmark(group=f"how long {CALLERS} callers wait, by the wall's clock", timer=WAITS)
def test_callers(benchmark: Any, server: RunningServer) -> None:
    taken = asyncio.run(waits_of_callers(server.address, asking))
    row = Row(f"hot Forecast, {CALLERS} callers at a time", ECHO_CALLERS, bound_p99_ratio=5.0, bound_mb=400.0)
    note_waits(benchmark, row, taken, server.process.pid)


def asking(channel: grpc.aio.Channel) -> Callable[[], Awaitable[object]]:
    """Asks for another target with every call."""
    stub = ForecastServiceStub(channel)
    return lambda: stub.Forecast(flop())


def note_waits(benchmark: Any, row: Row, taken: list[float], pid: int) -> None:
    waits = iter(taken)

    def one() -> None:
        WAITS.now_s += next(waits)

    benchmark.pedantic(one, rounds=len(taken))
    note(benchmark, row, wall_s=median(taken), peak_mb=resident_mb(pid))


async def waits_of_callers(address: str, caller_on: CallerOn) -> list[float]:
    async with grpc.aio.insecure_channel(address) as channel:
        call = caller_on(channel)
        await latencies_s(call, CALLERS, 20)
        return await latencies_s(call, CALLERS, 150)
