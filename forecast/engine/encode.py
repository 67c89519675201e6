"""Question and answer as JSON values: what protobuf's own JSON makes of their messages, to the letter.

Fields have their proto names and order, enums their full names; what is empty or was never set is left out, a zero that
was set is told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from forecast.engine.question import Algorithms, Law, Question, Target

if TYPE_CHECKING:
    from forecast.engine.answer import Answer, BindingLimit, Nowcast, PosteriorStatus, Provenance, Quantile


def scenario_hash(question: Question, imported_digest: str = "") -> str:
    """SHA-256 of everything in a settled question that moves its arrivals, in hexadecimal.

    Parameters
    ----------
    question : Question
        Settled.
    imported_digest : str
        Digest of the imported scale's content, which its name does not tell; empty for a scale of the posterior's own.
    """
    moving = {"law": None, "algorithms": None} | _scenario_dict(question)
    if imported_digest:
        moving["imported_scale"] = imported_digest
    return hashlib.sha256(json.dumps(moving, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def question_dict(question: Question) -> dict[str, Any]:
    """The question as JSON, by proto field names and with enums by full name.

    Fields that were left to their default are given as settled when the question was resolved.
    """
    how = {
        "posterior": question.posterior,
        "as_of": None if question.as_of is None else question.as_of.isoformat(),
        "horizon": question.horizon,
        "quantiles": list(question.quantiles),
        "by_years": list(question.by_years or ()),
        "seed": question.seed,
        "max_draws": question.max_draws,
    }
    return _told(_scenario_dict(question) | how)


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
        settled = {"prior": {"halving_months": {"median": float(prior.median), "sd_ln": float(prior.sd_ln)}}}
    if algorithms.ceiling_oom is not None:
        settled["ceiling_oom"] = algorithms.ceiling_oom
    return settled


_MASSES = tuple(f"p_{name}{error}" for name in ("already", "beyond_horizon", "never") for error in ("", "_mcse"))


def answer_dict(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values."""
    return _told(
        {
            "question": question_dict(answer.question),
            "quantiles": [_quantile_dict(q) for q in answer.quantiles],
            **{name: getattr(answer, name) for name in _MASSES},
            "never_reasons": [_flat(r) for r in answer.never_reasons],
            "p_by_year": [_flat(p) for p in answer.p_by_year],
            "cdf": {name: list(values) for name, values in _flat(answer.cdf).items()},
            "binding_limits": [_limit_dict(b) for b in answer.binding_limits],
            "posterior": _posterior_dict(answer.posterior),
            "choices": [_flat(c) for c in answer.choices],
            "data_notice": answer.data_notice,
            "provenance": _provenance_dict(answer.provenance),
        }
    )


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields that are set and not empty."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [])}


def _flat(record: Any) -> dict[str, Any]:
    return _told({name: getattr(record, name) for name in record.__slots__})


def _quantile_dict(quantile: Quantile) -> dict[str, Any]:
    return _told(
        {
            "probability": quantile.probability,
            "decimal_year": quantile.decimal_year,
            "date": quantile.date,
            "position": f"POSITION_{quantile.position.upper()}",
            "mcse_years": quantile.mcse_years,
        }
    )


def _limit_dict(limit: BindingLimit) -> dict[str, Any]:
    return _flat(limit) | {"limit": f"LIMIT_{limit.limit.upper()}"}


def _posterior_dict(posterior: PosteriorStatus) -> dict[str, Any]:
    return _told(
        {
            "name": posterior.name,
            "status": f"POSTERIOR_STATUS_{posterior.status}",
            "reasons": list(posterior.reasons),
            "nowcast": None if posterior.nowcast is None else _nowcast_dict(posterior.nowcast),
        }
    )


def _nowcast_dict(nowcast: Nowcast) -> dict[str, Any]:
    """Its window and count have no presence of their own: protobuf leaves a zero of them out."""
    plain = {name: getattr(nowcast, name) or None for name in ("window_start", "window_end", "rows")}
    return _told(plain | {"inside_80": nowcast.inside_80, "reach": nowcast.reach})


def _provenance_dict(provenance: Provenance) -> dict[str, Any]:
    return _told(_flat(provenance) | {"hindsight_rows": [_flat(h) for h in provenance.hindsight_rows]})
