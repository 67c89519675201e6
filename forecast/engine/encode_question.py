"""A question as JSON values: what protobuf's own JSON makes of its message, to the letter.

A scenario other than the baseline is told whole, so that a question means the same wherever it is read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from forecast.engine.condition import Condition
from forecast.engine.distributions import distribution_dict
from forecast.engine.payers import Payer, Stated
from forecast.engine.question import BASELINE, Algorithms, Law, Question, Scenario, Target
from forecast.engine.scenario import Override
from forecast.families import Distribution

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def scenario_hash(question: Question, imported_digest: str = "") -> str:
    """SHA-256 of everything in a settled question that moves its arrivals, in hexadecimal; arguments as below."""
    return hashlib.sha256(scenario_text(question, imported_digest).encode()).hexdigest()


def scenario_text(question: Question, imported_digest: str = "") -> str:
    """Everything in a settled question that moves its arrivals, as canonical JSON.

    Parameters
    ----------
    question : Question
        Settled.
    imported_digest : str
        Digest of the imported scale's content, which its name does not tell; empty for a scale of the posterior's own.
    """
    moving = {"law": None, "algorithms": None} | _moving(question)
    moving["assumed"] = [_assumed(question.scenario, name) for name in ("overrides", "switches")]
    if imported_digest:
        moving["imported_scale"] = imported_digest
    return _canonical(moving)


def question_dict(question: Question) -> dict[str, Any]:
    """The question as JSON, by proto field names and with enums by full name.

    Fields that were left to their default are given as settled when the question was resolved.
    """
    moving = _moving(question)
    bound = moving.pop("inference_usd_per_100_pages", None)
    condition = moving.pop("condition", None)
    how = {
        "scenario": _choice_dict(question.scenario),
        "condition": condition,
        "posterior": question.posterior,
        "as_of": None if question.as_of is None else question.as_of.isoformat(),
        "horizon": question.horizon,
        "quantiles": list(question.quantiles),
        "by_years": list(question.by_years or ()),
        "seed": question.seed,
        "max_draws": question.max_draws,
        "inference_usd_per_100_pages": bound,
        "limit_effects": question.limit_effects or None,
    }
    return told(moving | how)


def told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields that are set and not empty."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [])}


def scenario_dict(scenario: Scenario) -> dict[str, Any]:
    """A scenario as JSON, whole."""
    chosen = {name: getattr(scenario, name) for name in _PARTS}
    return told(
        {name: getattr(scenario, name) for name in ("name", "about", "source", "published_on")}
        | {name: _assumed(scenario, name) for name in ("overrides", "switches")}
        | {name: None if value is None else _PARTS[name](value) for name, value in chosen.items()}
    )


def _moving(question: Question) -> dict[str, Any]:
    """What moves the arrivals, but for the scenario: what that fills in stands in the question itself."""
    names = ("target", "payer", "criterion", "price_basis", "law", "algorithms", "cost_scope")
    settled = {name: getattr(question, name) for name in names}
    made = {name: None if value is None else _PARTS[name](value) for name, value in settled.items()}
    condition = question.condition
    made["condition"] = None if condition is None else _condition_dict(condition)
    made["inference_usd_per_100_pages"] = question.inference_usd_per_100_pages
    return told(made)


def _choice_dict(scenario: Scenario) -> dict[str, Any]:
    return {"name": scenario.name} if scenario == BASELINE else {"inline": scenario_dict(scenario)}


def _assumed(scenario: Scenario, name: str) -> list[dict[str, Any]]:
    if name == "switches":
        return [{"name": switch, "on": on} for switch, on in scenario.switches]
    return [_override_dict(override) for override in scenario.overrides]


def _override_dict(override: Override) -> dict[str, Any]:
    if override.prior is None:
        return {"input": override.name, "set": override.value}
    prior = override.prior
    return told({"input": override.name, "prior": distribution_dict(prior), "source": prior.source})


def _target_dict(target: Target) -> dict[str, Any]:
    if target.kind in ("training_flop", "gpt3_multiple"):
        return {target.kind: target.value}
    said: dict[str, Any] = {"nats_per_token": target.value, "scale": target.scale}
    if target.kind == "bits_per_character":
        characters = target.characters_per_token
        said = {"value": target.value, "scale": target.scale, "characters_per_token": characters}
    elif target.kind == "indistinguishable_tokens":
        said = {"tokens": target.value, "scale": target.scale, "judge_confidence": target.judge_confidence}
        said["slowdown"] = _distribution(target.slowdown)
    elif target.kind == "brain_anchor":
        said = {"flop_per_s": _distribution(target.flop_per_s), "training_seconds": target.value}
    return {target.kind: told(said)}


def _distribution(distribution: Distribution | None) -> dict[str, Any] | None:
    return None if distribution is None else distribution_dict(distribution)


def _payer_dict(payer: Payer) -> dict[str, Any]:
    if payer.kind == "stated":
        return {"stated": _stated_dict(payer.stated)}
    before = told({"converted_from": _stated_dict(payer.stated)})
    if payer.kind == "fixed_usd_2023":
        return {payer.kind: payer.usd_2023} | before
    if payer.kind != "spend_path" or payer.from_date is None:
        return {payer.kind: {}}
    path = {
        "usd_2023": payer.usd_2023,
        "from_date": payer.from_date.isoformat(),
        "growth_oom_per_year": _distribution(payer.growth),
        "ceiling_usd_2023": payer.ceiling_usd_2023,
    }
    return {payer.kind: told(path)} | before


def _stated_dict(stated: Stated | None) -> dict[str, Any] | None:
    return None if stated is None else told({name: getattr(stated, name) for name in stated.__slots__})


def _law_dict(law: Law) -> dict[str, Any]:
    if law.kind == "published":
        return {law.kind: {"name": law.name}}
    return {law.kind: told({"relative_noise": law.relative_noise, "power_law_weight": law.power_law_weight})}


def _algorithms_dict(algorithms: Algorithms) -> dict[str, Any]:
    settled: dict[str, Any] = {"preset": f"ALGORITHMS_PRESET_{algorithms.kind.upper()}"}
    if algorithms.halving_months is not None:
        settled = {"prior": {"halving_months": distribution_dict(algorithms.halving_months)["log_normal"]}}
    return settled | told({"ceiling_oom": algorithms.ceiling_oom})


def _condition_dict(condition: Condition) -> dict[str, Any]:
    return {
        "driver": f"CONDITION_DRIVER_{condition.driver.upper()}",
        "comparison": f"COMPARISON_{condition.comparison.upper()}",
        "value": condition.value,
        "by": condition.by.isoformat(),
    }


_PARTS: Mapping[str, Callable[[Any], Any]] = {
    "target": _target_dict,
    "payer": _payer_dict,
    "criterion": lambda name: f"CRITERION_{name.upper()}",
    "law": _law_dict,
    "algorithms": _algorithms_dict,
    "price_basis": lambda name: f"PRICE_BASIS_{name.upper()}",
    "cost_scope": lambda name: f"COST_SCOPE_{name.upper()}",
    "inference_usd_per_100_pages": float,
}
"""How each part that a scenario may choose is told, in the order of the scenario's message."""
