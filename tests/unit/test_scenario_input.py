"""What is wrong with a question, its scenario or its condition gets one clear error that names the field."""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from typing import Any

import pytest

from forecast.engine.condition import Condition
from forecast.engine.question import Law, Payer, Question, Target
from forecast.engine.scenario import MAX_OVERRIDES, PHYSICAL_LIMITS, Override, Scenario
from forecast.engine.solver import Solver
from forecast.errors import InputError, UnknownNameError
from forecast.families import LogNormal, Point, Uniform
from tests.synthetic import synthetic_posterior

RUN = Target.training_flop(1e29)
KAPLAN, GADRE = "kaplan-webtext2", "gadre-c4-c4val"
PATH = {"from_date": date(2026, 1, 1), "growth": Point(0.3)}
OFF = tuple((limit, False) for limit in PHYSICAL_LIMITS)
SPEND = Condition("spend", "at_least", 1e9, date(2030, 1, 1))


@cache
def now() -> Solver:
    return Solver(synthetic_posterior(500))


@cache
def in_2020() -> Solver:
    return Solver(synthetic_posterior(500, as_of=date(2020, 7, 27), prior_only=["loss", "scales"]))


def refused(make: Any) -> InputError:
    with pytest.raises(InputError) as found:
        make()
    assert found.value.exit_code == 2 and "\n" not in found.value.message
    return found.value


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Target.reducible_loss(-0.1, KAPLAN), "target.reducible_loss.nats_per_token"),
        (lambda: Target.bits_per_character(-1.0, KAPLAN), "target.bits_per_character.value"),
        (lambda: Target.bits_per_character(0.7, KAPLAN, math.nan), "target.bits_per_character.characters_per_token"),
        (lambda: Target.bits_per_character(0.7, ""), "target.bits_per_character.scale"),
        (lambda: Target.indistinguishable_tokens(0.0, KAPLAN), "target.indistinguishable_tokens.tokens"),
        (
            lambda: Target.indistinguishable_tokens(1e4, KAPLAN, 0.5),
            "target.indistinguishable_tokens.judge_confidence",
        ),
        (lambda: Target.brain_anchor(-1.0), "target.brain_anchor.training_seconds"),
        (
            lambda: Target("training_flop", 1e28, judge_confidence=0.9),
            "target.indistinguishable_tokens.judge_confidence",
        ),
        (
            lambda: Target("loss", 1.2, KAPLAN, characters_per_token=4.0),
            "target.bits_per_character.characters_per_token",
        ),
        (lambda: Payer("spend_path", math.nan, **PATH), "payer.spend_path.usd_2023"),
        (lambda: Payer("spend_path", 1e8), "payer.spend_path"),
        (lambda: Payer("spend_path", 1e8, **PATH, ceiling_usd_2023=1e7), "payer.spend_path.ceiling_usd_2023"),
        (lambda: Payer("fixed_usd_2023", 1e8, **PATH), "payer.spend_path"),
        (lambda: Payer("unlimited", 1e8), "payer.fixed_usd_2023"),
        (lambda: Payer("stated"), "payer.stated"),
        (lambda: Payer.nominal(math.nan, 0.02), "payer.stated.usd"),
        (lambda: Payer.nominal(1e9, 7.0), "payer.stated.nominal_inflation"),
        (lambda: Law("pooled", power_law_weight=0.1), "law.mixture.power_law_weight"),
        (lambda: Law("mixture", power_law_weight=1.0), "law.mixture.power_law_weight"),
        (lambda: Question(RUN, cost_scope="with_staff"), "cost_scope"),
        (lambda: Question(RUN, Payer.unlimited(), cost_scope="development"), "cost_scope"),
        (lambda: Question(RUN, Payer.fixed(1e9), cost_scope="everything"), "cost_scope"),
        (lambda: Question(RUN, Payer.unlimited(), "on_trend"), "payer.unlimited"),
        (lambda: Question(RUN, Payer.fixed(1e9), "inference_affordable"), "payer.fixed_usd_2023"),
        (lambda: Question(RUN, criterion="inference_affordable"), "inference_usd_per_100_pages"),
        (lambda: Question(RUN, inference_usd_per_100_pages=1.0), "inference_usd_per_100_pages"),
        (
            lambda: Question(RUN, criterion="inference_affordable", inference_usd_per_100_pages=-1.0),
            "inference_usd_per_100_pages",
        ),
        (lambda: Question(), "target"),
        (lambda: Override("run.months"), "scenario.overrides[run.months]"),
        (lambda: Override("run.months", 3.0, Uniform(2, 9)), "scenario.overrides[run.months]"),
        (lambda: Override("run.months", math.nan), "scenario.overrides[run.months]"),
        (lambda: Scenario(switches=(("chips", True), ("chips", False))), "scenario.switches"),
        (lambda: Scenario(switches=(("money", False),)), "scenario.switches[0].switch"),
        (lambda: Scenario(overrides=(Override("run.months", 3), Override("run.months", 4))), "scenario.overrides"),
        (
            lambda: Scenario(overrides=tuple(Override(f"x.{i}", 1.0) for i in range(MAX_OVERRIDES + 1))),
            "scenario.overrides",
        ),
        (lambda: Condition("weather", "at_least", 1.0, date(2030, 1, 1)), "condition.driver"),
        (lambda: Condition("spend", "over", 1.0, date(2030, 1, 1)), "condition.comparison"),
        (lambda: Condition("spend", "at_least", -1.0, date(2030, 1, 1)), "condition.value"),
        (lambda: Condition("spend", "at_least", 1e9, "soon"), "condition.by"),
    ],
)
def test_what_contradicts_itself_is_refused_where_it_is_made(make: Any, field: str) -> None:
    assert refused(make).field == field


