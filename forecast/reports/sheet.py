"""Panels in rows and columns over one plot, measured in px: small multiples that a page can stretch like any chart.

Positions are px at the nominal width, so a panel keeps its share of the width at every other. Each kind of mark is one
layer however many there are of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import altair as alt

from forecast.reports.placing import text_width
from forecast.reports.plot import NO_TIPS, Plot, Rows, Tips
from forecast.reports.theme import NARROW, Theme


@dataclass(frozen=True, slots=True)
class Cell:
    """One panel.

    Attributes
    ----------
    left, bottom, width, height : float
        Where it lies on the sheet, px.
    x, y : (float, float)
        Ends of its own axes.
    """

    left: float
    bottom: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.bottom + self.height

    def across(self, value: float) -> float:
        """Where a value of its axis across lies on the sheet; what is past an end lies at the end."""
        share = (value - self.x[0]) / (self.x[1] - self.x[0])
        return round(self.left + min(max(share, 0.0), 1.0) * self.width, 2)

    def up(self, value: float) -> float:
        """Where a value of its upright axis lies on the sheet; what is past an end lies at the end."""
        share = (value - self.y[0]) / (self.y[1] - self.y[0])
        return round(self.bottom + min(max(share, 0.0), 1.0) * self.height, 2)


@dataclass(frozen=True, slots=True)
class Spaces:
    """Room in px around panels: between columns and rows, and inside the sheet at its left, top and foot.

    The names of the first row of panels stand in the layout's margin.
    """

    column: float = 14.0
    row: float = 40.0
    left: float = 0.0
    top: float = 0.0
    foot: float = 0.0


class Sheet(Plot):
    """A plot measured in px.

    Parameters
    ----------
    theme : Theme
        Where it will be seen.
    height : float
        Of the sheet without the margins of the layout, px.
    """

    def __init__(self, theme: Theme, height: float) -> None:
        layout = theme.layout
        self.narrow = layout.name == NARROW.name
        self.width, self.height = float(layout.plot[0]), float(round(height))
        fitted = replace(theme, layout=replace(layout, height=round(height) + layout.top + layout.bottom))
        none: dict[str, Any] = {"title": None, "domain": False, "ticks": False, "labels": False, "grid": False}
        across, upright = alt.Axis(values=[], **none), alt.Axis(values=[], **none)
        super().__init__(fitted, (0.0, self.width), (0.0, self.height), across, upright)

    @property
    def palette(self) -> Any:
        """The colours of its theme."""
        return self.theme.palette

    def cells(
        self,
        count: int,
        columns: int,
        axes: tuple[tuple[float, float], tuple[float, float]],
        spaces: Spaces,
    ) -> list[Cell]:
        """Panels of one size that fill the sheet, from the left, then downwards, all with the same axes."""
        rows = -(-count // columns)
        width = (self.width - spaces.left - (columns - 1) * spaces.column) / columns
        height = (self.height - spaces.top - spaces.foot - (rows - 1) * spaces.row) / rows
        return [
            Cell(
                spaces.left + (i % columns) * (width + spaces.column),
                self.height - spaces.top - (i // columns + 1) * height - (i // columns) * spaces.row,
                width,
                height,
                *axes,
            )
            for i in range(count)
        ]

    def blocks(self, rows: Rows, colour: str, opacity: float, tips: Tips = NO_TIPS) -> None:
        """Filled blocks: rows of `year`, `until`, `low`, `high` in px."""
        mark = alt.Chart(self._data(rows)).mark_rect(color=colour, opacity=opacity)
        self._add(mark.encode(self._x, alt.X2("until"), self._y("low"), alt.Y2("high")), rows, tips)

    def rules(self, rows: Rows, colour: str, width: float = 1.5, dash: Sequence[float] = ()) -> None:
        """Straight lines: rows of `year`, `until`, `low`, `high` in px."""
        mark = alt.Chart(self._data(rows)).mark_rule(color=colour, strokeWidth=width, strokeDash=list(dash))
        self._add(mark.encode(self._x, alt.X2("until"), self._y("low"), alt.Y2("high")), rows, NO_TIPS)

    def dots(self, rows: Rows, colour: str, size: float = 42, *, hollow: bool = False, tips: Tips = NO_TIPS) -> None:
        """Dots: rows of `year`, `level` in px."""
        fill, stroke = (self.palette.background, colour) if hollow else (colour, self.palette.background)
        mark = alt.Chart(self._data(rows)).mark_point(
            shape="circle", filled=True, opacity=1, fill=fill, stroke=stroke, size=size, strokeWidth=2 if hollow else 1
        )
        self._add(mark.encode(self._x, self._y("level")), rows, tips)

    def arrows(self, rows: Rows, colour: str, shape: str, size: float = 46, tips: Tips = NO_TIPS) -> None:
        """Triangles that point past an edge, or at a value known as a bound: rows of `year`, `level` in px."""
        mark = alt.Chart(self._data(rows)).mark_point(shape=shape, filled=True, opacity=1, color=colour, size=size)
        self._add(mark.encode(self._x, self._y("level")), rows, tips)

    def faint(self, rows: Rows) -> None:
        """Observed points that nothing is told of: rows of `year`, `level` in px."""
        mark = alt.Chart(self._data(rows)).mark_circle(color=self.palette.ink, opacity=0.3, size=12)
        self._add(mark.encode(self._x, self._y("level")), rows, NO_TIPS)

    def words(
        self,
        rows: Rows,
        colour: str,
        size: float | None = None,
        *,
        align: Literal["left", "center", "right"] = "left",
        bold: bool = False,
    ) -> None:
        """Texts, each at its `year` and `level` in px: one layer for all that look alike."""
        mark = alt.Chart(self._data(rows)).mark_text(
            align=align,
            baseline="middle",
            fill=colour,
            fontWeight="bold" if bold else "normal",
            fontSize=size or self.theme.layout.text,
        )
        self._add(mark.encode(self._x, self._y("level"), text=alt.Text("text:N")), rows, NO_TIPS)

    def names(self, cells: Sequence[Cell], names: Sequence[str], asides: Sequence[str] = ()) -> None:
        """Write the name of each panel over it, at its left edge, and something muted after it where there is room."""
        layout = self.theme.layout
        size = layout.text - (1 if self.narrow else 0)
        level = [round(cell.top + 0.75 * size, 2) for cell in cells]
        named = zip(cells, level, names, strict=True)
        self.words(
            [{"year": c.left, "level": at, "text": name} for c, at, name in named], self.palette.ink, size, bold=True
        )
        after, small = [], layout.small - (1 if self.narrow else 0)
        for cell, at, name, aside in zip(cells, level, names, asides, strict=False):
            start = cell.left + text_width(name, size, bold=True) + 6
            if start + text_width(aside, small) < cell.right + 8:
                after.append({"year": start, "level": at, "text": aside})
        self.words(after, self.palette.muted, small)

    def foot(self, cells: Sequence[Cell], ticks: Sequence[tuple[float, str]], *, grid: bool = True) -> None:
        """The axis across of each panel: values with their labels under it, and a fine line up from each."""
        size = self.theme.layout.small - (1 if self.narrow else 0)
        marked = [(cell, cell.across(value), label) for cell in cells for value, label in ticks]
        if grid:
            self.rules([_upright(cell, at) for cell, at, _ in marked], self.palette.grid, 1)
        labels = [{"year": at, "level": cell.bottom - 0.95 * size, "text": label} for cell, at, label in marked]
        self.words(labels, self.palette.muted, size, align="center")

    def side(
        self, cells: Sequence[Cell], ticks: Sequence[tuple[float, str]], labelled: Sequence[Cell] | None = None
    ) -> None:
        """The upright axis of each panel: a fine line at each value, its label left of the panels in `labelled`."""
        size = self.theme.layout.small - (1 if self.narrow else 0)
        self.rules(
            [
                {"year": cell.left, "until": cell.right, "low": cell.up(value), "high": cell.up(value)}
                for cell in cells
                for value, _ in ticks
            ],
            self.palette.grid,
            1,
        )
        told = [
            {"year": cell.left - 5, "level": cell.up(value), "text": label}
            for cell in (cells if labelled is None else labelled)
            for value, label in ticks
        ]
        self.words(told, self.palette.muted, size, align="right")


def fitting(name: str, width: float, size: float) -> str:
    """A name as long as its room, px; a tip or the numbers behind the chart have the whole."""
    while len(name) > 4 and text_width(name, size) > width:
        name = name.rstrip("…")[:-1] + "…"
    return name


def _upright(cell: Cell, at: float) -> Mapping[str, object]:
    return {"year": at, "until": at, "low": cell.bottom, "high": cell.top}
