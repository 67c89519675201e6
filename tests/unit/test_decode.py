"""What is written as JSON is read back as it was, and nothing else is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given

from forecast.engine.answer import Answer
from forecast.engine.decode import answer_from_dict, question_from_dict
from forecast.engine.encode import question_dict
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.engine.solver import Solver
from forecast.errors import InputError
from forecast.priors import LogNormal
from tests.strategies import questions
from tests.synthetic import synthetic_posterior

JsonObject = dict[str, Any]


@cache
def solver(status: str) -> Solver:
    nowcast = {"rows": 14, "inside_80": 0.0, "reach": 0.34, "median_inside_99": True, "window": [2024.0, 2025.5]}
    flagged = {"status": status, "reasons": ["nowcast: thin"], "nowcast": nowcast, "hindsight_rows": {"spend": 3}}
    return Solver(synthetic_posterior(200, **(flagged if status == "FLAGGED" else {})))


ASKED = {
    "a run": Question(Target.training_flop(1e29)),
    "a fixed sum": Question(Target.gpt3_multiple(1e5), Payer.fixed(1e9), price_basis="list_rental"),
    "on trend, of no years": Question(Target.training_flop(1e29), criterion="on_trend", by_years=()),
    "a loss": Question(Target.loss(0.86, "kaplan-webtext2"), law=Law("mixture", relative_noise=0.02)),
    "a published law": Question(Target.loss(1.24, "kaplan-webtext2"), law=Law.published("kaplan")),
    "a prior": Question(Target.loss(2.0, "cerebras-pile"), algorithms=Algorithms("prior", LogNormal(9.0, 0.5), 4.0)),
    "no date": Question(Target.training_flop(1e40), Payer.fixed(1e3), horizon="2029-12"),
}


@cache
def answered(name: str, status: str = "PASSED") -> Answer:
    return solver(status).ask(ASKED[name])


def told() -> JsonObject:
    parsed: JsonObject = json.loads(answered("a run", "FLAGGED").to_json())
    return parsed


@pytest.mark.parametrize("status", ["PASSED", "FLAGGED"])
@pytest.mark.parametrize("name", ASKED)
def test_an_answer_is_read_back_as_it_was(name: str, status: str) -> None:
    answer = answered(name, status)
    assert answer_from_dict(answer.to_dict()) == answer
    assert answer_from_dict(json.loads(answer.to_json())).to_json() == answer.to_json()


@given(questions())
def test_every_question_is_read_back_as_it_was(question: Question) -> None:
    assert question_from_dict(json.loads(json.dumps(question_dict(question)))) == question


def test_only_where_a_prior_comes_from_is_lost() -> None:
    told = LogNormal(9.0, 0.5, "the asker's")
    question = Question(Target.training_flop(1e29), algorithms=Algorithms("prior", told))
    read = question_from_dict(question_dict(question)).algorithms
    assert read == Algorithms("prior", replace(told, source=""))


def test_what_a_question_leaves_out_takes_its_default() -> None:
    assert question_from_dict({"target": {"training_flop": 10**29}}) == ASKED["a run"]
    read = question_from_dict({"target": {"training_flop": 1.0}, "as_of": "2020-07-27", "seed": 3})
    assert (read.as_of, read.seed, read.law) == (date(2020, 7, 27), 3, None)


def test_lists_that_are_empty_may_be_there_or_not() -> None:
    full = told()
    full["never_reasons"] = []
    full["provenance"]["hindsight_rows"] = []
    bare = told()
    bare.pop("never_reasons", None)
    del bare["provenance"]["hindsight_rows"]
    assert answer_from_dict(full) == answer_from_dict(bare)


def put(*steps: str | int, value: Any) -> Callable[[JsonObject], None]:
    def change(whole: JsonObject) -> None:
        inner: Any = whole
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = value

    return change


def drop(*steps: str | int) -> Callable[[JsonObject], None]:
    def change(whole: JsonObject) -> None:
        inner: Any = whole
        for step in steps[:-1]:
            inner = inner[step]
        del inner[steps[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (put("p_sometimes", value=0.5), "p_sometimes"),
        (put("question", "budget", value=1e9), "question.budget"),
        (put("question", "target", "loss", value={}), "question.target.loss.nats_per_token"),
        (put("question", "target", "gpt3_multiple", value=2.0), "question.target"),
        (put("question", "target", value={}), "question.target"),
        (put("question", "criterion", value="on_trend"), "question.criterion"),
        (put("question", "algorithms", value={"ceiling_oom": 3.0}), "question.algorithms"),
        (put("question", "as_of", value="soon"), "question.as_of"),
        (put("question", "quantiles", 1, value="0.5"), "question.quantiles[1]"),
        (put("quantiles", 2, "position", value=2), "quantiles[2].position"),
        (put("quantiles", value={}), "quantiles"),
        (put("p_never", value=True), "p_never"),
        (put("p_by_year", 0, "year", value=2030.0), "p_by_year[0].year"),
        (put("data_notice", value=None), "data_notice"),
        (put("cdf", value=[]), "cdf"),
        (drop("p_never"), "p_never"),
        (drop("provenance", "seed"), "provenance.seed"),
        (drop("posterior", "nowcast", "reach"), "posterior.nowcast.reach"),
        (drop("choices", 0, "words"), "choices[0].words"),
    ],
)
def test_what_is_unknown_missing_or_wrong_is_refused_by_its_path(
    change: Callable[[JsonObject], None], field: str
) -> None:
    whole = told()
    change(whole)
    with pytest.raises(InputError) as refused:
        answer_from_dict(whole)
    assert refused.value.field == field
    assert field in refused.value.message or field.rpartition(".")[2] in refused.value.message
