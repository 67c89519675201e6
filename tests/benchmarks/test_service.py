"""A question over gRPC, beside a bare echo of the same bytes on the same stack. CPU is that of the server's process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import Any

import grpc
import pytest

from tests.benchmarks.echo import METHOD
from tests.benchmarks.rows import Row, note
from tests.benchmarks.servers import SERVER_CPU, WAITS, cost_of_each, echo_server, latencies_s, resident_mb
from tests.service.running import RunningServer, start
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.question_pb2 import Question

pytestmark = pytest.mark.benchmark(group="a question over gRPC, CPU of the server", timer=SERVER_CPU)

ECHO = "bare echo, the same stack and size"
CALLS, ROUNDS = 100, 24
CALLERS = 16

_numbers = count()


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


def slightly() -> float:
    """A factor that is never the same, so that no answer is remembered."""
    return 1 + 1e-6 * next(_numbers)


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
    size = stub.Forecast(flop()).ByteSize()
    with echo_server(size) as (address, pid), grpc.insecure_channel(address) as channel:
        call, request = channel.unary_unary(METHOD), flop().SerializeToString()
        yield Echo(pid, repeated(lambda: call(request)))


@dataclass(frozen=True)
class Echo:
    """The echo's process, and a round of calls to it."""

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

    def one_round() -> None:
        echoed_s = cost_of_each(echo.pid, CALLS, echo.calls)
        ratios.append(SERVER_CPU.measure(pid, items, call) / echoed_s)

    benchmark.pedantic(one_round, rounds=ROUNDS, warmup_rounds=2)
    note(benchmark, row, wall_s=benchmark.stats.stats.median, peak_mb=resident_mb(pid))
    benchmark.extra_info["paired_ratio"] = median(ratios)


def test_echo(benchmark: Any, echo: Echo) -> None:
    measure(benchmark, Row(ECHO), echo.pid, echo.calls, echo)


@pytest.mark.parametrize(("name", "request_of"), [("FLOP, another target", flop), ("loss, another budget", loss)])
def test_hot(
    benchmark: Any,
    server: RunningServer,
    stub: ForecastServiceStub,
    echo: Echo,
    name: str,
    request_of: Callable[[], pb.ForecastRequest],
) -> None:
    row = Row(f"hot Forecast, {name}", ECHO, bound_ratio=3.0, bound_mb=400.0)
    measure(benchmark, row, server.process.pid, repeated(lambda: stub.Forecast(request_of())), echo)


def test_repeated(benchmark: Any, server: RunningServer, stub: ForecastServiceStub, echo: Echo) -> None:
    request = flop()
    row = Row("hot Forecast, the same question", ECHO, bound_ratio=3.0)
    measure(benchmark, row, server.process.pid, repeated(lambda: stub.Forecast(request)), echo)


def test_batch(benchmark: Any, server: RunningServer, stub: ForecastServiceStub, echo: Echo) -> None:
    questions = [Question.FromString(request().question.SerializeToString()) for request in (flop, loss) * 500]

    def asked() -> Iterator[pb.ForecastBatchRequest]:
        for index, question in enumerate(questions):
            question.payer.fixed_usd_2023 *= slightly()
            yield pb.ForecastBatchRequest(index=index, question=question)

    def whole() -> None:
        answers = list(stub.ForecastBatch(asked()))
        assert len(answers) == len(questions) and all(answer.HasField("answer") for answer in answers)

    row = Row("ForecastBatch, each answer", ECHO, bound_s=1 / 1500)
    measure(benchmark, row, server.process.pid, whole, echo, len(questions))


@pytest.mark.benchmark(group=f"how long {CALLERS} callers wait, by the wall's clock", timer=WAITS)
def test_callers(benchmark: Any, server: RunningServer) -> None:
    taken = asyncio.run(waits_of_callers(server.address))
    waits = iter(taken)

    def one() -> None:
        WAITS.now_s += next(waits)

    benchmark.pedantic(one, rounds=len(taken))
    row = Row(f"hot Forecast, {CALLERS} callers at a time", bound_p99_ratio=5.0, bound_mb=400.0)
    note(benchmark, row, wall_s=median(taken), peak_mb=resident_mb(server.process.pid))


async def waits_of_callers(address: str) -> list[float]:
    async with grpc.aio.insecure_channel(address) as channel:
        stub = ForecastServiceStub(channel)
        await latencies_s(lambda: stub.Forecast(flop()), CALLERS, 20)
        return await latencies_s(lambda: stub.Forecast(flop()), CALLERS, 150)
