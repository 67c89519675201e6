"""What the tests of executors have done: functions that a worker can import."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import UnknownNameError
from forecast.executors.executor import Parcels


class Untold(Exception):
    """An error that no other process can make anew."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def double(task: int, _: Parcels) -> int:
    return 2 * task


def double_slowly(task: int, _: Parcels) -> int:
    time.sleep(0.05)
    return 2 * task


def fail(task: int, _: Parcels) -> int:
    if task == 3:
        raise UnknownNameError("scale", "x", ["a", "b"], field="target.loss.scale")
    return task


def fail_untold(task: int, _: Parcels) -> int:
    raise Untold(task, 2)


def weigh(_: int, parcels: Parcels) -> dict[str, tuple[int, int, bytes]]:
    """Of every parcel: the process that has it, where in its memory, and how it begins."""
    return {digest: (os.getpid(), id(data), data[:4]) for digest, data in parcels.items()}


def weigh_slowly(task: int, parcels: Parcels) -> dict[str, tuple[int, int, bytes]]:
    time.sleep(0.05)
    return weigh(task, parcels)


def threads(_: int, __: Parcels) -> str | None:
    return os.environ.get("OPENBLAS_NUM_THREADS")


def die_once(task: int, parcels: Parcels, folder: Path) -> tuple[int, int]:
    """Task 5 kills its worker the first time it is done."""
    time.sleep(0.02)
    marker = folder / "died"
    if task == 5 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * task, sum(map(len, parcels.values()))


def die(task: int, _: Parcels) -> int:
    if task == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


class Counted:
    """Numbers, and how many of them were taken."""

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, 0

    def __iter__(self) -> Iterator[int]:
        for number in range(self.most):
            self.taken += 1
            yield number


@dataclass(frozen=True)
class Squares:
    """A plan whose tasks are costly: each keeps what it found, and counts what it had to find."""

    def perform(self, task: int, folder: Path) -> tuple[int, bool]:
        path = folder / f"{task}.txt"
        known = path.is_file()
        if not known:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(str(task * task))
        return int(path.read_text()), known

    def kept(self, task: int) -> list[str]:
        return [f"{task}.txt"]
