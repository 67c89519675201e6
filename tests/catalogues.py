"""What the tests of the catalogue share: clocks that are turned by hand, posteriors in a state folder, waiting."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Protocol

from forecast.catalogue import Catalogue
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder
from tests.synthetic import synthetic_posterior

ROOT = Path(__file__).resolve().parents[1]


class Open(Protocol):
    """Opens the catalogue under test: of a state folder, by the test's clock or by the real one."""

    def __call__(self, home: Path | None = None, *, real_time: bool = False) -> Catalogue: ...


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class StepClock(Clock):
    """A clock that moves a minute at every look."""

    def __call__(self) -> datetime:
        self.turn(60)
        return self.now


def fit(state: StateFolder, seed: int, status: str = "PASSED", as_of: date = date(2026, 11, 20)) -> str:
    """Write a posterior into a state folder; its name."""
    posterior = synthetic_posterior(50, seed=seed, status=status, reasons=["divergences"], as_of=as_of)
    return write(posterior, state.posteriors).stem


def remove(state: StateFolder, name: str) -> None:
    for suffix in (".nc", ".json"):
        (state.posteriors / f"{name}{suffix}").unlink()


def at_once[T](work: Callable[[int], T], count: int) -> list[T]:
    """What many threads get that begin at the same moment."""
    ready = Barrier(count)

    def begin(number: int) -> T:
        ready.wait(10)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))
