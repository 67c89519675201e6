"""Yearly bars: the probability of arrival in each calendar year, counted from the draws and not smoothed.

A smooth density would leak before the as-of date and past the horizon. What has arrived already, what lies beyond the
horizon and what never arrives stand at the edges as columns on a scale of their own: their full height is all draws.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.engine import words as sentences
from forecast.engine.answer import Answer
from forecast.engine.arrival import probability_mcse
from forecast.engine.words import horizon_words
from forecast.reports.picture import Picture
from forecast.reports.placing import Style, text_width
from forecast.reports.sheet import Cell, Sheet
from forecast.reports.theme import Theme
from forecast.reports.words import assumption, calendar_year, listed, percent, subject
from forecast.reports.yearly_data import INSIDE, MEDIAN, OUTSIDE, Column, Year, columns, is_within, years

_HEADROOM = 1.2
_LONGEST_NAME_PX = 90.0
_STEPS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_LEAST_TOP = 0.01
_TIPS = {"year": "name", "in that year": "told", "by its end": "by"}


def yearly_chart(answer: Answer) -> Picture:
    """The yearly bars of one answer, with its numbers.

    Parameters
    ----------
    answer : Answer
        Of any question.
    """
    bars = years(answer)
    return Picture(
        slug="yearly",
        title=f"{subject(answer.question)}: {_finding(answer, bars)}",
        subtitle=_subtitle(answer, bars),
        description=_describe(answer, bars),
        columns=("year", "first_month", "last_month", "probability", "mcse", "probability by its end"),
        rows=tuple(_rows(answer, bars)),
        values=_values(answer, bars),
        draw=functools.partial(_draw, answer, bars),
    )


def _rows(answer: Answer, bars: Sequence[Year]) -> Iterator[tuple[object, ...]]:
    for one in bars:
        yield one.year, one.first, one.last, *_told(answer, one.probability), round(one.by, 5)
    for column in columns(answer):
        yield column.name, "", "", *_told(answer, column.probability), ""


def _told(answer: Answer, probability: float) -> tuple[float, float]:
    """A probability and its Monte Carlo standard error."""
    return round(probability, 5), round(probability_mcse(probability, answer.provenance.draws), 5)


def _values(answer: Answer, bars: Sequence[Year]) -> dict[str, object]:
    """What the title says."""
    best = max(bars, key=lambda one: one.probability, default=None)
    told: dict[str, object] = {"median": answer.median} if is_within(answer) else {}
    told["p_later_or_never"] = answer.p_beyond_horizon + answer.p_never
    return told | ({} if best is None else {"likeliest_year": best.year, "p_in_likeliest_year": best.probability})


def _finding(answer: Answer, bars: Sequence[Year]) -> str:
    """Where the median lies, and the likeliest year."""
    best = max(bars, key=lambda one: one.probability, default=None)
    where = _median_words(answer)
    if best is None or best.probability == 0:
        return f"{where}; no year to come has an arrival"
    return f"{where}; the likeliest single year is {best.year}, with {percent(best.probability)}"


def _median_words(answer: Answer) -> str:
    if answer.p_already >= 0.5:
        return f"already with {percent(answer.p_already)}"
    if is_within(answer):
        return f"as likely as not by {calendar_year(answer.median)}"
    if answer.p_never > 0.5:
        return f"never with {percent(answer.p_never)}"
    late = percent(answer.p_beyond_horizon + answer.p_never)
    return f"not by {horizon_words(answer.question)} with {late}"


def _partial(bars: Sequence[Year]) -> str:
    """What the first and the last bar hold, where that is less than a year."""
    told = []
    if bars and bars[0].first > 1:
        told.append(f"{bars[0].year} begins with {_month(bars[0].first)}")
    if bars and bars[-1].last < 12:
        told.append(f"{bars[-1].year} ends with {_month(bars[-1].last)}")
    return f" {listed(told)}." if told else ""


def _month(number: int) -> str:
    return sentences.month(2001 + (number - 0.5) / 12).split()[0]


def _subtitle(answer: Answer, bars: Sequence[Year]) -> str:
    median = "; strongest: the year of the median" if any(one.opacity == MEDIAN for one in bars) else ""
    drawn = (
        "Probability of arrival in each calendar year, counted and not smoothed. Stronger: inside the 80 % interval"
        f"{median}. The columns at the edges have a scale of their own: all draws are their full height."
    )
    return f"{drawn}{_partial(bars)} {assumption(answer.choices)}"


def _describe(answer: Answer, bars: Sequence[Year]) -> str:
    listed_years = ", ".join(f"{one.year} {percent(one.probability)}" for one in bars) or "none"
    outside = ", ".join(f"{column.name} {percent(column.probability)}" for column in columns(answer))
    return (
        f"Bar chart of the probability of arrival by calendar year, as of {answer.provenance.as_of}: {listed_years}. "
        f"Beside it: {outside}."
    )


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Sizes in px: a column, between the columns, before the years and after them."""

    column: float
    gap: float
    left: float
    right: float


_WIDE = _Sizes(46, 30, 20, 30)
_NARROW = _Sizes(27, 15, 22, 22)


