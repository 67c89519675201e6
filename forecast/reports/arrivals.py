"""The arrival chart: probability that a target is affordable by each date, and what is left at the horizon.

Each curve ends at the probability of arrival within the horizon. To its right, past the time axis, stands its whole
mass as one bar: within the horizon, beyond it, never. Nothing is clipped away.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from forecast.reports import bars
from forecast.reports.arrival_curves import LOOKS, colours, mark_medians, name_curves, name_interval, shade_interval
from forecast.reports.arrival_curves import Curve as Curve
from forecast.reports.bars import Bar, Part, Strip
from forecast.reports.picture import Picture
from forecast.reports.plot import Plot, y_axis
from forecast.reports.theme import NARROW, Layout, Theme
from forecast.reports.words import calendar_year, month, percent

MOST_CURVES = len(LOOKS)
CROWDED = 4
"""From so many curves on, their bars are thin and told by number."""

PROBABILITY_TICKS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What an arrival chart shows: its words, one to six curves over the same months, and the as-of date in words."""

    slug: str
    title: str
    subtitle: str
    y_title: str
    as_of: str
    curves: tuple[Curve, ...]


def picture(arrivals: Arrivals) -> Picture:
    """The arrival chart with its text alternative and its numbers."""
    return Picture(
        slug=arrivals.slug,
        title=arrivals.title,
        subtitle=_subtitle(arrivals),
        description=_describe(arrivals),
        columns=("decimal_year", *(f"probability by then: {curve.name}" for curve in arrivals.curves)),
        rows=_rows(arrivals.curves),
        draw=functools.partial(draw, arrivals),
        curves=tuple((curve.name, look.role) for curve, look in zip(arrivals.curves, LOOKS, strict=False)),
    )


def _subtitle(arrivals: Arrivals) -> str:
    """Of a single curve also what is drawn: several have it in their own words."""
    if len(arrivals.curves) > 1:
        return arrivals.subtitle
    dashed = "; dashed: the median" if arrivals.curves[0].median is not None else ""
    return f"Shaded: the middle 80 %{dashed}; bar: the whole mass. {arrivals.subtitle}"


def _rows(curves: Sequence[Curve]) -> tuple[tuple[object, ...], ...]:
    months = zip(curves[0].decimal_year.tolist(), *(curve.probability.tolist() for curve in curves), strict=True)
    table = [(round(year, 4), *(round(p, 5) for p in values)) for year, *values in months]
    beyond = ("beyond the horizon", *(round(curve.p_beyond, 5) for curve in curves))
    never = ("never", *(round(curve.p_never, 5) for curve in curves))
    return (*table, beyond, never)


def _describe(arrivals: Arrivals) -> str:
    horizon = calendar_year(arrivals.curves[0].decimal_year[-1])
    parts = [
        f"{curve.name}: {percent(curve.p_already)} already, {percent(float(curve.probability[-1]))} by {horizon}, "
        f"{percent(curve.p_beyond)} beyond, {percent(curve.p_never)} never"
        + (f", median {calendar_year(curve.median)}" if curve.median is not None else "")
        for curve in arrivals.curves
    ]
    return f"Line chart of the {arrivals.y_title}, as of {arrivals.as_of}. " + "; ".join(parts) + "."


@dataclass(frozen=True, slots=True)
class _Geometry:
    """Where the bars stand, in years past the horizon."""

    start: float
    horizon: float
    end: float
    bars: tuple[tuple[float, float], ...]

    @property
    def middles(self) -> list[float]:
        return [(left + right) / 2 for left, right in self.bars]


def _geometry(arrivals: Arrivals, theme: Theme) -> _Geometry:
    layout = theme.layout
    years = arrivals.curves[0].decimal_year
    start, horizon = float(years[0]), max(float(years[-1]), float(years[0]) + 1 / 12)
    count = len(arrivals.curves)
    bar, gap = _bar_sizes(layout, count)
    strip = layout.bar_margin + count * bar + (count - 1) * gap
    year = (horizon - start) / (layout.plot[0] - strip)
    lefts = [horizon + (layout.bar_margin + i * (bar + gap)) * year for i in range(count)]
    made = tuple((left, left + bar * year) for left in lefts)
    return _Geometry(start, horizon, made[-1][1], made)


