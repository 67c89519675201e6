"""Inverses and fans as JSON: what protobuf's own JSON makes of their messages, to the letter and in its order."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from forecast.engine.encode_inverse import affordable_loss_dict, required_budget_dict, trajectory_dict
from forecast.forecaster import Forecaster
from tests.synthetic import synthetic_posterior
from timelines_server.converters.inverses import affordable_loss_proto, required_budget_proto
from timelines_server.converters.trajectory import trajectory_proto

LOSS: dict[str, Any] = {"loss": 0.86, "scale": "kaplan-webtext2"}


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(200))


def as_protobuf(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
    return told


def assert_same(ours: Any, theirs: Any) -> None:
    """Equal, with the same order of keys."""
    assert ours == theirs
    if isinstance(ours, dict):
        assert list(ours) == list(theirs)
        for name in ours:
            assert_same(ours[name], theirs[name])
    elif isinstance(ours, list):
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other)


@pytest.mark.parametrize("law", ["pooled", "kaplan", "mixture"])
def test_a_loss_is_its_message(law: str) -> None:
    found = forecaster().affordable_loss(forecaster().question(**LOSS, law=law), "2030-01-01")
    told = affordable_loss_dict(found)
    assert_same(told, as_protobuf(affordable_loss_proto(found)))
    assert "target" not in told["question"]
    assert ("reducible_nats_per_token" in told) == (law == "pooled")


@pytest.mark.parametrize(
    ("asked", "budgets"), [({"flop": 1e29}, [1e9, 1e10]), (LOSS, []), ({"scenario": "jones-j4"}, [1e6])]
)
def test_a_budget_is_its_message(asked: dict[str, Any], budgets: list[float]) -> None:
    question = forecaster().question(**asked)
    found = forecaster().required_budget(question, ["2030-01-01", "2040-01-01"], budgets)
    told = required_budget_dict(found)
    assert_same(told, as_protobuf(required_budget_proto(found)))
    assert "payer" not in told["question"]
    assert ("surface" in told) == bool(budgets)


@pytest.mark.parametrize("driver", ["frontier_compute", "price", "algorithms", "limit_chips", "cost_of_target"])
def test_a_fan_is_its_message(driver: Any) -> None:
    asked = LOSS if driver == "cost_of_target" else {}
    found = forecaster().fan(driver, (0.1, 0.5, 0.95), **asked, horizon="2028-01")
    told = trajectory_dict(found)
    assert_same(told, as_protobuf(trajectory_proto(found)))
    assert ("Infinity" in told["bands"][-1]["log10_value"]) == (driver == "cost_of_target")
