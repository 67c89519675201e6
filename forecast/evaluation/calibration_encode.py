"""Calibration as JSON values: what protobuf's own JSON makes of its messages, to the letter.

Fields have their proto names and order; what is empty or was never measured is left out. Figures are rounded to six
decimals, so that every machine says the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from forecast.evaluation.backtests import Backtest, Fit
from forecast.evaluation.bar import Check
from forecast.evaluation.calibration import Summary
from forecast.evaluation.past_fans import PastFan
from forecast.evaluation.quantities import MODEL, QUANTITIES
from forecast.evaluation.skill import Skill
from forecast.evaluation.stacking import LawWeights

DECIMALS = 6

FAN_UNITS: Mapping[str, str] = {
    "largest_compute": "log10 FLOP",
    "top_ten_compute": "log10 FLOP",
    "largest_cost": "log10 2023 $",
    "realised_price": "log10 2023 $ per FLOP",
}
"""Units of past fans, by quantity."""

_SCORES = ("crps", "log_score", "rms_error", "median_error", "width_80", "inside_50", "inside_80", "inside_95")
_FIGURES_OF_FITS = ("max_r_hat", "min_ess", "nowcast_inside_80", "nowcast_reach")


def told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields that are set and not empty."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}


def figure(value: float | None) -> float | None:
    """A number as it is told; None where it is not defined."""
    return None if value is None or not math.isfinite(value) else round(float(value), DECIMALS)


def figures(values: Iterable[float]) -> list[float]:
    """Numbers that are all defined, as they are told."""
    return [round(float(value), DECIMALS) for value in values]


def backtest_dict(backtest: Backtest, details: bool = False) -> dict[str, Any]:
    """A backtest, with what it was made from or without."""
    source = backtest.provenance
    pending = [{"origin": origin, "reason": why} for origin, why in source["pending_origins"].items()]
    return told(
        {
            "name": f"backtests/{backtest.name}",
            "shipped": backtest.shipped or None,
            "origins": source["origins"],
            "pending_origins": pending,
            "years_ahead": source["years_ahead"],
            "losses_held_out": source["losses_held_out"] or None,
            "scores": len(backtest.scores) or None,
            "fits": len(backtest.fits) or None,
            "stale": bool(backtest.stale_reasons) or None,
            "stale_reasons": list(backtest.stale_reasons),
            "sha256": backtest.sha256,
            "code_version": source["code_version"],
            "seed": str(source["seed"]),
            "released_on": source["released_on"],
            "disclosure_date": source["disclosure_date"],
            "details": _details(source) if details else None,
        }
    )


def _details(source: Mapping[str, Any]) -> dict[str, Any]:
    return told(
        {
            "data_digests": pairs(source["data_digests"], "table", "sha256"),
            "models": pairs(source["models"], "model", "version"),
            "sampler": pairs(source["sampler"], "name", "value"),
            "library_versions": pairs(source["library_versions"], "library", "version"),
            "data_notice": source["data_notice"],
        }
    )


def pairs(values: Mapping[str, Any], name: str, value: str) -> list[dict[str, str]]:
    """A mapping as a list of messages with two fields, by key; values as text."""
    return [{name: key, value: str(found)} for key, found in sorted(values.items())]


def bar_dict(line: Check) -> dict[str, Any]:
    """One line of the bar."""
    return told(
        {
            "name": line.name,
            "words": line.words,
            "measured": figure(line.measured),
            "at_least": figure(line.low),
            "at_most": figure(line.high),
            "unit": line.unit,
            "met": line.met or None,
            "n": line.n or None,
            "effective_n": figure(line.effective_n),
        }
    )


def summary_dict(summary: Summary) -> dict[str, Any]:
    """Scores of one forecaster on one quantity."""
    quantity = QUANTITIES[summary.quantity]
    return told(
        {
            "quantity": summary.quantity,
            "words": quantity.words,
            "unit": quantity.unit,
            "part": summary.part,
            "window": summary.window,
            "years_ahead": summary.years,
            "forecaster": summary.forecaster,
            "n": summary.n or None,
            "effective_n": figure(summary.effective_n),
            "bounds": summary.bounds or None,
            **{name: figure(getattr(summary, name)) for name in _SCORES},
            "pit": figures(summary.pit),
            **{name: figure(getattr(summary, name, None)) for name in ("bound_log_score", "tw_crps")},
        }
    )


def skill_dict(skill: Skill) -> dict[str, Any]:
    """The models beside one baseline."""
    return told(
        {
            "quantity": skill.quantity,
            "words": QUANTITIES[skill.quantity].words,
            "part": skill.part,
            "window": skill.window,
            "years_ahead": skill.years,
            "baseline": skill.baseline,
            "n": skill.n or None,
            **{name: figure(getattr(skill, name)) for name in ("effective_n", "skill", "low", "high")},
        }
    )


def weights_dict(weights: LawWeights) -> dict[str, Any]:
    """Weights of two forms of the scaling law."""
    shares = {name: figure(getattr(weights, name)) for name in ("floor", "power_law", "low", "high")}
    return told(shares | {"n": weights.n or None, "groups": weights.groups or None})


def fan_dict(fan: PastFan) -> dict[str, Any]:
    """What was forecast of one quantity as of one origin."""
    return told(
        {
            "quantity": fan.quantity,
            "words": QUANTITIES[fan.quantity].words,
            "unit": FAN_UNITS[fan.quantity],
            "origin": fan.origin.isoformat(),
            "decimal_year": figures(fan.decimal_year),
            "bands": [
                {"probability": level, "log10_value": figures(values)}
                for level, values in sorted(fan.quantiles.items())
            ],
        }
    )


def forecaster_dict(name: str, words: str) -> dict[str, Any]:
    """Whose forecasts are scored."""
    return told({"name": name, "words": words, "baseline": name != MODEL or None})


def fit_dict(fit: Fit) -> dict[str, Any]:
    """How one fit went."""
    fields = {name: getattr(fit, name) for name in fit.__slots__} | {"status": f"POSTERIOR_STATUS_{fit.status}"}
    fields |= {name: figure(getattr(fit, name)) for name in _FIGURES_OF_FITS}
    return told(fields | {"rows": fit.rows or None})
