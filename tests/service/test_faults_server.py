"""Faults between caller and server: each ends soon and clearly on both sides, and the next caller notices nothing."""

from __future__ import annotations

import itertools
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from tests.service.running import RunningServer, start

from tests.service import processes
from tests.service.fuzzing import BATCH, ON_FLOP
from tests.service.processes import comes_true, is_quiet, rss_mib
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import question_pb2 as questions
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

pytestmark = pytest.mark.skipif(not processes.CAN_BE_READ, reason="reads what a process uses from /proc")

RSS_LIMIT_MIB = 400

# A caller that asks without end, each question on paths of its own; it says when the first answer has come.
ENDLESS_CALLER = """
import itertools, sys
import grpc
from timelines.v1 import forecast_service_pb2 as forecasts, question_pb2 as questions
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

def ask():
    for seed in itertools.count():
        target = questions.Target(training_flop=1e29)
        yield forecasts.ForecastBatchRequest(index=seed, question=questions.Question(target=target, seed=seed))

for number, _ in enumerate(ForecastServiceStub(grpc.insecure_channel(sys.argv[1])).ForecastBatch(ask())):
    if number == 2:
        print("asking", flush=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """One that the test may kill or stop."""
    with start(tmp_path) as running:
        yield running


def question(seed: int = 1, draws: int = 4000) -> questions.Question:
    copy = questions.Question()
    copy.CopyFrom(ON_FLOP)
    copy.seed, copy.max_draws = seed, draws
    return copy


def asked(count: int | None = None, *, cold: bool = True) -> Iterator[forecasts.ForecastBatchRequest]:
    """Questions of a stream: each on paths of its own, or all on the same."""
    for index in itertools.count() if count is None else range(count):
        yield forecasts.ForecastBatchRequest(index=index, question=question(seed=index if cold else 1))


def answers_well(server: RunningServer, within_s: float = 5.0) -> bool:
    """Whether a new caller is answered."""
    with grpc.insecure_channel(server.address) as channel:
        request = forecasts.ForecastRequest(question=question())
        answer = ForecastServiceStub(channel).Forecast(request, timeout=within_s).answer
    return 0 < answer.quantiles[0].probability < 1


def kill_a_caller(server: RunningServer) -> None:
    """Start a caller, kill it in the middle of its stream, and wait until the server has let go of its work."""
    command = [sys.executable, "-c", ENDLESS_CALLER, server.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout
        assert caller.stdout.readline() == "asking\n"
        caller.kill()
    assert comes_true(lambda: is_quiet(server.process.pid)), "the server works on for a caller that is dead"


def test_a_killed_caller_leaves_nothing_behind(server: RunningServer) -> None:
    kill_a_caller(server)
    settled = rss_mib(server.process.pid)
    for _ in range(3):
        kill_a_caller(server)
        assert answers_well(server)
    assert rss_mib(server.process.pid) < min(settled + 40, RSS_LIMIT_MIB)


def test_a_server_killed_in_the_middle_of_a_stream_is_unavailable_at_once(own_server: RunningServer) -> None:
    with grpc.insecure_channel(own_server.address) as channel:
        stream = ForecastServiceStub(channel).ForecastBatch(asked(), timeout=30)
        next(stream)
        own_server.process.kill()
        killed = time.monotonic()
        with pytest.raises(grpc.RpcError) as caught:
            list(stream)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert time.monotonic() - killed < 3


def test_a_deadline_fires_while_the_server_stands_still_and_it_answers_again(own_server: RunningServer) -> None:
    request = forecasts.ForecastRequest(question=question())
    with grpc.insecure_channel(own_server.address) as channel:
        stub = ForecastServiceStub(channel)
        before = stub.Forecast(request, timeout=10)
        own_server.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        with pytest.raises(grpc.RpcError) as caught:
            stub.Forecast(request, timeout=0.5)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert time.monotonic() - stopped < 1.5
        own_server.process.send_signal(signal.SIGCONT)
        assert stub.Forecast(request, timeout=10) == before


def test_an_expired_deadline_frees_the_threads(server: RunningServer) -> None:
    """More hopeless questions than there are threads: none of them is worked on once nobody waits for it."""
    with grpc.insecure_channel(server.address) as channel:
        stub = ForecastServiceStub(channel)
        heavy = [forecasts.ForecastRequest(question=question(seed=10_000 + k, draws=100_000)) for k in range(6)]
        calls = [stub.Forecast.future(request, timeout=0.03) for request in heavy]
        codes = {call.exception(timeout=5).code() for call in calls}
    assert codes == {grpc.StatusCode.DEADLINE_EXCEEDED}
    assert answers_well(server, within_s=2)
    assert comes_true(lambda: is_quiet(server.process.pid), within_s=2)
    assert "DEADLINE_EXCEEDED" in server.log_path.read_text(encoding="utf-8")


def test_a_request_of_five_megabytes_is_refused_and_the_server_lives(server: RunningServer) -> None:
    with grpc.insecure_channel(server.address) as channel:
        send = channel.unary_unary("/timelines.v1.ForecastService/Forecast")
        with pytest.raises(grpc.RpcError) as caught:
            send(b"\x0a" * 5_000_000, timeout=10)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "1048576" in caught.value.details()
    assert answers_well(server)


def test_two_hundred_connections_are_served(server: RunningServer) -> None:
    own = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.insecure_channel(server.address, own) for _ in range(200)]
    request = forecasts.ForecastRequest(question=question())
    try:
        with ThreadPoolExecutor(20) as callers:
            one = callers.map(lambda channel: ForecastServiceStub(channel).Forecast(request, timeout=30), channels)
            answers = {answer.SerializeToString(deterministic=True) for answer in one}
    finally:
        for channel in channels:
            channel.close()
    assert len(answers) == 1
    assert rss_mib(server.process.pid) < RSS_LIMIT_MIB


def test_the_server_works_no_further_ahead_than_a_slow_reader_reads(server: RunningServer) -> None:
    """It stands still, with most of the questions unread, until its answers are taken; others are served meanwhile."""
    with grpc.insecure_channel(server.address) as channel:
        stream = ForecastServiceStub(channel).ForecastBatch(asked(20_000, cold=False), timeout=30)
        first = next(stream).index
        assert comes_true(lambda: is_quiet(server.process.pid))
        held = rss_mib(server.process.pid)
        assert answers_well(server)
        read = [item.index for item in itertools.islice(stream, 3_000)]
        stream.cancel()
    assert [first, *read] == list(range(3_001))
    assert held < RSS_LIMIT_MIB


def half_open(server: RunningServer, greeting: bytes) -> socket.socket:
    """A connection that says something, or nothing, and then no more."""
    host, _, port = server.address.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=5)
    connection.sendall(greeting)
    return connection


def test_callers_that_never_finish_their_greeting_hold_nobody_up(server: RunningServer) -> None:
    greetings = (
        b"",
        b"PRI * HTTP/2.0\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\xff" * 5000,
    )
    open_connections = [half_open(server, greeting) for greeting in greetings for _ in range(10)]
    try:
        assert answers_well(server)
        assert is_quiet(server.process.pid)
    finally:
        for connection in open_connections:
            connection.close()
    assert answers_well(server)


def test_a_stream_of_nonsense_ends_with_what_is_wrong(server: RunningServer) -> None:
    """Bytes that are no message end their own stream and no other."""
    with grpc.insecure_channel(server.address) as channel, pytest.raises(grpc.RpcError) as caught:
        list(channel.stream_stream(BATCH)(iter([b"\xff\xff\xff"] * 100), timeout=10))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert answers_well(server)
