"""How the cost grows with draws, with targets and with questions: rows by size, and the power of the growth.

More than 100,000 draws are no one question's: a million are asked as ten questions with ten seeds, whose arrivals are
pooled, one after the other in the memory of one.
"""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from forecast.engine.question import DRAWS_BOUNDS, Payer, Question, Target
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior
from tests.benchmarks.growth import noted
from tests.benchmarks.rows import CHILDREN, Row, note, note_walls, time_calls, time_commands
from tests.benchmarks.test_commands import as_a_user

pytestmark = pytest.mark.benchmark(group="how the cost grows", timer=time.process_time)

FEW, MOST = DRAWS_BOUNDS
COLD_DRAWS = {FEW: 20, 1_000: 20, 10_000: 5, 100_000: 1, 1_000_000: 1}
HOT_DRAWS = {FEW: 300, 1_000: 300, 10_000: 100, 100_000: 4}
TARGETS = {1: 300, 10: 50, 100: 10, 1_000: 2}
QUESTIONS = (1, 1_000, 10_000, 100_000)
POWER = 0.05
"""How far over one the power of a growth may be."""
ABOVE_START = 1.1
"""Times the start: a cost below is the start and noise."""

_numbers = count()
_costs: dict[str, dict[int, float]] = {}


def slightly() -> float:
    """A factor that is never the same, so that no answer is remembered."""
    return 1 + 1e-6 * next(_numbers)


def asked(draws: int, seed: int = 0) -> Question:
    """A loss under the baseline scenario, with every limit that is on there."""
    return Question(Target.loss(1.24 * slightly(), "kaplan-webtext2"), max_draws=draws, seed=seed)


def hot(draws: int) -> Question:
    """The same sum for another run: no requirement of its own in each draw."""
    return Question(Target.training_flop(1e29 * slightly()), Payer.fixed(1e9), max_draws=draws)


def tiled(posterior: Posterior, draws: int) -> Posterior:
    """The same draws again and again, up to the most that a question may ask for; what is simulated is new."""
    rows = np.arange(min(draws, MOST)) % posterior.draws
    blocks = {
        block: MappingProxyType({name: values[rows] for name, values in found.items()})
        for block, found in posterior.blocks.items()
    }
    manifest: Any = {**posterior.manifest, "draws": len(rows)}
    return replace(posterior, manifest=manifest, blocks=blocks)


def keep(benchmark: Any, kind: str, size: int, sizes: list[int], start: int | None) -> None:
    """Remember a cost by size; after the last, the power is noted. `start` is the size whose cost is taken off.

    Hot costs are those of the quickest round: there the start is most of the cost of the smaller sizes, and where
    nothing is left beside it, a size has no say in the power.
    """
    stats = benchmark.stats.stats
    _costs.setdefault(kind, {})[size] = stats.min if kind == "hot" else stats.median
    found = dict(_costs[kind])
    if size == sizes[-1] and found.keys() == set(sizes):
        start_s = 0.0 if start is None else found.pop(start)
        told = {at: cost for at, cost in found.items() if cost > ABOVE_START * start_s}
        if len(told) > 1:
            benchmark.extra_info.update(noted(told, start_s))


def name_of(size: int, what: str) -> str:
    return f"{size:,} {what}"


