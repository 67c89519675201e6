"""By how much each limit moves an answer: what asking again without it says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from forecast.engine.answer import BindingLimit
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.engine.scenario import PHYSICAL_LIMITS, SWITCHES, Override, Scenario
from forecast.engine.solver import Solver
from tests.money_alone import NO_PHYSICAL_LIMITS
from tests.synthetic import synthetic_posterior

LOSS = Target.loss(1.3, "kaplan-webtext2")
EVERYTHING = Scenario("everything", switches=tuple((name, True) for name in SWITCHES))


@cache
def solver() -> Solver:
    return Solver(synthetic_posterior(500))


def limits(question: Question) -> dict[str, BindingLimit]:
    return {limit.limit: limit for limit in solver().ask(question).binding_limits}


def without(question: Question, name: str) -> Question:
    if name == "money":
        return replace(question, payer=Payer.unlimited())
    switches = {**dict(question.scenario.switches), name: False}
    return replace(question, scenario=replace(question.scenario, switches=tuple(switches.items())))


@pytest.mark.parametrize("payer", [Payer(), Payer.fixed(1e10)])
@pytest.mark.parametrize("target", [LOSS, Target.training_flop(3e30)])
def test_an_effect_is_what_asking_again_without_the_limit_says(target: Target, payer: Payer) -> None:
    asked = Question(target, payer, limit_effects=True, scenario=EVERYTHING)
    answer, found = solver().ask(asked), limits(asked)
    expected = ["money", *PHYSICAL_LIMITS, *(("scaling_break", "context_length") if target.is_loss else ())]
    assert list(found) == [*expected, "commoditization"]
    for name, limit in found.items():
        other = solver().ask(without(asked, name))
        assert limit.p_by_horizon_without == other.cdf.probability[-1], name
        assert limit.median_without == (None if other.median > 2100 else other.median), name
        both = limit.median_without is not None and answer.median < 2100
        assert limit.years_moved == (answer.median - other.median if both else None), name


def test_no_limit_makes_an_answer_earlier() -> None:
    scenario = Scenario(switches=(("commoditization", True),))
    found = limits(Question(Target.training_flop(1e30), limit_effects=True, scenario=scenario))
    assert all(limit.years_moved is None or limit.years_moved >= 0 for limit in found.values())
    assert any(limit.years_moved for limit in found.values())


def test_effects_are_left_out_unless_they_are_asked_for() -> None:
    assert all(limit.median_without is limit.years_moved is None for limit in limits(Question(LOSS)).values())


def test_without_any_limit_everything_but_the_impossible_is_there_at_once() -> None:
    """A loss under the floor stays out of reach, however much can be paid."""
    asked = Question(
        Target.loss(0.86, "kaplan-webtext2"),
        Payer.fixed(1e9),
        law=Law(),
        algorithms=Algorithms("off"),
        limit_effects=True,
        scenario=NO_PHYSICAL_LIMITS,
    )
    (money,) = solver().ask(asked).binding_limits
    (reason,) = (one for one in solver().ask(asked).never_reasons if "no compute" in one.reason)
    assert reason.probability > 0.1
    assert money.p_by_horizon_without == pytest.approx(1 - reason.probability, abs=1e-12)


def test_a_limit_that_lies_far_above_is_never_waited_for() -> None:
    far = Scenario(overrides=(Override("power.watts_2030", 1e14), Override("data_movement.wall_log10_flop", 60.0)))
    found = limits(Question(LOSS, limit_effects=True, scenario=far))
    for name in ("power", "data_movement"):
        assert (found[name].share_of_arrivals, found[name].share_at_horizon) == (0.0, 0.0)
        assert found[name].years_moved in (0.0, None)


def test_a_limit_that_lies_far_below_is_what_every_draw_waits_for() -> None:
    near = Scenario(overrides=(Override("power.watts_2030", 1e5), Override("power.growth_oom_per_year", 0.2)))
    found = limits(Question(Target.training_flop(1e26), scenario=near, horizon="2035-12"))
    assert found["power"].share_of_arrivals == found["power"].share_at_horizon == 1.0


def test_a_change_counts_where_it_moves_the_requirement_or_the_budget() -> None:
    switches = (("commoditization", True), ("context_length", True), ("scaling_break", True))
    said = (
        Override("commoditization.usd_2023", 1.0),
        Override("context_length.tokens", 2048),
        Override("scaling_break.log10_flop", 60.0),
    )
    asked = Question(Target.loss(2.2, "kaplan-webtext2"), scenario=Scenario(overrides=said, switches=switches))
    found = limits(asked)
    assert found["commoditization"].share_at_horizon == 1.0
    assert found["context_length"].share_of_arrivals == found["scaling_break"].share_of_arrivals == 0.0


def test_the_components_of_a_mixture_are_the_answers_of_each_form() -> None:
    asked = Question(LOSS, law=Law("mixture", power_law_weight=0.2))
    found = {component.name: component for component in solver().ask(asked).components}
    assert {name: one.weight for name, one in found.items()} == {"pooled": 0.8, "power_law": 0.2}
    for name, component in found.items():
        alone = solver().ask(replace(asked, law=Law(name)))  # type: ignore[arg-type]
        assert component.quantiles == alone.quantiles
        assert component.p_never == alone.p_never
