"""The same question through the library, the handler and the wire gives the same numbers, to the last bit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict

from forecast.engine.question import Question
from forecast.families import LogNormal
from forecast.forecaster import Forecaster
from tests.service.running import RunningServer
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines_server.converters.question import question_proto
from timelines_server.handlers.forecast import ForecastHandlers
from timelines_server.resources import Resources
from timelines_server.state.current import Current
from timelines_server.work import Work

KAPLAN = {"scale": "kaplan-webtext2"}
ASKED: dict[str, dict[str, Any]] = {
    "a loss": {"loss": 1.24, **KAPLAN},
    "a loss for a sum": {"loss": 0.86, **KAPLAN, "budget_usd": 1e9, "noise": 0.02},
    "a published law": {"loss": 0.86, **KAPLAN, "law": "kaplan", "algorithms": "off", "budget_usd": 1e9},
    "a mixture": {"loss": 2.0, "scale": "chinchilla-massivetext", "law": "mixture"},
    "a run for a sum": {"flop": 1e29, "budget_usd": 1e9, "price": "amortized_purchase", "quantiles": (0.01, 0.99)},
    "on trend": {"flop": 1e29, "criterion": "on_trend", "by_years": (2028, 2031), "horizon": "2040-06"},
    "as of 2020": {"loss": 1.7, **KAPLAN, "budget_usd": 1e8, "as_of": "2020-07-27"},
    "a prior of one's own": {"gpt3": 1e6, "algorithms": LogNormal(11.0, 0.4), "seed": 7},
    "under a ceiling": {"loss": 0.86, **KAPLAN, "algorithms": "16mo", "algorithms_ceiling_oom": 2.5, "max_draws": 500},
    "above the floor": {"reducible_loss": 0.2, **KAPLAN, "cost_scope": "development", "budget_usd": 1e10},
    "in bits": {"bits_per_character": 0.8, **KAPLAN, "law": "power_law", "limit_effects": True},
    "tokens": {"indistinguishable_tokens": 1e3, "scale": "cerebras-pile", "budget_usd": 1e9, "currency_year": 2020},
    "a brain": {"brain_seconds": 1e9, "payer": "unlimited"},
    "a growing budget": {"flop": 1e29, "spend_usd": 1e8, "spend_from": "2026-01-01", "spend_growth": "0.1 to 0.4"},
    "a scenario": {"loss": 1.24, **KAPLAN, "scenario": "gwern-2020-compute-trend"},
    "an event": {"flop": 1e29, "condition": "frontier_compute >= 1e28 by 2028-12-31"},
    "pages": {"loss": 1.24, **KAPLAN, "inference_usd_per_100_pages": 0.01},
}


def question(asked: dict[str, Any]) -> Question:
    """The question that `Forecaster.when` makes of its arguments."""
    return forecaster().question(**asked)


@cache
def forecaster() -> Forecaster:
    return Forecaster.load()


@pytest.fixture(scope="module")
def stub(server: RunningServer) -> Iterator[ForecastServiceStub]:
    with grpc.insecure_channel(server.address) as channel:
        yield ForecastServiceStub(channel)


def from_the_handler(asked: Question) -> dict[str, Any]:
    work = Work()
    current = Current()
    current.use(Forecaster.load())
    handlers = ForecastHandlers(Resources(current, work))
    try:
        return asyncio.run(handlers.forecast(asked)).to_dict()
    finally:
        work.close()


def from_the_wire(stub: ForecastServiceStub, asked: Question) -> dict[str, Any]:
    request = pb.ForecastRequest(question=question_proto(asked))
    return MessageToDict(stub.Forecast(request, timeout=60).answer, preserving_proto_field_name=True)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_library_handler_and_wire_give_one_answer(stub: ForecastServiceStub, asked: dict[str, Any]) -> None:
    answer = forecaster().when(**asked).to_dict()
    assert from_the_handler(question(asked)) == answer
    cold, hot = from_the_wire(stub, question(asked)), from_the_wire(stub, question(asked))
    assert cold == answer
    assert hot == answer


def test_the_settled_question_gives_the_same_answer_again(stub: ForecastServiceStub) -> None:
    first = stub.Forecast(pb.ForecastRequest(question=question_proto(question(ASKED["as of 2020"]))), timeout=60)
    again = stub.Forecast(pb.ForecastRequest(question=first.answer.question), timeout=60)
    told = MessageToDict(again.answer, preserving_proto_field_name=True)
    assert told["question"] == MessageToDict(first.answer.question, preserving_proto_field_name=True)
    assert told["quantiles"] == MessageToDict(first.answer, preserving_proto_field_name=True)["quantiles"]


@pytest.mark.parametrize("driver", ["frontier_compute", "price", "algorithms", "spend", "limit_money", "limit_chips"])
def test_a_fan_is_the_librarys(stub: ForecastServiceStub, driver: Any) -> None:
    fan = forecaster().fan(driver, (0.1, 0.5), horizon="2035-12")
    request = pb.TrajectoryRequest(driver=f"DRIVER_{driver.upper()}", quantiles=[0.1, 0.5], horizon="2035-12")
    sent = stub.Trajectory(request, timeout=60)
    assert [list(band.log10_value) for band in sent.bands] == fan.values.tolist()
    assert [point.decimal_year for point in sent.observed] == fan.observed_year.tolist()


def test_draws_are_the_librarys(stub: ForecastServiceStub) -> None:
    asked = question(ASKED["a loss for a sum"])
    chunks = stub.StreamDraws(pb.StreamDrawsRequest(question=question_proto(asked)), timeout=60)
    sent = [year for chunk in chunks for year in chunk.decimal_year]
    assert sent == forecaster().draws(asked).decimal_year.tolist()


def test_inverses_are_the_librarys(stub: ForecastServiceStub) -> None:
    asked, days, sums = question(ASKED["a loss"]), ["2028-01-01", "2035-06-01"], [1e8, 1e10]
    request = pb.RequiredBudgetRequest(question=question_proto(asked), dates=days, budgets_usd_2023=sums)
    request.question.ClearField("payer")
    sent = stub.RequiredBudget(request, timeout=60)
    budget = forecaster().required_budget(asked, days, sums)
    assert budget.surface is not None
    assert list(sent.surface.probability) == list(budget.surface.probability)
    assert [one.value for one in sent.dates[0].usd_2023 if one.HasField("value")] == [
        one.value for one in budget.dates[0].usd_2023 if one.value is not None
    ]
    bought = pb.AffordableLossRequest(scale="kaplan-webtext2", date="2030-01-01")
    bought.question.payer.fixed_usd_2023 = 1e9
    found = forecaster().affordable_loss(question({**ASKED["a loss"], "budget_usd": 1e9}), "2030-01-01")
    told = stub.AffordableLoss(bought, timeout=60)
    assert [one.value for one in told.loss_nats_per_token] == [one.value for one in found.loss_nats_per_token]


def test_what_an_answer_depends_on_is_the_librarys(stub: ForecastServiceStub) -> None:
    asked = question({"flop": 1e29, "max_draws": 1_000})
    sent = stub.Sensitivity(pb.SensitivityRequest(question=question_proto(asked), inputs=3), timeout=60)
    found = forecaster().sensitivity(asked, inputs=3)
    assert MessageToDict(sent, preserving_proto_field_name=True) == json.loads(found.to_json())


def test_why_two_answers_differ_is_the_librarys(stub: ForecastServiceStub) -> None:
    before, after = question({"flop": 1e29}), question({"flop": 1e30, "budget_usd": 1e9})
    request = pb.ExplainRequest(before=question_proto(before), after=question_proto(after))
    found = forecaster().explain(before, after)
    assert MessageToDict(stub.Explain(request, timeout=60), preserving_proto_field_name=True) == found.to_dict()


def test_answers_side_by_side_are_the_librarys(stub: ForecastServiceStub) -> None:
    asked = pb.CompareRequest(scenarios=[{"name": "baseline"}, {"name": "scenarios/no-physical-limits"}])
    asked.question.target.training_flop = 1e30
    sent = stub.Compare(asked, timeout=60)
    found = forecaster().compare(question({"flop": 1e30}), ["baseline", "no-physical-limits"])
    assert [one.scenario for one in sent.answers] == [name for name, _ in found]
    for one, (_, answer) in zip(sent.answers, found, strict=True):
        assert MessageToDict(one.answer, preserving_proto_field_name=True) == answer.to_dict()
