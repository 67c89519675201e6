"""Targets and payers <-> their protos."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from forecast.engine.checks import parse_day
from forecast.engine.payers import Payer, Stated
from forecast.engine.targets import DEFAULT_TRAINING_SECONDS, Target
from forecast.errors import InputError
from timelines.v1 import question_pb2 as pb
from timelines_server.converters.distributions import distribution_of, distribution_proto
from timelines_server.converters.names import called

MISSING_TARGET = (
    "no target is given; give one: a loss with its scale, reducible_loss, bits_per_character, "
    "indistinguishable_tokens, training_flop, gpt3_multiple or brain_anchor"
)


def target_of(message: pb.Target) -> Target:
    """What a message wants to become affordable.

    Raises
    ------
    InputError
        When nothing is chosen, or a value is wrong; with its path.
    """
    kind = message.WhichOneof("target")
    if kind is None:
        raise InputError(MISSING_TARGET, field="target")
    if kind == "loss" or kind == "reducible_loss":
        loss = getattr(message, kind)
        return Target(kind, loss.nats_per_token, loss.scale)
    if kind == "bits_per_character":
        bits = message.bits_per_character
        return Target.bits_per_character(bits.value, bits.scale, _optional(bits, "characters_per_token"))
    if kind == "indistinguishable_tokens":
        return _tokens_of(message.indistinguishable_tokens)
    if kind == "brain_anchor":
        brain = message.brain_anchor
        seconds = _optional(brain, "training_seconds")
        own = _belief(brain, "flop_per_s", "target.brain_anchor.flop_per_s")
        return Target.brain_anchor(DEFAULT_TRAINING_SECONDS if seconds is None else seconds, own)
    return Target(kind, getattr(message, kind))


def target_proto(target: Target) -> pb.Target:
    """The message of a target."""
    loss = pb.Loss(nats_per_token=target.value, scale=target.scale or "")
    match target.kind:
        case "loss":
            return pb.Target(loss=loss)
        case "reducible_loss":
            return pb.Target(reducible_loss=loss)
        case "training_flop":
            return pb.Target(training_flop=target.value)
        case "gpt3_multiple":
            return pb.Target(gpt3_multiple=target.value)
        case "brain_anchor":
            own = distribution_proto(target.flop_per_s)
            return pb.Target(brain_anchor=pb.BrainAnchor(flop_per_s=own, training_seconds=target.value))
        case "bits_per_character":
            characters = target.characters_per_token
            bits = pb.BitsPerCharacter(value=target.value, scale=target.scale or "", characters_per_token=characters)
            return pb.Target(bits_per_character=bits)
        case "indistinguishable_tokens":
            return pb.Target(indistinguishable_tokens=_tokens_proto(target))


def payer_of(message: pb.Payer) -> Payer:
    """Who pays.

    Raises
    ------
    InputError
        When nobody is chosen, or a value is wrong; with its path.
    """
    kind = message.WhichOneof("payer")
    before = _converted_from(message) if message.HasField("converted_from") else None
    if kind is None:
        known = "fixed_usd_2023, frontier_spend, spend_path, unlimited or stated"
        raise InputError(f"payer is empty; give {known}, or leave it out", field="payer")
    if kind == "stated":
        return Payer("stated", stated=_stated_of(message.stated))
    if kind == "spend_path":
        path = message.spend_path
        growth = _belief(path, "growth_oom_per_year", "payer.spend_path.growth_oom_per_year")
        day = parse_day(path.from_date, "payer.spend_path.from_date")
        return Payer(kind, path.usd_2023, day, growth, _optional(path, "ceiling_usd_2023"), before)
    return Payer(kind, message.fixed_usd_2023 if kind == "fixed_usd_2023" else None, stated=before)


def payer_proto(payer: Payer) -> pb.Payer:
    """The message of a payer."""
    before = _stated_proto(payer.stated)
    match payer.kind:
        case "fixed_usd_2023":
            return pb.Payer(fixed_usd_2023=payer.usd_2023 or 0.0, converted_from=before)
        case "frontier_spend":
            return pb.Payer(frontier_spend=pb.FrontierSpend())
        case "unlimited":
            return pb.Payer(unlimited=pb.Unlimited())
        case "stated":
            return pb.Payer(stated=before)
        case "spend_path":
            path = pb.SpendPath(
                usd_2023=payer.usd_2023 or 0.0,
                from_date="" if payer.from_date is None else payer.from_date.isoformat(),
                growth_oom_per_year=distribution_proto(payer.growth),
                ceiling_usd_2023=payer.ceiling_usd_2023,
            )
            return pb.Payer(spend_path=path, converted_from=before)


def _tokens_of(message: pb.IndistinguishableTokens) -> Target:
    slowdown = _belief(message, "slowdown", "target.indistinguishable_tokens.slowdown")
    confidence = _optional(message, "judge_confidence")
    return Target.indistinguishable_tokens(message.tokens, message.scale, confidence, slowdown)


def _tokens_proto(target: Target) -> pb.IndistinguishableTokens:
    return pb.IndistinguishableTokens(
        tokens=target.value,
        scale=target.scale or "",
        judge_confidence=target.judge_confidence,
        slowdown=distribution_proto(target.slowdown),
    )


def _converted_from(message: pb.Payer) -> Stated:
    with called("payer.stated", "payer.converted_from"):
        return _stated_of(message.converted_from)


def _stated_of(message: pb.StatedBudget) -> Stated:
    basis = message.WhichOneof("basis")
    return Stated(message.usd, **({} if basis is None else {basis: getattr(message, basis)}))


def _stated_proto(stated: Stated | None) -> pb.StatedBudget | None:
    if stated is None:
        return None
    if stated.currency_year is not None:
        return pb.StatedBudget(usd=stated.usd, currency_year=stated.currency_year)
    return pb.StatedBudget(usd=stated.usd, nominal_inflation=stated.nominal_inflation or 0.0)


def _optional(message: Message, name: str) -> Any:
    """A field's value, or none where it is not set."""
    return getattr(message, name) if message.HasField(name) else None


def _belief(message: Message, name: str, path: str) -> Any:
    """A field's distribution, or none where it is not set."""
    return distribution_of(getattr(message, name), path) if message.HasField(name) else None
