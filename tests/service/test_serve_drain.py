"""A server that is told to stop: it says so, finishes what is in flight, and leaves with exit code 0."""

from __future__ import annotations

import queue
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from tests.service.asking import NOT_SERVING, SERVING, channel, flop, forecast, health_changes
from tests.service.processes import comes_true
from tests.service.running import RunningServer, start
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub


class Batch:
    """A stream of questions that stays open, one question at a time."""

    def __init__(self, connected: grpc.Channel) -> None:
        self._questions: queue.Queue[pb.ForecastBatchRequest | None] = queue.Queue()
        self._answers = ForecastServiceStub(connected).ForecastBatch(iter(self._questions.get, None), timeout=60)

    def ask(self, index: int) -> pb.ForecastBatchResponse:
        """The answer to one more question, which nobody asked before."""
        self._questions.put(pb.ForecastBatchRequest(index=index, question=flop(seed=index)))
        return next(self._answers)

    def wait(self) -> pb.ForecastBatchResponse:
        """The next answer, without a question."""
        return next(self._answers)

    def close(self) -> list[pb.ForecastBatchResponse]:
        """Ask no more; what is still to come."""
        self._questions.put(None)
        return list(self._answers)


@contextmanager
def stream(running: RunningServer) -> Iterator[Batch]:
    """An open stream on which one question was answered."""
    with channel(running.address) as connected:
        batch = Batch(connected)
        assert batch.ask(1).HasField("answer")
        yield batch


def refuses_connections(running: RunningServer) -> bool:
    """Whether a new connection is turned away."""
    with channel(running.address) as fresh:
        try:
            grpc.channel_ready_future(fresh).result(timeout=0.5)
        except grpc.FutureTimeoutError:
            return True
    return False


def test_a_call_in_flight_is_answered_while_new_ones_are_turned_away(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "0", "--grace", "20") as running, stream(running) as batch:
        running.process.send_signal(signal.SIGTERM)
        assert comes_true(lambda: refuses_connections(running), within_s=10)
        assert batch.ask(2).HasField("answer")
        assert batch.close() == []
        assert running.process.wait(timeout=10) == 0
        assert "Traceback" not in running.log


def test_health_turns_at_once_and_questions_are_answered_in_the_lame_duck_pause(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "2") as running, channel(running.address) as connected:
        changes = health_changes(connected)
        assert next(changes).status == SERVING
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert next(changes).status == NOT_SERVING
        assert time.monotonic() - began < 1.5
        assert forecast(connected, seed=3).HasField("answer")
        with pytest.raises(grpc.RpcError) as caught:
            next(changes)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE and "stopping" in caught.value.details()
        assert running.process.wait(timeout=10) == 0
        assert 2 <= time.monotonic() - began < 6, "a watch of health must not use up the grace"


def test_what_outlasts_the_grace_is_cut_off_and_the_exit_is_clean(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "0", "--grace", "0.5") as running, stream(running) as batch:
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as caught:
            batch.wait()
        assert caught.value.code() in (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)
        assert running.process.wait(timeout=10) == 0
        assert 0.5 <= time.monotonic() - began < 5
        assert "Traceback" not in running.log


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with start(tmp_path, "--lame-duck", "60") as running:
        running.process.send_signal(signal.SIGTERM)
        assert comes_true(lambda: "stopping" in running.log)
        assert running.process.poll() is None
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=5) == 1
