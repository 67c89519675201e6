"""What the thin client costs its caller, beside the generated stub: CPU of the calling process, gRPC's threads and all.

The answer is remembered by the server, so that callers differ in nothing but their own work.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from tests.benchmarks.rows import Row
from tests.benchmarks.servers import SERVER_CPU
from tests.benchmarks.test_service import Echo, measure, repeated
from tests.service.running import RunningServer, start
from timelines import Client
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

pytestmark = pytest.mark.benchmark(group="a question over gRPC, CPU of the caller", timer=SERVER_CPU)

STUB = "the generated stub: a request, a call, the median"
FLOP, USD = 1e29, 1e9


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def bare(server: RunningServer) -> Iterator[Echo]:
    """The stub's calls, in this process."""
    with grpc.insecure_channel(server.address) as channel:
        yield Echo(server.address, os.getpid(), repeated(by_stub(ForecastServiceStub(channel))))


def by_stub(stub: ForecastServiceStub) -> Callable[[], float]:
    def call() -> float:
        request = pb.ForecastRequest()
        request.question.target.training_flop = FLOP
        request.question.payer.fixed_usd_2023 = USD
        answer = stub.Forecast(request, timeout=10.0).answer
        return next(one.decimal_year for one in answer.quantiles if one.probability == 0.5)

    return call


def test_stub(benchmark: Any, bare: Echo) -> None:
    measure(benchmark, Row(STUB), os.getpid(), bare.calls, bare)


def test_client(benchmark: Any, server: RunningServer, bare: Echo) -> None:
    row = Row("the thin client: client.when(...).median", STUB, bound_ratio=1.5)
    with Client(server.address) as client:
        calls = repeated(lambda: client.when(flop=FLOP, budget_usd=USD).median)
        measure(benchmark, row, os.getpid(), calls, bare)
