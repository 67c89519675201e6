"""Small multiples in one plot: a fan for each limit on a run side by side, and the same line in all of them.

The panels share one axis of values. Their time axes stand one after the other on one axis of the plot, so that a page
can stretch them like any other chart.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from forecast.reports.fan_data import PROBABILITIES, Series
from forecast.reports.picture import Picture
from forecast.reports.placing import Spot, Style, wrap
from forecast.reports.plot import Plot, Rows, y_axis
from forecast.reports.theme import BAND_OPACITY, NARROW, Theme
from forecast.reports.words import month, power

_BANDS = {0.90: (0, 6), 0.80: (1, 5), 0.50: (2, 4)}
_GAP_PX = 12.0
_TOLD_YEARS = (2030, 2040)
_HEADROOM = 0.14
_MEDIAN = PROBABILITIES.index(0.5)


@dataclass(frozen=True, slots=True)
class Panels:
    """What the picture shows.

    Attributes
    ----------
    slug, title, subtitle, y_title, column : str
        Its words; `column` names the values, with unit, in the numbers behind it.
    as_of : str
        In words.
    last_year : float
        Where each time axis ends.
    panels : tuple of Series
        A fan each, over the same months; its name stands over the panel.
    beside : Series
        Whose median is drawn in every panel; its name stands beside it in the first.
    """

    slug: str
    title: str
    subtitle: str
    y_title: str
    column: str
    as_of: str
    last_year: float
    panels: tuple[Series, ...]
    beside: Series

    @property
    def shown(self) -> range:
        """Which months are drawn: every third that a time axis holds."""
        return range(0, int(np.searchsorted(self.beside.decimal_year, self.last_year, side="right")), 3)


def picture(panels: Panels) -> Picture:
    """The panels with their text alternative and their numbers."""
    named = (*panels.panels, panels.beside)
    return Picture(
        slug=panels.slug,
        title=panels.title,
        subtitle=panels.subtitle,
        description=_describe(panels),
        columns=(
            "decimal_year",
            *(f"{panels.column} ({one.name}), {100 * p:g} %" for one in named for p in PROBABILITIES),
        ),
        rows=tuple(
            (round(year, 4), *(float(f"{10**value:.4g}") for one in named for value in one.log10[:, k].tolist()))
            for k, year in ((k, float(panels.beside.decimal_year[k])) for k in panels.shown)
        ),
        draw=functools.partial(draw, panels),
    )


def _describe(panels: Panels) -> str:
    said = [
        f"{one.name}: median {power(one.at(year))}, 80 % {power(one.at(year, 0.1))} to {power(one.at(year, 0.9))} "
        f"in {year}"
        for one in (*panels.panels, panels.beside)
        for year in _TOLD_YEARS
    ]
    return f"Fan charts side by side of the {panels.y_title} on a log axis, as of {panels.as_of}. {'; '.join(said)}."


@dataclass(frozen=True, slots=True)
class _Geometry:
    """Where the panels stand: each starts at its offset and is `width` years wide."""

    start: float
    width: float
    gap: float
    count: int

    @property
    def end(self) -> float:
        return self.count * self.width + (self.count - 1) * self.gap

    def offset(self, i: int) -> float:
        return i * (self.width + self.gap)


def _geometry(panels: Panels, theme: Theme) -> _Geometry:
    start, count = float(panels.beside.decimal_year[0]), len(panels.panels)
    width = panels.last_year - start
    years_per_px = count * width / (theme.layout.plot[0] - (count - 1) * _GAP_PX)
    return _Geometry(start, width, _GAP_PX * years_per_px, count)


def draw(panels: Panels, theme: Theme) -> dict[str, Any]:
    """The panels under one theme."""
    at, ends = _geometry(panels, theme), _ends(panels)
    plot = Plot(theme, (0.0, at.end), ends, _x_axis(at, theme), _y_axis(panels, ends, theme))
    rows = [_rows(panels, i, at) for i in range(at.count)]
    for i, panel in enumerate(rows):
        _draw_panel(plot, panel, at.offset(i), theme)
    for i in range(at.count - 1):
        plot.rectangle((at.offset(i) + at.width, at.offset(i + 1)), ends, theme.palette.background, 1.0)
        plot.vertical(at.offset(i + 1), theme.palette.asked)
    plot.as_of(0.0, panels.as_of)
    _name(plot, panels, rows, at, ends)
    plot.hover([row for panel in rows for row in panel], _tips(panels))
    return plot.finish()


def _draw_panel(plot: Plot, rows: Rows, offset: float, theme: Theme) -> None:
    for mass, (low, high) in _BANDS.items():
        plot.band(rows, f"q{low}", f"q{high}", theme.palette.uncertainty, BAND_OPACITY[mass])
    plot.line(rows, f"q{_MEDIAN}", theme.palette.uncertainty)
    plot.line(rows, "beside", theme.palette.third)


def _ends(panels: Panels) -> tuple[float, float]:
    """Ends of the log axis, with room for the names of the panels above."""
    shown = np.concatenate([one.log10[:, panels.shown].ravel() for one in panels.panels])
    beside = panels.beside.log10[_MEDIAN, panels.shown]
    low, high = min(shown.min(), beside.min()), max(shown.max(), beside.max())
    return float(low - 0.03 * (high - low)), float(high + _HEADROOM * (high - low))


def _x_axis(at: _Geometry, theme: Theme) -> alt.Axis:
    """Two years marked in each panel, far enough apart for their labels, and from those of the next panel."""
    years = (2030, 2038) if theme.layout is NARROW else (2030, 2035)
    marked = [(at.offset(i) + year - at.start, year) for i in range(at.count) for year in years]
    labels = " : ".join(f"abs(datum.value - {place:.4f}) < 0.01 ? '{year}'" for place, year in marked)
    values = [round(place, 4) for place, _ in marked]
    return alt.Axis(values=values, labelExpr=f"{labels} : ''", title=None, tickSize=4, labelOverlap=False)


def _y_axis(panels: Panels, ends: tuple[float, float], theme: Theme) -> alt.Axis:
    top = ends[1] - _HEADROOM / (1 + _HEADROOM) * (ends[1] - ends[0])
    step = 2 if theme.layout is NARROW else 1
    values = [k for k in range(math.ceil(ends[0]), math.floor(top) + 1) if k % step == 0]
    labels = " : ".join(f"datum.value == {value} ? '{power(10.0**value)}'" for value in values)
    return y_axis(panels.y_title, theme, values=values, labelExpr=f"{labels} : ''")


def _rows(panels: Panels, i: int, at: _Geometry) -> Rows:
    one, beside = panels.panels[i], panels.beside
    return [
        {"year": round(at.offset(i) + float(year) - at.start, 4), "month": month(float(year)), "name": one.name}
        | {f"q{j}": round(float(one.log10[j, k]), 3) for j in range(len(PROBABILITIES))}
        | {"beside": round(float(beside.log10[_MEDIAN, k]), 3)}
        for k, year in ((k, beside.decimal_year[k]) for k in panels.shown)
    ]


def _name(plot: Plot, panels: Panels, rows: Sequence[Rows], at: _Geometry, ends: tuple[float, float]) -> None:
    """Write the name of each panel at its top, and that of the line beside it in the first panel with room."""
    layout = plot.theme.layout
    width = layout.plot[0] / at.count - _GAP_PX - 6
    for i, panel in enumerate(panels.panels):
        lines = wrap(panel.name, width, layout.text, bold=True)
        spot = plot.spot(at.offset(i), ends[1], dx=7, dy=-4 - layout.text * 0.6 * len(lines))
        plot.write(lines, spot, plot.theme.palette.uncertainty, layout.text, bold=True)
    style = Style(bold=True, names="beside", over=frozenset(("q0", "q1", "q2")))
    texts = [[panels.beside.name], wrap(panels.beside.name, width, layout.text, bold=True)]
    _ = any(
        plot.label(texts, spots, plot.theme.palette.third, style, size)
        for i, panel in enumerate(rows)
        for size, spots in (
            (layout.text, list(_under(plot, panel))),
            (layout.small, list(_in_corner(plot, at.offset(i) + at.width, ends[0]))),
        )
    )


def _under(plot: Plot, rows: Rows) -> Iterator[Spot]:
    for row in rows[len(rows) // 8 :: 6]:
        for dy in (-14, -22, -32):
            yield plot.spot(float(row["year"]), float(row["beside"]), dx=8, dy=dy)  # type: ignore[arg-type]


def _in_corner(plot: Plot, edge: float, foot: float) -> Iterator[Spot]:
    """Places at the right edge of a panel too narrow for a label that starts beside the line, from the foot up."""
    for dy in range(14, 60, 4):
        yield plot.spot(edge, foot, dx=-4, dy=dy, align="right")


def _tips(panels: Panels) -> dict[str, str]:
    def value(field: str) -> str:
        return f"replace(format(pow(10, row.{field}), '.1e'), '+', '')"

    tips = {"limit": "row.name", "month": "row.month", "median": value(f"q{_MEDIAN}")}
    tips["80 %"] = f"{value('q1')} + ' – ' + {value('q5')}"
    return tips | {panels.beside.name: value("beside")}
