"""The same question over HTTP, beside gRPC to the same server: by Connect, in protobuf and in JSON, and by gRPC-Web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from tests.benchmarks.rows import Row, note
from tests.benchmarks.servers import SERVER_CPU, cost_of_each, resident_mb
from tests.benchmarks.test_service import CALLS, flop, repeated
from tests.service.over_http import FORECAST, framed, start_with_http
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

pytestmark = pytest.mark.benchmark(group="a question over HTTP, CPU of the server", timer=SERVER_CPU)

GRPC = "hot Forecast by gRPC, the same server"
ROUNDS = 12

Calls = dict[str, Callable[[], None]]


@pytest.fixture(scope="module")
def pid_and_calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Calls]]:
    """Rounds of calls in every way, each on one connection that stays open, as browsers and gRPC keep theirs."""
    with start_with_http(tmp_path_factory.mktemp("home")) as (running, http):
        connection = http.connect()
        with grpc.insecure_channel(running.address) as channel:
            stub = ForecastServiceStub(channel)

            def post(kind: str, body: Callable[[], bytes]) -> Callable[[], None]:
                def call() -> None:
                    connection.request("POST", FORECAST, body(), {"content-type": kind})
                    assert len(connection.getresponse().read()) > 5_000

                return repeated(call)

            yield (
                running.process.pid,
                {
                    GRPC: repeated(lambda: stub.Forecast(flop())),
                    "by Connect, protobuf": post("application/proto", lambda: flop().SerializeToString()),
                    "by gRPC-Web": post("application/grpc-web+proto", lambda: framed(flop().SerializeToString())),
                    "by Connect, JSON": post("application/json", lambda: json_format.MessageToJson(flop()).encode()),
                },
            )
        connection.close()


def test_grpc(benchmark: Any, pid_and_calls: tuple[int, Calls]) -> None:
    measure(benchmark, Row(GRPC), *pid_and_calls, GRPC)


@pytest.mark.parametrize("way", ["by Connect, protobuf", "by gRPC-Web", "by Connect, JSON"])
def test_http(benchmark: Any, pid_and_calls: tuple[int, Calls], way: str) -> None:
    measure(benchmark, Row(f"hot Forecast {way}", GRPC, bound_ratio=3.0), *pid_and_calls, way)


def measure(benchmark: Any, row: Row, pid: int, calls: Calls, way: str) -> None:
    """Rounds of both in turn."""
    ratios: list[float] = []

    def one_round() -> None:
        by_grpc_s = cost_of_each(pid, CALLS, calls[GRPC])
        ratios.append(SERVER_CPU.measure(pid, CALLS, calls[way]) / by_grpc_s)

    benchmark.pedantic(one_round, rounds=ROUNDS, warmup_rounds=1)
    note(benchmark, row, wall_s=benchmark.stats.stats.median, peak_mb=resident_mb(pid))
    benchmark.extra_info["paired_ratio"] = median(ratios)
