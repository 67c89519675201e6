"""Curves of equal probability over dates, on any axis: losses that money buys, budgets that a target needs.

The middle 80 and 50 % lie between the outer curves as bands; each curve is named beside it. A curve that runs to
infinity, where no value is enough, leaves the picture at its upper edge.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from forecast.reports.fan_data import Level
from forecast.reports.picture import Picture
from forecast.reports.placing import Spot, Style
from forecast.reports.plot import Plot, Rows, level_axis, year_axis
from forecast.reports.theme import BAND_OPACITY, Theme
from forecast.reports.words import month

PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)
_BANDS = {0.80: (0, 4), 0.50: (1, 3)}
_OVER = frozenset({"low80", "low50"})


@dataclass(frozen=True, slots=True)
class Ribbon:
    """What such a chart shows.

    Attributes
    ----------
    slug, title, subtitle, y_title, column : str
        Its words; `column` names the values, with their unit, in the numbers behind it.
    as_of : str
        In words.
    decimal_year : ndarray, shape (dates,)
        Ascending, the first at the as-of date.
    values : ndarray, shape (5, dates)
        At `PROBABILITIES`, in the unit of the axis; +inf where there is none.
    ends : (float, float)
        Ends of the axis.
    ticks : tuple of (float, str)
        Where the axis is marked, and how.
    names : tuple of str
        Of the five curves.
    told : callable
        Value on the axis -> words.
    number : callable
        Value on the axis -> the number behind it.
    marked : tuple of float
        Decimal years that were asked for: a dot on the median.
    levels : tuple of Level
        Values that were asked for: dashed lines.
    """

    slug: str
    title: str
    subtitle: str
    y_title: str
    column: str
    as_of: str
    decimal_year: NDArray[np.float64]
    values: NDArray[np.float64]
    ends: tuple[float, float]
    ticks: tuple[tuple[float, str], ...]
    names: tuple[str, ...]
    told: Callable[[float], str]
    number: Callable[[float], float]
    marked: tuple[float, ...] = ()
    levels: tuple[Level, ...] = ()


def picture(ribbon: Ribbon) -> Picture:
    """The chart with its text alternative and its numbers."""
    return Picture(
        slug=ribbon.slug,
        title=ribbon.title,
        subtitle=ribbon.subtitle,
        description=_describe(ribbon),
        columns=("decimal_year", *(f"{ribbon.column}, {100 * p:g} %" for p in PROBABILITIES)),
        rows=tuple(
            (round(year, 4), *(_digits(ribbon.number(value)) for value in ribbon.values[:, k].tolist()))
            for k, year in enumerate(ribbon.decimal_year.tolist())
        ),
        draw=functools.partial(draw, ribbon),
        values={"dates": list(ribbon.marked)},
    )


def _digits(value: float) -> float | str:
    return float(f"{value:.4g}") if math.isfinite(value) else "none"


def _describe(ribbon: Ribbon) -> str:
    at = range(0, len(ribbon.decimal_year), max(1, len(ribbon.decimal_year) // 3))
    told = [
        f"{month(float(ribbon.decimal_year[k]))}: median {ribbon.told(float(ribbon.values[2, k]))}, "
        f"80 % {ribbon.told(float(ribbon.values[0, k]))} to {ribbon.told(float(ribbon.values[4, k]))}"
        for k in at
    ]
    return f"Curves of equal probability of the {ribbon.y_title}, as of {ribbon.as_of}. {'; '.join(told)}."


def draw(ribbon: Ribbon, theme: Theme) -> dict[str, Any]:
    """The chart under one theme."""
    years, colour = ribbon.decimal_year, theme.palette.uncertainty
    plot = Plot(theme, (float(years[0]), float(years[-1])), ribbon.ends, *_axes(ribbon, theme))
    rows = _rows(ribbon)
    for mass, (low, high) in _BANDS.items():
        name = f"{100 * mass:.0f}"
        band = [{"year": row["year"], f"low{name}": row[f"q{low}"], f"high{name}": row[f"q{high}"]} for row in rows]
        plot.band(band, f"low{name}", f"high{name}", colour, BAND_OPACITY[mass])
    for level in ribbon.levels:
        plot.horizontal(level.log10, theme.palette.asked, dash=(4, 4))
    for i in (0, 1, 3, 4, 2):
        plot.line(rows, f"q{i}", colour, width=2.5 if i == 2 else 1)
    plot.as_of(float(years[0]), ribbon.as_of)
    _mark(plot, ribbon)
    _name_levels(plot, ribbon)
    _name_curves(plot, ribbon)
    plot.hover(rows, {"date": "row.month"} | {ribbon.names[i]: f"row.t{i}" for i in range(len(PROBABILITIES))})
    return plot.finish()


def _axes(ribbon: Ribbon, theme: Theme) -> tuple[alt.Axis, alt.Axis]:
    across = year_axis(ribbon.decimal_year[0], ribbon.decimal_year[-1], theme)
    return across, level_axis(ribbon.y_title, ribbon.ticks, theme)


def _rows(ribbon: Ribbon) -> Rows:
    """Values within the picture, or well beyond its edges, where the marks are clipped."""
    low, high = ribbon.ends
    kept = np.clip(ribbon.values, low - (high - low), high + (high - low))
    return [
        {"year": round(float(year), 4), "month": month(float(year))}
        | {f"q{i}": round(float(kept[i, k]), 4) for i in range(len(PROBABILITIES))}
        | {f"t{i}": ribbon.told(float(ribbon.values[i, k])) for i in range(len(PROBABILITIES))}
        for k, year in enumerate(ribbon.decimal_year)
    ]


def _mark(plot: Plot, ribbon: Ribbon) -> None:
    """A dot on the median of each day that was asked for, with its value."""
    for year in ribbon.marked:
        value = float(np.interp(year, ribbon.decimal_year, ribbon.values[2]))
        if ribbon.ends[0] < value < ribbon.ends[1]:
            plot.dot(year, value, plot.theme.palette.asked)
            spots = [plot.spot(year, value, dx=dx, dy=dy) for dx in (9, 3) for dy in (12, -12, 20, -20)]
            spots += [plot.spot(year, value, dx=-9, dy=dy, align="right") for dy in (-12, 12, -20, 20)]
            style = Style(bold=True, over=_OVER)
            plot.label([[ribbon.told(value)]], spots, plot.theme.palette.ink, style)


def _name_levels(plot: Plot, ribbon: Ribbon) -> None:
    for level in ribbon.levels:
        years = np.linspace(ribbon.decimal_year[0], ribbon.decimal_year[-1], 40)[:-1]
        spots = [plot.spot(float(year), level.log10, dx=5, dy=dy) for dy in (11, -11) for year in years]
        plot.label([[level.name], [level.short]], spots, plot.theme.palette.ink, Style(over=_OVER))


def _name_curves(plot: Plot, ribbon: Ribbon) -> None:
    """Name each curve beside it, the median first; in ink, which can be read on a band."""
    for i in (2, 0, 4, 1, 3):
        style = Style(bold=i == 2, names=f"q{i}", over=_OVER)
        name = ribbon.names[i].replace(" %", "\N{NO-BREAK SPACE}%")
        plot.label([[name]], _beside(plot, ribbon, i), plot.theme.palette.ink, style)


def _beside(plot: Plot, ribbon: Ribbon, i: int) -> list[Spot]:
    """Places right over and under a curve, from its last third back."""
    low, high = ribbon.ends
    count = len(ribbon.decimal_year)
    spots = []
    for k in np.linspace(0.66, 0.05, 24) * (count - 1):
        at = round(float(k))
        year, value = float(ribbon.decimal_year[at]), float(ribbon.values[i, at])
        if low < value < high:
            spots += [plot.spot(year, value, dx=4, dy=dy) for dy in (11, 16, 24)]
            spots += [plot.spot(year, value, dx=-4, dy=dy, align="right") for dy in (-11, -16, -24)]
    return spots
