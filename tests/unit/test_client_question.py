"""Keywords become the message that a server reads, and come back the same; contradictions never leave the client."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.arguments import algorithms_of, law_of
from forecast.families import LogNormal as EngineLogNormal
from timelines import (
    Beta,
    Condition,
    Interval,
    InvalidQuestionError,
    LogNormal,
    LogUniform,
    Normal,
    Point,
    Question,
    Tabulated,
    Uniform,
)
from timelines.question import question_of
from timelines.requests import asked_question, question_message
from timelines.resource_requests import resource_name, study_request, training_compute_request
from timelines.v1 import question_pb2 as pb

positive = st.floats(1e-3, 1e30)
years = st.dates().map(str)
beliefs = st.one_of(
    st.builds(Normal, positive, positive),
    st.builds(LogNormal, positive, positive),
    st.builds(Uniform, positive, positive),
    st.builds(LogUniform, positive, positive),
    st.builds(Point, positive),
    st.builds(Interval, positive, positive, st.booleans()),
    st.builds(Tabulated, st.lists(positive, min_size=1).map(tuple), st.lists(positive, min_size=1).map(tuple)),
    st.builds(Beta, positive, positive),
)
scales = st.text(min_size=1)
on_a_scale = st.one_of(
    st.fixed_dictionaries({"loss": positive, "scale": scales}),
    st.fixed_dictionaries({"reducible_loss": positive, "scale": scales}),
    st.fixed_dictionaries(
        {"bits_per_character": positive, "scale": scales}, optional={"characters_per_token": positive}
    ),
    st.fixed_dictionaries(
        {"indistinguishable_tokens": positive, "scale": scales},
        optional={"judge_confidence": positive, "slowdown": beliefs},
    ),
)
targets = st.one_of(
    on_a_scale,
    st.fixed_dictionaries({"flop": positive}),
    st.fixed_dictionaries({"gpt3": positive}),
    st.fixed_dictionaries({"brain_seconds": positive}, optional={"brain_flop_per_s": beliefs}),
    st.fixed_dictionaries({"brain_flop_per_s": beliefs}),
)
payers = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"budget_usd": positive}),
    st.fixed_dictionaries({"budget_usd": positive, "currency_year": st.integers(1900, 2100)}),
    st.fixed_dictionaries({"budget_usd": positive, "nominal_inflation": positive}),
    st.fixed_dictionaries(
        {"spend_usd": positive, "spend_from": years, "spend_growth": beliefs}, optional={"spend_ceiling_usd": positive}
    ),
    st.fixed_dictionaries({"payer": st.sampled_from(["frontier_spend", "unlimited"])}),
)
paces = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"algorithms": st.sampled_from(["off", "8mo", "16mo"])}),
    st.fixed_dictionaries(
        {"algorithms": st.builds(LogNormal, positive, positive)}, optional={"algorithms_ceiling_oom": positive}
    ),
)
laws = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"law": st.sampled_from(["pooled", "power_law"])}, optional={"noise": positive}),
    st.fixed_dictionaries({"law": st.just("mixture")}, optional={"noise": positive, "power_law_weight": positive}),
    st.just({"law": "kaplan"}),
)
rest = st.fixed_dictionaries(
    {},
    optional={
        "criterion": st.sampled_from(["affordable", "on_trend", "inference_affordable"]),
        "cost_scope": st.sampled_from(["final_run", "with_staff", "development"]),
        "scenario": st.one_of(st.text(), st.fixed_dictionaries({"name": st.text(min_size=1)})),
        "condition": st.builds(
            Condition, st.sampled_from(["price", "spend"]), st.sampled_from(["at_least", "at_most"]), positive, years
        ),
        "limit_effects": st.just(True),
        "price": st.sampled_from(["realised", "list_rental", "amortized_purchase"]),
        "as_of": st.dates().map(str),
        "posterior": st.text(),
        "horizon": st.text(),
        "quantiles": st.lists(st.floats(), min_size=1).map(tuple),
        "by_years": st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1).map(tuple),
        "seed": st.integers(0, 2**32 - 1),
        "max_draws": st.integers(-(2**31), 2**31 - 1),
    },
)


@given(targets, payers, paces, laws, rest)
def test_a_question_comes_back_as_it_was_asked(
    target: dict[str, Any], payer: dict[str, Any], pace: dict[str, Any], law: dict[str, Any], others: dict[str, Any]
) -> None:
    question = Question(**target, **payer, **pace, **(law if "scale" in target else {}), **others)
    message = question_message(question)
    assert repr(asked_question(message)) == repr(question)  # a NaN equals no NaN
    assert question_message(asked_question(message)).SerializeToString(deterministic=True) == (
        message.SerializeToString(deterministic=True)
    )


def test_what_is_left_out_is_left_to_the_server() -> None:
    message = question_message(Question(flop=1e29))
    assert [field.name for field, _ in message.ListFields()] == ["target"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "question.target"),
        ({"flop": 1e29, "gpt3": 10.0}, "question.target"),
        ({"loss": 1.2}, "question.target.loss.scale"),
        ({"scale": "kaplan-webtext2", "flop": 1e29}, "question.target.loss.scale"),
        ({"flop": 1e29, "budget_usd": 1e9, "payer": "frontier_spend"}, "question.payer.fixed_usd_2023"),
        ({"flop": 1e29, "budget_usd": 1e9, "spend_usd": 1e9}, "question.payer.fixed_usd_2023"),
        ({"flop": 1e29, "payer": "unlimited", "spend_usd": 1e9}, "question.payer.spend_path"),
        ({"flop": 1e29, "spend_usd": 1e9, "spend_from": "2027-01-01"}, "question.payer.spend_path"),
        ({"flop": 1e29, "currency_year": 2020}, "question.payer.stated"),
        ({"flop": 1e29, "budget_usd": 1, "currency_year": 2020, "nominal_inflation": 0.02}, "question.payer.stated"),
        ({"reducible_loss": 0.2}, "question.target.reducible_loss.scale"),
        ({"flop": 1e29, "slowdown": 3.0}, "question.target.indistinguishable_tokens.slowdown"),
        ({"brain_flop_per_s": "fast"}, "question.target.brain_anchor.flop_per_s"),
        ({"brain_flop_per_s": (3.0, 1.0)}, "question.target.brain_anchor.flop_per_s"),
        ({"brain_flop_per_s": {"normally": {}}}, "question.target.brain_anchor.flop_per_s"),
        ({"brain_flop_per_s": {}}, "question.target.brain_anchor.flop_per_s"),
        ({"brain_flop_per_s": LogNormal("x", 1.0)}, "question.target.brain_anchor.flop_per_s.log_normal.median"),
        ({"flop": 1e29, "cost_scope": "all"}, "question.cost_scope"),
        ({"flop": 1e29, "condition": "soon"}, "question.condition"),
        ({"flop": 1e29, "condition": "gdp >= 3 by 2030-01-01"}, "question.condition.driver"),
        ({"flop": 1e29, "scenario": 3}, "question.scenario.name"),
        ({"flop": 1e29, "scenario": {"overrides": 3}}, "question.scenario.inline"),
        ({"flop": 1e29, "limit_effects": 1}, "question.limit_effects"),
        ({"loss": 1.2, "scale": "s", "power_law_weight": 0.1}, "question.law.mixture.power_law_weight"),
        ({"flop": 1e29, "payer": "me"}, "question.payer"),
        ({"flop": 1e29, "criterion": "soon"}, "question.criterion"),
        ({"flop": 1e29, "price": "free"}, "question.price_basis"),
        ({"flop": 1e29, "law": "pooled"}, "question.law"),
        ({"loss": 1.2, "scale": "s", "law": "kaplan", "noise": 0.1}, "question.law.published.name"),
        ({"flop": 1e29, "algorithms_ceiling_oom": 3.0}, "question.algorithms.ceiling_oom"),
        ({"flop": 1e29, "algorithms": "7mo"}, "question.algorithms"),
        ({"flop": 1e29, "algorithms": (9.0, 3.0)}, "question.algorithms.prior.halving_months"),
        ({"flop": "1e29"}, "question.target.training_flop"),
        ({"flop": 1e29, "budget_usd": [1]}, "question.payer.fixed_usd_2023"),
        ({"flop": 1e29, "quantiles": ()}, "question.quantiles"),
        ({"flop": 1e29, "quantiles": [0.1, None]}, "question.quantiles[1]"),
        ({"flop": 1e29, "by_years": [2030.5]}, "question.by_years[0]"),
        ({"flop": 1e29, "seed": -1}, "question.seed"),
        ({"flop": 1e29, "seed": 2**32}, "question.seed"),
        ({"flop": 1e29, "max_draws": True}, "question.max_draws"),
        ({"flop": 1e29, "horizon": 2060}, "question.horizon"),
        ({"flop": 1e29, "posterior": "\ud800"}, "question.posterior"),
        ({"flp": 1e29}, "question"),
    ],
)
def test_what_cannot_be_asked_names_its_field(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidQuestionError) as caught:
        question_message(question_of(asked))
    assert [violation.field for violation in caught.value.field_violations] == [field]
    assert caught.value.code == "INVALID_ARGUMENT"
    assert isinstance(caught.value, ValueError)


def test_something_that_is_no_question_is_refused() -> None:
    with pytest.raises(InvalidQuestionError, match="not int"):
        question_of(3)  # type: ignore[arg-type]


def test_an_interval_is_the_prior_that_the_command_line_makes_of_it() -> None:
    message = question_message(Question(flop=1e29, algorithms=(6, 12)))
    months = message.algorithms.prior.halving_months
    expected = EngineLogNormal.from_interval(6, 12)
    assert (months.median, months.sd_ln) == (expected.median, expected.sd_ln)
    assert question_message(Question(flop=1e29, algorithms=LogNormal.from_interval(6, 12))) == message


def test_noise_alone_means_the_pooled_law_as_in_the_library() -> None:
    law = question_message(Question(loss=1.2, scale="s", noise=0.02)).law
    library = law_of(None, 0.02)
    assert library is not None
    assert (law.WhichOneof("law"), law.pooled.relative_noise) == (library.kind, library.relative_noise)


@pytest.mark.parametrize("name", ["off", "8mo", "16mo"])
def test_presets_have_the_names_of_the_library(name: str) -> None:
    library = algorithms_of(name, None)
    assert library is not None
    sent = question_message(Question(flop=1e29, algorithms=name)).algorithms.preset  # type: ignore[arg-type]
    assert pb.AlgorithmsPreset.Name(sent) == f"ALGORITHMS_PRESET_{library.kind.upper()}"


def test_a_date_may_be_a_date() -> None:
    assert question_message(Question(flop=1e29, as_of=date(2020, 7, 27))).as_of == "2020-07-27"


def test_numbers_of_numpy_are_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    asked = Question(
        flop=numpy.float32(1e29), by_years=numpy.array([2030]), seed=numpy.int64(3), quantiles=numpy.ones(2)
    )
    message = question_message(asked)
    assert (message.seed, list(message.by_years), list(message.quantiles)) == (3, [2030], [1.0, 1.0])


@pytest.mark.parametrize("name", ["kaplan-webtext2", "scales/kaplan-webtext2"])
def test_a_resource_may_be_named_with_or_without_its_collection(name: str) -> None:
    assert resource_name("scales", name) == "scales/kaplan-webtext2"


@pytest.mark.parametrize("factors", [{}, {"parameters": 1.0}, {"parameters": 1.0, "tokens": 1.0, "chips": 1.0}])
def test_training_compute_takes_one_road(factors: dict[str, float]) -> None:
    with pytest.raises(InvalidQuestionError, match="give parameters and tokens, or chips"):
        training_compute_request(**factors)


def study(points: list[Any]) -> Any:
    return study_request(
        "mine",
        points,
        corpus="c",
        eval_set="e",
        source="s",
        published_on=date(2026, 1, 2),
        tokenizer="",
        relative_noise=None,
        request_id=None,
        validate_only=False,
    )


def test_each_study_gets_an_id_of_its_own() -> None:
    one, other = study([(1e20, 3.0)]), study([(1e20, 3.0)])
    assert one.request_id != other.request_id
    assert one.published_on == "2026-01-02"


def test_a_point_that_is_no_pair_names_its_row() -> None:
    with pytest.raises(InvalidQuestionError) as caught:
        study([(1e20, 3.0), (1e21,)])
    assert caught.value.field_violations[0].field == "points[1]"
