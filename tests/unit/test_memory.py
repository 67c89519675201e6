"""What solvers remember: shared by several posteriors without mixing them up, and bounded for all together."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np

from forecast.engine.memory import LEVEL_BYTES, SIMULATION_BYTES, Memory
from forecast.engine.question import Payer, Question, Target
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior, read, write
from tests.synthetic import synthetic_posterior

QUESTIONS = [
    Question(Target.training_flop(1e29), Payer.fixed(1e9)),
    Question(Target.loss(2.2, "kaplan-webtext2"), Payer.fixed(1e9)),
    Question(Target.loss(2.2, "kaplan-webtext2"), Payer.fixed(3e9)),
    Question(Target.training_flop(3e28), criterion="on_trend"),
]


def stored(folder: Path, seed: int) -> Posterior:
    """A posterior under the name of its content."""
    return read(write(synthetic_posterior(300, seed=seed), folder))


def test_solvers_that_share_a_memory_answer_as_if_they_were_alone(tmp_path: Path) -> None:
    shared, posteriors = Memory(), [stored(tmp_path, seed) for seed in (1, 2)]
    together = [Solver(posterior, memory=shared) for posterior in posteriors]
    for question in (*QUESTIONS, *QUESTIONS):
        for solver, posterior in zip(together, posteriors, strict=True):
            assert solver.ask(question).to_json() == Solver(posterior).ask(question).to_json()


def test_the_levels_and_simulations_of_all_solvers_have_one_bound(tmp_path: Path) -> None:
    shared = Memory()
    for seed in range(3):
        solver = Solver(stored(tmp_path, seed), memory=shared)
        for draws in range(100, 300, 20):
            solver.ask(Question(Target.training_flop(1e29), max_draws=draws))
    assert 0 < shared.simulations.held <= SIMULATION_BYTES
    assert 0 < shared.levels.held <= LEVEL_BYTES


def test_levels_of_few_draws_are_bounded_by_what_they_really_take() -> None:
    memory, ground = Memory(), object()
    tracemalloc.start()
    try:
        for number in range(40_000):
            key = (ground, ("kaplan-webtext2", float(number)), 0, number / 7)
            memory.levels.get(key, lambda: np.zeros(80, np.int16))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.5 * LEVEL_BYTES < taken < 1.3 * LEVEL_BYTES
