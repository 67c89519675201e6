"""Arrivals without each limit, from when the others alone are passed: those of an envelope made without it."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from forecast.engine.apart import without_each
from forecast.engine.checkpoint import proceed
from forecast.engine.condition import Condition
from forecast.engine.question import Payer, Question, Target
from forecast.engine.scenario import PHYSICAL_LIMITS, Override, Scenario
from forecast.engine.solver import Solver
from tests.synthetic import synthetic_posterior

LOSS, FLOP = Target.loss(1.3, "kaplan-webtext2"), Target.training_flop(3e30)
QUICKENS = (Override("chips.growth_oom_per_year", value=0.0), Override("chips.long_run_growth_oom_per_year", value=0.1))
"""A course that is not known to rise at once, so that its whole path is looked at."""

SCENARIOS = {
    "as it is": Scenario(),
    "chips quicken": Scenario("quickens", QUICKENS),
    "a jump and a ceiling of money": Scenario(
        "jumps", switches=(("algorithmic_jump", True), ("commoditization", True), ("context_length", True))
    ),
    "money alone": Scenario("money", switches=tuple((name, False) for name in PHYSICAL_LIMITS)),
}


@cache
def solver() -> Solver:
    return Solver(synthetic_posterior(500))


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))
@pytest.mark.parametrize("payer", [Payer(), Payer.fixed(1e10)], ids=["the frontier's", "a fixed sum"])
@pytest.mark.parametrize("target", [LOSS, FLOP], ids=["loss", "FLOP"])
def test_each_is_what_a_plan_without_the_limit_gives(target: Target, payer: Payer, scenario: Scenario) -> None:
    outcome = solver().outcome(solver().plan(Question(target, payer, scenario=scenario)))
    found = without_each(solver(), outcome, proceed)
    assert set(found) == set(outcome.limits())
    for name, arrivals in found.items():
        other = solver().outcome(solver().replan(outcome.plan, outcome.plan.on - {name})).arrivals
        assert np.array_equal(arrivals.index, other.index) and np.array_equal(arrivals.never, other.never), name
        assert arrivals.within == other.within, name


def test_only_the_draws_under_a_condition_count() -> None:
    condition = Condition("frontier_compute", "at_least", 1e29, date(2032, 12, 31))
    outcome = solver().outcome(solver().plan(Question(FLOP, condition=condition)))
    found = without_each(solver(), outcome, proceed)
    assert outcome.rows is not None
    assert {arrivals.draws for arrivals in found.values()} == {len(outcome.rows)}


def test_a_criterion_without_limits_has_none() -> None:
    outcome = solver().outcome(solver().plan(Question(FLOP, criterion="on_trend")))
    assert without_each(solver(), outcome, proceed) == {}