def _draw(answer: Answer, bars: Sequence[Year], theme: Theme) -> dict[str, Any]:
    layout = theme.layout
    sheet = Sheet(theme, layout.plot[1])
    sizes = _NARROW if sheet.narrow else _WIDE
    top = max(_HEADROOM * max((one.probability for one in bars), default=0.0), _LEAST_TOP)
    first = bars[0].year if bars else 0
    width = sheet.width - sizes.left - sizes.right - 2 * sizes.column - sizes.gap
    cell = Cell(sizes.left, 0.0, width, sheet.height, (first, first + max(len(bars), 1)), (0.0, top))
    _axes(sheet, cell, bars, top)
    _draw_bars(sheet, cell, bars)
    start = 4.0 - layout.left
    after = cell.right + sizes.right
    lefts = (start, after, after + sizes.column + sizes.gap)
    for column, left in zip(columns(answer), lefts, strict=True):
        _draw_column(sheet, column, left, sizes.column)
    _as_of(sheet, cell, answer.provenance.as_of)
    _name_median(sheet, cell, bars)
    return sheet.finish()


def _axes(sheet: Sheet, cell: Cell, bars: Sequence[Year], top: float) -> None:
    layout = sheet.theme.layout
    step = next((step for step in _STEPS if top / step <= (4 if sheet.narrow else 5)), _STEPS[-1])
    ticks = [k * step for k in range(math.floor(top / step + 1e-9) + 1)]
    digits = 0 if step >= 0.01 else 1 if step >= 0.001 else 2
    sheet.side([cell], [(value, f"{100 * value:.{digits}f}%") for value in ticks])
    for value in ticks:
        sheet.canvas.add_line(*sheet.fraction([cell.left, cell.right], [cell.up(value)] * 2), owner="grid")
    years_apart = next((n for n in (1, 2, 5, 10) if n * cell.width / max(len(bars), 1) >= 38), 20)
    marked = [one for one in bars if one.year % years_apart == 0] or list(bars[:1])
    sheet.foot([cell], [(one.year + 0.5, str(one.year)) for one in marked], grid=False)
    said = {"year": cell.right, "level": sheet.height + 9, "text": "probability by year"}
    if sheet.narrow:
        said |= {"year": cell.left, "level": sheet.height + 9 + 1.5 * layout.small}
    sheet.words([said], sheet.palette.muted, layout.small, align="left" if sheet.narrow else "right")
    if not any(one.probability for one in bars):
        middle = (cell.left + cell.right) / 2
        spots = [sheet.spot(middle, level, align="center") for level in range(round(sheet.height / 2), 0, -5)]
        sheet.label([["no arrival in these years"], ["no arrival"]], spots, sheet.palette.muted)


def _draw_bars(sheet: Sheet, cell: Cell, bars: Sequence[Year]) -> None:
    gap = min(0.12 * cell.width / max(len(bars), 1), 3.0)
    for opacity in (OUTSIDE, INSIDE, MEDIAN):
        rows: list[dict[str, object]] = [
            {
                "year": round(cell.across(one.year) + gap / 2, 2),
                "until": round(cell.across(one.year + 1) - gap / 2, 2),
                "low": 0.0,
                "high": cell.up(one.probability),
                "name": str(one.year),
                "told": percent(one.probability),
                "by": percent(one.by),
            }
            for one in bars
            if one.opacity == opacity
        ]
        sheet.blocks(rows, sheet.palette.uncertainty, opacity, _TIPS)
    for one in bars:
        across = [cell.across(one.year), cell.across(one.year + 1)]
        up = [cell.up(one.probability)] * 2
        sheet.canvas.add_band(*sheet.fraction(across, [0, 0]), sheet.fraction(across, up)[1], "bars")


def _draw_column(sheet: Sheet, column: Column, left: float, width: float) -> None:
    """A full height of all draws, filled as far as the probability goes, with its name under it and its share above."""
    layout = sheet.theme.layout
    whole: dict[str, object] = {"year": left, "until": left + width, "low": 0.0, "high": sheet.height}
    share = percent(column.probability)
    sheet.blocks([whole], sheet.palette.shade, 1.0)
    filled = {**whole, "high": round(column.probability * sheet.height, 2), "name": column.name, "told": share}
    sheet.blocks([filled], sheet.palette.uncertainty, column.opacity, {"": "name", "of all draws": "told"})
    middle = left + width / 2
    size = layout.small - (1 if sheet.narrow else 0)
    name = column.short if sheet.narrow or text_width(column.name, size) > _LONGEST_NAME_PX else column.name
    sheet.words([{"year": middle, "level": -0.95 * size, "text": name}], sheet.palette.muted, size, align="center")
    told = {"year": middle, "level": sheet.height + 9, "text": share}
    sheet.words([told], sheet.palette.uncertainty, layout.small, align="center", bold=True)


def _as_of(sheet: Sheet, cell: Cell, day: str) -> None:
    colour = sheet.palette.asked
    sheet.rules([{"year": cell.left, "until": cell.left, "low": 0.0, "high": sheet.height}], colour, 2)
    sheet.canvas.add_line(*sheet.fraction([cell.left, cell.left + 0.01], [0, sheet.height]))
    told = {"year": cell.left - 1, "level": sheet.height + 9, "text": f"as of {day}"}
    sheet.words([told], colour, sheet.theme.layout.small)


def _name_median(sheet: Sheet, cell: Cell, bars: Sequence[Year]) -> None:
    one = next((one for one in bars if one.opacity == MEDIAN), None)
    if one is None:
        return
    middle, heights = cell.across(one.year + 0.5), range(10, round(sheet.height), 4)
    spots = [
        sheet.spot(middle + shift, cell.up(one.probability) + up, align=align)
        for up in heights
        for shift, align in ((0, "center"), (-4, "left"), (4, "right"))
    ]
    sheet.label([[f"median {one.year}"], [str(one.year)]], spots, sheet.palette.uncertainty, Style(bold=True))
