"""A plain loop over draws and months, written from the equations, gives every answer exactly.

Exactly is meant: the same month in every draw, the same shares and dates to the last bit. Rounding could tie only where
a requirement lies within 1e-13 of a number in single precision, or two limits within 2e-6 of each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.engine.condition import LEAST_DRAWS, Condition
from forecast.engine.question import Question
from forecast.engine.solver import Solver
from forecast.errors import InputError
from tests.oracle_answer import Told, tell, without
from tests.oracle_feed import told
from tests.random_questions import questions, stalling_solver

LIKELY = {
    "frontier_compute": (1e27, 1e32),
    "spend": (1e8, 1e13),
    "price": (1e-20, 1e-17),
    "algorithms": (1.0, 1e4),
}
"""Bounds in which an event's value is drawn, evenly on the logarithm."""


@st.composite
def events(draw: st.DrawFn) -> Condition:
    """An event on any driver, likely or not."""
    driver = draw(st.sampled_from(list(LIKELY)))
    low, high = LIKELY[driver]
    value = low * (high / low) ** draw(st.floats(0, 1))
    day = draw(st.dates(date(2026, 11, 1), date(2045, 12, 31)))
    return Condition(driver, draw(st.sampled_from(["at_least", "at_most"])), value, day)  # type: ignore[arg-type]


@settings(max_examples=70, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions())
def test_a_plain_loop_gives_the_same_answer(question: Question) -> None:
    solver = stalling_solver(100)
    assert_agrees(solver, question, told(solver, question))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions(payers=("fixed", "frontier", "path", "unlimited")))
def test_a_plain_loop_without_a_limit_gives_its_effect(question: Question) -> None:
    solver = stalling_solver(100)
    answer, expected = solver.ask(replace(question, limit_effects=True)), told(solver, question)
    middle = expected.median()
    for limit in answer.binding_limits:
        other = tell(expected.draws, without(expected.asked, limit.limit), expected.years)
        assert limit.median_without == other.median()
        assert limit.p_by_horizon_without == other.p_within()
        both = middle is not None and other.median() is not None
        assert limit.years_moved == (middle - other.median() if both else None)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions(), events())
def test_a_plain_loop_gives_the_same_answer_under_a_condition(question: Question, event: Condition) -> None:
    solver = stalling_solver(LEAST_DRAWS + 100)
    question = replace(question, max_draws=1000, condition=event, horizon=min(question.horizon, "2040-12"))
    expected = told(solver, question)
    if len(expected.found) < LEAST_DRAWS:
        with pytest.raises(InputError, match=f"holds in {len(expected.found)} of") as refused:
            solver.ask(question)
        assert refused.value.field == "condition"
        return
    answer = solver.ask(question)
    assert answer.provenance.draws == len(expected.found) >= LEAST_DRAWS
    assert_agrees(solver, question, expected)


def assert_agrees(solver: Solver, question: Question, expected: Told) -> None:
    found, answer = solver.arrivals(question), solver.ask(question)
    assert found.index.tolist() == [one.month for one in expected.found]
    names = ["already", "within_horizon", "beyond_horizon", "never"]
    assert [names[place] for place in found.classes] == [one.name for one in expected.found]
    assert [answer.p_already, answer.p_beyond_horizon, answer.p_never] == [
        expected.mass(name) for name in ("already", "beyond_horizon", "never")
    ]
    assert [(q.position, q.decimal_year) for q in answer.quantiles] == [
        expected.quantile(q.probability) for q in answer.quantiles
    ]
    assert [p.probability for p in answer.p_by_year] == [expected.p_by_end_of(p.year) for p in answer.p_by_year]
    assert [(b.limit, b.share_of_arrivals, b.share_at_horizon) for b in answer.binding_limits] == expected.binding()
