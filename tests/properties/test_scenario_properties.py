"""Whatever the scenario: one more limit is never earlier, and nothing changes the draws of another component."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from forecast.engine.condition import LEAST_DRAWS, Condition
from forecast.engine.plan import Plan
from forecast.engine.question import Payer, Question
from forecast.engine.scenario import SWITCHES, Override, Scenario
from forecast.inputs import INPUTS
from tests.random_questions import FITTED, questions, stalling_solver

SOLVER = stalling_solver(100)
PATHS = ("price", "flop", "spend", "run_residual")
TOUCHED = {
    "compute.g_spend": {"flop", "spend"},
    "compute.log10_gdp_share": {"flop", "spend"},
    "compute.r_realised": {"price", "flop", "spend"},
    "compute.sigma_cost": {"run_residual", "flop", "spend"},
}
"""Paths that a fitted input has a part in."""

slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def switched(question: Question, name: str, on: bool) -> Question:
    switches = {**dict(question.scenario.switches), name: on}
    return replace(question, scenario=replace(question.scenario, switches=tuple(switches.items())))


def told(question: Question, *more: Override) -> Question:
    names = {override.name for override in more}
    kept = tuple(override for override in question.scenario.overrides if override.name not in names)
    return replace(question, scenario=replace(question.scenario, overrides=(*kept, *more)))


@slow
@given(questions(payers=("fixed", "frontier", "path")), st.sampled_from(SWITCHES))
def test_one_more_limit_is_never_earlier(question: Question, name: str) -> None:
    assume(name != "algorithmic_jump")
    if name == "context_length":  # some draws of its default prior are shorter than the reference of 2,048 tokens
        question = told(question, Override("context_length.tokens", 32_768))
    if name == "commoditization" and question.payer.usd_2023 is not None and question.payer.growth is None:
        question = replace(question, payer=Payer(), cost_scope="final_run")  # rounds otherwise: see the next test
    off, on = (SOLVER.arrivals(switched(question, name, state)) for state in (False, True))
    assert (off.index <= on.index).all()
    assert (off.classes <= on.classes).all()
    assert np.greater_equal(off.cdf, on.cdf).all()


@slow
@given(questions(payers=("fixed",)), st.floats(1.01, 90))
def test_a_ceiling_counts_only_under_the_budget(question: Question, factor: float) -> None:
    """Over the budget it changes nothing; under it the ceiling is the budget, but in single precision on the other side
    of the comparison: that rounds by 2e-6 of an order of magnitude, which now and then is a month in one draw.
    """
    usd = question.payer.usd_2023
    free = SOLVER.arrivals(switched(question, "commoditization", False))
    above, under = (
        SOLVER.arrivals(switched(told(question, Override("commoditization.usd_2023", most)), "commoditization", True))
        for most in (usd * factor, usd / factor)
    )
    poorer = replace(question, payer=Payer.fixed(usd / factor))
    assert above.index.tolist() == free.index.tolist()
    moved = np.abs(under.index - SOLVER.arrivals(switched(poorer, "commoditization", False)).index)
    assert moved.max() <= 1 and moved.sum() <= 1


@slow
@given(questions())
def test_a_jump_of_algorithms_is_never_later(question: Question) -> None:
    off, on = (SOLVER.arrivals(switched(question, "algorithmic_jump", state)) for state in (False, True))
    assert (on.index <= off.index).all() and (on.classes <= off.classes).all()


def path(plan: Plan, name: str) -> Any:
    simulation = SOLVER.simulation(plan)
    if name in ("flop", "spend"):
        return simulation.largest(name)  # type: ignore[arg-type]
    return simulation.latent.log10_price if name == "price" else simulation.run_residual


@slow
@given(questions(), st.sampled_from(sorted(INPUTS)), st.sampled_from(SWITCHES), st.floats(0.1, 0.9))
def test_nothing_unfitted_changes_another_components_draws(
    question: Question, name: str, switch: str, p: float
) -> None:
    other = told(question, Override(name, float(INPUTS[name].prior.ppf(p))))
    assume(switch not in ("chips", "power", "data", "data_movement"))
    other = switched(other, switch, not dict(question.scenario.switches).get(switch, False))
    before, after = SOLVER.plan(question), SOLVER.plan(other)
    assert all(np.array_equal(path(before, one), path(after, one)) for one in PATHS)
    drawn, redrawn = SOLVER.assumed(before), SOLVER.assumed(after)
    assert all(np.array_equal(drawn(one), redrawn(one)) for one in INPUTS if one != name)
    laws = SOLVER.law(before), SOLVER.law(after)
    if laws[0] is not None and laws[1] is not None:
        assert all(
            np.array_equal(getattr(laws[0], one), getattr(laws[1], one)) for one in ("b", "floor_nats", "omega_z")
        )


@slow
@given(questions(), st.sampled_from(sorted(FITTED)), st.floats(0, 1))
def test_setting_what_was_fitted_leaves_the_other_draws_as_they_are(
    question: Question, name: str, share: float
) -> None:
    low, high = FITTED[name]
    plain = replace(question, scenario=Scenario("plain", (), question.scenario.switches))
    plan, other = SOLVER.plan(plain), SOLVER.plan(told(plain, Override(name, low + share * (high - low))))
    assert all(np.array_equal(path(plan, one), path(other, one)) for one in PATHS if one not in TOUCHED[name])
    block, _, variable = name.partition(".")
    was, became = (SOLVER.simulation(one).posterior.blocks for one in (plan, other))
    assert len(set(became[block][variable].tolist())) == 1
    for other_block, values in was.items():
        for one in values:
            if (other_block, one) != (block, variable):
                assert np.array_equal(values[one], became[other_block][one])


@slow
@given(questions(payers=("fixed", "frontier", "path")))
def test_a_limit_that_is_switched_off_is_not_told(question: Question) -> None:
    answer = SOLVER.ask(question)
    said = dict(question.scenario.switches)
    assert all(said.get(limit.limit, True) for limit in answer.binding_limits)
    assert answer.binding_limits[0].limit == "money"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions(payers=("fixed",)), st.sampled_from(["frontier_compute", "price", "spend"]), st.booleans())
def test_a_condition_and_its_contrary_share_out_the_draws(question: Question, driver: Any, least: bool) -> None:
    many = stalling_solver(2 * LEAST_DRAWS + 40)
    question = replace(question, max_draws=1000)
    plan = many.plan(question)
    simulation = many.simulation(plan)
    paths = {
        "frontier_compute": simulation.largest("flop"),
        "spend": simulation.largest("spend"),
        "price": simulation.price(question.price_basis),
    }
    below, above = np.sort(paths[driver][:, 61])[[simulation.posterior.draws // 2 - 1, simulation.posterior.draws // 2]]
    assume(above - below > 1e-9)  # spend may lie at its ceiling in many draws
    middle = 10 ** float((below + above) / 2)
    sides = ("at_least", "at_most") if least else ("at_most", "at_least")
    parts = [
        many.arrivals(replace(question, condition=Condition(driver, side, middle, date(2031, 12, 5))))  # type: ignore[arg-type]
        for side in sides
    ]
    whole = many.arrivals(question)
    assert sum(part.draws for part in parts) == whole.draws
    assert sorted([*parts[0].index, *parts[1].index]) == sorted(whole.index)
    assert sum(part.counts[3] for part in parts) == whole.counts[3]
