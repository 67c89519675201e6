"""Names on a fan chart: its targets, its series, the shaded period and some of its points."""

from __future__ import annotations

import re

import numpy as np

from forecast.reports.fan_data import Fan, Series, shown
from forecast.reports.placing import Spot, Style
from forecast.reports.plot import Plot
from forecast.reports.theme import NARROW

_OVER_BANDS = frozenset({"q05", "q10", "q25"})
_LONGEST_NAME = 22
_WELL_KNOWN = ("GPT-4", "GPT-3", "AlphaGo Zero", "AlexNet")
_VARIANT = re.compile(r" \(.*\)$| \d+(\.\d+)?B( \(.*\))?$")


def write_labels(plot: Plot, fan: Fan, ends: tuple[float, float]) -> None:
    """Write every label of a fan chart, the most needed first.

    Parameters
    ----------
    plot : Plot
        With everything drawn, so that labels stay clear of it.
    fan : Fan
        What is drawn.
    ends : (float, float)
        Ends of the log axis.
    """
    _name_levels(plot, fan)
    _name_series(plot, fan)
    _name_shade(plot, fan, ends)
    if fan.names_records:
        _name_points(plot, fan)


def _name_levels(plot: Plot, fan: Fan) -> None:
    for level in fan.levels:
        years = np.linspace(fan.first_year, fan.last_year, 40)
        above = [plot.spot(float(year), level.log10, dx=5, dy=12) for year in years[:-1]]
        below = [plot.spot(float(year), level.log10, dx=5, dy=-12) for year in years[:-1]]
        plot.label([[level.name], [level.short]], [*above, *below], plot.theme.palette.asked)


def _name_series(plot: Plot, fan: Fan) -> None:
    """Name the series where there are several: outside the bands, or on one where a second lies within the first."""
    colours = [plot.theme.palette.uncertainty, plot.theme.palette.third]
    for series, colour in zip(fan.series, colours, strict=False):
        if series.name:
            spots = _around(plot, fan, series)
            _ = any(
                plot.label([[series.name]], spots, colour, Style(bold=True, over=over))
                for over in (frozenset[str](), _OVER_BANDS)
            )


def _around(plot: Plot, fan: Fan, series: Series) -> list[Spot]:
    """Places over and under the outermost band that is drawn of a rising series, and under its median."""
    first, last = (0, 6) if series is fan.series[0] else (1, 5)
    years = shown(fan, series)
    spots = []
    for k in np.linspace(len(years) - 1, 0, 24).astype(int):
        year = float(years[k])
        spots += [plot.spot(year, float(series.log10[last, k]), dx=-4, dy=dy, align="right") for dy in (12, 18)]
        spots += [plot.spot(year, float(series.log10[first, k]), dx=4, dy=-dy) for dy in (12, 18)]
        spots += [plot.spot(year, float(series.log10[3, k]), dx=4, dy=-dy) for dy in (14, 20, 28)]
    return spots


def _name_shade(plot: Plot, fan: Fan, ends: tuple[float, float]) -> None:
    if fan.undisclosed is None:
        return
    (first, last), (low, high) = fan.undisclosed, ends
    levels = [low + share * (high - low) for share in (0.05, 0.12, 0.2, 0.28, 0.95, 0.88)]
    left = [plot.spot(first, level, dx=-6, align="right") for level in levels]
    right = [plot.spot(last, level, dx=6) for level in levels]
    texts = [["frontier runs undisclosed"], ["frontier runs", "undisclosed"]]
    plot.label(texts, [*left, *right], plot.theme.palette.muted)


def _name_points(plot: Plot, fan: Fan) -> None:
    """Name points where there is room and no name nearby: the well known, then the highest of their time."""
    room = 2 if plot.theme.layout is NARROW else 5
    spacing = (fan.as_of_year - fan.first_year) / (room + 2)
    named: list[float] = []
    for year, level, name in _worth_naming(fan):
        apart = all(abs(year - other) > spacing for other in named)
        if apart and len(named) < room and len(name) <= _LONGEST_NAME:
            left = [plot.spot(year, level, dx=dx, dy=dy, align="right") for dx, dy in ((-7, 4), (2, 13), (-7, 12))]
            right = [plot.spot(year, level, dx=dx, dy=dy) for dx, dy in ((8, -4), (-2, -13))]
            if plot.label([[name]], [*left, *right], plot.theme.palette.ink):
                named.append(year)


def _worth_naming(fan: Fan) -> list[tuple[float, float, str]]:
    """Points by how much their names tell, each name without its size and variant."""
    seen = fan.observed
    names = [_VARIANT.sub("", name) for name in seen.name]
    ordered = sorted(zip(seen.decimal_year.tolist(), seen.log10.tolist(), names, strict=True))
    first = {name: (year, level, name) for year, level, name in reversed(ordered)}
    records: list[tuple[float, float, str]] = []
    for year, level, name in ordered:
        if not records or level > records[-1][1]:
            records.append((year, level, name))
    known = [first[name] for name in _WELL_KNOWN if name in first]
    return [point for point in (*records[-1:], *known, *reversed(records)) if point[0] >= fan.first_year]
