"""Rows under one time axis, each with its name over a strip: tornado bars, scenarios side by side.

The names stand over their strips, so that the same drawing works on a phone; a chart is as tall as it has rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import altair as alt

from forecast.reports.placing import Spot, text_width
from forecast.reports.plot import Plot
from forecast.reports.theme import NARROW, Theme

ROW_PX, NARROW_ROW_PX = 42, 38
HALF_STRIP_PX = 5.0
_NAME_PX, _STRIP_PX = 11.0, 28.0
_STEPS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Strips:
    """A plot of rows.

    Attributes
    ----------
    plot : Plot
        Where they are drawn; time across, rows from the top at 0 down to their number.
    count : int
        Number of rows.
    row_px : float
        Height of one.
    year_px : float
        Width of a year where the plot is narrowest.
    """

    plot: Plot
    count: int
    row_px: float
    year_px: float

    @classmethod
    def of(
        cls,
        theme: Theme,
        count: int,
        span: tuple[float, float],
        room: tuple[float, float],
        ends: str = "",
        unit: str = "",
    ) -> Strips:
        """Empty rows.

        Parameters
        ----------
        theme : Theme
            Where they will be seen; the height follows from the rows.
        count : int
            Number of rows.
        span : (float, float)
            Decimal years that are marked on the axis.
        room : (float, float)
            Room in px left and right of them, for labels.
        ends : str
            What the end of the span is called on the axis; empty where it is a year like others.
        unit : str
            What stands after each number on the axis, where that is not of years.
        """
        row_px = NARROW_ROW_PX if theme.layout.name == NARROW.name else ROW_PX
        margins = theme.layout.top + theme.layout.bottom
        theme = replace(theme, layout=replace(theme.layout, height=row_px * count + margins))
        across = min(width for width, _ in theme.layout.plot_sizes())
        year_px = max(across - sum(room), across / 4) / (span[1] - span[0])
        domain = span[0] - room[0] / year_px, span[1] + room[1] / year_px
        y = alt.Axis(values=[], title=None, domain=False, ticks=False, labels=False)
        plot = Plot(theme, domain, (0.0, float(count)), _x_axis(span, year_px, ends, unit), y)
        return cls(plot, count, float(row_px), year_px)

    def level(self, row: int, px: float = _STRIP_PX) -> float:
        """The level of a row's strip, or of what lies so many px under the row's top."""
        return self.count - row - px / self.row_px

    def name(self, row: int, names: Sequence[str], asides: Sequence[str] = ("",)) -> None:
        """Write a row's name over its strip, and something at the right edge: the first two that fit, else the last."""
        plot, layout = self.plot, self.plot.theme.layout
        size, room = layout.text, min(width for width, _ in plot.canvas.sizes) + layout.left - 16
        pairs = [(name, aside) for name in names for aside in asides]
        widths = [text_width(n, size, bold=True) + text_width(a, size - 1) for n, a in pairs]
        name, aside = next((pair for pair, width in zip(pairs, widths, strict=True) if width < room), pairs[-1])
        height = self.level(row, _NAME_PX) / self.count
        at_left = Spot(0.0, height, dx=4 - layout.left)  # under the title
        plot.write([name], at_left, plot.theme.palette.ink, size, bold=True)
        if aside:
            plot.write([aside], Spot(1.0, height, align="right"), plot.theme.palette.muted, size - 1)

    def strip(self, row: int, span: tuple[float, float], colour: str, opacity: float, half: float = 1.0) -> None:
        """A filled stretch of time in a row, `half` times as thick as a strip is."""
        thick = half * HALF_STRIP_PX / self.row_px
        level = self.level(row)
        self.plot.rectangle(span, (level - thick, level + thick), colour, opacity)

    def tell(self, row: int, said: Mapping[str, str]) -> None:
        """What a row says where a pointer rests anywhere on it: title -> words; to be called when all is drawn."""
        plot, level = self.plot, float(self.count - row)
        plot.rectangle(plot.x_domain, (level - 1, level), plot.theme.palette.background, 0.0, said)

    def as_of(self, year: float, day: str) -> None:
        """The as-of date: a tick through every strip, named over the first; a line would run through the names."""
        plot, colour = self.plot, self.plot.theme.palette.asked
        for row in range(self.count):
            self.tick(row, year, colour)
        x, _ = plot.fraction(year, 0)
        plot.write([f"as of {day}"], Spot(float(x), 1.0, dx=-1, dy=9), colour, plot.theme.layout.small)

    def tick(self, row: int, year: float, colour: str) -> None:
        """A short upright line through a row's strip."""
        self.strip(row, (year - 1 / self.year_px, year + 1 / self.year_px), colour, 1.0, 1.9)


def _x_axis(span: tuple[float, float], year_px: float, ends: str, unit: str) -> alt.Axis:
    step = next((step for step in _STEPS if step * year_px >= 44), _STEPS[-1])
    first, last = (math.ceil(span[0] / step) * step, math.floor(span[1] + 1e-6))
    years: list[float] = [float(year) for year in range(first, last + 1, step)]
    if not ends:
        told = f"format(datum.value, 'd') + '{unit}'"
        return alt.Axis(values=years, labelExpr=told, title=None, tickSize=4, domain=False, labelOverlap=False)
    clear = text_width(ends, 12) / 2 + 18
    kept = [year for year in years if (span[1] - year) * year_px > clear] or [float(math.ceil(span[0]))]
    named = f"datum.value > {span[1] - 1e-3:.4f} ? '{ends}' : format(datum.value, 'd')"
    return alt.Axis(values=[*kept, span[1]], labelExpr=named, title=None, tickSize=4, domain=False, labelOverlap=False)


def span_of(years: Sequence[float]) -> tuple[float, float]:
    """The dates with a little room where they are all one."""
    low, high = min(years), max(years)
    return (low, high) if high - low >= 1 else (low - 0.5, high + 0.5)
