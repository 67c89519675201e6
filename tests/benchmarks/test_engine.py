"""A question in the engine, hot and cold, beside the plain NumPy that a user would write."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast.engine import arrival
from forecast.engine.answer import Answer
from forecast.engine.question import DEFAULT_BY_YEARS, DEFAULT_QUANTILES, Payer, Question, Target
from forecast.engine.scenario import PHYSICAL_LIMITS, Scenario
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior
from tests.benchmarks.baselines import (
    Figures,
    arrivals_by_loop,
    figures,
    figures_by_counting,
    passage_by_argmax,
    passage_by_loop,
    recomputed,
)
from tests.benchmarks.near import slightly
from tests.benchmarks.rows import Against, Row, time_calls

pytestmark = pytest.mark.benchmark(group="a question in the engine", timer=time.process_time)

MONTHS = 410
BUDGET_USD = 1e9
COMMON = Question(Target.training_flop(1e29), Payer.fixed(BUDGET_USD))
PER_DRAW = Question(Target.loss(1.24, "kaplan-webtext2"), Payer.fixed(BUDGET_USD))
NO_LIMITS = Scenario("money-alone", switches=tuple((limit, False) for limit in PHYSICAL_LIMITS))
MONEY_ALONE = Question(Target.training_flop(2e29), scenario=NO_LIMITS)
RECOMPUTED = "plain NumPy, the paths made again"
PAID = Question(Target.training_flop(1e29), Payer.fixed(BUDGET_USD), scenario=NO_LIMITS)
HOT = "hot question, FLOP, another target"
FLOOR = (Against(RECOMPUTED, bound_floor=25, target="25x cheaper than recomputing the paths in plain NumPy"),)
BESIDE = (Against(RECOMPUTED),)
WHY_OVER = (
    "the figures alone keep it; a whole answer's checks of the question, limits, reasons, words and provenance, "
    "and the making and freeing of its objects cost as much again"
)
TARGET = "100 us of CPU, with quantiles, distribution and P(by year)"
LOOP, ARGMAX = "plain NumPy, a loop over the draws", "plain NumPy, (path >= c).argmax"
COLD_LOOP = "plain NumPy, simulated draw by draw"
PASSAGE_ARGMAX = "first passage, (path >= c).argmax"


@pytest.fixture(scope="module")
def solver(posterior: Posterior) -> Solver:
    """It has answered both questions before."""
    warm = Solver(posterior)
    for question in (COMMON, PER_DRAW):
        answer = warm.ask(question)
        assert len(answer.cdf.probability) == MONTHS and answer.provenance.draws == 4000
    return warm


def log10_flop() -> float:
    """Of another target."""
    return 29 + math.log10(slightly())


def flop_question(factor: float) -> Question:
    return Question(Target.training_flop(1e29 * factor), Payer.fixed(BUDGET_USD))


def ask_flop(solver: Solver, factor: float) -> Answer:
    return solver.ask(flop_question(factor))


def ask_loss(solver: Solver, factor: float) -> Answer:
    return solver.ask(Question(PER_DRAW.target, Payer.fixed(BUDGET_USD * factor)))


def ask_other_loss(solver: Solver, factor: float) -> Answer:
    return solver.ask(Question(Target.loss(1.24 * factor, "kaplan-webtext2"), Payer.fixed(BUDGET_USD)))


def test_hot_common_target(benchmark: Any, solver: Solver) -> None:
    row = Row(HOT, LOOP, bound_s=100e-6, target=TARGET, also=FLOOR)
    benchmark.extra_info["why_over"] = WHY_OVER
    time_calls(benchmark, row, ask_flop, lambda: (solver, slightly()), rounds=2000)


def test_hot_target_per_draw(benchmark: Any, solver: Solver) -> None:
    row = Row("hot question, loss, another budget", LOOP, bound_s=100e-6, target=TARGET, also=FLOOR)
    benchmark.extra_info["why_over"] = WHY_OVER
    time_calls(benchmark, row, ask_loss, lambda: (solver, slightly()), rounds=2000)


def test_hot_figures(benchmark: Any, solver: Solver) -> None:
    """What the target names, without the checks of a question and the words, limits and provenance of an answer."""
    row = Row("hot question, FLOP, its figures alone", LOOP, bound_s=100e-6, target=TARGET, also=BESIDE)
    family, plans = solver.family(COMMON), [solver.plan(flop_question(slightly())) for _ in range(500)]
    for plan in plans:
        solver.found(family, plan)
    again = cycle(plans)

    def ask() -> tuple[Any, ...]:
        arrivals = solver.found(family, next(again)).arrivals
        return arrivals.quantiles(DEFAULT_QUANTILES), arrivals.cdf, arrivals.p_by_year(DEFAULT_BY_YEARS)

    time_calls(benchmark, row, ask, rounds=2000)


def test_hot_after_a_sleep(benchmark: Any, solver: Solver) -> None:
    """As a server is asked: its processor did something else meanwhile, and the caches hold that."""

    def slept() -> tuple[Solver, float]:
        time.sleep(1e-3)
        return solver, slightly()

    row = Row("hot question, FLOP, after a millisecond's sleep", HOT)
    time_calls(benchmark, row, ask_flop, slept, rounds=1000)


def test_hot_anywhere(benchmark: Any, solver: Solver) -> None:
    """No other question was near."""
    chance = np.random.default_rng(0)
    for factor in 10 ** chance.uniform(-3, 3, 400):
        ask_flop(solver, factor)
    row = Row("hot question, FLOP, a target anywhere", LOOP, also=BESIDE)
    time_calls(benchmark, row, ask_flop, lambda: (solver, 10 ** chance.uniform(-3, 3)), rounds=500)


def test_another_loss(benchmark: Any, solver: Solver) -> None:
    row = Row("hot question, loss, another loss", LOOP, also=BESIDE)
    time_calls(benchmark, row, ask_other_loss, lambda: (solver, slightly()), rounds=500)


def path_of(solver: Solver) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The years of `COMMON` and the largest run that its payer can have by then: the least of money and limits."""
    plan = solver.plan(COMMON)
    made = [solver.envelope(plan, key) for key in plan.keys]
    budget = [0.0 if one.which is not None else np.log10(BUDGET_USD) for one in made]
    return made[0].years, np.min([one.values + more for one, more in zip(made, budget, strict=True)], axis=0)