@pytest.mark.parametrize("draws", COLD_DRAWS)
def test_cold_draws(benchmark: Any, posterior: Posterior, draws: int) -> None:
    """Memory is that of the measured call: a second one to look at it would double the longest rows."""
    sizes = list(COLD_DRAWS)
    row = Row(
        name_of(draws, "draws, cold"),
        "" if draws == 1_000 else name_of(1_000, "draws, cold"),
        bound_exponent=POWER if draws == sizes[-1] else None,
        bound_mb=2_000.0 if draws == sizes[-1] else None,
        target="in proportion: power 1.0 ± .05" if draws == sizes[-1] else "",
    )
    large, walls, peaks = tiled(posterior, draws), [], []

    def ask() -> None:
        began = time.perf_counter()
        tracemalloc.start()
        for seed in range(max(draws // MOST, 1)):
            Solver(large).arrivals(asked(min(draws, MOST), seed))
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
        walls.append(time.perf_counter() - began)

    benchmark.pedantic(ask, rounds=COLD_DRAWS[draws], warmup_rounds=1 if COLD_DRAWS[draws] > 1 else 0)
    note(benchmark, row, wall_s=float(np.median(walls)), peak_mb=max(peaks))
    note_walls(benchmark, walls)
    benchmark.extra_info["why_over"] = (
        "a question of 100,000 draws takes a gigabyte of memory that is new, and the kernel clears it page by page; "
        "below, and from there on (ten questions in the same memory), the cost is in proportion"
    )
    keep(benchmark, "cold", draws, sizes, FEW)


@pytest.mark.parametrize("draws", HOT_DRAWS)
def test_hot_draws(benchmark: Any, posterior: Posterior, draws: int) -> None:
    sizes, solver = list(HOT_DRAWS), Solver(tiled(posterior, draws))
    row = Row(
        name_of(draws, "draws, hot"),
        "" if draws == 1_000 else name_of(1_000, "draws, hot"),
        bound_exponent=POWER if draws == sizes[-1] else None,
    )
    assert solver.ask(hot(draws)).provenance.draws == draws
    time_calls(benchmark, row, solver.ask, lambda: (hot(draws),), rounds=HOT_DRAWS[draws])
    benchmark.extra_info["why_over"] = "beyond the cache a draw costs a way to memory, not arithmetic"
    keep(benchmark, "hot", draws, sizes, FEW)


@pytest.mark.parametrize("targets", TARGETS)
def test_targets(benchmark: Any, posterior: Posterior, targets: int) -> None:
    """One scenario, asked before: what is left is what each target costs."""
    sizes, solver = list(TARGETS), Solver(posterior)
    row = Row(
        name_of(targets, "targets in a scenario" if targets > 1 else "target in a scenario"),
        "" if targets == 1 else "1 target in a scenario",
        bound_exponent=POWER if targets == sizes[-1] else None,
    )

    def ask(questions: list[Question]) -> None:
        for question in questions:
            solver.ask(question)

    ask([hot(posterior.draws)])
    time_calls(benchmark, row, ask, lambda: ([hot(posterior.draws) for _ in range(targets)],), rounds=TARGETS[targets])
    keep(benchmark, "targets", targets, sizes, None)


@pytest.mark.benchmark(group="how the cost grows", timer=CHILDREN)
@pytest.mark.parametrize("questions", QUESTIONS)
def test_questions(benchmark: Any, questions: int) -> None:
    """A batch as a process, from its start to its last file; memory is that of the whole process.

    What the engine remembers of levels and their neighbourhoods is bounded to 16 MB, which 10,000 questions fill: from
    there on the memory has to be flat.
    """
    last, below = questions == QUESTIONS[-1], QUESTIONS[2 if questions > QUESTIONS[2] else 1]
    row = Row(
        name_of(questions, "questions in a batch" if questions > 1 else "question in a batch"),
        "" if questions == below else name_of(below, "questions in a batch"),
        bound_exponent=POWER if last else None,
        bound_mb_ratio=1.1 if last else None,
        target="in proportion: power 1.0 ± .05; memory flat once what is remembered is full" if last else "",
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "batch.py"
        call = f"from tests.benchmarks.batches import of_one_kind; of_one_kind({questions}, {folder!r} + '/out')"
        script.write_text(f"if __name__ == '__main__':\n    {call}\n", encoding="utf-8")
        time_commands(benchmark, row, [sys.executable, str(script)], as_a_user(), rounds=1, warmup_rounds=0)
    keep(benchmark, "questions", questions, list(QUESTIONS), 1)
