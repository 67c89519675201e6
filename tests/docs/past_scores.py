"""The README's table of how past forecasts did, from the stored backtest and the bar that it is held to."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator

from forecast.evaluation import bar, calibration, skill
from forecast.evaluation.bar import Check
from forecast.evaluation.calibration import Summary
from forecast.evaluation.quantities import LINE, MODEL, QUANTITIES
from forecast.evaluation.skill import Skill

_WIDTH = 120
_HEAD = (
    "| forecast | outcomes | 80 % intervals cover | better than a straight line: CRPS skill, 90 % |\n"
    "|---|---|---|---|\n"
)
_SHOWN = {
    "largest_compute": "1-3",
    "top_ten_compute": "1-3",
    "frontier_cost": "1-3",
    "realised_price": "1-3",
    "first_passage": "",
    "loss_one_decade": "",
    "loss_two_decades": "",
}
"""Quantities in the table, and how far ahead."""


def table() -> str:
    """A row a quantity, then what of the bar is missed."""
    summaries = calibration.summarise([row for row in calibration.load() if row.forecaster == MODEL])
    skills = {(one.quantity, one.years): one for one in skill.load() if (one.window, one.baseline) == ("all", LINE)}
    rows = [_row(one, skills.get((one.quantity, one.years))) for one in summaries if _is_shown(one)]
    return f"{_HEAD}{''.join(rows)}\n{_missed(bar.checks())}\n"


def _is_shown(one: Summary) -> bool:
    return one.window == "all" and _SHOWN.get(one.quantity) == one.years


def _row(one: Summary, beside: Skill | None) -> str:
    ahead = f", {one.years} years ahead" if one.years else ""
    outcomes = f"{one.n}, worth {one.effective_n:.0f} independent ones"
    covered = f"{100 * one.inside_80:.0f} %"
    return f"| {QUANTITIES[one.quantity].words}{ahead} | {outcomes} | {covered} | {_better(beside)} |\n"


def _better(found: Skill | None) -> str:
    if found is None or math.isnan(found.skill):
        return ""
    ends = "" if math.isnan(found.low) else f" ({found.low:+.2f} to {found.high:+.2f})"
    return f"{found.skill:+.2f}{ends}"


def _missed(checks: list[Check]) -> str:
    met, missed = (sum(check.met is state for check in checks) for state in (True, False))
    told = f"Of the {met + missed} lines of the bar that it is held to, {met} are met and {missed} missed"
    sentences = [f"{told}{':' if missed else '.'}", *_sentences(checks)]
    return textwrap.fill(" ".join(sentences).replace(" %", "\x00%"), _WIDTH, break_on_hyphens=False).replace(
        "\x00", " "
    )


def _sentences(checks: list[Check]) -> Iterator[str]:
    return (check.words for check in checks if not check.met)
