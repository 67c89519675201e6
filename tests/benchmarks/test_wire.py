"""The bytes of a call: the answer on the wire, with and without compression, and the line in the server's log."""

from __future__ import annotations

import time
import zlib
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.benchmarks.rows import Row, time_calls
from tests.benchmarks.test_service import ECHO, flop
from tests.service.running import RunningServer, start
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

pytestmark = pytest.mark.benchmark(group="a question over gRPC, on the wire", timer=time.process_time)

CALLS = 100


def bytes_of_calls(server: RunningServer) -> tuple[bytes, int, float]:
    """An answer, the size of its request, and what a call adds to the log."""
    with grpc.insecure_channel(server.address) as channel:
        stub = ForecastServiceStub(channel)
        answer = stub.Forecast(flop())
        time.sleep(0.2)
        before = server.log_path.stat().st_size
        for _ in range(CALLS):
            stub.Forecast(flop())
        time.sleep(0.2)  # the log is written after the answer
    return answer.SerializeToString(), flop().ByteSize(), (server.log_path.stat().st_size - before) / CALLS


def test_gzip(benchmark: Any, tmp_path: Path) -> None:
    """At the level that gRPC has by default."""
    with start(tmp_path) as server:
        answer, request_bytes, log_bytes = bytes_of_calls(server)
    time_calls(benchmark, Row("gzip of an answer", ECHO), lambda: zlib.compress(answer, 6), rounds=300)
    benchmark.extra_info.update(
        answer_bytes=len(answer),
        answer_gzip_bytes=len(zlib.compress(answer, 6)),
        request_bytes=request_bytes,
        log_bytes=log_bytes,
    )
