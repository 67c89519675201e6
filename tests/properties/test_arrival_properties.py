"""Whatever is asked under whatever scenario: more money is never later, masses add up, the same seed the same bytes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.engine.arrival import ArrivalDistribution, distribution, first_passage
from forecast.engine.question import Algorithms, Payer, Question, Target
from forecast.engine.solver import Solver
from tests.random_questions import budgets, horizons, questions, run_targets, stalling_solver

SOLVER = stalling_solver(100)
HARDER_WITH_MORE = ("training_flop", "gpt3_multiple", "brain_anchor", "indistinguishable_tokens")

slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def arrivals(question: Question) -> ArrivalDistribution:
    return SOLVER.arrivals(question)


def assert_no_later(sooner: ArrivalDistribution, later: ArrivalDistribution) -> None:
    assert (sooner.index <= later.index).all()
    assert (sooner.classes <= later.classes).all()
    assert np.greater_equal(sooner.cdf, later.cdf).all()


@slow
@given(questions(payers=("fixed", "path")), st.floats(1, 1000))
def test_a_larger_budget_is_never_later(question: Question, factor: float) -> None:
    payer = question.payer
    ceiling = None if payer.ceiling_usd_2023 is None else payer.ceiling_usd_2023 * factor
    more = replace(payer, usd_2023=min(payer.usd_2023 * factor, 1e20), ceiling_usd_2023=ceiling)
    assert_no_later(arrivals(replace(question, payer=more)), arrivals(question))


@slow
@given(questions(payers=("unlimited",)), budgets)
def test_money_without_limit_is_never_later_than_any_budget(question: Question, usd: float) -> None:
    assert_no_later(arrivals(question), arrivals(replace(question, payer=Payer.fixed(usd))))
    assert_no_later(arrivals(question), arrivals(replace(question, payer=Payer())))


@slow
@given(questions(), st.floats(0.3, 1.0))
def test_a_lower_loss_or_a_larger_run_is_never_earlier(question: Question, factor: float) -> None:
    target = question.target
    value = target.value / factor if target.kind in HARDER_WITH_MORE else target.value * factor
    if target.kind == "brain_anchor" and any(o.name == "brain.training_seconds" for o in question.scenario.overrides):
        value = target.value  # the scenario's seconds go before the target's
    harder = replace(question, target=replace(target, value=min(value, 1e60)))
    assert_no_later(arrivals(question), arrivals(harder))


@slow
@given(questions())
def test_more_algorithmic_progress_is_never_later(question: Question) -> None:
    assert_no_later(arrivals(question), arrivals(replace(question, algorithms=Algorithms("off"))))


@slow
@given(questions())
def test_quantiles_never_fall(question: Question) -> None:
    answer = SOLVER.ask(question)
    order = ["already", "within_horizon", "beyond_horizon", "never"]
    ranks = [(order.index(q.position), q.decimal_year or math.inf) for q in answer.quantiles]
    assert ranks == sorted(ranks)
    assert all(q.mcse_years is None or q.mcse_years >= 0 for q in answer.quantiles)


@slow
@given(questions())
def test_masses_and_shares_sum_to_one(question: Question) -> None:
    answer = SOLVER.ask(question)
    within = answer.cdf.probability[-1] - answer.cdf.probability[0]
    assert answer.p_already + within + answer.p_beyond_horizon + answer.p_never == pytest.approx(1, abs=1e-12)
    assert sum(reason.probability for reason in answer.never_reasons) == pytest.approx(answer.p_never, abs=1e-12)
    assert answer.cdf.probability[0] == answer.p_already
    limits = [b for b in answer.binding_limits if b.limit in ("money", "chips", "power", "data", "data_movement")]
    if limits:
        assert sum(limit.share_at_horizon for limit in limits) == pytest.approx(1, abs=1e-12)
        some = 1.0 if answer.cdf.probability[-1] else 0.0
        assert sum(limit.share_of_arrivals for limit in limits) == pytest.approx(some, abs=1e-12)


@slow
@given(questions())
def test_p_by_year_never_falls_and_is_the_distribution(question: Question) -> None:
    answer = SOLVER.ask(question)
    probabilities = [p.probability for p in answer.p_by_year]
    assert probabilities == sorted(probabilities)
    assert list(answer.cdf.probability) == sorted(answer.cdf.probability)
    assert all(p.probability == answer.p_by(p.year) for p in answer.p_by_year)


@slow
@given(questions(), horizons)
def test_p_never_does_not_know_the_horizon_and_p_beyond_falls_with_it(question: Question, other: str) -> None:
    near, far = sorted((question.horizon, other))
    first, second = (arrivals(replace(question, horizon=horizon)) for horizon in (near, far))
    assert first.p_never == second.p_never
    assert first.p_beyond >= second.p_beyond
    assert np.array_equal(first.cdf, second.cdf[: first.within])


@slow
@given(questions())
def test_what_never_arrives_has_no_month(question: Question) -> None:
    found = arrivals(question)
    assert (found.index[found.never] == len(found.years)).all()


@slow
@given(questions())
def test_the_same_question_gives_the_same_bytes(question: Question) -> None:
    assert Solver(SOLVER.posterior).ask(question).to_json() == SOLVER.ask(question).to_json()


@slow
@given(questions(kinds=run_targets))
def test_a_multiple_of_gpt3_is_its_compute(question: Question) -> None:
    flop = 3.14e23 * 10**4.321
    run, multiple = (
        replace(question, target=target) for target in (Target.training_flop(flop), Target.gpt3_multiple(10**4.321))
    )
    assert arrivals(run).index.tolist() == arrivals(multiple).index.tolist()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 80), st.integers(0, 2**31))
def test_first_passage_counts_the_months_under_the_requirement(draws: int, months: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    paths = np.maximum.accumulate(rng.integers(0, 12, (draws, months)).astype(float), axis=1)
    goal = rng.integers(-1, 14, draws).astype(float)
    found = first_passage(paths, goal)
    assert found.tolist() == (paths < goal[:, None]).sum(axis=1).tolist()
    assert distribution(np.arange(months, dtype=float), found, True, months).draws == draws
