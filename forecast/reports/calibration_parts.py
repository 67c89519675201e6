"""Words of the calibration page for measured values, bounds and counts."""

from __future__ import annotations

import math

from forecast.evaluation.bar import Check
from forecast.reports.skill_chart import signed
from forecast.reports.words import percent


def figure_words(value: float, unit: str) -> str:
    """A measured value by its unit: `80 %`, `+0.13`, `1.7 %`, `38 minutes`; `not stored` where there is none."""
    if not math.isfinite(value):
        return "not stored"
    told = {
        "share": lambda: percent(value),
        "skill": lambda: signed(value),
        "ln": lambda: f"{100 * value:.1f} %",
        "oom": lambda: f"{value:.2f} oom",
        "years": lambda: f"{value:.1f} years",
        "minutes": lambda: f"{value:.0f} minutes",
    }
    return told[unit]() if unit in told else f"{value:g} {unit}".strip()


def bound_words(check: Check) -> str:
    """What a line of the bar wants: `70 to 90 %`, `at least +0.10`, `under 2.3 %`."""
    low, high = check.low, check.high
    if low is not None and high is not None:
        first = figure_words(low, check.unit).removesuffix("\N{NO-BREAK SPACE}%")
        return f"{first} to {figure_words(high, check.unit)}"
    if low is not None:
        return f"at least {figure_words(low, check.unit)}"
    return f"at most {figure_words(high, check.unit)}" if high is not None else ""


def count_words(n: int, effective_n: float) -> str:
    """`n 30, worth 11`: outcomes, and how many independent ones they are worth."""
    return f"n {n:,}, worth {effective_n:.0f}" if math.isfinite(effective_n) and effective_n else f"n {n:,}"
