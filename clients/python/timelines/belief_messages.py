"""Distributions and events <-> their messages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast, get_args

from google.protobuf import json_format

from timelines import beliefs
from timelines.beliefs import Comparison, Condition, ConditionDriver, Distribution, Interval, condition_of
from timelines.checks import checked_name
from timelines.errors import invalid
from timelines.v1 import question_pb2 as pb
from timelines.values import day, number, numbers, shown

_PAIR = re.compile(r"\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*(?:to|\.\.)\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*", re.IGNORECASE)
# By the name of its class: the field of the message, and its numbers in both. The library's own fit as well.
_KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Normal": ("normal", {"mean": "mean", "sd": "sd"}),
    "LogNormal": ("log_normal", {"median": "median", "sd_ln": "sd_ln"}),
    "Uniform": ("uniform", {"low": "low", "high": "high"}),
    "LogUniform": ("log_uniform", {"low": "low", "high": "high"}),
    "Interval": ("interval_90", {"low": "low", "high": "high"}),
    "Tabulated": ("tabulated", {"values": "value", "probabilities": "probability"}),
    "Beta": ("beta", {"a": "a", "b": "b"}),
}


def belief_message(said: object, path: str) -> pb.Distribution:
    """The message of a distribution, in whatever form it is given.

    Raises
    ------
    InvalidQuestionError
        When it is none.
    """
    if isinstance(said, Mapping):
        return _of_json(said, path)
    if isinstance(said, str):
        return _of_text(said, path)
    if isinstance(said, tuple | list) and len(said) == 2:
        low, high = (number(end, path) for end in said)
        return _interval(low, high, path)
    kind = type(said).__name__
    if kind in _KINDS:
        return _of_record(said, kind, path)
    return pb.Distribution(point=number(getattr(said, "value", said), path))


def asked_belief(message: pb.Distribution) -> Distribution | None:
    """The distribution of a message; none where it holds none."""
    field = message.WhichOneof("distribution")
    if field is None:
        return None
    if field == "point":
        return beliefs.Point(message.point)
    if field == "interval_90":
        return Interval(message.interval_90.low, message.interval_90.high, message.interval_90.log)
    name, held = next((name, names) for name, (known, names) in _KINDS.items() if known == field)
    form = getattr(message, field)
    values = (getattr(form, theirs) for theirs in held.values())
    made: Distribution = getattr(beliefs, name)(*(tuple(v) if field == "tabulated" else v for v in values))
    return made


def condition_message(said: Condition | str, path: str) -> pb.Condition:
    """The message of an event.

    Raises
    ------
    InvalidQuestionError
        When a name is not known, or a value does not fit.
    """
    event = condition_of(said)
    checked_name(event.driver, f"{path}.driver", get_args(ConditionDriver))
    checked_name(event.comparison, f"{path}.comparison", get_args(Comparison))
    return pb.Condition(
        driver=pb.ConditionDriver.Value(f"CONDITION_DRIVER_{event.driver.upper()}"),
        comparison=pb.Comparison.Value(f"COMPARISON_{event.comparison.upper()}"),
        value=number(event.value, f"{path}.value"),
        by=day(event.by, f"{path}.by"),
    )


def asked_condition(message: pb.Condition) -> Condition:
    """The event of a message."""
    driver = pb.ConditionDriver.Name(message.driver).removeprefix("CONDITION_DRIVER_").lower()
    comparison = pb.Comparison.Name(message.comparison).removeprefix("COMPARISON_").lower()
    return Condition(cast("ConditionDriver", driver), cast("Comparison", comparison), message.value, message.by)


def json_message[Kind: (pb.Distribution, pb.Scenario)](said: Mapping[str, Any], empty: Kind, path: str) -> Kind:
    """Fill a message with JSON.

    Raises
    ------
    InvalidQuestionError
        When it is no JSON of such a message.
    """
    try:
        return json_format.ParseDict(dict(said), empty)
    except (json_format.ParseError, TypeError, ValueError) as error:
        what = " ".join(str(error).split())[:200]
        raise invalid(f"{path} is no JSON of a {empty.DESCRIPTOR.name}: {what}", path) from None


def _of_json(said: Mapping[str, Any], path: str) -> pb.Distribution:
    message = json_message(said, pb.Distribution(), path)
    if message.WhichOneof("distribution") is None:
        raise invalid(f"{path} is {shown(said)}; give one distribution", path)
    return message


def _of_text(said: str, path: str) -> pb.Distribution:
    found = _PAIR.fullmatch(said)
    if found:
        return _interval(float(found[1]), float(found[2]), path)
    try:
        told = json.loads(said)
    except ValueError:
        told = None
    if isinstance(told, Mapping):
        return _of_json(told, path)
    if isinstance(told, int | float) and not isinstance(told, bool):
        return pb.Distribution(point=number(told, path))
    raise invalid(f"{path} is {shown(said)}; give a 90 % interval such as `9.84 to 290`, or a distribution", path)


def _interval(low: float, high: float, path: str) -> pb.Distribution:
    if not low < high:
        raise invalid(f"{path} is {low!r} to {high!r}; give a 90 % interval, the lower end first", path)
    return pb.Distribution(interval_90=pb.Interval90(low=low, high=high, log=low > 0))


def _of_record(said: object, kind: str, path: str) -> pb.Distribution:
    field, held = _KINDS[kind]
    message = pb.Distribution()
    form = getattr(message, field)
    form.SetInParent()
    for ours, theirs in held.items():
        value, place = getattr(said, ours), f"{path}.{field}.{theirs}"
        if field == "tabulated":
            getattr(form, theirs).extend(numbers(value, place))
        else:
            setattr(form, theirs, number(value, place))
    if field == "interval_90":
        form.log = bool(getattr(said, "log", True))
    return message
