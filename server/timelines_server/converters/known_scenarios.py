"""Scenarios that questions can name <-> their protos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import get_args

from forecast.catalogue.named.scenarios import Origin, ScenarioRecord
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from timelines.v1 import scenario_service_pb2 as pb
from timelines_server.converters.names import EnumNames
from timelines_server.converters.paging import page
from timelines_server.converters.resource_names import bare_name
from timelines_server.converters.scenarios import scenario_of, scenario_proto

COLLECTION = "scenarios"
ORIGINS: EnumNames[Origin, pb.ScenarioOrigin.ValueType] = EnumNames(
    pb.ScenarioOrigin.Value, get_args(Origin), "SCENARIO_ORIGIN"
)


def known_name(name: str) -> str:
    """The scenario that a resource name names, as questions name it.

    Raises
    ------
    InputError
        When it is not of the form `scenarios/...`.
    """
    return bare_name(name, COLLECTION)


def listing_proto(known: Sequence[ScenarioRecord], request: pb.ListScenariosRequest) -> pb.ListScenariosResponse:
    """The page of a listing that the request asks for.

    Raises
    ------
    InputError
        When the page is not one of this listing.
    """
    listed, token = page(known, request)
    return pb.ListScenariosResponse(scenarios=[known_proto(one) for one in listed], next_page_token=token)


def known_proto(known: ScenarioRecord) -> pb.KnownScenario:
    """The message of a scenario that questions can name."""
    return pb.KnownScenario(
        name=f"{COLLECTION}/{known.name}",
        origin=ORIGINS.number[known.origin],
        scenario=scenario_proto(known.scenario),
    )


@contextmanager
def placed_in(request: pb.CreateScenarioRequest) -> Iterator[None]:
    """Name what is wrong with a scenario by its place in the request; the catalogue names places as files have them."""
    try:
        yield
    except InputError as error:
        place = _place(error.field, request)
        if error.message.startswith(error.field):
            error.message = place + error.message.removeprefix(error.field)
            error.args = (error.message,)
        error.field = place
        raise


def _place(field: str, request: pb.CreateScenarioRequest) -> str:
    if not field or field == "request_id":
        return field
    kind, _, name = field.partition(".")
    inputs = [override.input for override in request.scenario.overrides]
    if kind in ("set", "prior") and name in inputs:
        return f"scenario.overrides[{inputs.index(name)}].{kind}"
    return f"scenario.{field}"


def created_of(request: pb.CreateScenarioRequest) -> Scenario:
    """The scenario of a request; whether it may be kept is for the catalogue to say.

    Raises
    ------
    InputError
        When there is none, or a value of it is wrong.
    """
    if not request.HasField("scenario"):
        raise InputError("no scenario is given; give one with its name", field="scenario")
    return scenario_of(request.scenario, "scenario")
