"""A crowd of callers in a process of its own: asks at a given rate whatever comes back, and tells what came of it.

    python crowd.py ADDRESS QUESTIONS_A_SECOND SECONDS FIRST_SEED

Every question has a seed of its own, so that none is answered from what the server remembers. One line of JSON at the
end: a list of [seconds that the call took, status, milliseconds of pushback or null].
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING, Any

import grpc

if TYPE_CHECKING:
    from timelines.v1.forecast_service_pb2 import ForecastRequest

TIMEOUT_S = 60
DRAWS = 1_000
"""Of each question: a fifth of a second or less."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call: seconds that it took, status, pushback in milliseconds."""

    took_s: float
    code: str
    pushback_ms: int | None


def asked(seed: int) -> ForecastRequest:
    """A question that nobody has asked before, if its seed is new."""
    from timelines.v1.forecast_service_pb2 import ForecastRequest
    from timelines.v1.question_pb2 import Question, Target

    return ForecastRequest(question=Question(target=Target(training_flop=1e29), seed=seed, max_draws=DRAWS))


def main(address: str, rate: float, seconds: float, seed: int) -> list[Outcome]:
    """Ask, and wait for the last answer."""
    from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

    found: list[Outcome] = []
    ended = Semaphore(0)

    def end(began: float, call: Any) -> None:
        pushback = {str(key): value for key, value in call.trailing_metadata() or ()}.get("grpc-retry-pushback-ms")
        code = call.code().name
        found.append(Outcome(time.monotonic() - began, code, int(pushback) if pushback else None))
        ended.release()

    with grpc.insecure_channel(address, [("grpc.enable_retries", 0)]) as channel:
        ask, start, number = ForecastServiceStub(channel).Forecast, time.monotonic(), 0
        while (now := time.monotonic() - start) < seconds:
            while number < now * rate:
                call = ask.future(asked(seed + number), timeout=TIMEOUT_S)
                call.add_done_callback(partial(end, time.monotonic()))
                number += 1
            time.sleep(0.5 / rate)
        for _ in range(number):
            ended.acquire(timeout=TIMEOUT_S)
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    outcomes = main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
    print(json.dumps([[one.took_s, one.code, one.pushback_ms] for one in outcomes]))
