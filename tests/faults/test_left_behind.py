"""Calls and callers that have gone leave nothing in a server: what Python holds is counted, so that it shows soon."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import grpc
import pytest

from tests.faults import entry
from tests.faults.harness import calling, serving
from tests.golden.kept import keep
from tests.service import fuzzing
from tests.service.processes import comes_true
from tests.service.running import RunningServer
from tests.wire import METHODS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="asks the server for a count by a signal")

QUICK = (
    *("ForecastService/Forecast", "ForecastService/StreamDraws", "ForecastService/Trajectory"),
    *("ForecastService/EstimateTrainingCompute", "ForecastService/ForecastBatch", "DatasetService/GetTable"),
    *("FitService/ListFits", "FitService/WatchFit", "FitService/CancelFit", "ScenarioService/GetScenario"),
    *("ForecastRecordService/GetForecastRecord", "ForecastRecordService/ListForecastRecords"),
)
"""Methods of every shape whose answers come in a moment, also from the catalogue."""
CALLED = [method for method in METHODS if method.endswith(QUICK)]
CALLS_A_CONNECTION = 5
ROUNDS, LOOKS = 12, 4
BLOCKS_A_CALL = 0.5
"""Blocks of memory that a call may seem to leave: a few hundred come and go with connections."""


def all_once(server: RunningServer) -> int:
    """Call each of the methods: well, so that it is refused, and leaving in the middle; how many calls that were.

    Always the same, so that what is remembered of an answer is there from the second time on.
    """
    dice = Random(1)
    asked = [(method, how) for method in CALLED for how in (sys.maxsize, 0, None)]
    dice.shuffle(asked)
    for begin in range(0, len(asked), CALLS_A_CONNECTION):
        with calling(server.address) as caller:
            for method, takes in asked[begin : begin + CALLS_A_CONNECTION]:
                payload = fuzzing.good(method, dice).SerializeToString() if takes is not None else b"\xff"
                with suppress(grpc.RpcError):
                    call(caller.channel, method, payload, takes or 0)
    return len(asked)


def call(channel: Any, method: str, payload: bytes, takes: int) -> None:
    """Call one, and leave once so many messages of its answer have been taken and one more is there."""
    several = METHODS[method].client_streaming
    answer: Any = channel.stream_stream(method)(iter([payload] * (3 if several else 1)), timeout=60)
    for number, _ in enumerate(answer):
        if number >= takes:
            answer.cancel()


def blocks(server: RunningServer, told: Path) -> int:
    """How many blocks of memory Python holds there, once nothing is left to be found."""
    before = told.read_text() if told.exists() else ""
    server.process.send_signal(signal.SIGUSR1)
    assert comes_true(lambda: told.exists() and told.read_text() not in ("", before), within_s=30)
    return int(told.read_text().split()[1])


def test_calls_and_callers_leave_nothing(tmp_path: Path) -> None:
    """What is lost is lost between any two looks; what is remembered for the next call is so once."""
    told, held = tmp_path / "blocks", list[int]()
    with serving(keep(tmp_path / "home"), **{entry.BLOCKS: str(told)}) as server:
        for _ in range(LOOKS):
            calls = sum(all_once(server) for _ in range(ROUNDS))
            held.append(blocks(server, told))
    left = [after - before for before, after in pairwise(held)]
    print({"calls": calls, "blocks_left": left})
    assert min(left) <= BLOCKS_A_CALL * calls, (left, calls)
