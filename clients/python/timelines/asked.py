"""The message of a settled question -> the question, as keywords."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict

from timelines.belief_messages import asked_belief, asked_condition
from timelines.beliefs import LogNormal
from timelines.question import Question
from timelines.v1 import question_pb2 as pb

_PLAIN = ("posterior", "as_of", "horizon", "seed", "max_draws", "inference_usd_per_100_pages", "limit_effects")


def asked_question(message: pb.Question) -> Question:
    """The question that a message asks, as keywords."""
    asked: dict[str, Any] = {field.name: value for field, value in message.ListFields() if field.name in _PLAIN}
    asked["criterion"] = _name(pb.Criterion.Name(message.criterion), "CRITERION_")
    asked["price"] = _name(pb.PriceBasis.Name(message.price_basis), "PRICE_BASIS_")
    asked["cost_scope"] = _name(pb.CostScope.Name(message.cost_scope), "COST_SCOPE_")
    asked["quantiles"] = tuple(message.quantiles) or None
    asked["by_years"] = tuple(message.by_years) or None
    if message.HasField("condition"):
        asked["condition"] = asked_condition(message.condition)
    return Question(
        **asked,
        **_target(message.target),
        **_payer(message.payer),
        **_law(message.law),
        **_algorithms(message.algorithms),
        **_scenario(message.scenario),
    )


def _name(full: str, prefix: str) -> str | None:
    name = full.removeprefix(prefix).lower()
    return None if name == "unspecified" else name


def _if_set(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _target(target: pb.Target) -> dict[str, Any]:
    kind = target.WhichOneof("target")
    if kind is None:
        return {}
    if kind in ("training_flop", "gpt3_multiple"):
        return {"flop" if kind == "training_flop" else "gpt3": getattr(target, kind)}
    form = getattr(target, kind)
    if kind == "brain_anchor":
        rate = asked_belief(form.flop_per_s)
        return {"brain_seconds": _if_set(form, "training_seconds"), "brain_flop_per_s": rate}
    if kind == "bits_per_character":
        characters = _if_set(form, "characters_per_token")
        return {kind: form.value, "scale": form.scale, "characters_per_token": characters}
    if kind == "indistinguishable_tokens":
        details = {"judge_confidence": _if_set(form, "judge_confidence"), "slowdown": asked_belief(form.slowdown)}
        return {kind: form.tokens, "scale": form.scale, **details}
    return {kind: form.nats_per_token, "scale": form.scale}


def _payer(payer: pb.Payer) -> dict[str, Any]:
    kind = payer.WhichOneof("payer")
    stated = payer.stated if kind == "stated" else payer.converted_from
    if kind == "stated" or payer.HasField("converted_from"):  # asked again, it is converted again
        basis = stated.WhichOneof("basis")
        return {"budget_usd": stated.usd, **({} if basis is None else {basis: getattr(stated, basis)})}
    if kind == "fixed_usd_2023":
        return {"budget_usd": payer.fixed_usd_2023}
    if kind != "spend_path":
        return {"payer": kind}
    path = payer.spend_path
    return {
        "spend_usd": path.usd_2023,
        "spend_from": path.from_date,
        "spend_growth": asked_belief(path.growth_oom_per_year),
        "spend_ceiling_usd": _if_set(path, "ceiling_usd_2023"),
    }


def _law(law: pb.Law) -> dict[str, Any]:
    kind = law.WhichOneof("law")
    if kind is None or kind == "published":
        return {"law": law.published.name if kind else None}
    form = getattr(law, kind)
    weight = _if_set(form, "power_law_weight") if kind == "mixture" else None
    return {"law": kind, "noise": _if_set(form, "relative_noise"), "power_law_weight": weight}


def _algorithms(algorithms: pb.Algorithms) -> dict[str, Any]:
    kind = algorithms.WhichOneof("algorithms")
    if kind is None:
        return {}
    ceiling = _if_set(algorithms, "ceiling_oom")
    if kind == "preset":
        name = pb.AlgorithmsPreset.Name(algorithms.preset)
        return {"algorithms": _name(name, "ALGORITHMS_PRESET_"), "algorithms_ceiling_oom": ceiling}
    months = algorithms.prior.halving_months
    return {"algorithms": LogNormal(months.median, months.sd_ln), "algorithms_ceiling_oom": ceiling}


def _scenario(choice: pb.ScenarioChoice) -> dict[str, Any]:
    kind = choice.WhichOneof("choice")
    if kind == "inline":
        return {"scenario": MessageToDict(choice.inline, preserving_proto_field_name=True)}
    return {"scenario": choice.name} if kind else {}
