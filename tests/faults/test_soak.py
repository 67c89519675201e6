"""A server that is asked everything for a long time, fits, and sees callers come and go, stays as it was."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import grpc
import pytest

from tests.faults.harness import calling, serving, tracebacks, zombies_of
from tests.golden.kept import keep
from tests.service import asking, fuzzing, processes
from tests.service.good_requests import SHIPPED
from tests.service.processes import comes_true, rss_mib
from tests.service.running import RunningServer
from tests.wire import METHODS
from timelines.v1.forecast_service_pb2 import ForecastRequest
from timelines.v1.question_pb2 import Question, Target

pytestmark = pytest.mark.skipif(not processes.CAN_BE_READ, reason="reads what a process uses from /proc")

CALLERS = 3
CALLS_A_CONNECTION = 25
FIT_EVERY_S = 2.0
PAUSE_S = 0.02
TIMEOUT_S = 60
BROKEN = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE}
LIGHT = sorted(METHODS.keys() - {fuzzing.BATCH, fuzzing.REPORT})
FEW = 6
"""Files or threads: the catalogue keeps up to five connections, of two files each, and some are first needed here. What
is lost by call, by fit or by connection is hundreds."""
FORECAST = "/timelines.v1.ForecastService/Forecast"
FLOPS = [10 ** (26 + i / 10) for i in range(60)]
REPORT_EVERY = 400
"""One call in so many asks for a report, which takes seconds; it is left when it has begun."""


@dataclass(frozen=True)
class State:
    """What a server holds while nobody asks."""

    files: int
    threads: int

    @classmethod
    def of(cls, server: RunningServer) -> State:
        """Once it is quiet, and its fits have ended."""
        folder = Path(f"/proc/{server.process.pid}")
        assert comes_true(lambda: not children(server.process.pid), within_s=90), "a process was left"
        comes_true(lambda: processes.is_quiet(server.process.pid), within_s=20)
        files, threads = (len(os.listdir(folder / name)) for name in ("fd", "task"))
        return cls(files, threads)


def children(parent: int) -> str:
    """The processes that it has started."""
    return "".join(path.read_text() for path in Path(f"/proc/{parent}/task").glob("*/children"))


class Callers:
    """Call everything, on connections that they open anew all the time.

    Parameters
    ----------
    server : RunningServer
        Whom they call.
    """

    def __init__(self, server: RunningServer) -> None:
        self.server, self.codes, self.broken = server, Counter[str](), list[str]()
        self._leave = Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While the block lasts; one that hangs fails it."""
        self._leave.clear()
        jobs: list[Callable[[], None]] = [*(lambda k=k: self._call(Random(k)) for k in range(CALLERS)), self._fit]
        threads = [Thread(target=job) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._leave.set()
            for thread in threads:
                thread.join(2 * TIMEOUT_S)
            assert not any(thread.is_alive() for thread in threads), "a call hangs"

    def _call(self, dice: Random) -> None:
        while not self._leave.is_set():
            with calling(self.server.address) as caller:
                for _ in range(CALLS_A_CONNECTION):
                    self._once(caller.channel, dice)
                    if self._leave.wait(PAUSE_S):
                        return

    def _once(self, channel: Any, dice: Random) -> None:
        method = fuzzing.REPORT if dice.randrange(REPORT_EVERY) == 0 else dice.choice([*LIGHT, fuzzing.BATCH])
        payload = fuzzing.good(method, dice).SerializeToString()
        try:
            if method == fuzzing.BATCH:
                list(channel.stream_stream(method)(iter([payload] * 3), timeout=TIMEOUT_S))
            elif METHODS[method].server_streaming:
                self._stream(channel.unary_stream(method)(payload, timeout=TIMEOUT_S), dice)
            else:
                channel.unary_unary(method)(payload, timeout=TIMEOUT_S)
            self.codes["OK"] += 1
        except grpc.RpcError as error:
            self.codes[error.code().name] += 1
            if error.code() in BROKEN:
                self.broken.append(f"{method}: {error.code().name}: {error.details()}")

    @staticmethod
    def _stream(told: Any, dice: Random) -> None:
        """Read to its end, or leave after its beginning."""
        leaves = dice.random() < 0.5
        for _ in told:
            if leaves:
                told.cancel()
                return

    def _fit(self) -> None:
        number = 0
        while not self._leave.wait(FIT_EVERY_S):
            with calling(self.server.address) as caller:
                number += 1
                made = caller.fits.create(seed=number, draws=200)
                if number % 3 == 0:
                    caller.fits.cancel(made.name)
                caller.fits.ended(made.name)


def publish_at_once(server: RunningServer, count: int) -> None:
    """Wait for each other in the catalogue, so that each of its threads has a connection of its own from now on."""
    with calling(server.address) as caller, ThreadPoolExecutor(count) as crowd:
        assert len(list(crowd.map(lambda _: caller.publish(), range(count)))) == count


def fill_memory(server: RunningServer) -> None:
    """Ask more than a server remembers of every kind, so that what is remembered has reached its bounds.

    First levels and answers, on all draws of the newest posterior that is shipped, whichever answers now. Then paths,
    in pieces small enough to leave no room: by themselves those of all draws take more than half of it.
    """
    asked = [question(flop, seed) for seed in range(12) for flop in FLOPS]
    asked += [question(FLOPS[-1], seed, max_draws=500) for seed in range(100, 200)]
    with calling(server.address) as caller, ThreadPoolExecutor(CALLERS) as crowd:
        ask: Callable[..., bytes] = caller.channel.unary_unary(FORECAST)
        requests = [ForecastRequest(question=one).SerializeToString() for one in asked]
        assert all(crowd.map(lambda request: ask(request, timeout=TIMEOUT_S), requests))


def question(flop: float, seed: int, **more: Any) -> Question:
    """One of compute, on the newest posterior that is shipped."""
    return Question(target=Target(training_flop=flop), seed=seed, posterior=SHIPPED[-1], **more)


def growth_over(server: RunningServer, seconds: float) -> float:
    """By which share the memory of the last third of the time is more than that of the first: medians of many looks."""
    seen, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        seen.append(rss_mib(server.process.pid))
        time.sleep(0.25)
    third = len(seen) // 3
    return statistics.median(seen[-third:]) / statistics.median(seen[:third]) - 1


@pytest.mark.long
@pytest.mark.parametrize(("warm_s", "seconds"), [(4, 6), (240, 600)], ids=["short", "long"])
def test_a_server_that_is_used_for_long_stays_as_it_was(tmp_path: Path, warm_s: int, seconds: int) -> None:
    with serving(keep(tmp_path)) as server:
        callers = Callers(server)
        with callers.at_work():
            time.sleep(warm_s)
        publish_at_once(server, 24)
        fill_memory(server)
        before = State.of(server)
        with callers.at_work():
            growth = growth_over(server, seconds)
        after = State.of(server)
        print(json.dumps({"growth": growth, "before": str(before), "after": str(after), "codes": callers.codes}))
        assert not callers.broken, callers.broken[:5]
        assert zombies_of(server.process.pid) == []
        assert after.files <= before.files + FEW and after.threads <= before.threads + FEW, (before, after)
        assert growth < (0.05 if seconds > 60 else 0.5), "in a short time what is remembered still fills up"
        with calling(server.address) as caller:
            assert caller.answers_from()
            assert asking.health_of(caller.channel) == asking.SERVING
        assert tracebacks(server.log) == []
        server.process.terminate()
        assert server.process.wait(30) == 0
