"""Question protos <-> the engine's questions. What a message leaves out is left to the engine's own defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from google.protobuf.message import Message

from forecast.engine.checks import parse_day
from forecast.engine.family import numbered
from forecast.engine.question import Question
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from timelines.v1 import question_pb2 as pb
from timelines_server.converters.assumptions import (
    COST_SCOPES,
    CRITERIA,
    PRICE_BASES,
    algorithms_proto,
    condition_of,
    condition_proto,
    law_proto,
    optional,
)
from timelines_server.converters.scenarios import CHOSEN, choice_of, choice_proto
from timelines_server.converters.targets import MISSING_TARGET, payer_proto, target_proto

RESOURCE_PREFIX = "posteriors/"
KEPT_QUESTIONS = 64
MAX_KEPT_BYTES = 4_000
"""Of a question that is kept as it was read: more would let strangers fill the memory."""

_SHARED = tuple(name for name in Question.__slots__ if name not in ("target", "payer", "given"))
_shared = attrgetter(*_SHARED)


def question_of(message: pb.Question, scenario: Scenario | None = None) -> Question:
    """The question that a message asks.

    Parameters
    ----------
    message : Question
        The message.
    scenario : Scenario, optional
        What the name of its scenario stands for, where `scenarios.scenario_name` gives one.

    Raises
    ------
    InputError
        When a value is out of its bounds, contradicts another, or is missing; with the field's path in the question.
    """
    if not message.HasField("target") and not message.HasField("scenario"):
        raise InputError(MISSING_TARGET, field="target")
    try:
        found = _numbered(message, scenario)
    except InputError:
        found = None  # read as a whole it says what is wrong, with its own numbers
    return Question(**given(message, scenario)) if found is None else found


def _numbered(message: pb.Question, scenario: Scenario | None) -> Question | None:
    """A question whose numbers alone are read: most differ from one before by those of their target or fixed sum."""
    rest, kind = pb.Question(), message.target.WhichOneof("target")
    if kind not in ("training_flop", "loss"):
        return None
    rest.CopyFrom(message)
    held, name = (rest.target, kind) if kind == "training_flop" else (rest.target.loss, "nats_per_token")
    value, usd_2023 = getattr(held, name), None
    setattr(held, name, 1.0)
    if rest.payer.WhichOneof("payer") == "fixed_usd_2023":
        usd_2023, rest.payer.fixed_usd_2023 = rest.payer.fixed_usd_2023, 1.0
    raw = rest.SerializeToString()
    return None if len(raw) > MAX_KEPT_BYTES else numbered(_read(raw, scenario), value, usd_2023)


@lru_cache(KEPT_QUESTIONS)
def _read(raw: bytes, scenario: Scenario | None) -> Question:
    """A question as a whole, its numbers 1."""
    return Question(**given(pb.Question.FromString(raw), scenario))


def given(message: Message, scenario: Scenario | None = None, besides: str = "") -> dict[str, Any]:
    """The fields that a message holds, as the engine's arguments of the same names.

    Parameters
    ----------
    message : Message
        A question, or a request with some of a question's fields.
    scenario : Scenario, optional
        What the name of its scenario stands for.
    besides : str
        A field that is no question's.
    """
    held = {field.name: value for field, value in message.ListFields() if field.name != besides}
    found = {name: READERS[name](value) for name, value in held.items() if name != "scenario"}
    if "scenario" in held:
        found["scenario"] = choice_of(held["scenario"], scenario)
    return found


def question_proto(question: Question) -> pb.Question:
    """The message that asks a question, everything in it told."""
    return pb.Question.FromString(question_bytes(question))


def question_bytes(question: Question) -> bytes:
    """The message that asks a question, as bytes; what many have in common is written once."""
    numbers = pb.Question(target=target_proto(question.target), payer=payer_proto(question.payer))
    return numbers.SerializeToString() + _rest(_shared(question))


@lru_cache(256)
def _rest(shared: tuple[Any, ...]) -> bytes:
    """All but its target and its payer."""
    question = SimpleNamespace(**dict(zip(_SHARED, shared, strict=True)))
    message = pb.Question(
        criterion=CRITERIA.number[question.criterion],
        price_basis=PRICE_BASES.number[question.price_basis],
        law=optional(law_proto, question.law),
        algorithms=optional(algorithms_proto, question.algorithms),
        cost_scope=COST_SCOPES.number[question.cost_scope],
        scenario=choice_proto(question.scenario),
        condition=optional(condition_proto, question.condition),
        posterior=question.posterior,
        as_of=None if question.as_of is None else question.as_of.isoformat(),
        horizon=question.horizon,
        quantiles=question.quantiles,
        by_years=question.by_years,
        seed=question.seed,
        max_draws=question.max_draws,
        inference_usd_per_100_pages=question.inference_usd_per_100_pages,
        limit_effects=question.limit_effects,
    )
    return message.SerializeToString()


def _posterior(name: str) -> str:
    bare = name.removeprefix(RESOURCE_PREFIX)
    if not bare:
        raise InputError(f"posterior is {name!r}; give a posterior's name, or leave it out", field="posterior")
    return bare


READERS: Mapping[str, Callable[[Any], Any]] = {
    **CHOSEN,
    "scenario": choice_of,
    "condition": condition_of,
    "posterior": _posterior,
    "as_of": partial(parse_day, path="as_of"),
    "horizon": str,
    "quantiles": tuple,
    "by_years": tuple,
    "seed": int,
    "max_draws": int,
    "limit_effects": bool,
}
"""How each field is read."""