def _bar_sizes(layout: Layout, count: int) -> tuple[int, int]:
    """Width of a bar, and between bars, px."""
    if count < CROWDED:
        return layout.bar, layout.bar_gap
    return (10, 3) if layout.name == NARROW.name else (18, 4)


def draw(arrivals: Arrivals, theme: Theme) -> dict[str, Any]:
    """The chart under one theme."""
    geometry = _geometry(arrivals, theme)
    axes = _x_axis(arrivals, geometry, theme), _y_axis(arrivals, theme)
    hues, curves = colours(theme), arrivals.curves
    beside = _bars(arrivals, geometry, hues)
    above = bars.strip(beside, theme.layout) if len(curves) < CROWDED else Strip(theme.layout, told=False)
    plot = Plot(theme, (geometry.start, geometry.end), (0.0, above.top), *axes)
    rows = _hover_rows(arrivals.curves)
    plot.horizontal(0.5, theme.palette.muted, until=geometry.horizon, dash=(4, 3))
    plot.as_of(geometry.start, arrivals.as_of)
    plot.hover(rows, _tips(arrivals.curves))  # under the bars, which tell their own
    bars.draw(plot, beside, above)
    if len(curves) == 1:
        shade_interval(plot, curves[0], hues[0])
    for i, look in enumerate(LOOKS[: len(curves)]):
        with plot.part(i):
            plot.line(rows, f"p{i}", hues[i], dash=look.dash, width=2.5)
    mark_medians(plot, curves, hues)
    name_curves(plot, curves, hues)
    if len(curves) == 1:
        name_interval(plot, curves[0], hues[0])
    return plot.finish()


def _tips(curves: Sequence[Curve]) -> dict[str, str]:
    shares = {curve.name: f"replace(format(row.p{i}, '.0%'), '%', ' %')" for i, curve in enumerate(curves)}
    return {"by the end of": "row.month", **shares}


def _hover_rows(curves: Sequence[Curve]) -> list[dict[str, object]]:
    return [
        {"year": round(float(year), 4), "month": month(float(year))}
        | {f"p{i}": round(float(curve.probability[k]), 4) for i, curve in enumerate(curves)}
        for k, year in enumerate(curves[0].decimal_year)
    ]


def _x_axis(arrivals: Arrivals, geometry: _Geometry, theme: Theme) -> alt.Axis:
    step = theme.layout.year_step
    years = list(range(math.ceil(geometry.start / step) * step, math.floor(geometry.horizon) + 1, step))
    first_bar = f"datum.value > {geometry.horizon + 0.01:.3f}"
    named = " : ".join(
        f"datum.value < {middle + 0.1:.3f} ? {json.dumps(curve.short)}"
        for middle, curve in zip(geometry.middles, arrivals.curves, strict=True)
    )
    return alt.Axis(
        values=[*years, *geometry.middles],
        labelExpr=f"{first_bar} ? ({named} : '') : format(datum.value, 'd')",
        title=None,
        tickSize=4,
        domain=False,
        labelOverlap=False,
    )


def _y_axis(arrivals: Arrivals, theme: Theme) -> alt.Axis:
    return y_axis(arrivals.y_title, theme, values=list(PROBABILITY_TICKS), format="%")


def _bars(arrivals: Arrivals, geometry: _Geometry, hues: Sequence[str]) -> list[Bar]:
    horizon = calendar_year(geometry.horizon)
    return [
        Bar(
            name=curve.short if len(arrivals.curves) > 1 else "",
            colour=colour,
            span=span,
            parts=_parts(curve, horizon),
        )
        for curve, colour, span in zip(arrivals.curves, hues, geometry.bars, strict=False)
    ]


def _parts(curve: Curve, horizon: str) -> tuple[Part, ...]:
    """The whole mass of one curve: already, within the horizon, beyond it, never."""
    edge = min(1.0, max(0.0, 1 - curve.p_beyond - curve.p_never))
    never = 1 - curve.p_never
    return (
        Part("already", percent(curve.p_already), 0.0, min(curve.p_already, edge), 0.24, arrived=True),
        Part("by " + horizon, percent(edge), curve.p_already, edge, 0.10, arrived=True),
        Part("beyond", percent(curve.p_beyond), edge, never, 0.38),
        Part("never", percent(curve.p_never), never, 1.0, 1.0),
    )
