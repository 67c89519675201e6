"""What is known of one question helps another only where their draws are the same: they differ by numbers alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import pytest

from forecast.engine.assumptions import Algorithms
from forecast.engine.question import Law, Payer, Question, Scenario, Target
from forecast.engine.scenario import CHANGERS, PHYSICAL_LIMITS, Override, SwitchName
from forecast.engine.solver import Solver
from forecast.families import LogUniform
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import Posterior

SCALE, DRAWS = "kaplan-webtext2", 300
FLOP = Question(Target.training_flop(1e29), Payer.fixed(1e9), max_draws=DRAWS)
LOSS = replace(FLOP, target=Target.loss(1.24, SCALE))
FACTORS = (1.0, 1 + 1e-9, 1 + 2e-9)


@cache
def posterior() -> Posterior:
    """The shipped one: its draws differ enough for a mistake to be seen."""
    return artefact.read(selection.reference().path)


def switched(*names: SwitchName, on: bool = True) -> Scenario:
    """A scenario that differs by switches; its name is always the same."""
    return Scenario("one", switches=tuple((name, on) for name in names))


def assumed(name: str, value: float) -> Scenario:
    return Scenario("one", overrides=(Override(name, value),))


TARGETS = [
    Target.reducible_loss(1.24, SCALE),
    Target.bits_per_character(1.24, SCALE, 4.0),
    Target.bits_per_character(1.24, SCALE, 3.5),
    Target.loss(1.24, "chinchilla-massivetext"),
    Target.indistinguishable_tokens(1e4, SCALE),
    Target.indistinguishable_tokens(1e4, SCALE, judge_confidence=0.8),
    Target.indistinguishable_tokens(1e4, SCALE, slowdown=LogUniform(2.0, 20.0)),
    Target.brain_anchor(1e9),
    Target.brain_anchor(1e9, LogUniform(1e13, 1e17)),
]
ALIKE: list[Question] = [
    FLOP,
    LOSS,
    *(replace(FLOP, target=target) for target in TARGETS),
    *(replace(LOSS, scenario=switched(name)) for name in CHANGERS),
    *(replace(FLOP, scenario=switched(name)) for name in CHANGERS),
    *(replace(LOSS, scenario=switched(name, on=False)) for name in PHYSICAL_LIMITS),
    replace(LOSS, scenario=switched(*CHANGERS)),
    replace(LOSS, scenario=assumed("run.months", 5.0)),
    replace(LOSS, scenario=assumed("run.months", 6.0)),
    replace(LOSS, scenario=assumed("context_length.tokens", 1e6)),
    replace(LOSS, scenario=Scenario("one", (Override("context_length.tokens", 1e6),), (("context_length", True),))),
    replace(LOSS, scenario=Scenario("one", (Override("context_length.tokens", 1e7),), (("context_length", True),))),
    replace(LOSS, law=Law(relative_noise=0.02)),
    replace(LOSS, law=Law("published", "kaplan")),
    replace(LOSS, algorithms=Algorithms("off")),
    replace(LOSS, algorithms=Algorithms("16mo")),
    replace(LOSS, price_basis="list_rental"),
    replace(LOSS, cost_scope="with_staff"),
    replace(LOSS, horizon="2045-12"),
    replace(LOSS, seed=5),
    replace(LOSS, max_draws=200),
    replace(LOSS, quantiles=(0.3, 0.6)),
    replace(LOSS, by_years=(2033,)),
    replace(LOSS, limit_effects=True),
    replace(LOSS, scenario=switched("algorithmic_jump")),
    *(replace(LOSS, payer=payer) for payer in (Payer(), Payer.unlimited())),
    *(replace(FLOP, payer=payer) for payer in (Payer(), Payer.unlimited())),
    replace(FLOP, payer=Payer(), criterion="on_trend"),
    replace(LOSS, payer=Payer(), criterion="on_trend"),
    replace(FLOP, payer=Payer(), criterion="inference_affordable", inference_usd_per_100_pages=0.01),
    replace(FLOP, payer=Payer(), criterion="inference_affordable", inference_usd_per_100_pages=0.02),
]


def at(question: Question, factor: float) -> Question:
    """Another of its family: another sum, or where there is none another target."""
    if question.payer.kind == "fixed_usd_2023":
        return replace(question, payer=Payer.fixed(1e9 * factor))
    return replace(question, target=replace(question.target, value=question.target.value * factor))


@cache
def alone(i: int, factor: float) -> str:
    """The answer of a solver that was asked nothing else."""
    return Solver(posterior()).ask(at(ALIKE[i], factor)).to_json()


@pytest.mark.parametrize("order", range(3))
def test_an_answer_is_the_same_whatever_was_asked_before(order: int) -> None:
    """Each is asked with three numbers, so that the later ones are answered from what is known of those before."""
    solver, asked = Solver(posterior()), [(i, factor) for factor in FACTORS for i in range(len(ALIKE))]
    if order:
        Random(order).shuffle(asked)
    wrong = [(ALIKE[i], k) for i, k in asked if solver.ask(at(ALIKE[i], k)).to_json() != alone(i, k)]
    assert wrong == []


def test_they_differ() -> None:
    """A mistake would be seen: each of them has an answer of its own."""
    assert len({alone(i, 1.0) for i in range(len(ALIKE))}) == len(ALIKE)