def plain(passage: Callable[..., Any], solver: Solver) -> Callable[[float], Figures]:
    """The figures of `COMMON` from its cached path, over the horizon alone."""
    years, whole = path_of(solver)
    path, years = whole[:, :MONTHS].copy(), years[:MONTHS]

    def answer(log10_flop: float) -> Figures:
        return figures(passage, path, np.full(len(path), log10_flop), years, DEFAULT_QUANTILES, DEFAULT_BY_YEARS)

    check_equal(answer(29.0), solver.ask(COMMON))
    return answer


def check_equal(found: Figures, answer: Answer) -> None:
    """What is compared answers the same."""
    dates = [np.inf if q.decimal_year is None else q.decimal_year for q in answer.quantiles]
    assert np.array_equal(found.quantiles, dates)
    assert np.array_equal(found.cdf, answer.cdf.probability)
    assert found.by_year.tolist() == [p.probability for p in answer.p_by_year]


def test_plain_loop(benchmark: Any, solver: Solver) -> None:
    answer = plain(passage_by_loop, solver)
    time_calls(benchmark, Row(LOOP), answer, lambda: (log10_flop(),), rounds=30)


def test_plain_argmax(benchmark: Any, solver: Solver) -> None:
    answer = plain(passage_by_argmax, solver)
    time_calls(benchmark, Row(ARGMAX, LOOP), answer, lambda: (log10_flop(),), rounds=100)


def test_recomputed(benchmark: Any, solver: Solver, posterior: Posterior) -> None:
    """For the fixed sum alone; with the other limits of `COMMON` it would take several times as long."""
    years, whole = path_of(solver)
    index = passage_by_argmax(whole[:, :MONTHS], np.full(len(whole), 29.0))
    check_equal(figures_by_counting(index, years[:MONTHS], DEFAULT_QUANTILES, DEFAULT_BY_YEARS), solver.ask(COMMON))

    def answer(log10_flop: float) -> Figures:
        return recomputed(posterior, log10_flop, 9.0, MONTHS, 1, DEFAULT_QUANTILES, DEFAULT_BY_YEARS)

    found, told = answer(29.0), Solver(posterior).ask(PAID)
    assert found.quantiles[:4] == pytest.approx([q.decimal_year for q in told.quantiles[:4]], abs=0.7)
    assert found.cdf == pytest.approx(np.array(told.cdf.probability), abs=0.04)
    assert found.by_year == pytest.approx([p.probability for p in told.p_by_year], abs=0.04)
    time_calls(benchmark, Row(RECOMPUTED, LOOP), answer, lambda: (log10_flop(),), rounds=50)


def test_first_passage(benchmark: Any, solver: Solver) -> None:
    _, path = path_of(solver)
    needed = np.full(len(path), 29.0)
    assert np.array_equal(arrival.first_passage(path, needed), passage_by_argmax(path, needed))
    row = Row("first passage alone, 600 months", PASSAGE_ARGMAX)
    time_calls(benchmark, row, arrival.first_passage, lambda: (path, np.full(len(path), log10_flop())), rounds=2000)


def test_first_passage_argmax(benchmark: Any, solver: Solver) -> None:
    _, path = path_of(solver)
    time_calls(
        benchmark, Row(PASSAGE_ARGMAX), passage_by_argmax, lambda: (path, np.full(len(path), log10_flop())), rounds=100
    )


def test_cold(benchmark: Any, posterior: Posterior) -> None:
    row = Row("cold question, frontier's spend alone", COLD_LOOP)
    time_calls(benchmark, row, lambda: Solver(posterior).ask(MONEY_ALONE), rounds=20)


def test_cold_loop(benchmark: Any, posterior: Posterior) -> None:
    found = arrivals_by_loop(posterior, np.log10(2e29), MONTHS, seed=1)
    answer = Solver(posterior).ask(MONEY_ALONE)
    assert np.median(found) == pytest.approx(answer.median, abs=0.2)
    assert np.isfinite(found).mean() == pytest.approx(answer.cdf.probability[-1], abs=0.04)
    time_calls(benchmark, Row(COLD_LOOP), arrivals_by_loop, lambda: (posterior, 29.3, MONTHS, 0), rounds=2)
