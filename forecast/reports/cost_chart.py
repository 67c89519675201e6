"""What a target costs over time: a fan that falls through lines of money, with the date at which its median does.

The cost is that of the run itself at each date's price and with each date's algorithms: who pays, and whether chips,
power or data allow the run, has no part in it. Draws in which no compute reaches the target have no finite cost.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from forecast.engine import words as sentences
from forecast.engine.question import Question
from forecast.forecaster import Forecaster
from forecast.reports.costs import MEDIAN, MOST_LOG10_USD, Cost, Crossing, cost_words, followed, without_payer
from forecast.reports.fan_data import PROBABILITIES
from forecast.reports.inverse_charts import usd_ticks
from forecast.reports.picture import Picture
from forecast.reports.placing import Spot, Style
from forecast.reports.plot import Plot, Rows, level_axis, year_axis
from forecast.reports.theme import BAND_OPACITY, NARROW, Theme
from forecast.reports.words import calendar_year, month, percent, usd

Array = NDArray[np.float64]

BUDGETS_USD = (1e6, 1e9, 1e12)
"""Lines of money where none are asked for, 2023 US dollars."""

_BANDS = {0.90: (0, 6), 0.80: (1, 5), 0.50: (2, 4)}
_OVER = frozenset({"q0", "q1", "q2"})


def cost_chart(forecaster: Forecaster, question: Question, budgets_usd: Sequence[float] = BUDGETS_USD) -> Picture:
    """The cost of a question's target over time.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    question : Question
        Target, law, algorithms, scenario and the rest; its payer has no part in it.
    budgets_usd : sequence of float
        Lines of money that the median is followed through, 2023 US dollars; one at least.
    """
    return cost_picture(forecaster, without_payer(question), budgets_usd)


def cost_picture(forecaster: Forecaster, question: Question, budgets_usd: Sequence[float] = BUDGETS_USD) -> Picture:
    """As `cost_chart`, for a question that names no payer.

    Raises
    ------
    InputError
        Where it names one.
    """
    cost = followed(forecaster, question, budgets_usd)
    return Picture(
        slug="cost",
        title=_title(cost),
        subtitle=_subtitle(cost),
        description=_describe(cost),
        columns=(
            "decimal_year",
            *(f"usd_2023, {100 * p:g} %" for p in PROBABILITIES),
            "line that the median comes under, usd_2023",
        ),
        rows=tuple(_numbers(cost)),
        draw=functools.partial(_draw, cost),
        values=_values(cost),
    )


def _title(cost: Cost) -> str:
    subject = sentences.subject_to(cost.question, sentences.target_words(cost.question.target))
    now = cost_words(float(cost.values[MEDIAN, 0]))
    return f"{subject} costs {now} now; its median {_falls(cost)}"


def _falls(cost: Cost) -> str:
    """When the median comes under each line, the largest first."""
    never = [one for one in cost.crossings if one.decimal_year is None]
    told = [f"under {usd(one.usd_2023)} in {sentences.month(one.decimal_year or 0)}" for one in reversed(cost.later)]
    horizon = sentences.horizon_words(cost.question)
    kept = f"stays over {usd(never[-1].usd_2023)} until {horizon} at least" if never else ""
    if told:
        return f"comes {sentences.listed(told)}" + (f", and {kept}" if kept else "")
    return kept or f"is under {usd(cost.crossings[0].usd_2023)} already"


def _subtitle(cost: Cost) -> str:
    parts = [
        "Cost of the run that the target needs, at each date’s price, whoever pays and whatever else limits it, 2023 "
        "dollars: median, 50, 80 and 90 % bands."
    ]
    if cost.unreachable:
        parts.append(f"With {percent(cost.unreachable)} no compute reaches it: these draws have no finite cost.")
    return " ".join([*parts, cost.assumed])


def _describe(cost: Cost) -> str:
    at = range(0, len(cost.decimal_year), max(1, len(cost.decimal_year) // 3))
    told = [
        f"{month(float(cost.decimal_year[k]))}: median {cost_words(float(cost.values[MEDIAN, k]))}, 80 % "
        f"{cost_words(float(cost.values[1, k]))} to {cost_words(float(cost.values[5, k]))}"
        for k in at
    ]
    lines = [f"{usd(one.usd_2023)}: {_when(cost, one)}" for one in cost.crossings]
    return (
        f"Fan chart of the cost of the target in 2023 dollars on a log axis, as of {cost.as_of}. {'; '.join(told)}. "
        f"The median comes under {', '.join(lines)}."
    )


def _when(cost: Cost, one: Crossing) -> str:
    if one.decimal_year is None:
        return f"not by {sentences.horizon_words(cost.question)}"
    return "already" if one.decimal_year <= cost.start else sentences.month(one.decimal_year)


def _numbers(cost: Cost) -> Iterator[tuple[object, ...]]:
    crossed = {one.decimal_year: one.usd_2023 for one in reversed(cost.later)}  # of several in a month, the least
    for k, year in enumerate(cost.decimal_year.tolist()):
        values = (float(f"{10**value:.4g}") if math.isfinite(value) else "none" for value in cost.values[:, k].tolist())
        yield round(year, 4), *values, crossed.get(year, "")


def _values(cost: Cost) -> dict[str, object]:
    """What the title and the subtitle say."""
    return {
        "p_no_finite_cost": cost.unreachable,
        "crossings": [{"usd_2023": one.usd_2023, "decimal_year": one.decimal_year} for one in cost.crossings],
        "horizon": cost.question.horizon,
        "most_told_usd": 10.0**MOST_LOG10_USD,
    }


def _draw(cost: Cost, theme: Theme) -> dict[str, Any]:
    colour, ends = theme.palette.uncertainty, cost.ends
    plot = Plot(theme, (cost.start, cost.end), ends, *_axes(cost, theme))
    rows = _rows(cost)
    for mass, (low, high) in _BANDS.items():
        plot.band(rows, f"q{low}", f"q{high}", colour, BAND_OPACITY[mass])
    for one in cost.crossings:
        plot.horizontal(math.log10(one.usd_2023), theme.palette.asked, dash=(4, 4))
    plot.line(rows, f"q{MEDIAN}", colour, width=2.5)
    plot.as_of(cost.start, cost.as_of)
    _mark(plot, cost)
    _name(plot, cost)
    _say_unreachable(plot, cost)
    tips = {"date": "row.month", "median": f"row.t{MEDIAN}"}
    for mass, (low, high) in reversed(_BANDS.items()):
        tips[f"{100 * mass:.0f} %"] = f"row.t{low} + ' – ' + row.t{high}"
    plot.hover(rows, tips)
    return plot.finish()


def _axes(cost: Cost, theme: Theme) -> tuple[alt.Axis, alt.Axis]:
    ticks = usd_ticks(cost.ends)
    if len(ticks) > (6 if theme.layout is NARROW else 9):
        ticks = tuple(tick for tick in ticks if tick[0] % 3 == 0) or ticks
    return year_axis(cost.start, cost.end, theme), level_axis("cost, 2023 $", ticks, theme)


def _rows(cost: Cost) -> Rows:
    """Values within the picture, or beyond its edges, where the marks are clipped."""
    low, high = cost.ends
    kept = np.clip(cost.values, low - (high - low), high + (high - low))
    return [
        {"year": round(float(year), 4), "month": month(float(year))}
        | {f"q{i}": round(float(kept[i, k]), 3) for i in range(len(PROBABILITIES))}
        | {f"t{i}": cost_words(float(cost.values[i, k])) for i in range(len(PROBABILITIES))}
        for k, year in enumerate(cost.decimal_year)
    ]


def _mark(plot: Plot, cost: Cost) -> None:
    """A dot where the median comes under a line, and the date; at an edge where it is under it already, or never."""
    for one in cost.later:
        plot.dot(one.decimal_year or 0.0, math.log10(one.usd_2023), plot.theme.palette.asked)
    for one in cost.crossings:
        name, level = usd(one.usd_2023), math.log10(one.usd_2023)
        texts = [[f"{name}: {_when(cost, one)}"]]
        if one in cost.later:
            texts += [[f"{name}: {calendar_year(one.decimal_year or 0.0)}"]]
        style = Style(bold=one in cost.later, over=_OVER)
        plot.label([*texts, [name]], _beside_line(plot, cost, one, level), plot.theme.palette.ink, style)


def _beside_line(plot: Plot, cost: Cost, one: Crossing, level: float) -> list[Spot]:
    """Right of the crossing and over its line, left of it and under; along the line where there is none."""
    years = np.linspace(cost.start, cost.end, 40)
    if one.decimal_year is None or one.decimal_year <= cost.start:
        along = years[:-1] if one.decimal_year is not None else years[:0:-1]
        align: dict[str, Any] = {} if one.decimal_year is not None else {"align": "right"}
        shift = 6 if one.decimal_year is not None else -4
        return [plot.spot(float(year), level, dx=shift, dy=dy, **align) for year in along for dy in (11, -11)]
    at = one.decimal_year
    right = [plot.spot(at, level, dx=dx, dy=dy) for dx in (8, 14) for dy in (12, 16)]
    left = [plot.spot(at, level, dx=-dx, dy=-dy, align="right") for dx in (8, 14) for dy in (12, 16)]
    return [*right, *left, *(plot.spot(float(year), level, dx=4, dy=dy) for year in years[:-1] for dy in (11, -11))]


def _name(plot: Plot, cost: Cost) -> None:
    """Name the median beside it, or say at an edge that it lies outside."""
    low, high = cost.ends
    spots = []
    for k in np.linspace(0.9, 0.03, 40) * (len(cost.decimal_year) - 1):
        year, value = float(cost.decimal_year[round(float(k))]), float(cost.values[MEDIAN, round(float(k))])
        if low < value < high:
            spots += [plot.spot(year, value, dx=6, dy=dy) for dy in (12, 18)]
            spots += [plot.spot(year, value, dx=-6, dy=-dy, align="right") for dy in (12, 18)]
    texts = [["median"]]
    if not spots:
        over = bool(cost.values[MEDIAN, 0] > high)
        texts = [[f"median: {'over' if over else 'under'} what is drawn"]]
        spots = [*_at_edge(1.0, -1)] if over else [*_at_edge(0.0, 1)]
    style = Style(bold=True, names=f"q{MEDIAN}", over=_OVER)
    plot.label(texts, spots, plot.theme.palette.ink, style)


def _say_unreachable(plot: Plot, cost: Cost) -> None:
    """At the upper edge, where the bands leave the picture."""
    if cost.unreachable:
        share = percent(cost.unreachable)
        texts = [[f"{share}: no compute reaches it"], [f"{share}: no compute", "reaches it"], [f"{share}: never"]]
        plot.label(texts, [*_at_edge(1.0, -1)], plot.theme.palette.ink, Style(over=_OVER))


def _at_edge(level: float, inward: int) -> Iterator[Spot]:
    """Places along the upper or the lower edge, from the right."""
    for dy in range(10, 90, 4):
        for across in np.linspace(1, 0.5, 11):
            yield Spot(float(across), level, dx=-4, dy=inward * dy, align="right")
