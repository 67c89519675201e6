"""The tables that `timelines backtest` prints: scores, then skill against each baseline, a heading a quantity."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecast.evaluation.calibration import Summary
    from forecast.evaluation.skill import Skill

_SCORES = (
    *("origins", "years", "n", "n eff", "CRPS", "log", "50 %", "80 %", "95 %", "80 % width"),
    *("rms error", "median error", "bounds", "log", "tw CRPS"),
)
Cells = tuple[str, ...]


def table(summaries: Sequence[Summary]) -> str:
    """The model's scores as text: a heading a quantity, a line a window; those of bounds at the end."""
    from forecast.evaluation.quantities import MODEL

    mine = [summary for summary in summaries if summary.forecaster == MODEL]
    return _under_headings(_SCORES, mine, _score_cells)


def skill_table(skills: Sequence[Skill]) -> str:
    """Skill against each baseline with its 90 % interval: a heading a quantity, a line a window."""
    from forecast.evaluation.quantities import BASELINES

    names = [name for name in BASELINES if any(one.baseline == name for one in skills)]
    by_line: dict[tuple[str, ...], dict[str, Skill]] = {}
    for one in skills:
        by_line.setdefault((one.quantity, one.part, one.window, one.years), {})[one.baseline] = one
    lines = [next(iter(found.values())) for found in by_line.values()]

    def cells(first: Skill) -> Cells:
        """Those of the line that begins with a skill."""
        found = by_line[first.quantity, first.part, first.window, first.years]
        return (first.window, first.years, *(_skill(found[name]) if name in found else "" for name in names))

    return _under_headings(("origins", "years", *(name.replace("_", " ") for name in names)), lines, cells)


def _under_headings[Line: (Summary, Skill)](
    header: Cells, lines: Sequence[Line], cells: Callable[[Line], Cells]
) -> str:
    rows: list[Cells] = [cells(line) for line in lines]
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    text, heading = [_aligned(header, widths)], ""
    for line, row in zip(lines, rows, strict=True):
        if heading != (heading := _heading(line)):
            text.append(heading)
        text.append(_aligned(row, widths))
    return "\n".join(text)


def _heading(line: Summary | Skill) -> str:
    from forecast.evaluation.quantities import QUANTITIES

    quantity = QUANTITIES[line.quantity]
    return f"{quantity.words}{line.part and f', {line.part}'} ({quantity.unit})"


def _score_cells(summary: Summary) -> Cells:
    from forecast.evaluation.quantities import QUANTITIES

    decimals = 4 if QUANTITIES[summary.quantity].unit == "ln" else 3
    coverage = [f"{100 * share:.0f}" for share in (summary.inside_50, summary.inside_80, summary.inside_95)]
    errors = [_number(value, decimals) for value in (summary.width_80, summary.rms_error, summary.median_error)]
    counts = (str(summary.n), f"{summary.effective_n:.0f}")
    scores = (_number(summary.crps, decimals), _number(summary.log_score))
    bounds = (str(summary.bounds or ""), _number(summary.bound_log_score), _number(summary.tw_crps, decimals))
    return (summary.window, summary.years, *counts, *scores, *coverage, *errors, *bounds)


def _skill(one: Skill) -> str:
    if math.isnan(one.skill):
        return ""
    interval = "" if math.isnan(one.low) else f" [{_signed(one.low)} {_signed(one.high)}]"
    return f"{_signed(one.skill)}{interval or ' ' * _INTERVAL_WIDTH}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("0.", ".", 1)


_INTERVAL_WIDTH = len(" [+.00 +.00]")


def _aligned(row: Cells, widths: Sequence[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    return "  ".join(["", *left, *(c.rjust(w) for c, w in zip(row[2:], widths[2:], strict=True))]).rstrip()


def _number(value: float, decimals: int = 3) -> str:
    return "" if math.isnan(value) else f"{value:.{decimals}f}"
