"""Scenarios as frozen records, and the request that makes one; `raw` is the message behind each."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from google.protobuf import json_format

from timelines.errors import invalid
from timelines.parts import word
from timelines.question import LogNormal
from timelines.v1 import question_pb2 as questions
from timelines.v1 import scenario_service_pb2 as scenarios
from timelines.values import day, number, shown, text

Prior = tuple[float, float] | LogNormal | Mapping[str, Any]
"""A 90 % interval of a log-normal, a log-normal, or a `Distribution` as JSON: `{"uniform": {"low": 1, "high": 2}}`."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is assumed otherwise, by name.

    Attributes
    ----------
    name : str
        As questions name it.
    origin : {"built_in", "created"}
        Where it comes from.
    about, source, published_on : str
        What it assumes, in words, and where and when that was published; empty where it is not said.
    """

    name: str
    origin: str
    about: str
    source: str
    published_on: str
    raw: scenarios.KnownScenario = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: scenarios.KnownScenario) -> Scenario:
        """Out of its message."""
        told = raw.scenario
        origin = word(scenarios.ScenarioOrigin, raw.origin, "SCENARIO_ORIGIN_")
        return cls(raw.name.removeprefix("scenarios/"), origin, told.about, told.source, told.published_on, raw)

    @property
    def values(self) -> dict[str, float]:
        """Inputs that have one value in every draw, by name."""
        return {one.input: one.set for one in self.raw.scenario.overrides if one.WhichOneof("override") == "set"}

    @property
    def priors(self) -> dict[str, dict[str, Any]]:
        """Inputs that are believed to be otherwise, by name; each a `Distribution` as JSON."""
        given = (one for one in self.raw.scenario.overrides if one.WhichOneof("override") == "prior")
        return {one.input: json_format.MessageToDict(one.prior, preserving_proto_field_name=True) for one in given}

    @property
    def switches(self) -> dict[str, bool]:
        """Parts of the engine that are on or off, by name."""
        return {one.name: one.on for one in self.raw.scenario.switches}

    @property
    def chosen(self) -> dict[str, Any]:
        """What a question takes that does not say it itself (target, payer and so on), as JSON."""
        told = json_format.MessageToDict(self.raw.scenario, preserving_proto_field_name=True)
        return {name: value for name, value in told.items() if name in CHOSEN}


CHOSEN = (
    *("target", "payer", "criterion", "law", "algorithms", "price_basis", "cost_scope"),
    "inference_usd_per_100_pages",
)
"""What a scenario may choose for a question."""


def scenario_request(
    name: str,
    *,
    about: str,
    source: str,
    published_on: date | str | None,
    values: Mapping[str, float] | None,
    priors: Mapping[str, Prior] | None,
    switches: Mapping[str, bool] | None,
    chosen: Mapping[str, Any] | None,
    request_id: str | None,
    validate_only: bool,
) -> scenarios.CreateScenarioRequest:
    """The request that makes a scenario; a new UUID stands in for a missing `request_id`.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit its field.
    """
    message = _chosen(chosen or {})
    message.name = text(name, "scenario.name").removeprefix("scenarios/")
    message.about, message.source = text(about, "scenario.about"), text(source, "scenario.source")
    message.published_on = "" if published_on is None else day(published_on, "scenario.published_on")
    place = "scenario.overrides"
    for said, value in (values or {}).items():
        message.overrides.add(input=text(said, place), set=number(value, f"{place}[{said}]"))
    for said, prior in (priors or {}).items():
        message.overrides.add(input=text(said, place), prior=_prior(prior, f"{place}[{said}]"))
    for said, on in (switches or {}).items():
        message.switches.add(name=text(said, "scenario.switches"), on=_flag(on, f"scenario.switches[{said}]"))
    return scenarios.CreateScenarioRequest(
        scenario=message,
        request_id=str(uuid.uuid4()) if request_id is None else text(request_id, "request_id"),
        validate_only=validate_only,
    )


def _chosen(chosen: Mapping[str, Any]) -> questions.Scenario:
    for name in chosen:
        if name not in CHOSEN:
            raise invalid(f"unknown choice {shown(name)}; known: {', '.join(CHOSEN)}", "scenario", "UNKNOWN_NAME")
    try:
        return json_format.ParseDict(dict(chosen), questions.Scenario())
    except json_format.ParseError as error:
        raise invalid(f"what the scenario chooses is no JSON of its message: {_line(error)}", "scenario") from None


def _prior(prior: Prior, path: str) -> questions.Distribution:
    if isinstance(prior, Mapping):
        try:
            return json_format.ParseDict(dict(prior), questions.Distribution())
        except json_format.ParseError as error:
            raise invalid(f"{path} is no JSON of a Distribution: {_line(error)}", path) from None
    if isinstance(prior, tuple | list) and len(prior) == 2:
        low, high = (number(end, path) for end in prior)
        return questions.Distribution(interval_90=questions.Interval90(low=low, high=high, log=True))
    if isinstance(prior, LogNormal):
        own = questions.LogNormal(median=number(prior.median, path), sd_ln=number(prior.sd_ln, path))
        return questions.Distribution(log_normal=own)
    message = f"{path} is {shown(prior)}; give a 90 % interval, a LogNormal, or a Distribution as JSON"
    raise invalid(message, path)


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{path} is {shown(value)}; give True or False", path)
    return value


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
