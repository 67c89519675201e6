"""The client's scenarios: records of what the server tells, and the request that makes one."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from forecast.catalogue.named import scenarios
from forecast.catalogue.named.scenario_files import dump
from tests.fake_server import serve
from timelines import AsyncClient, Client, InvalidQuestionError, LogNormal, Scenario
from timelines.scenarios import scenario_request
from timelines.v1 import scenario_service_pb2 as pb
from timelines_server.converters.scenarios import scenario_of

KNOWN = [ParseDict(scenarios.record_dict(record), pb.KnownScenario()) for record in scenarios.known("/nowhere")]


def page(request: Any, context: Any) -> pb.ListScenariosResponse:
    """Twenty of them, and the token of the next page."""
    at = int(request.page_token or 0)
    token = str(at + 20) if at + 20 < len(KNOWN) else ""
    return pb.ListScenariosResponse(scenarios=KNOWN[at : at + 20], next_page_token=token)


def created(request: Any, context: Any) -> pb.CreateScenarioResponse:
    known = pb.KnownScenario(name=f"scenarios/{request.scenario.name}", origin=2, scenario=request.scenario)
    return pb.CreateScenarioResponse(scenario=known)


def request(**changes: Any) -> pb.CreateScenarioRequest:
    usual: dict[str, Any] = {
        **dict.fromkeys(("about", "source"), ""),
        **dict.fromkeys(("published_on", "values", "priors", "switches", "chosen", "request_id")),
        "validate_only": False,
    }
    return scenario_request("mine", **{**usual, **changes})


def test_every_page_is_read_by_either_client() -> None:
    async def listed(address: str) -> list[Scenario]:
        async with AsyncClient(address) as client:
            return [one async for one in client.scenarios()]

    with serve(ListScenarios=page) as fake:
        with Client(fake.address) as client:
            found = list(client.scenarios())
        assert found == asyncio.run(listed(fake.address))
    assert [one.name for one in found] == sorted(scenarios.built_in_names()) and found[0].origin == "built_in"


def test_a_record_tells_what_it_assumes() -> None:
    told = {one.name.removeprefix("scenarios/"): Scenario.from_raw(one) for one in KNOWN}
    assert told["jones-j5"].values == {"scaling_break.log10_flop": 23.94}
    assert told["jones-j5"].switches["scaling_break"] is True and told["jones-j5"].switches["chips"] is False
    assert told["jones-j5"].published_on == "2020-07-27"
    assert told["algorithmic-jump"].priors["algorithmic_jump.size_oom"] == {"normal": {"mean": 1.0, "sd": 0.3}}
    assert told["manhattan-apollo-payer"].chosen == {"payer": {"fixed_usd_2023": 1.1e11}}


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.scenario.name)
def test_what_a_record_tells_makes_the_same_scenario(known: pb.KnownScenario) -> None:
    told = Scenario.from_raw(known)
    again = request(
        about=told.about,
        source=told.source,
        published_on=told.published_on,
        values=told.values,
        priors=told.priors,
        switches=told.switches,
        chosen=told.chosen,
    )
    again.scenario.name = told.name
    assert dump(scenario_of(again.scenario, "scenario")) == dump(scenario_of(known.scenario, "scenario"))


def test_a_scenario_is_made_of_keywords() -> None:
    with serve(CreateScenario=created) as fake, Client(fake.address) as client:
        made = client.create_scenario(
            "scenarios/mine",
            about="slow",
            published_on=date(2024, 2, 29),
            values={"compute.r_realised": 0.08},
            priors={"run.months": (2, 9), "run.utilization": LogNormal(0.4, 0.1), "data.tokens_2030": {"point": 1e15}},
            switches={"scaling_break": True},
            chosen={"payer": {"fixed_usd_2023": 1e9}, "price_basis": "PRICE_BASIS_LIST_RENTAL"},
        )
        (asked,) = fake.requests("CreateScenario")
    assert (made.name, made.origin, made.published_on) == ("mine", "created", "2024-02-29")
    assert len(asked.request_id) == 36 and not asked.validate_only
    assert made.values == {"compute.r_realised": 0.08} and made.switches == {"scaling_break": True}
    assert made.priors["run.months"] == {"interval_90": {"low": 2.0, "high": 9.0, "log": True}}
    assert made.chosen == {"payer": {"fixed_usd_2023": 1e9}, "price_basis": "PRICE_BASIS_LIST_RENTAL"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"values": {"run.months": "three"}}, "scenario.overrides[run.months]"),
        ({"priors": {"run.months": 3}}, "scenario.overrides[run.months]"),
        ({"priors": {"run.months": {"normel": {}}}}, "scenario.overrides[run.months]"),
        ({"switches": {"chips": "off"}}, "scenario.switches[chips]"),
        ({"chosen": {"paier": {}}}, "scenario"),
        ({"chosen": {"payer": {"fixed_usd": 3}}}, "scenario"),
        ({"about": 3}, "scenario.about"),
        ({"request_id": 3}, "request_id"),
    ],
)
def test_what_fits_no_message_never_leaves_the_client(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidQuestionError) as caught:
        request(**changes)
    assert [violation.field for violation in caught.value.field_violations] == [field]
    assert "\n" not in caught.value.message


def test_deleting_names_the_resource() -> None:
    with serve(DeleteScenario=lambda request, context: pb.DeleteScenarioResponse()) as fake:
        with Client(fake.address) as client:
            client.delete_scenario("mine")
        assert fake.requests("DeleteScenario")[0].name == "scenarios/mine"
