"""A row of the table: what is measured, on which clock, against which baseline and under which bound.

Time is CPU, of every thread or process: other work on the machine moves it less than it moves the wall's clock, which
is noted beside it. Nothing here fails for being slow: bounds are shown in the table (`report.py`).
"""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tests.benchmarks.costs import Cost, cost_of


@dataclass(frozen=True)
class Against:
    """One more baseline of a row, with its bounds as in `Row`."""

    baseline: str
    bound_ratio: float | None = None
    bound_floor: float | None = None
    target: str = ""


@dataclass(frozen=True)
class Row:
    """What a benchmark states of itself.

    Every row is a baseline of another one or names one; a unit test walks the stored run.

    Attributes
    ----------
    name : str
        In the table.
    baseline : str
        Name of the row that it is compared with; empty for a baseline.
    bound_s, bound_mb : float or None
        CPU (median) and memory that the project allows itself.
    bound_ratio : float or None
        The most that the median may be of the baseline's.
    bound_p99_ratio : float or None
        The most that the 99 % point may be of the row's own median.
    bound_floor : float or None
        How many times cheaper than the baseline the row has to be.
    bound_mb_ratio : float or None
        The most that the memory may be of the baseline's.
    bound_exponent : float or None
        How far over one the power of a growing cost, `extra_info["exponent"]`, may be.
    target : str
        What is asked of it, in words; rows with a target make README's table.
    also : tuple of Against
        Its other baselines.
    """

    name: str
    baseline: str = ""
    bound_s: float | None = None
    bound_mb: float | None = None
    bound_ratio: float | None = None
    bound_p99_ratio: float | None = None
    bound_floor: float | None = None
    bound_mb_ratio: float | None = None
    bound_exponent: float | None = None
    target: str = ""
    also: tuple[Against, ...] = ()


class ChildClock:
    """A clock that advances by the CPU that launched commands took."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Seconds since the first command."""
        return self.now_s


CHILDREN = ChildClock()


def time_calls(
    benchmark: Any,
    row: Row,
    function: Callable[..., Any],
    arguments: Callable[[], tuple[Any, ...]] = tuple,
    *,
    rounds: int,
) -> None:
    """Measure a function in this process, with new arguments for every call."""
    walls: list[float] = []
    warmup_rounds = max(rounds // 10, 1) if rounds > 2 else 0  # what is asked twice takes long, and needs no warming

    def call(*given: Any) -> None:
        started = time.perf_counter()
        function(*given)
        walls.append(time.perf_counter() - started)

    benchmark.pedantic(call, setup=lambda: (arguments(), {}), rounds=rounds, warmup_rounds=warmup_rounds)
    note(benchmark, row, statistics.median(walls[warmup_rounds:]), peak_mb(function, arguments()))
    note_walls(benchmark, walls[warmup_rounds:])


def time_commands(
    benchmark: Any, row: Row, command: Sequence[str], environ: Mapping[str, str], *, rounds: int, warmup_rounds: int = 1
) -> list[Cost]:
    """Measure a command; returns what each run cost, those before the first round too."""
    costs: list[Cost] = []

    def call() -> None:
        costs.append(cost_of(command, environ))
        CHILDREN.now_s += costs[-1].cpu_s

    benchmark.pedantic(call, rounds=rounds, warmup_rounds=warmup_rounds)
    measured = costs[warmup_rounds:]
    note(benchmark, row, statistics.median(c.wall_s for c in measured), max(c.peak_mb for c in measured))
    note_walls(benchmark, [c.wall_s for c in measured])
    return costs


def note(benchmark: Any, row: Row, wall_s: float, peak_mb: float) -> None:
    """Keep what the row states of itself, and what the clock and the memory said."""
    benchmark.extra_info.update(asdict(row), wall_s=wall_s, peak_mb=peak_mb)


def note_walls(benchmark: Any, walls: Sequence[float]) -> None:
    """Keep the quickest and the 99 % point by the wall's clock as well."""
    benchmark.extra_info.update(wall_min_s=min(walls), wall_p99_s=float(np.quantile(walls, 0.99)))


def peak_mb(function: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    """Memory of one call beyond what was there: what Python and NumPy allocate at most at a time."""
    gc.collect()
    tracemalloc.start()
    function(*arguments)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6
