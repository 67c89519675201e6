"""Scenarios <-> their protos: those that a question holds, and those that are kept under a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from forecast.engine.checks import checked_number
from forecast.engine.scenario import BASELINE, SWITCHES, Override, Scenario, check_overrides
from forecast.errors import InputError, UnknownNameError
from forecast.families import placed
from timelines.v1 import question_pb2 as pb
from timelines_server.converters.assumptions import (
    COST_SCOPES,
    CRITERIA,
    PRICE_BASES,
    algorithms_of,
    algorithms_proto,
    law_of,
    law_proto,
    optional,
)
from timelines_server.converters.distributions import distribution_of, distribution_proto
from timelines_server.converters.names import called
from timelines_server.converters.targets import payer_of, payer_proto, target_of, target_proto
from timelines_server.converters.texts import MAX_DATE, MAX_NAME, MAX_WORDS, bounded

PREFIX = "scenarios/"
PATH = "scenario.inline"
PAGES = "inference_usd_per_100_pages"
UNNAMED = "inline"
CHOSEN: Mapping[str, Callable[[Any], Any]] = {
    "target": target_of,
    "payer": payer_of,
    "criterion": partial(CRITERIA.read, path="criterion"),
    "price_basis": partial(PRICE_BASES.read, path="price_basis"),
    "law": law_of,
    "algorithms": algorithms_of,
    "cost_scope": partial(COST_SCOPES.read, path="cost_scope"),
    PAGES: partial(checked_number, path=PAGES, low=1e-12, high=1e12, what="2023 US dollars for 100 pages"),
}
"""How each field is read that a question says, or its scenario for it."""
TEXTS = {"name": MAX_NAME, "about": MAX_WORDS, "source": MAX_WORDS, "published_on": MAX_DATE}
"""Characters that each text of a scenario may have."""


def scenario_name(message: pb.ScenarioChoice) -> str:
    """The name of a scenario that has to be looked up; empty for the baseline, and for one that is told whole."""
    name = message.name.removeprefix(PREFIX) if message.WhichOneof("choice") == "name" else BASELINE.name
    return "" if name == BASELINE.name else name


def first_places(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The names of scenarios that have to be looked up, each with the place that names it first.

    Parameters
    ----------
    named : iterable of (str, str)
        Places in a request, and the name that each holds; empty and the baseline's need no looking up.
    """
    found: dict[str, str] = {}
    for place, name in named:
        if name not in ("", BASELINE.name):
            found.setdefault(name, place)
    return found


def choice_of(message: pb.ScenarioChoice, named: Scenario | None = None) -> Scenario:
    """The scenario that a question is asked in.

    Parameters
    ----------
    message : ScenarioChoice
        Its name, or all of it.
    named : Scenario, optional
        What its name stands for, where `scenario_name` gives one.

    Raises
    ------
    InputError
        When neither is given, or a value of it is wrong; with its path.
    """
    kind = message.WhichOneof("choice")
    if kind is None:
        raise InputError("scenario is empty; give the name of one or an inline one, or leave it out", field="scenario")
    if kind == "inline":
        return scenario_of(message.inline, PATH)
    if not scenario_name(message):
        return BASELINE
    if named is None:
        raise UnknownNameError("scenario", f"{message.name:.80}", [BASELINE.name], field="scenario.name")
    return named


def choice_proto(scenario: Scenario) -> pb.ScenarioChoice:
    """The message that names the baseline, and tells any other scenario whole."""
    if scenario == BASELINE:
        return pb.ScenarioChoice(name=BASELINE.name)
    return pb.ScenarioChoice(inline=scenario_proto(scenario))


def scenario_of(message: pb.Scenario, path: str) -> Scenario:
    """The scenario of a message.

    Parameters
    ----------
    message : Scenario
        The message.
    path : str
        Where it stands, for the errors.

    Raises
    ------
    InputError
        When a value is wrong, or something stands there twice; with its path.
    """
    with placed(path):
        with called("scenario.", ""):
            check_overrides(len(message.overrides))
        if len(message.switches) > len(SWITCHES):
            raise InputError(f"{len(message.switches):,} switches; there are {len(SWITCHES)}", field="switches")
        texts: dict[str, Any] = {name: bounded(getattr(message, name), name, most) for name, most in TEXTS.items()}
        chosen = {
            field.name: CHOSEN[field.name](value) for field, value in message.ListFields() if field.name in CHOSEN
        }
        overrides = tuple(_override(override, f"overrides[{i}]") for i, override in enumerate(message.overrides))
        switches: Any = tuple(_switch(switch, f"switches[{i}]") for i, switch in enumerate(message.switches))
        with called("scenario.", ""):
            return Scenario(texts.pop("name") or UNNAMED, overrides, switches, **chosen, **texts)


def scenario_proto(scenario: Scenario) -> pb.Scenario:
    """The message that tells a scenario whole."""
    return pb.Scenario(
        name=scenario.name,
        about=scenario.about,
        source=scenario.source,
        published_on=scenario.published_on,
        overrides=[_override_proto(override) for override in scenario.overrides],
        switches=[pb.Switch(name=name, on=on) for name, on in scenario.switches],
        target=optional(target_proto, scenario.target),
        payer=optional(payer_proto, scenario.payer),
        criterion=optional(CRITERIA.number.get, scenario.criterion),
        law=optional(law_proto, scenario.law),
        algorithms=optional(algorithms_proto, scenario.algorithms),
        price_basis=optional(PRICE_BASES.number.get, scenario.price_basis),
        cost_scope=optional(COST_SCOPES.number.get, scenario.cost_scope),
        inference_usd_per_100_pages=scenario.inference_usd_per_100_pages,
    )


def _override(message: pb.Override, path: str) -> Override:
    kind = message.WhichOneof("override")
    source = bounded(message.source, f"{path}.source", MAX_WORDS)
    prior = distribution_of(message.prior, f"{path}.prior", source) if kind == "prior" else None
    with called(f"scenario.overrides[{message.input!s:.80}]", path):
        return Override(message.input, message.set if kind == "set" else None, prior)


def _override_proto(override: Override) -> pb.Override:
    if override.prior is None:
        return pb.Override(input=override.name, set=override.value or 0.0)
    return pb.Override(input=override.name, prior=distribution_proto(override.prior), source=override.prior.source)


def _switch(message: pb.Switch, path: str) -> tuple[str, bool]:
    if message.name not in SWITCHES:
        raise UnknownNameError("switch", f"{message.name:.80}", SWITCHES, field=f"{path}.name")
    if not message.HasField("on"):
        raise InputError(f"{path}.on is not given; say whether {message.name:.80} is on", field=f"{path}.on")
    return message.name, message.on
