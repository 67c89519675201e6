"""The arrival chart: probability that a target is affordable by each date, and what is left at the horizon.

Each curve ends at the probability of arrival within the horizon. To its right, past the time axis, stands its whole
mass as one bar: within the horizon, beyond it, never. Nothing is clipped away.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from forecast.reports import bars
from forecast.reports.bars import Bar, Part
from forecast.reports.picture import Picture
from forecast.reports.placing import CLEARANCE_PX, Spot, Style, wrap
from forecast.reports.plot import Plot, y_axis
from forecast.reports.theme import Theme
from forecast.reports.words import calendar_year, month, percent

_ROLES = ("uncertainty", "third", "asked")
PROBABILITY_TICKS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """One answer as a curve.

    Attributes
    ----------
    name, short : str
        Label beside the curve, and under its bar.
    decimal_year, probability : ndarray, shape (months,)
        Arrival distribution, from the as-of month to the horizon.
    p_already, p_beyond, p_never : float
        Masses outside the curve: at the as-of date, past the horizon, never.
    median : float or None
        Decimal year of the median where it lies between the as-of date and the horizon.
    """

    name: str
    short: str
    decimal_year: NDArray[np.float64]
    probability: NDArray[np.float64]
    p_already: float
    p_beyond: float
    p_never: float
    median: float | None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What an arrival chart shows: its words, one to three curves over the same months, and the as-of date in words."""

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
        subtitle=arrivals.subtitle,
        description=_describe(arrivals),
        columns=("decimal_year", *(f"probability by then: {curve.name}" for curve in arrivals.curves)),
        rows=_rows(arrivals.curves),
        draw=functools.partial(draw, arrivals),
        curves=tuple(zip((curve.name for curve in arrivals.curves), _ROLES, strict=False)),
    )


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
    start, horizon = float(years[0]), float(years[-1])
    count = len(arrivals.curves)
    strip = layout.bar_margin + count * layout.bar + (count - 1) * layout.bar_gap
    year = (horizon - start) / (layout.plot[0] - strip)
    lefts = [horizon + (layout.bar_margin + i * (layout.bar + layout.bar_gap)) * year for i in range(count)]
    bars = tuple((left, left + layout.bar * year) for left in lefts)
    return _Geometry(start, horizon, bars[-1][1], bars)


def draw(arrivals: Arrivals, theme: Theme) -> dict[str, Any]:
    """The chart under one theme."""
    geometry = _geometry(arrivals, theme)
    axes = _x_axis(arrivals, geometry, theme), _y_axis(arrivals, theme)
    colours = _colours(theme)
    beside = _bars(arrivals, geometry, colours)
    above = bars.strip(beside, theme.layout)
    plot = Plot(theme, (geometry.start, geometry.end), (0.0, above.top), *axes)
    rows = _hover_rows(arrivals.curves)
    plot.horizontal(0.5, theme.palette.muted, until=geometry.horizon, dash=(4, 3))
    plot.as_of(geometry.start, arrivals.as_of)
    plot.hover(rows, _tips(arrivals.curves))  # under the bars, which tell their own
    bars.draw(plot, beside, above)
    for i, colour in enumerate(colours[: len(arrivals.curves)]):
        with plot.part(i):
            plot.line(rows, f"p{i}", colour, width=2.5)
    _mark_medians(plot, arrivals.curves, colours)
    _name_curves(plot, arrivals.curves, colours)
    return plot.finish()


def _tips(curves: Sequence[Curve]) -> dict[str, str]:
    shares = {curve.name: f"replace(format(row.p{i}, '.0%'), '%', ' %')" for i, curve in enumerate(curves)}
    return {"by the end of": "row.month", **shares}


def _colours(theme: Theme) -> list[str]:
    return [getattr(theme.palette, role) for role in _ROLES]


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
        f"datum.value < {middle + 0.1:.3f} ? '{curve.short}'"
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


def _bars(arrivals: Arrivals, geometry: _Geometry, colours: Sequence[str]) -> list[Bar]:
    horizon = calendar_year(geometry.horizon)
    return [
        Bar(
            name=curve.short if len(arrivals.curves) > 1 else "",
            colour=colour,
            span=span,
            parts=_parts(curve, horizon),
        )
        for curve, colour, span in zip(arrivals.curves, colours, geometry.bars, strict=False)
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


def _mark_medians(plot: Plot, curves: Sequence[Curve], colours: Sequence[str]) -> None:
    dated = [(i, curve.median, colours[i]) for i, curve in enumerate(curves) if curve.median is not None]
    for i, median, colour in dated:
        with plot.part(i):
            plot.dot(median, 0.5, colour)
    for i, median, colour in dated:
        below = [plot.spot(median, 0.5, dx=8, dy=-dy) for dy in (13, 20)]
        above = [plot.spot(median, 0.5, dx=-8, dy=dy, align="right") for dy in (13, 20)]
        with plot.part(i):
            plot.label([[calendar_year(median)]], [*below, *above], colour, Style(bold=True))


def _name_curves(plot: Plot, curves: Sequence[Curve], colours: Sequence[str]) -> None:
    """Name each curve beside it: far from the others if that can be, else nearer; in two lines; by its short name."""
    for i, (curve, colour) in enumerate(zip(curves, colours, strict=False)):
        spots = _beside(plot, curve)
        texts = [[curve.name], list(wrap(curve.name, 95, plot.theme.layout.text)), [curve.short]]
        with plot.part(i):
            _ = any(
                plot.label([text], spots, colour, Style(bold=True, names=f"p{i}", distance=distance))
                for text in texts
                for distance in (24.0, 12.0, CLEARANCE_PX)
            )


def _beside(plot: Plot, curve: Curve) -> list[Spot]:
    """Places along a curve, the middle of its rise first; right of it and under it, then left of it and over it."""
    p = curve.probability
    reach = p[-1] - p[0]
    heights = [p[0] + share * reach for share in (0.62, 0.7, 0.3, 0.78, 0.38, 0.22, 0.86, 0.14, 0.92, 0.06)]
    at = [min(int(np.searchsorted(p, level)), len(p) - 1) for level in heights]
    at += [round(share * (len(p) - 1)) for share in (0.5, 0.3, 0.7, 0.15, 0.85, 0.04)]
    spots = []
    for k in at:
        year, level = float(curve.decimal_year[k]), float(p[k])
        spots += [plot.spot(year, level, dx=10, dy=dy) for dy in (-4, -9, -14, -19, -24)]
        spots += [plot.spot(year, level, dx=-10, dy=dy, align="right") for dy in (4, 14)]
        spots += [plot.spot(year, level, dy=dy, align="center") for dy in (-16, 16)]
    return spots
