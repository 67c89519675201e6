"""Distributions, events and scenarios in a client's question, said in several ways, and read back out of an answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from forecast import families
from tests.good_questions import GOOD
from tests.good_questions import message as good_message
from timelines import Condition, Question
from timelines.belief_messages import belief_message
from timelines.requests import asked_question, question_message
from timelines.v1 import question_pb2 as pb


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("9.84 to 290", {"interval_90": {"low": 9.84, "high": 290.0, "log": True}}),
        ("-0.1..0.3", {"interval_90": {"low": -0.1, "high": 0.3}}),
        ((1, 4), {"interval_90": {"low": 1.0, "high": 4.0, "log": True}}),
        (3, {"point": 3.0}),
        ("0.25", {"point": 0.25}),
        ('{"point": 2}', {"point": 2.0}),
        ({"beta": {"a": 1, "b": 2}}, {"beta": {"a": 1.0, "b": 2.0}}),
        (families.Normal(0.0, 1.0, "a source"), {"normal": {"sd": 1.0}}),
        (families.Point(2.0), {"point": 2.0}),
        (families.Tabulated((1, 2), (0.1, 1)), {"tabulated": {"value": [1.0, 2.0], "probability": [0.1, 1.0]}}),
    ],
)
def test_a_belief_may_be_said_in_several_ways(said: Any, kind: dict[str, Any]) -> None:
    assert MessageToDict(belief_message(said, "there"), preserving_proto_field_name=True) == kind


def test_an_event_may_be_said_in_words() -> None:
    said = question_message(Question(flop=1e29, condition="frontier_compute >= 1e28 by 2028-12-31")).condition
    made = Condition("frontier_compute", "at_least", 1e28, date(2028, 12, 31))
    assert question_message(Question(flop=1e29, condition=made)).condition == said


def test_a_price_of_pages_is_a_criterion_of_its_own() -> None:
    message = question_message(Question(flop=1e29, inference_usd_per_100_pages=0.5))
    assert message.criterion == pb.CRITERION_INFERENCE_AFFORDABLE


def test_a_scenario_may_have_the_target() -> None:
    message = question_message(Question(scenario="gwern-g3"))
    assert message.scenario.name == "gwern-g3" and not message.HasField("target")


@pytest.mark.parametrize("fields", GOOD, ids=lambda fields: " ".join(fields))
def test_whatever_a_server_settles_can_be_read_and_asked_again(fields: dict[str, Any]) -> None:
    message = good_message(fields)
    again = question_message(asked_question(message))
    if message.payer.HasField("converted_from"):  # it is converted again
        assert again.payer.stated == message.payer.converted_from
        again.payer.CopyFrom(message.payer)
    assert again == message