@pytest.mark.parametrize(
    ("question", "field", "message"),
    [
        (Question(RUN, horizon="2026-10"), "horizon", "give a month from 2026-11"),
        (
            Question(RUN, Payer.unlimited(), scenario=Scenario(switches=OFF)),
            "payer.unlimited",
            "leaves nothing that limits a run",
        ),
        (
            Question(Target.bits_per_character(0.7, GADRE)),
            "target.bits_per_character.characters_per_token",
            "kaplan-webtext2",
        ),
        (
            Question(Target.reducible_loss(0.1, KAPLAN), law=Law.published("kaplan")),
            "law",
            "choose the law pooled, or state the loss itself",
        ),
        (
            Question(Target.indistinguishable_tokens(1e4, KAPLAN), law=Law("mixture")),
            "law",
            "has none in some draws",
        ),
        (Question(Target.reducible_loss(0.1, KAPLAN), law=Law("power_law")), "law", "has none"),
        (Question(RUN, Payer.of_year(1e9, 2020)), "payer.stated", "through a Forecaster"),
        (
            Question(RUN, condition=Condition("spend", "at_least", 1e30, date(2030, 1, 1))),
            "condition",
            "holds in 0 of 500 draws, and an answer needs 400",
        ),
        (
            Question(RUN, condition=Condition("spend", "at_least", 1.0, date(2026, 10, 1))),
            "condition.by",
            "from the as-of month 2026-11",
        ),
        (
            Question(RUN, condition=Condition("spend", "at_least", 1.0, date(2099, 1, 1))),
            "condition.by",
            "within 600 months",
        ),
    ],
)
def test_what_a_posterior_cannot_answer_is_refused_with_a_remedy(question: Question, field: str, message: str) -> None:
    error = refused(lambda: now().ask(question))
    assert error.field == field
    assert message in error.message


def test_an_unknown_input_is_refused_with_those_like_it() -> None:
    asked = Question(RUN, scenario=Scenario(overrides=(Override("power.watts", 1e9),)))
    error = refused(lambda: now().ask(asked))
    assert isinstance(error, UnknownNameError)
    assert error.field == "scenario.overrides[power.watts]"
    assert "most like it: power.watts_2030" in error.message


@pytest.mark.parametrize(
    ("question", "field", "what"),
    [
        (Question(RUN, scenario=Scenario(switches=(("power", True),))), "scenario", "run.months"),
        (Question(RUN, scenario=Scenario(switches=(("chips", True),))), "scenario.switches", "no count of chips"),
        (Question(RUN, scenario=Scenario(switches=(("algorithmic_jump", True),))), "scenario", "algorithmic_jump"),
        (Question(RUN, Payer.fixed(1e8), cost_scope="with_staff"), "scenario", "cost_scope.staff"),
        (Question(Target.brain_anchor()), "scenario", "brain.flop_per_s"),
        (Question(RUN, Payer.unlimited()), "payer.unlimited", "leaves nothing that limits a run"),
    ],
)
def test_priors_newer_than_the_forecast_are_refused(question: Question, field: str, what: str) -> None:
    error = refused(lambda: in_2020().ask(question))
    assert error.field == field
    assert what in error.message


@pytest.mark.parametrize(
    "question",
    [
        Question(Target.brain_anchor(flop_per_s=LogNormal(1e15, 2.0))),
        Question(Target.brain_anchor(), scenario=Scenario(overrides=(Override("brain.flop_per_s", 1e15),))),
        Question(
            RUN,
            Payer.fixed(1e8),
            cost_scope="with_staff",
            scenario=Scenario(overrides=(Override("cost_scope.staff", 1.5),)),
        ),
        Question(
            RUN,
            Payer.fixed(1e8),
            scenario=Scenario(
                switches=(("data_movement", True),),
                overrides=(
                    Override("run.months", 3.0),
                    Override("data_movement.wall_log10_flop", 30.0),
                    Override("data_movement.growth_oom_per_year", 0.1),
                ),
            ),
        ),
    ],
)
def test_a_prior_of_ones_own_may_be_older_than_the_published_one(question: Question) -> None:
    assert in_2020().ask(question).provenance.as_of == "2020-07-27"


def test_as_of_2020_money_is_the_only_limit_that_is_known() -> None:
    assert [limit.limit for limit in in_2020().ask(Question(RUN)).binding_limits] == ["money"]


def test_a_condition_that_nearly_always_holds_changes_nearly_nothing() -> None:
    always = Question(RUN, condition=Condition("spend", "at_least", 1.0, date(2030, 1, 1)))
    assert now().ask(always).quantiles == now().ask(Question(RUN)).quantiles
    assert now().ask(always).provenance.draws == 500


def test_a_question_takes_from_its_scenario_what_it_leaves_out_and_keeps_what_it_says() -> None:
    scenario = Scenario(target=RUN, payer=Payer.fixed(1e9), price_basis="list_rental", cost_scope="with_staff")
    filled = Question(scenario=scenario)
    assert (filled.target, filled.payer, filled.price_basis) == (RUN, Payer.fixed(1e9), "list_rental")
    assert filled.cost_scope == "with_staff"
    told = Question(Target.training_flop(1e28), Payer.fixed(1e8), price_basis="realised", scenario=scenario)
    assert (told.target.value, told.payer.usd_2023, told.price_basis) == (1e28, 1e8, "realised")
    assert Question(RUN).under(scenario) == Question(RUN, scenario=scenario)
