"""Skill against each baseline: 1 - CRPS / the baseline's, with its bootstrap interval; right of nought is better."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

from forecast.evaluation.bar import LEAST_SKILL, SKILLED
from forecast.evaluation.quantities import LINE, QUANTITIES
from forecast.evaluation.skill import Skill
from forecast.reports.picture import Picture
from forecast.reports.quantity_words import baseline_words, quantity_words, short_words
from forecast.reports.sheet import Cell, Sheet
from forecast.reports.theme import NARROW, Theme

_WINDOW, _YEARS = "all", ("1-3", "")
_LEAST, _MOST = -1.0, 1.0
_ROW_PX, _HEAD_PX = 20.0, 30.0
_NAMES_PX, _NARROW_NAMES_PX, _FIGURES_PX, _NARROW_FIGURES_PX = 142.0, 72.0, 150.0, 42.0
_TIPS = {"": "what", "skill": "skill", "90 %": "ends", "outcomes": "n"}


def chosen(skills: Sequence[Skill]) -> dict[str, list[Skill]]:
    """Skill over all origins at 1-3 years by quantity; parts, and pools that the bar does not ask for, are left out."""
    kept = [s for s in skills if s.window == _WINDOW and s.years in _YEARS and not s.part and math.isfinite(s.skill)]
    found = {
        name: [s for s in kept if s.quantity == name]
        for name in QUANTITIES
        if name in SKILLED or not QUANTITIES[name].pools
    }
    return {name: rows for name, rows in found.items() if rows}


def picture(skills: Sequence[Skill]) -> Picture | None:
    """The chart with its text alternative and its numbers; None where no skill is stored."""
    found = chosen(skills)
    every = [s for rows in found.values() for s in rows]
    if not every:
        return None
    sure, worse = sum(s.low > 0 for s in every), sum(s.skill < 0 for s in every)
    return Picture(
        slug="skill",
        title=f"Better than the baseline in {len(every) - worse} of {len(every)} comparisons, "
        f"with the whole interval in {sure}",
        subtitle="Skill: 1 − CRPS ÷ the baseline’s on the same outcomes, 1 to 3 years ahead; dot and 90 % interval "
        f"(bootstrap over origins in blocks). Orange: the bar’s +{LEAST_SKILL:.2f} against a straight line; a ring is "
        "worse than its baseline. A triangle: further than drawn.",
        description="Skill by quantity and baseline. " + " ".join(_told(s) for s in every),
        columns=("quantity", "baseline", "n", "effective n", "skill", "low 90 %", "high 90 %"),
        rows=tuple((quantity_words(s.quantity), s.baseline, s.n, round(s.effective_n, 2), *_rounded(s)) for s in every),
        draw=functools.partial(_draw, found),
    )


def _rounded(skill: Skill) -> tuple[float, ...]:
    return tuple(round(value, 4) for value in (skill.skill, skill.low, skill.high))


def signed(value: float) -> str:
    """`+0.23`, `−0.10`; nought has no sign."""
    rounded = round(value, 2)
    return f"{rounded:+.2f}".replace("-", "−") if rounded else "0"


def interval(skill: Skill) -> str:
    """`+0.05 to +0.41`; empty where there is none."""
    return f"{signed(skill.low)} to {signed(skill.high)}" if math.isfinite(skill.low + skill.high) else ""


def _told(skill: Skill) -> str:
    ends = interval(skill)
    return (
        f"{quantity_words(skill.quantity)} against {baseline_words(skill.baseline)}: {signed(skill.skill)}"
        f"{f' ({ends})' if ends else ''}."
    )


def _draw(found: dict[str, list[Skill]], theme: Theme) -> dict[str, Any]:
    narrow = theme.layout.name == NARROW.name
    height = sum(_HEAD_PX + _ROW_PX * len(rows) for rows in found.values()) - 6
    sheet = Sheet(theme, height)
    left, right = (_NARROW_NAMES_PX, _NARROW_FIGURES_PX) if narrow else (_NAMES_PX, _FIGURES_PX)
    cell = Cell(left, 0.0, sheet.width - left - right, height, (_LEAST, _MOST), (height, 0.0))
    ticks = (-1.0, 0.0, 1.0) if narrow else (-1.0, -0.5, 0.0, 0.5, 1.0)
    sheet.foot([cell], [(value, signed(value)) for value in ticks])
    zero = cell.across(0.0)
    sheet.rules([{"year": zero, "until": zero, "low": 0.0, "high": height}], sheet.palette.muted, 1.5)
    placed, heads, at = [], [], 0.0
    for name, rows in found.items():
        heads.append({"year": 4 - theme.layout.left, "level": height - at - 10, "text": _head(name, narrow)})
        placed += [(s, height - at - _HEAD_PX - (k + 0.1) * _ROW_PX) for k, s in enumerate(rows)]
        at += _HEAD_PX + _ROW_PX * len(rows)
    sheet.words(heads, sheet.palette.ink, theme.layout.text - (1 if narrow else 0), bold=True)
    _names(sheet, placed, narrow)
    _marks(sheet, cell, placed)
    return sheet.finish()


def _head(name: str, narrow: bool) -> str:
    return short_words(name) if narrow else quantity_words(name)


def _names(sheet: Sheet, placed: Sequence[tuple[Skill, float]], narrow: bool) -> None:
    """The baseline at the left of each row, the figures at its right."""
    size, start = sheet.theme.layout.small, 4 - sheet.theme.layout.left
    names = [{"year": start, "level": at, "text": baseline_words(s.baseline, short=narrow)} for s, at in placed]
    sheet.words(names, sheet.palette.muted, size)
    figures = [
        {"year": sheet.width + 12, "level": at, "text": signed(s.skill) if narrow else _figures(s)} for s, at in placed
    ]
    sheet.words(figures, sheet.palette.ink, size, align="right")


def _figures(skill: Skill) -> str:
    ends = interval(skill)
    return f"{signed(skill.skill)}  [{ends}]" if ends else signed(skill.skill)


def _marks(sheet: Sheet, cell: Cell, placed: Sequence[tuple[Skill, float]]) -> None:
    colour, asked = sheet.palette.uncertainty, cell.across(LEAST_SKILL)
    targets = [at for s, at in placed if s.baseline == LINE and s.quantity in SKILLED]
    sheet.rules(
        [{"year": asked, "until": asked, "low": at - 8, "high": at + 8} for at in targets], sheet.palette.asked, 2
    )
    ends = [(s, at) for s, at in placed if math.isfinite(s.low + s.high)]
    whiskers = [{"year": cell.across(s.low), "until": cell.across(s.high), "low": at, "high": at} for s, at in ends]
    sheet.rules(whiskers, colour, 2)
    past = [{"year": cell.left, "level": at} for s, at in ends if s.low < _LEAST and s.skill >= _LEAST]
    sheet.arrows(past, colour, "triangle-left", 36)
    for better in (True, False):
        rows = [_dot(s, cell, at) for s, at in placed if (s.skill >= 0) == better and s.skill >= _LEAST]
        sheet.dots(rows, colour, 64 if better else 54, hollow=not better, tips=_TIPS)
    beyond = [_dot(s, cell, at) for s, at in placed if s.skill < _LEAST]
    sheet.arrows(beyond, colour, "triangle-left", 80, _TIPS)


def _dot(skill: Skill, cell: Cell, at: float) -> dict[str, object]:
    return {
        "year": cell.across(skill.skill),
        "level": at,
        "what": f"{quantity_words(skill.quantity)}, against {baseline_words(skill.baseline)}",
        "skill": signed(skill.skill),
        "ends": interval(skill) or "not stored",
        "n": f"n {skill.n}, worth {skill.effective_n:.0f}",
    }
