"""Answers as JSON values: what protobuf's own JSON makes of their messages, to the letter.

Fields have their proto names and order, enums their full names; what is empty or was never set is left out, a zero that
was set is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.engine.encode_question import question_dict as question_dict
from forecast.engine.encode_question import scenario_hash as scenario_hash
from forecast.engine.encode_question import scenario_text as scenario_text
from forecast.engine.encode_question import told

if TYPE_CHECKING:
    from forecast.engine.answer import Answer
    from forecast.engine.parts import BindingLimit, LawComponent, Nowcast, PosteriorStatus, Provenance, Quantile


_MASSES = tuple(f"p_{name}{error}" for name in ("already", "beyond_horizon", "never") for error in ("", "_mcse"))


def answer_dict(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values."""
    return told(
        {
            "question": question_dict(answer.question),
            "quantiles": [_quantile_dict(q) for q in answer.quantiles],
            **{name: getattr(answer, name) for name in _MASSES},
            "never_reasons": [flat(r) for r in answer.never_reasons],
            "p_by_year": [flat(p) for p in answer.p_by_year],
            "cdf": answer.cdf.to_dict(),
            "binding_limits": [_limit_dict(b) for b in answer.binding_limits],
            "posterior": posterior_dict(answer.posterior),
            "choices": [flat(c) for c in answer.choices],
            "data_notice": answer.data_notice,
            "provenance": provenance_dict(answer.provenance),
            "components": [_component_dict(component) for component in answer.components],
            "notices": list(answer.notices),
        }
    )


def flat(record: Any) -> dict[str, Any]:
    """A frozen record of plain values as JSON values."""
    return told({name: getattr(record, name) for name in record.__slots__})


def _quantile_dict(quantile: Quantile) -> dict[str, Any]:
    return told(
        {
            "probability": quantile.probability,
            "decimal_year": quantile.decimal_year,
            "date": quantile.date,
            "position": f"POSITION_{quantile.position.upper()}",
            "mcse_years": quantile.mcse_years,
        }
    )


def _limit_dict(limit: BindingLimit) -> dict[str, Any]:
    return flat(limit) | {"limit": f"LIMIT_{limit.limit.upper()}"}


def _component_dict(component: LawComponent) -> dict[str, Any]:
    return told(
        {
            "name": component.name,
            "weight": component.weight,
            "quantiles": [_quantile_dict(quantile) for quantile in component.quantiles],
            "p_never": component.p_never,
            "p_beyond_horizon": component.p_beyond_horizon,
            "p_already": component.p_already,
        }
    )


def posterior_dict(posterior: PosteriorStatus) -> dict[str, Any]:
    """The gates of a posterior as JSON values."""
    return told(
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
    return told(plain | {"inside_80": nowcast.inside_80, "reach": nowcast.reach})


def provenance_dict(provenance: Provenance) -> dict[str, Any]:
    """What would reproduce an answer, as JSON values."""
    return told(flat(provenance) | {"hindsight_rows": [flat(h) for h in provenance.hindsight_rows]})
