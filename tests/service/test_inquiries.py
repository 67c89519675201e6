"""Inverses, sensitivity, comparison and explanation on a real server: by the clients, and where they are refused."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from grpc import StatusCode

from tests.service.refusals import refused
from tests.service.running import RunningServer
from timelines import AsyncClient, Client, Overlay, Question, Tabulated
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub

RUN = {"target": {"training_flop": 1e29}, "max_draws": 500}
LOSS = {"target": {"loss": {"nats_per_token": 1.24, "scale": "kaplan-webtext2"}}, "max_draws": 500}
POWER_OFF = {"name": "dark", "switches": [{"name": "power", "on": False}]}
BELIEF = {"normal": {"mean": 2035.0, "sd": 4.0}}

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("AffordableLoss", {"date": "2030-01-01"}, "scale", "missing"),
    ("AffordableLoss", {"scale": "nowhere", "date": "2030-01-01"}, "scale", "known: "),
    ("AffordableLoss", {"scale": "kaplan-webtext2"}, "date", "YYYY-MM-DD"),
    ("AffordableLoss", {"scale": "kaplan-webtext2", "date": "2019-01-01"}, "date", "the as-of month"),
    ("AffordableLoss", {"question": RUN, "scale": "kaplan-webtext2", "date": "2030-01-01"}, "question.target", "leave"),
    ("RequiredBudget", {"question": RUN}, "dates", "give 1 to 50"),
    ("RequiredBudget", {"dates": ["2030-01-01"]}, "question.target", "give one"),
    ("RequiredBudget", {"question": RUN, "dates": ["2030-01-01", "soon"]}, "dates[1]", "YYYY-MM-DD"),
    (
        "RequiredBudget",
        {"question": RUN, "dates": ["2030-01-01"], "budgets_usd_2023": [1e9, 0.1]},
        "budgets_usd_2023[1]",
        "from 1",
    ),
    (
        "RequiredBudget",
        {"question": {**RUN, "payer": {"fixed_usd_2023": 1e9}}, "dates": ["2030-01-01"]},
        "question.payer",
        "leave it out",
    ),
    ("Sensitivity", {}, "question.target", "give one"),
    ("Sensitivity", {"question": RUN, "inputs": 0}, "inputs", "from 1 to 100"),
    ("Compare", {"question": RUN}, "scenarios", "give 1 to 20"),
    ("Compare", {"question": RUN, "scenarios": [{"name": "baseline"}] * 21}, "scenarios", "give 1 to 20"),
    (
        "Compare",
        {"question": RUN, "scenarios": [{"name": "baseline"}, {"name": "basline"}]},
        "scenarios[1]",
        "baseline",
    ),
    (
        "Compare",
        {"question": RUN, "scenarios": [{"name": "baseline"}, {"inline": {"payer": {}}}]},
        "scenarios[1].inline.payer",
        "leave it out",
    ),
    (
        "Compare",
        {"question": {**RUN, "scenario": {"name": "baseline"}}, "scenarios": [{"name": "baseline"}]},
        "question.scenario",
        "leave its own out",
    ),
    (
        "Compare",
        {"question": RUN, "scenarios": [{"name": "baseline"}], "overlays": [{"name": "x"}]},
        "overlays[0].decimal_year",
        "give normal",
    ),
    (
        "Compare",
        {"question": RUN, "scenarios": [{"name": "baseline"}], "overlays": [{"decimal_year": BELIEF}]},
        "overlays[0].name",
        "1 to 80",
    ),
    ("Explain", {"after": RUN}, "before.target", "give one"),
    ("Explain", {"before": RUN, "after": {**RUN, "horizon": "soon"}}, "after.horizon", "YYYY-MM"),
    ("Explain", {"before": RUN, "after": {**RUN, "scenario": {"name": "basline"}}}, "after.scenario", "baseline"),
    (
        "Explain",
        {"before": RUN, "after": {"target": {"loss": {"nats_per_token": 1.2, "scale": "nowhere"}}}},
        "after.target.loss.scale",
        "known: ",
    ),
    ("Explain", {"before": RUN, "after": LOSS, "year": 1900}, "year", "the year of the probability"),
    ("Forecast", {"question": {**RUN, "scenario": {"name": "../../secret"}}}, "question.scenario", "unknown scenario"),
    ("Trajectory", {"driver": "DRIVER_COST_OF_TARGET"}, "target", "missing"),
    ("Trajectory", {"driver": "DRIVER_PRICE", "scenario": {"name": "basline"}}, "scenario", "baseline"),
]


@pytest.fixture(scope="module")
def stub(server: RunningServer) -> Iterator[ForecastServiceStub]:
    with grpc.insecure_channel(server.address) as channel:
        yield ForecastServiceStub(channel)


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[Client]:
    with Client(server.address, timeout=60) as opened:
        yield opened


@pytest.mark.parametrize(("call", "asked", "field", "words"), REFUSED)
def test_what_is_wrong_is_refused_by_its_path_in_the_request(
    stub: ForecastServiceStub, call: str, asked: dict[str, Any], field: str, words: str
) -> None:
    request = ParseDict(asked, getattr(pb, f"{call}Request")())
    with pytest.raises(grpc.RpcError) as caught:
        getattr(stub, call)(request, timeout=30)
    reason = "UNKNOWN_NAME" if "unknown" in str(caught.value.details()) else "INVALID_INPUT"
    with refused(StatusCode.INVALID_ARGUMENT, reason, words) as told:
        getattr(stub, call)(request, timeout=30)
    assert told.fields == (field,)


def test_money_buys_a_lower_loss_later_and_for_more(client: Client) -> None:
    def median(date: str, usd: float) -> float:
        found = client.affordable_loss(
            scale="kaplan-webtext2", date=date, budget_usd=usd, quantiles=[0.5], max_draws=500
        )
        return found.loss[0].value

    assert median("2035-01-01", 1e9) < median("2028-01-01", 1e9) <= median("2028-01-01", 1e7)


def test_a_budget_is_enough_with_the_probability_of_its_surface(client: Client) -> None:
    found = client.required_budget(
        Question(flop=1e29, quantiles=[0.5]), ["2035-01-01", "2040-01-01"], budgets_usd=[1e9]
    )
    assert found.surface is not None and found.surface.budgets_usd_2023 == (1e9,)
    for day, (share,) in zip(found.dates, found.surface.probability, strict=True):
        assert (day.usd_2023[0].value <= 1e9) == (share >= 0.5)
    assert found.question.flop == 1e29 and found.question.payer is None and found.question.budget_usd is None
    assert found.provenance.draws == 4_000 and found.posterior.status == "PASSED" and found.choices


def test_a_budget_that_is_never_enough_is_infinite(client: Client) -> None:
    found = client.required_budget({"loss": 0.2, "scale": "kaplan-webtext2"}, ["2030-01-01"])
    assert found.dates[0].usd_2023[-1].value == math.inf and found.dates[0].p_never_enough > 0.5
    assert found.surface is None


def test_effects_of_blocks_sum_to_one(client: Client) -> None:
    found = client.sensitivity({"flop": 1e29, "max_draws": 500}, inputs=3)
    assert math.isclose(sum(effect.effect for effect in found.shapley), 1.0, abs_tol=1e-9)
    assert len(found.tornado) == 3 and found.information[0].fall_years > 0
    assert not client.sensitivity({"flop": 1e29, "max_draws": 500}, inputs=1, shapley=False).shapley


def test_scenarios_stand_beside_each_other_and_beside_what_others_believe(client: Client) -> None:
    table = Tabulated((2027.0, 2031.0, 2045.0), (0.1, 0.5, 0.9))
    asked = Question(flop=1e30, quantiles=[0.5, 0.95], max_draws=500)
    found = client.compare(asked, ["baseline", POWER_OFF], overlays=[Overlay("others", table, "a test")])
    assert [name for name, _ in found.answers] == ["baseline", "dark"]
    assert found["dark"].median <= found["baseline"].median
    assert found["dark"].question.scenario == POWER_OFF
    assert [one.value for one in found.overlays[0].decimal_year] == [2031.0, math.inf]
    assert len(found["baseline"].draws()) == 500


def test_the_parts_of_a_change_sum_to_it(client: Client) -> None:
    before = Question(loss=1.24, scale="kaplan-webtext2", max_draws=500)
    after = Question(loss=1.24, scale="kaplan-webtext2", max_draws=500, algorithms="off", budget_usd=1e10)
    found = client.explain(before, after)
    assert {part.switch for part in found.parts} == {"algorithms", "payer"}
    assert math.isclose(sum(part.change for part in found.parts), found.change, abs_tol=1e-9)
    assert client.explain(before, before).parts == ()


def test_what_limits_the_answer_can_be_asked_beside_it(client: Client) -> None:
    answer = client.when(flop=1e30, limit_effects=True, scenario={"switches": [{"name": "power", "on": False}]})
    assert "power" not in {limit.limit for limit in answer.binding_limits}
    assert all(limit.p_by_horizon_without is not None for limit in answer.binding_limits)
    again = client.when(answer.question)
    assert again == answer


def test_the_asyncio_client_asks_the_same(server: RunningServer, client: Client) -> None:
    asked = {"flop": 1e29, "max_draws": 500}

    async def main() -> tuple[Any, ...]:
        async with AsyncClient(server.address, timeout=60) as later:
            return (
                await later.affordable_loss(scale="kaplan-webtext2", date="2030-01-01"),
                await later.required_budget(asked, ["2030-01-01"]),
                await later.sensitivity(asked, inputs=2),
                await later.compare(asked, ["baseline"]),
                await later.explain(asked, {**asked, "budget_usd": 1e9}),
            )

    loss, budget, depends, beside, why = asyncio.run(main())
    assert loss == client.affordable_loss(scale="kaplan-webtext2", date="2030-01-01")
    assert budget == client.required_budget(asked, ["2030-01-01"])
    assert depends == client.sensitivity(asked, inputs=2)
    assert beside.answers == client.compare(asked, ["baseline"]).answers
    assert why == client.explain(asked, {**asked, "budget_usd": 1e9})
