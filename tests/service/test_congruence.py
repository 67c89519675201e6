"""The same question through the library, the handler and the wire gives the same numbers, to the last bit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict

from forecast.engine.arguments import algorithms_of, law_of, payer_of, target_of
from forecast.engine.checks import parse_day
from forecast.engine.question import Question
from forecast.forecaster import Forecaster
from forecast.priors import LogNormal
from tests.service.running import RunningServer
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines_server.converters.question import question_proto
from timelines_server.current import Current
from timelines_server.handlers.forecast import ForecastHandlers
from timelines_server.resources import Resources
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
}


def question(asked: dict[str, Any]) -> Question:
    """The question that `Forecaster.when` makes of its arguments."""
    rest = dict(asked)
    day = rest.pop("as_of", None)
    return Question(
        target_of(*(rest.pop(name, None) for name in ("loss", "scale", "flop", "gpt3"))),
        payer=payer_of(rest.pop("budget_usd", None), None),
        law=law_of(rest.pop("law", None), rest.pop("noise", None)),
        algorithms=algorithms_of(rest.pop("algorithms", None), rest.pop("algorithms_ceiling_oom", None)),
        price_basis=rest.pop("price", "realised"),
        as_of=None if day is None else parse_day(day, "as_of"),
        **rest,
    )


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


@pytest.mark.parametrize("driver", ["frontier_compute", "price", "algorithms", "spend"])
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
