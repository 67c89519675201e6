"""Question and answer as JSON values, by proto field names and with enums by full name."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from forecast.engine.question import Algorithms, Law, Question, Target

if TYPE_CHECKING:
    from forecast.engine.answer import Answer, PosteriorStatus, Quantile


def scenario_hash(question: Question) -> str:
    """SHA-256 of everything in a settled question that moves its arrivals, in hexadecimal."""
    moving = {"law": None, "algorithms": None} | _scenario_dict(question)
    return hashlib.sha256(json.dumps(moving, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def question_dict(question: Question) -> dict[str, Any]:
    """The question as JSON, by proto field names and with enums by full name.

    Fields that were left to their default are given as settled when the question was resolved.
    """
    settled = _scenario_dict(question)
    settled |= {"horizon": question.horizon, "quantiles": list(question.quantiles)}
    settled |= {"by_years": list(question.by_years or ()), "seed": question.seed, "max_draws": question.max_draws}
    return settled


def _scenario_dict(question: Question) -> dict[str, Any]:
    """What moves the arrivals."""
    settled: dict[str, Any] = {
        "target": _target_dict(question.target),
        "payer": {"fixed_usd_2023": question.payer.usd_2023} if question.payer.usd_2023 else {"frontier_spend": {}},
        "criterion": f"CRITERION_{question.criterion.upper()}",
        "price_basis": f"PRICE_BASIS_{question.price_basis.upper()}",
    }
    if question.law is not None:
        settled["law"] = _law_dict(question.law)
    if question.algorithms is not None:
        settled["algorithms"] = _algorithms_dict(question.algorithms)
    return settled


def _target_dict(target: Target) -> dict[str, Any]:
    if target.kind == "loss":
        return {"loss": {"nats_per_token": target.value, "scale": target.scale}}
    return {target.kind: target.value}


def _law_dict(law: Law) -> dict[str, Any]:
    return {law.kind: {"name": law.name} if law.kind == "published" else {"relative_noise": law.relative_noise}}


def _algorithms_dict(algorithms: Algorithms) -> dict[str, Any]:
    settled: dict[str, Any] = {"preset": f"ALGORITHMS_PRESET_{algorithms.kind.upper()}"}
    if algorithms.halving_months is not None:
        prior = algorithms.halving_months
        settled = {"prior": {"halving_months": {"median": prior.median, "sd_ln": prior.sd_ln}}}
    if algorithms.ceiling_oom is not None:
        settled["ceiling_oom"] = algorithms.ceiling_oom
    return settled


_MASSES = tuple(f"p_{name}{error}" for name in ("already", "beyond_horizon", "never") for error in ("", "_mcse"))


def answer_dict(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values."""
    return {
        "question": question_dict(answer.question),
        "quantiles": [_quantile_dict(q) for q in answer.quantiles],
        **{name: getattr(answer, name) for name in _MASSES},
        "never_reasons": [_flat(r) for r in answer.never_reasons],
        "p_by_year": [_flat(p) for p in answer.p_by_year],
        "cdf": {name: list(values) for name, values in _flat(answer.cdf).items()},
        "binding_limits": [_flat(b) | {"limit": f"LIMIT_{b.limit.upper()}"} for b in answer.binding_limits],
        "posterior": _posterior_dict(answer.posterior),
        "choices": [_flat(c) for c in answer.choices],
        "data_notice": answer.data_notice,
        "provenance": _flat(answer.provenance)
        | {"hindsight_rows": [_flat(h) for h in answer.provenance.hindsight_rows]},
    }


def _flat(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _quantile_dict(quantile: Quantile) -> dict[str, Any]:
    found = {name: value for name, value in _flat(quantile).items() if value is not None}
    return found | {"position": f"POSITION_{quantile.position.upper()}"}


def _posterior_dict(posterior: PosteriorStatus) -> dict[str, Any]:
    found = _flat(posterior) | {"status": f"POSTERIOR_STATUS_{posterior.status}", "reasons": list(posterior.reasons)}
    nowcast = found.pop("nowcast")
    return found | ({"nowcast": _flat(nowcast)} if nowcast is not None else {})
