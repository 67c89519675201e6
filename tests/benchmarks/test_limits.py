"""A scenario with every limit, in the engine: cold, hot, and what it depends on."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forecast.engine import paths
from forecast.engine.answer import Answer
from forecast.engine.paths import MONTHS
from forecast.engine.question import Payer, Question, Target
from forecast.engine.scenario import CHANGERS, PHYSICAL_LIMITS, Scenario
from forecast.engine.sensitivity import sensitivity
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior
from tests.benchmarks.baselines import swings_by_sorting
from tests.benchmarks.near import slightly
from tests.benchmarks.rows import Row, time_calls
from tests.benchmarks.test_engine import COLD_LOOP, LOOP

pytestmark = pytest.mark.benchmark(group="a scenario with every limit, in the engine", timer=time.process_time)

BUDGET_USD = 1e9
EVERY = Scenario("every-limit", switches=tuple((name, True) for name in (*PHYSICAL_LIMITS, *CHANGERS)))
FRONTIER = Question(Target.loss(1.24, "kaplan-webtext2"), scenario=EVERY)
FIXED = replace(FRONTIER, payer=Payer.fixed(BUDGET_USD))
COLD, SORTED = "cold scenario, frontier's spend", "plain NumPy, ten inputs sorted"
MANY = 100_000
DEFAULT_MONTHS = 410
"""To the default horizon, 2060-12."""


@pytest.fixture(scope="module")
def solver(posterior: Posterior) -> Solver:
    """It has answered in the scenario before."""
    warm = Solver(posterior)
    for question in (FRONTIER, FIXED):
        binding = warm.ask(question).binding_limits
        assert {limit.limit for limit in binding} == {"money", *PHYSICAL_LIMITS, *CHANGERS}
    return warm


def ask_run(solver: Solver, factor: float) -> Answer:
    return solver.ask(replace(FRONTIER, target=Target.training_flop(1e29 * factor)))


def ask_loss(solver: Solver, factor: float) -> Answer:
    return solver.ask(replace(FRONTIER, target=Target.loss(1.24 * factor, "kaplan-webtext2")))


def ask_budget(solver: Solver, factor: float) -> Answer:
    return solver.ask(replace(FIXED, payer=Payer.fixed(BUDGET_USD * factor)))


@pytest.mark.parametrize(
    ("name", "question", "months"),
    [
        (COLD, FRONTIER, MONTHS),
        ("the same, 410 of its 600 months", FRONTIER, DEFAULT_MONTHS),
        ("cold scenario, a fixed sum", FIXED, MONTHS),
    ],
)
def test_cold(
    benchmark: Any, posterior: Posterior, monkeypatch: Any, name: str, question: Question, months: int
) -> None:
    """Every simulation is 600 months long, so that no horizon changes a draw; the bound is stated for 410."""
    monkeypatch.setattr(paths.latent, "__defaults__", (months,))
    row = Row(name, COLD_LOOP, bound_s=None if name == COLD else 0.1, bound_mb=300.0)
    time_calls(benchmark, row, lambda: Solver(posterior).ask(question), rounds=20)
    if name != COLD:
        benchmark.extra_info["why_over"] = "a sixth draws shocks of runs; the rest goes once or twice over all months"


@pytest.mark.parametrize("ask", [ask_run, ask_loss, ask_budget])
def test_again(benchmark: Any, solver: Solver, ask: Any) -> None:
    row = Row(f"the same, another {ask.__name__.removeprefix('ask_')}", LOOP, bound_s=1e-3, bound_mb=300.0)
    time_calls(benchmark, row, ask, lambda: (solver, slightly()), rounds=200)
    if ask is ask_loss:
        benchmark.extra_info["why_over"] = "4,000 laws are inverted for it, and two first passages wait for memory"


def test_effects(benchmark: Any, solver: Solver) -> None:
    def ask() -> Answer:
        return solver.ask(replace(FRONTIER, target=Target.training_flop(1e29 * slightly()), limit_effects=True))

    assert all(limit.p_by_horizon_without is not None for limit in ask().binding_limits)
    time_calls(benchmark, Row("the same, with what each limit does", COLD), ask, rounds=10)


def test_tornado(benchmark: Any, solver: Solver) -> None:
    assert len(sensitivity(solver, FRONTIER, inputs=10, shapley=False).tornado) == 10
    row = Row("tornado, ten inputs", SORTED, bound_s=1.0, bound_mb=300.0)
    time_calls(benchmark, row, lambda: sensitivity(solver, FRONTIER, inputs=10, shapley=False), rounds=10)


def test_sorted(benchmark: Any, solver: Solver) -> None:
    arrivals = solver.arrivals(FRONTIER)
    years = np.append(arrivals.years, arrivals.years[-1])[arrivals.index]
    inputs = np.random.default_rng(0).normal(size=(10, len(years)))
    time_calls(benchmark, Row(SORTED), swings_by_sorting, lambda: (years, inputs), rounds=100)
