"""The fan chart: one driver over time, observed and forecast, on a log axis.

The bands start at the as-of line, with no bridge to the observed points; the period in which the frontier stopped
disclosing is shaded and named; targets and budgets are dashed lines with their names.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from forecast.reports.fan_data import PROBABILITIES, Fan, Series, shown
from forecast.reports.fan_labels import write_labels
from forecast.reports.picture import Picture
from forecast.reports.plot import Plot, Rows, y_axis
from forecast.reports.theme import BAND_OPACITY, NARROW, Theme
from forecast.reports.words import month, power

_BANDS = {0.90: ("q05", "q95"), 0.80: ("q10", "q90"), 0.50: ("q25", "q75")}
_FIELDS = tuple(f"q{100 * p:02.0f}" for p in PROBABILITIES)


def picture(fan: Fan) -> Picture:
    """The fan chart with its text alternative and its numbers."""
    names = [f" ({series.name})" if series.name else "" for series in fan.series]
    columns = [f"{fan.column}{name}, {100 * p:g} %" for name in names for p in PROBABILITIES]
    return Picture(
        slug=fan.slug,
        title=fan.title,
        subtitle=fan.subtitle,
        description=_describe(fan),
        columns=("decimal_year", *columns),
        rows=_numbers(fan),
        draw=functools.partial(draw, fan),
        values=fan.values,
    )


def _numbers(fan: Fan) -> tuple[tuple[object, ...], ...]:
    years = shown(fan, fan.series[0])
    quantiles = np.concatenate([10 ** series.log10[:, : len(years)] for series in fan.series])
    return tuple(
        (round(float(year), 4), *(float(f"{value:.4g}") for value in quantiles[:, k])) for k, year in enumerate(years)
    )


def _describe(fan: Fan) -> str:
    dates = [fan.as_of_year, *(year for year in (2030.0, 2040.0) if fan.as_of_year < year <= fan.last_year)]
    said = [_interval(fan, series, year) for series in fan.series for year in dates]
    seen = fan.observed
    dots = f" {len(seen.name)} observed points from {min(seen.decimal_year):.0f} on." if seen.name else ""
    return f"Fan chart of {fan.y_title} on a log axis, as of {fan.as_of}: {'; '.join(said)}.{dots}"


def _interval(fan: Fan, series: Series, year: float) -> str:
    low, middle, high = (_value(fan, series.at(max(year, float(series.decimal_year[0])), p)) for p in (0.1, 0.5, 0.9))
    return f"{series.name or 'median'} {middle} in {year:.0f}, 80 % interval {low} to {high}"


def _value(fan: Fan, value: float) -> str:
    return f"{fan.prefix}{power(value)}{fan.suffix}"


def draw(fan: Fan, theme: Theme) -> dict[str, Any]:
    """The chart under one theme."""
    low, high = _ends(fan)
    axes = _x_axis(fan, theme), _y_axis(fan, theme, low, high)
    plot = Plot(theme, (fan.first_year, fan.last_year), (low, high), *axes)
    rows = [_rows(fan, series) for series in fan.series]
    if fan.undisclosed is not None:
        plot.shade(*fan.undisclosed)
    for level in fan.levels:
        plot.horizontal(level.log10, theme.palette.asked, dash=(4, 4))
    _draw_series(plot, fan, rows, theme)
    plot.as_of(fan.as_of_year, fan.as_of)
    plot.hover(rows[0], _tips(fan))
    _draw_points(plot, fan)
    write_labels(plot, fan, (low, high))
    return plot.finish()


def _ends(fan: Fan) -> tuple[float, float]:
    """Ends of the log axis: everything drawn, with a little air."""
    bands = [series.log10[:, : len(shown(fan, series))].ravel() for series in fan.series]
    levels = np.array([level.log10 for level in fan.levels])
    points = fan.observed.log10[fan.observed.decimal_year >= fan.first_year]
    everything = np.concatenate([*bands, levels, points])
    air = 0.04 * np.ptp(everything)
    return float(everything.min() - air), float(everything.max() + air)


def _x_axis(fan: Fan, theme: Theme) -> alt.Axis:
    step = theme.layout.year_step
    first = math.ceil(fan.first_year / step) * step
    values = list(range(first, math.floor(fan.last_year) + 1, step))
    return alt.Axis(values=values, format="d", title=None, tickSize=4, labelFlush=False)


def _y_axis(fan: Fan, theme: Theme, low: float, high: float) -> alt.Axis:
    wanted = 6 if theme.layout is NARROW else 9
    step = next(step for step in (1, 2, 3, 4, 5, 10) if (high - low) / step <= wanted)
    values = [value for value in range(math.ceil(low), math.floor(high) + 1) if value % step == 0]
    labels = " : ".join(f"datum.value == {value} ? '{fan.prefix}{power(10.0**value)}'" for value in values)
    return y_axis(fan.y_title, theme, values=values, labelExpr=f"{labels} : ''")


def _rows(fan: Fan, series: Series) -> Rows:
    years = shown(fan, series)
    return [
        {"year": round(max(float(year), fan.as_of_year), 4), "month": month(float(year))}
        | {name: round(float(series.log10[i, k]), 3) for i, name in enumerate(_FIELDS)}
        for k, year in enumerate(years)
    ]


def _draw_series(plot: Plot, fan: Fan, rows: Sequence[Rows], theme: Theme) -> None:
    main, *others = rows
    for other in others:
        plot.band(other, "q10", "q90", theme.palette.third, 0.13)
    for mass, (low, high) in _BANDS.items():
        plot.band(main, low, high, theme.palette.uncertainty, BAND_OPACITY[mass])
    for other in others:
        plot.line(other, "q50", theme.palette.third)
    plot.line(main, "q50", theme.palette.uncertainty)


def _tips(fan: Fan) -> dict[str, str]:
    def value(name: str) -> str:
        number = f"pow(10, row.{name})"
        plain = f"{number} >= 0.01 && {number} < 9999.5"
        written = f"({plain} ? format({number}, ',.2r') : replace(format({number}, '.1e'), '+', ''))"
        return f"'{fan.prefix}' + {written} + '{fan.suffix}'"

    tips = {"month": "row.month", "median": value("q50")}
    for mass, (low, high) in reversed(_BANDS.items()):
        tips[f"{100 * mass:.0f} %"] = f"{value(low)} + ' – ' + {value(high)}"
    return tips


def _draw_points(plot: Plot, fan: Fan) -> None:
    seen = fan.observed
    rows: Rows = [
        {
            "year": round(float(year), 3),
            "value": round(float(level), 3),
            "name": name,
            "published": month(float(year)),
            "amount": _value(fan, 10 ** float(level)),
        }
        for year, level, name in zip(seen.decimal_year, seen.log10, seen.name, strict=True)
        if fan.first_year <= year
    ]
    if rows:
        plot.points(rows, "value", {"": "name", "published": "published", fan.y_title: "amount"})
