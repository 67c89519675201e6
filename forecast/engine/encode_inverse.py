"""Inverses and fans as JSON values: what protobuf's own JSON makes of their messages, to the letter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forecast.engine.encode import flat, posterior_dict, provenance_dict
from forecast.engine.encode_question import question_dict, told

if TYPE_CHECKING:
    from forecast.engine.fan import Fan
    from forecast.engine.inverse_parts import AffordableLoss, BudgetAtDate, RequiredBudget, ValueQuantile


def affordable_loss_dict(found: AffordableLoss) -> dict[str, Any]:
    """The losses that money buys on a day, as JSON values; their target is left out."""
    ranked = ("loss_nats_per_token", "reducible_nats_per_token", "log10_flop")
    return told(
        {
            "question": _without(question_dict(found.question), "target"),
            "scale": found.scale,
            "date": found.date,
            **{name: _quantiles(getattr(found, name)) for name in ranked},
            **_shared(found),
        }
    )


def required_budget_dict(found: RequiredBudget) -> dict[str, Any]:
    """The budgets that a target needs, as JSON values; their payer is left out."""
    surface = found.surface
    return told(
        {
            "question": _without(question_dict(found.question), "payer"),
            "dates": [_at_date(day) for day in found.dates],
            "surface": None if surface is None else {name: list(values) for name, values in flat(surface).items()},
            **_shared(found),
        }
    )


def trajectory_dict(fan: Fan) -> dict[str, Any]:
    """A fan as JSON values; protobuf writes what is infinite as text."""
    bands = zip(fan.probability, fan.values.tolist(), strict=True)
    points = zip(fan.observed_year.tolist(), fan.observed.tolist(), fan.observed_name, strict=True)
    return told(
        {
            "driver": f"DRIVER_{fan.driver.upper()}",
            "unit": fan.unit,
            "decimal_year": fan.decimal_year.tolist(),
            "bands": [{"probability": p, "log10_value": [_number(v) for v in values]} for p, values in bands],
            "observed": [told({"decimal_year": y, "log10_value": v, "name": name}) for y, v, name in points],
            "posterior": fan.posterior,
            "as_of": fan.as_of,
            "draws": fan.draws,
            "seed": fan.seed,
            "gate": posterior_dict(fan.gate),
        }
    )


def _shared(found: AffordableLoss | RequiredBudget) -> dict[str, Any]:
    return {
        "posterior": posterior_dict(found.posterior),
        "choices": [flat(choice) for choice in found.choices],
        "data_notice": found.data_notice,
        "provenance": provenance_dict(found.provenance),
    }


def _without(question: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in question.items() if key != name}


def _quantiles(ranked: Sequence[ValueQuantile]) -> list[dict[str, Any]]:
    return [flat(quantile) for quantile in ranked]


def _at_date(day: BudgetAtDate) -> dict[str, Any]:
    return told({"date": day.date, "usd_2023": _quantiles(day.usd_2023), "p_never_enough": day.p_never_enough})


def _number(value: float) -> float | str:
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
