"""Questions that differ by numbers alone are settled and planned once, and told apart by their numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from forecast.engine import family, settle
from forecast.engine.condition import Condition
from forecast.engine.encode import scenario_hash
from forecast.engine.memory import KEPT_COUNTED, KEPT_SCENARIOS, NEARBY_BYTES, Memory
from forecast.engine.plan import plan_of
from forecast.engine.question import Law, Payer, Question, Scenario, Target
from forecast.engine.scenario import Override
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior
from tests.synthetic import synthetic_posterior

SCALE = "kaplan-webtext2"
FLOP = Question(Target.training_flop(1e29), Payer.fixed(1e9))
EARLY = Condition("frontier_compute", "at_least", 1e29, date(2032, 12, 31))


@cache
def posterior() -> Posterior:
    return synthetic_posterior(300)


def planned(question: Question) -> object:
    """Without a family."""
    return plan_of(settle.settle(question, posterior()), posterior(), None)


TARGETS = [
    lambda k: Target.training_flop(1e29 * k),
    lambda k: Target.gpt3_multiple(3e5 * k),
    lambda k: Target.loss(2.0 * k, SCALE),
    lambda k: Target.reducible_loss(0.4 * k, SCALE),
    lambda k: Target.bits_per_character(0.7 * k, SCALE, 4.5),
    lambda k: Target.bits_per_character(0.7 * k, SCALE),
    lambda k: Target.indistinguishable_tokens(1e4 * k, SCALE),
    lambda k: Target.brain_anchor(1e9 * k),
]
PAYERS = [lambda k: Payer.fixed(1e9 * k), lambda _: Payer(), lambda _: Payer.unlimited()]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("payer", PAYERS)
def test_the_plan_of_another_number_is_the_one_that_the_question_alone_has(target: object, payer: object) -> None:
    solver = Solver(posterior())
    for k in (1.0, 1.25, 0.8):
        asked = Question(target(k), payer(2 * k))  # type: ignore[operator]
        assert solver.plan(asked) == planned(asked)
    assert len(solver._memory.families._kept) == 1


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("payer", PAYERS)
@pytest.mark.parametrize("k", [1.0, 1.25])
def test_an_answer_is_the_same_after_another_number_was_asked_for(target: object, payer: object, k: float) -> None:
    first, asked = (Question(target(by), payer(by)) for by in (1.1, k))  # type: ignore[operator]
    solver = Solver(posterior())
    solver.ask(first)
    answers = [solver.ask(asked).to_json(), Solver(posterior()).ask(asked).to_json()]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("value", "usd"),
    [(1e29, 1e9), (1e9, 1e9), (5.0, 25.0), (25.0, 5.0), (29.0, 2029.0), (0.1 + 3.2, 1e19), (1e58, 1.0)],
)
def test_the_hash_of_what_moves_the_arrivals_is_that_of_the_whole_text(value: float, usd: float) -> None:
    """Also where a number stands in the text twice, or within another one."""
    for scenario in (Scenario("five", overrides=(Override("run.months", 5.0),)), Scenario("plain")):
        solver = Solver(posterior())
        for k in (1.0, 1.5):
            asked = Question(Target.training_flop(value * k), Payer.fixed(usd * k), scenario=scenario)
            settled = settle.settle(asked, posterior())
            assert solver.ask(asked).provenance.scenario_hash == scenario_hash(settled)


@pytest.mark.parametrize("payer", [Payer.fixed(1e9), Payer()])
def test_the_text_that_is_hashed_is_made_once(payer: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    solver, asked = Solver(posterior()), Question(Target.loss(2.0, SCALE), payer)
    solver.ask(asked)
    monkeypatch.setattr(family, "scenario_text", None)
    other = replace(asked, target=Target.loss(2.1, SCALE))
    assert solver.ask(other).provenance.scenario_hash == scenario_hash(settle.settle(other, posterior()))


def test_what_is_not_a_number_makes_another_family() -> None:
    others = [
        replace(FLOP, horizon="2050-01"),
        replace(FLOP, quantiles=(0.5,)),
        replace(FLOP, by_years=(2031,)),
        replace(FLOP, payer=Payer()),
        replace(FLOP, target=Target.gpt3_multiple(1e5)),
        replace(FLOP, scenario=Scenario("five", overrides=(Override("run.months", 5.0),))),
        replace(FLOP, cost_scope="with_staff"),
        Question(Target.loss(2.0, SCALE), FLOP.payer),
        Question(Target.loss(2.0, SCALE), FLOP.payer, law=Law()),
    ]
    solver = Solver(posterior())
    for question in (FLOP, *others):
        assert solver.ask(question).to_json() == Solver(posterior()).ask(question).to_json()
    assert len(solver._memory.families._kept) == 1 + len(others)


def test_what_is_remembered_of_families_and_levels_is_bounded() -> None:
    memory = Memory()
    solver = Solver(posterior(), memory=memory)
    for i in range(KEPT_SCENARIOS + 20):
        asked = replace(FLOP, seed=7, quantiles=((i + 1) / 1000,), max_draws=100)
        for k in (1.0, 1.0001):
            solver.plan(replace(asked, payer=Payer.fixed(1e9 * k)))
    assert memory.families.held == KEPT_SCENARIOS and memory.grounds.held == 1
    for i in range(300):
        for k in (1.0, 1.0001):
            solver.ask(replace(FLOP, target=Target.training_flop(10 ** (26 + i / 50) * k), max_draws=200))
    assert 0 < memory.nearby.held <= NEARBY_BYTES


def test_an_answer_is_recalled_from_what_is_known_nearby_and_not_before() -> None:
    solver, asked = Solver(posterior()), [replace(FLOP, payer=Payer.fixed(1e9 * (1 + 1e-6 * i))) for i in range(4)]
    assert solver.recall(asked[0]) is None
    solver.ask(asked[0])
    alone = [Solver(posterior()).ask(question).to_json() for question in asked]
    for question, expected in zip(asked, alone, strict=True):
        told = solver.recall(question)
        assert told is not None and told.to_json() == expected
    assert solver._memory.nearby.held > 0


@pytest.mark.parametrize("more", [{"limit_effects": True}, {"condition": EARLY}])
def test_what_counting_cannot_tell_is_not_answered_by_it(more: dict[str, Any]) -> None:
    many = synthetic_posterior(900)
    solver, near = Solver(many), [replace(FLOP, payer=Payer.fixed(1e9 * (1 + 1e-6 * i))) for i in range(1, 7)]
    for question in near[:3]:
        solver.ask(question)
    for question in near[3:]:
        asked = replace(question, **more)
        assert solver.ask(asked).to_json() == Solver(many).ask(asked).to_json()
    assert solver._memory.counted.held == 1


def test_answers_found_by_counting_push_out_none_that_was_worked_out() -> None:
    memory = Memory()
    solver, first = Solver(posterior(), memory=memory), replace(FLOP, limit_effects=True)
    worked_out = solver.ask(first)
    for i in range(1, 3 * KEPT_COUNTED):
        solver.ask(replace(FLOP, payer=Payer.fixed(1e9 * (1 + 1e-6 * i))))
    assert solver.recall(first) is worked_out
    assert (memory.counted.held, memory.answers.held) == (KEPT_COUNTED, 3)


def test_threads_that_ask_at_once_are_told_the_same() -> None:
    solver, asked = Solver(posterior()), [replace(FLOP, payer=Payer.fixed(1e9 * (1 + i / 500))) for i in range(60)]
    with ThreadPoolExecutor(8) as threads:
        found = [answer.to_json() for answer in threads.map(solver.ask, asked * 2)]
    fresh = Solver(posterior())
    assert found == [fresh.ask(question).to_json() for question in asked] * 2
