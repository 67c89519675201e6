"""Faults on the server's side of a call: it frees what nobody waits for, and the next caller notices nothing.

What the thin client says when its server dies, freezes or comes back is in `test_client_faults`.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc
import pytest

from tests.service import asking, processes
from tests.service.processes import comes_true, is_quiet, rss_mib
from tests.service.running import COMMAND, RunningServer, start
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

pytestmark = pytest.mark.skipif(not processes.CAN_BE_READ, reason="reads what a process uses from /proc")

RSS_LIMIT_MIB = 400

# A caller that asks without end, each question on paths of its own; it says when the third answer has come.
ENDLESS_CALLER = """
import itertools, sys
import grpc
from timelines.v1 import forecast_service_pb2 as forecasts, question_pb2 as questions
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

def ask():
    for seed in itertools.count():
        target = questions.Target(training_flop=1e29)
        yield forecasts.ForecastBatchRequest(index=seed, question=questions.Question(target=target, seed=seed))

channel = grpc.insecure_channel(sys.argv[1], [("grpc.http2.bdp_probe", 0)])  # takes 64 KiB ahead, and never more
for number, _ in enumerate(ForecastServiceStub(channel).ForecastBatch(ask())):
    if number == 2:
        print("asking", flush=True)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("faults")) as running:
        yield running


def answers_well(server: RunningServer) -> bool:
    """Whether a new caller is answered."""
    with asking.channel(server.address) as channel:
        return 0 <= asking.forecast(channel).answer.p_never <= 1


@contextmanager
def endless_caller(server: RunningServer) -> Iterator[subprocess.Popen[str]]:
    """A caller in the middle of its stream, while the server works for it; killed at the end."""
    command = [sys.executable, "-c", ENDLESS_CALLER, server.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as caller:
        try:
            assert caller.stdout
            assert caller.stdout.readline() == "asking\n"
            assert comes_true(lambda: not is_quiet(server.process.pid))
            yield caller
        finally:
            caller.kill()


@pytest.mark.parametrize("callers", [3, pytest.param(40, marks=pytest.mark.long)])
def test_killed_callers_leave_nothing_behind(server: RunningServer, callers: int) -> None:
    for _ in range(callers):
        with endless_caller(server):
            pass
        assert comes_true(lambda: is_quiet(server.process.pid)), "the server works on for a caller that is dead"
        assert answers_well(server)
    assert rss_mib(server.process.pid) < RSS_LIMIT_MIB


def test_a_frozen_caller_is_not_worked_for_and_holds_up_nobody(server: RunningServer) -> None:
    """Its connection stays open; the server stops when 64 KiB of answers lie unread."""
    with endless_caller(server) as caller:
        caller.send_signal(signal.SIGSTOP)
        assert answers_well(server)
        assert comes_true(lambda: is_quiet(server.process.pid), within_s=10)
    assert answers_well(server)


def test_an_expired_deadline_frees_the_threads(server: RunningServer) -> None:
    """More hopeless questions than there are threads: none of them is worked on once nobody waits for it."""
    with asking.channel(server.address) as channel:
        requests = [forecasts.ForecastRequest(question=asking.flop(seed=10_000 + k)) for k in range(6)]
        calls = [ForecastServiceStub(channel).Forecast.future(request, timeout=0.03) for request in requests]
        codes = {call.exception(timeout=5).code() for call in calls}
        assert codes == {grpc.StatusCode.DEADLINE_EXCEEDED}
        began = time.monotonic()
        asking.forecast(channel)
    assert time.monotonic() - began < 2
    assert comes_true(lambda: is_quiet(server.process.pid), within_s=2)
    assert comes_true(lambda: "DEADLINE_EXCEEDED" in server.log), "the log does not say how the calls ended"


def test_a_request_of_five_megabytes_is_refused_by_the_limit(server: RunningServer) -> None:
    with asking.channel(server.address) as channel:
        with pytest.raises(grpc.RpcError, match="1048576") as caught:
            channel.unary_unary("/timelines.v1.ForecastService/Forecast")(b"\x0a" * 5_000_000, timeout=10)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert asking.forecast(channel)


def test_two_hundred_connections_are_served(server: RunningServer) -> None:
    own_connection = [("grpc.use_local_subchannel_pool", 1)]
    with ExitStack() as opened, ThreadPoolExecutor(20) as callers:
        channels = [opened.enter_context(grpc.insecure_channel(server.address, own_connection)) for _ in range(200)]
        answers = [reply.SerializeToString(deterministic=True) for reply in callers.map(asking.forecast, channels)]
    assert len(answers) == 200
    assert len(set(answers)) == 1
    assert rss_mib(server.process.pid) < RSS_LIMIT_MIB


def connection(server: RunningServer, greeting: bytes = b"") -> socket.socket:
    """A connection that says something, or nothing, and then no more."""
    host, _, port = server.address.rpartition(":")
    opened = socket.create_connection((host, int(port)), timeout=5)
    opened.sendall(greeting)
    return opened


def test_callers_that_never_finish_their_greeting_hold_nobody_up(server: RunningServer) -> None:
    half = (b"", b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00", b"\xff" * 5000)
    with ExitStack() as opened:
        for greeting in half * 10:
            opened.enter_context(connection(server, greeting))
        assert answers_well(server)
        assert is_quiet(server.process.pid)
    assert answers_well(server)


@pytest.mark.long
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux's prlimit")
def test_a_server_out_of_files_waits_quietly_and_answers_when_it_has_some(tmp_path: Path) -> None:
    with start(tmp_path) as server:
        open_files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_files + 10, open_files + 10))
        with ExitStack() as opened:
            for _ in range(50):
                opened.enter_context(connection(server))
            assert comes_true(lambda: is_quiet(server.process.pid))
        assert comes_true(lambda: len(os.listdir(f"/proc/{server.process.pid}/fd")) < open_files + 5)
        assert answers_well(server)


@pytest.mark.parametrize(("reader", "calls"), [("gone", 100), ("stalled", 1000)])
def test_a_server_whose_log_nobody_reads_any_more_answers_and_ends(tmp_path: Path, reader: str, calls: int) -> None:
    """As after `timelines serve 2>&1 | head -1`, and when the pipe to whoever keeps the log is full."""
    command = [*COMMAND, "--port", "0", "--lame-duck", "0"]
    variables = {**os.environ, "TIMELINES_HOME": str(tmp_path)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=variables, text=True, **pipes) as process:
        try:
            assert process.stdout
            assert process.stderr
            address = process.stdout.readline().split(" on ")[1].split(" ")[0]
            process.stdout.close()
            if reader == "gone":
                process.stderr.close()
            with asking.channel(address) as channel:
                assert all(asking.forecast(channel).HasField("answer") for _ in range(calls))
            process.terminate()
            assert process.wait(10) == 0
        finally:
            process.kill()
