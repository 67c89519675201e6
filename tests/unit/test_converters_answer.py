"""An answer on the wire is the answer, and its JSON is the library's to the letter."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from functools import cache
from typing import Any, get_args

import pytest
from google.protobuf.json_format import MessageToDict, MessageToJson, Parse

from forecast.engine import answer as engine
from forecast.engine import parts
from forecast.engine.arrival import POSITIONS, Position
from forecast.engine.condition import Condition
from forecast.engine.question import Law, Payer, Question, Target
from forecast.engine.scenario import Override, Scenario
from forecast.families import LogNormal, Normal
from forecast.forecaster import Forecaster
from tests.synthetic import synthetic_posterior
from timelines.v1 import answer_pb2 as pb
from timelines_server.converters import answer as converter
from timelines_server.converters.answer import answer_bytes, answer_proto

NOWCAST = {"rows": 0, "inside_80": 0.0, "reach": 0.34, "median_inside_99": True, "window": [2024.0, 2025.5]}


@cache
def forecaster() -> Forecaster:
    posterior = synthetic_posterior(
        400, status="FLAGGED", reasons=["nowcast: thin"], nowcast=NOWCAST, hindsight_rows={"training_runs": 3}
    )
    return Forecaster(posterior)


KINDS: dict[str, dict[str, Any]] = {
    "a loss": {"loss": 1.24, "scale": "kaplan-webtext2"},
    "a loss out of reach": {"loss": 0.2, "scale": "kaplan-webtext2", "budget_usd": 1e3},
    "a published law": {"loss": 0.86, "scale": "kaplan-webtext2", "law": "kaplan", "algorithms": "off"},
    "a mixture": {"loss": 0.86, "scale": "kaplan-webtext2", "law": "mixture", "noise": 0.02},
    "on trend": {"flop": 1e29, "criterion": "on_trend", "seed": 0},
    "a short horizon": {"gpt3": 1e5, "budget_usd": 10**6, "price": "list_rental", "horizon": "2027-03"},
    "a prior of integers": {"flop": 1e30, "algorithms": LogNormal(9, 1), "algorithms_ceiling_oom": 3},
    "whole numbers": {"flop": 10**28, "quantiles": [0.5], "by_years": [2030], "max_draws": 100},
}


RUN = Target.training_flop(1e29)
LOSS = Target.loss(1.24, "kaplan-webtext2")
BITS = Target.bits_per_character(0.5, "kaplan-webtext2")
PATH = Payer.spend_path(1e8, date(2026, 1, 1), Normal(0.2, 0.1), 1e12)
OVERRIDES = (Override("run.months", 6.0), Override("power.watts_2030", prior=LogNormal(5e9, 0.3, "Somebody.")))
ASKED: dict[str, Question] = {
    "every part": Question(BITS, Payer.fixed(1e6), law=Law("mixture"), limit_effects=True),
    "a growing budget": Question(RUN, PATH, cost_scope="with_staff"),
    "no limit of money": Question(RUN, Payer.unlimited()),
    "a scenario": Question(LOSS, scenario=Scenario("ours", OVERRIDES, (("power", True), ("scaling_break", True)))),
    "an event": Question(RUN, condition=Condition("spend", "at_least", 1e9, date(2029, 1, 1))),
    "the price of pages": Question(LOSS, criterion="inference_affordable", inference_usd_per_100_pages=0.01),
    "a brain": Question(Target.brain_anchor()),
    "tokens": Question(Target.indistinguishable_tokens(1e4, "kaplan-webtext2")),
}


@pytest.fixture(params=[*KINDS.values(), *ASKED.values()], ids=[*KINDS, *ASKED])
def answer(request: pytest.FixtureRequest) -> engine.Answer:
    asked = request.param
    return forecaster().ask(asked) if isinstance(asked, Question) else forecaster().when(**asked)


def test_json_is_what_protobuf_makes_of_the_message(answer: engine.Answer) -> None:
    message = answer_proto(answer)
    assert MessageToDict(message, preserving_proto_field_name=True) == answer.to_dict()
    text = MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False, indent=2)
    assert text + "\n" == answer.to_json()


def test_json_is_read_back_as_the_message(answer: engine.Answer) -> None:
    assert Parse(answer.to_json(), pb.Answer()) == answer_proto(answer)


def test_the_same_answer_has_the_same_bytes(answer: engine.Answer) -> None:
    again = forecaster().ask(answer.question)
    sent = answer_proto(answer).SerializeToString(deterministic=True)
    assert answer_proto(replace(again)).SerializeToString() == sent


def test_the_bytes_are_those_that_protobuf_writes(answer: engine.Answer) -> None:
    written = answer_bytes(answer)
    assert pb.Answer.FromString(written).SerializeToString(deterministic=True) == written
    assert answer_bytes(answer) is written  # an answer that is remembered is written once
    assert answer_bytes(replace(answer, data_notice="another")) != written


def test_no_field_of_an_answer_is_forgotten() -> None:
    pairs = (
        (engine.Answer, pb.Answer),
        (parts.Quantile, pb.Quantile),
        (parts.NeverReason, pb.NeverReason),
        (parts.YearProbability, pb.YearProbability),
        (parts.BindingLimit, pb.BindingLimit),
        (parts.LawComponent, pb.LawComponent),
        (parts.PosteriorStatus, pb.PosteriorGate),
        (parts.Nowcast, pb.Nowcast),
        (parts.Choice, pb.Choice),
        (parts.Provenance, pb.Provenance),
        (parts.HindsightRows, pb.HindsightRows),
    )
    for ours, wire in pairs:
        assert {field.name for field in fields(ours)} == set(wire.DESCRIPTOR.fields_by_name), ours
    told = forecaster().ask(ASKED["every part"])
    assert told.cdf.to_dict().keys() == set(pb.Cdf.DESCRIPTOR.fields_by_name)
    sent = answer_proto(told)
    assert {field.name for field, _ in sent.ListFields()} == set(pb.Answer.DESCRIPTOR.fields_by_name)
    assert {field.name for field, _ in sent.provenance.ListFields()} == set(pb.Provenance.DESCRIPTOR.fields_by_name)


def test_a_zero_that_was_computed_is_told() -> None:
    message = answer_proto(forecaster().when(flop=1e29, criterion="on_trend"))
    assert message.HasField("p_never") and message.p_never == 0.0
    assert message.posterior.nowcast.HasField("inside_80") and message.posterior.nowcast.inside_80 == 0.0


def test_every_position_has_its_number_and_its_name() -> None:
    assert set(converter.POSITIONS.number) == set(get_args(Position)) == set(POSITIONS)
    for names, enum in (
        (converter.POSITIONS, pb.Position),
        (converter.LIMITS, pb.Limit),
        (converter.STATUSES, pb.PosteriorStatus),
    ):
        assert sorted(names.name) == sorted(number for number in enum.values() if number)
