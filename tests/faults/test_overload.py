"""Ten times more questions than a server can answer: it answers as many as before, and sends the others away at once.

Nothing is held to a time of the wall: the server shares its processors with those who ask, and with other tests. What
a call takes is told in times of the same question asked alone, in the same run; and of before and after the quickest
are compared, which other tests slow down least.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.faults import crowd
from tests.faults.crowd import TIMEOUT_S, Outcome, asked
from tests.faults.harness import serving
from tests.service import asking
from tests.service.running import RunningServer
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

FACTOR = 10
CROWDS = 2
AT_ONCE = 4
ASKED_ALONE = 10
WAITS = 4
"""An accepted question waits behind at most as many as are let in at once, which two threads share. So it takes half
as long as all of them one after the other; that is allowed eight times over, because the crowd, which has the other
half of the machine, is not the server's."""

_SEEDS = itertools.count(1_000_000, 1_000_000)


def alone_s(server: RunningServer) -> list[float]:
    """What questions take that nobody asks anything beside, sorted."""
    seed, took = next(_SEEDS), []
    with asking.channel(server.address) as channel:
        for number in range(ASKED_ALONE):
            began = time.monotonic()
            ForecastServiceStub(channel).Forecast(asked(seed + number), timeout=TIMEOUT_S)
            took.append(time.monotonic() - began)
    return sorted(took)


def capacity(server: RunningServer, seconds: float) -> float:
    """Questions a second that a few callers get answered who each wait for their answer."""
    until = time.monotonic() + seconds

    def ask(seed: int) -> int:
        with asking.channel(server.address) as channel:
            for number in itertools.count():
                if time.monotonic() > until:
                    return number
                ForecastServiceStub(channel).Forecast(asked(seed + number), timeout=TIMEOUT_S)
        raise AssertionError

    with ThreadPoolExecutor(AT_ONCE) as callers:
        return sum(callers.map(ask, [next(_SEEDS) for _ in range(AT_ONCE)])) / seconds


def offered(server: RunningServer, rate: float, seconds: float) -> list[Outcome]:
    """What came of so many questions a second, from a few processes, whatever came of those before."""
    command = [sys.executable, str(Path(crowd.__file__)), server.address, str(rate / CROWDS), str(seconds)]
    crowds = [subprocess.Popen([*command, str(next(_SEEDS))], stdout=subprocess.PIPE, text=True) for _ in range(CROWDS)]
    try:
        told = [one.communicate(timeout=seconds + 2 * TIMEOUT_S)[0] for one in crowds]
    finally:
        for one in crowds:
            one.kill()
            one.wait()
    return [Outcome(*outcome) for line in told for outcome in json.loads(line)]


@contextmanager
def looked_after(server: RunningServer) -> Iterator[list[int]]:
    """What health says meanwhile."""
    found: list[int] = []
    leave = Event()

    def look() -> None:
        with asking.channel(server.address) as channel:
            while not leave.wait(0.2):
                found.append(asking.health_of(channel))

    thread = Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        leave.set()
        thread.join(30)


@pytest.mark.parametrize(
    ("seconds", "at_once"), [(5, 8), pytest.param(120, 128, marks=pytest.mark.long)], ids=["short", "long"]
)
def test_ten_times_too_many_questions_are_answered_or_sent_away_at_once(
    tmp_path: Path, seconds: int, at_once: int
) -> None:
    with serving(tmp_path, "--fits", "0", "--max-in-flight", str(at_once)) as server:
        before_s, most = alone_s(server), capacity(server, min(seconds, 10) / 3)
        with looked_after(server) as health:
            outcomes = offered(server, FACTOR * most, seconds)
        after_s = alone_s(server)
    took = {code: sorted(one.took_s for one in outcomes if one.code == code) for code in {one.code for one in outcomes}}
    accepted, refused = took.pop("OK"), took.pop("RESOURCE_EXHAUSTED")
    factor = len(outcomes) / seconds / most
    told = {
        "capacity": most,
        "factor": factor,
        "goodput": len(accepted) / seconds / most,
        "alone_ms": 1e3 * at(before_s, 0.5),
        "after_ms": 1e3 * at(after_s, 0.5),
        "accepted_ms": [1e3 * at(accepted, p) for p in (0.5, 0.99)],
        "refused_ms": [1e3 * at(refused, p) for p in (0.5, 0.99)],
    }
    print(json.dumps(told))
    assert not took, f"calls ended otherwise: { {code: len(times) for code, times in took.items()} }"
    assert all(one.pushback_ms for one in outcomes if one.code != "OK"), "one was not told when to come back"
    assert factor > 0.8 * FACTOR, "the crowd did not ask as much as it should"
    assert at(refused, 0.5) < at(accepted, 0.5), "those who are sent away wait as long as the others"
    assert len(health) > seconds and set(health) == {asking.SERVING}
    assert after_s[0] < 2 * before_s[0], "it is slower than before"
    if seconds > 60:
        assert at(accepted, 0.99) < WAITS * at_once * at(before_s, 0.5)
        assert len(accepted) / seconds > most / 4


def at(sorted_times: list[float], share: float) -> float:
    """The time under which so large a share of them lies."""
    return sorted_times[min(int(share * len(sorted_times)), len(sorted_times) - 1)]
