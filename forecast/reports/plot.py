"""One plotting area under construction: its layers, and the canvas on which labels find their places."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.reports.placing import PLAIN, Canvas, Spot, Style
from forecast.reports.theme import NARROW, Theme

Array = NDArray[np.float64]
Rows = Sequence[Mapping[str, object]]

Tips = Mapping[str, str]
"""What a mark tells where a pointer rests on it: title -> field of its row."""

NO_TIPS: Tips = {}
DOT_RADIUS_PX = 2.6
_GRID = "grid"  # a label keeps off the grid where it can
_ROW = "(datum.datum || datum)."
_TOLD, _BETWEEN = "told", " · "


def y_axis(title: str, theme: Theme, **axis: Any) -> alt.Axis:
    """Axis without a line, its title upright beside a wide plot, written out above a narrow one."""
    layout = theme.layout
    left = {"titleX": 14 - layout.left}
    above = {
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleBaseline": "bottom",
        "titleX": 4 - layout.left,
        "titleY": -22,
    }
    return alt.Axis(title=title, domain=False, ticks=False, **axis, **(above if layout is NARROW else left))


def year_axis(start: float, end: float, theme: Theme, **axis: Any) -> alt.Axis:
    """Axis of time: every year between two dates, or every second, fifth ... as far as the plot has room."""
    first, last = math.ceil(start), math.floor(end)
    step = next(step for step in (1, 2, 5, 10, 20) if (last - first) / step <= theme.layout.plot[0] / 75)
    years = [year for year in range(first, last + 1) if year % step == 0]
    return alt.Axis(values=years, format="d", title=None, tickSize=4, labelFlush=False, **axis)


def level_axis(title: str, ticks: Sequence[tuple[float, str]], theme: Theme, **axis: Any) -> alt.Axis:
    """Upright axis whose levels have labels of their own, such as sums on a log scale."""
    labels = " : ".join(f"abs(datum.value - {value:g}) < 1e-9 ? '{label}'" for value, label in ticks)
    return y_axis(title, theme, values=[value for value, _ in ticks], labelExpr=f"{labels} : ''", **axis)


class Plot:
    """Layers over two linear axes.

    Parameters
    ----------
    theme : Theme
        Where it will be seen.
    x_domain, y_domain : (float, float)
        Ends of the axes.
    x_axis, y_axis : altair.Axis
        Ticks, labels and titles.
    """

    def __init__(
        self,
        theme: Theme,
        x_domain: tuple[float, float],
        y_domain: tuple[float, float],
        x_axis: alt.Axis,
        y_axis: alt.Axis,
    ) -> None:
        self.theme = theme
        self.canvas = Canvas(theme.layout.plot_sizes())
        self.x_domain, self._y_domain = x_domain, y_domain
        self._x = alt.X("year:Q", scale=alt.Scale(domain=list(x_domain), nice=False, zero=False), axis=x_axis)
        self._y_scale, self._y_axis = alt.Scale(domain=list(y_domain), nice=False, zero=False), y_axis
        self._layers: list[alt.Chart] = []
        self._part: int | None = None
        self._datasets: dict[str, list[dict[str, object]]] = {}
        for level in y_axis["values"]:
            self.canvas.add_line(*self.fraction(x_domain, [level, level]), owner=_GRID)

    def fraction(self, year: ArrayLike, level: ArrayLike) -> tuple[Array, Array]:
        """Data as fractions of the plot."""
        (left, right), (bottom, top) = self.x_domain, self._y_domain
        x, y = np.asarray(year, float), np.asarray(level, float)
        return (x - left) / (right - left), (y - bottom) / (top - bottom)

    @contextlib.contextmanager
    def part(self, number: int) -> Iterator[None]:
        """What is drawn inside belongs to one of the picture's named curves, which a page can hide."""
        self._part = number
        try:
            yield
        finally:
            self._part = None

    def spot(self, year: float, level: float, **offset: Any) -> Spot:
        """A place for a label, in data."""
        x, y = self.fraction(year, level)
        return Spot(float(x), float(y), **offset)

    def band(self, rows: Rows, low: str, high: str, colour: str, opacity: float) -> None:
        """Area between two fields of `rows`, which also hold `year`."""
        mark = alt.Chart(self._data(rows)).mark_area(clip=True, color=colour, opacity=opacity, line=False)
        self._add(mark.encode(self._x, self._y(low), alt.Y2(high)))
        self.canvas.add_band(*self._obstacle(rows, low), self._obstacle(rows, high)[1], low)

    def line(self, rows: Rows, field: str, colour: str, *, dash: Sequence[float] = (), width: float = 2) -> None:
        """Curve of one field of `rows` over `year`."""
        mark = alt.Chart(self._data(rows)).mark_line(
            clip=True, color=colour, strokeWidth=width, strokeDash=list(dash), strokeJoin="round"
        )
        self._add(mark.encode(self._x, self._y(field)))
        self.canvas.add_line(*self._obstacle(rows, field), owner=field)

    def points(self, rows: Rows, field: str, tips: Tips) -> None:
        """Observed points: dots of ink at 55 %."""
        mark = alt.Chart(self._data(rows)).mark_circle(
            clip=True, color=self.theme.palette.ink, opacity=0.55, size=(2 * DOT_RADIUS_PX) ** 2
        )
        self._add(mark.encode(self._x, self._y(field)), rows, tips)
        self.canvas.add_points(*self._obstacle(rows, field), DOT_RADIUS_PX)

    def dot(self, year: float, level: float, colour: str) -> None:
        """One marked place on a curve."""
        mark = alt.Chart(self._data([{"year": year, "level": level}])).mark_circle(
            color=colour, opacity=1, size=64, stroke=self.theme.palette.background, strokeWidth=1.5
        )
        self._add(mark.encode(self._x, self._y("level")))
        self.canvas.add_points(*self.fraction([year], [level]), 4)

    def shade(self, first: float, last: float) -> None:
        """Shaded span of time."""
        rows = [{"year": first, "until": last}]
        mark = alt.Chart(self._data(rows)).mark_rect(clip=True, color=self.theme.palette.shade)
        self._add(mark.encode(self._x, alt.X2("until")))

    def rectangle(
        self,
        span: tuple[float, float],
        levels: tuple[float, float],
        colour: str,
        opacity: float,
        said: Mapping[str, str] = NO_TIPS,
    ) -> None:
        """A filled block, and what it says where a pointer rests on it: title -> words."""
        fields = {f"s{i}": words for i, words in enumerate(said.values())}
        rows = [{"year": span[0], "until": span[1], "low": levels[0], "high": levels[1], **fields}]
        mark = alt.Chart(self._data(rows)).mark_rect(color=colour, opacity=opacity)
        tips = dict(zip(said, fields, strict=True))
        self._add(mark.encode(self._x, alt.X2("until"), self._y("low"), alt.Y2("high")), rows, tips)
        self.canvas.add_band(*self.fraction(span, [levels[0]] * 2), self.fraction(span, [levels[1]] * 2)[1])

    def vertical(self, year: float, colour: str, width: float = 2) -> None:
        """A rule at one date."""
        rows = [{"year": year}]
        self._add(alt.Chart(self._data(rows)).mark_rule(color=colour, strokeWidth=width).encode(self._x))
        x, _ = self.fraction(year, 0)
        self.canvas.add_band([x - 1e-4, x + 1e-4], [0, 0], [1, 1])

    def upright(self, year: float, levels: tuple[float, float], colour: str, *, dash: Sequence[float] = ()) -> None:
        """A rule at one date, from one level to another."""
        rows = [{"year": year, "low": levels[0], "high": levels[1]}]
        mark = alt.Chart(self._data(rows)).mark_rule(color=colour, strokeWidth=1.3, strokeDash=list(dash))
        self._add(mark.encode(self._x, self._y("low"), alt.Y2("high")))
        x, y = self.fraction(year, levels)
        self.canvas.add_band([x - 1e-4, x + 1e-4], [y[0]] * 2, [y[1]] * 2)

    def horizontal(self, level: float, colour: str, *, until: float | None = None, dash: Sequence[float] = ()) -> None:
        """A rule at one level, from the left edge on."""
        last = self.x_domain[1] if until is None else until
        rows = [{"year": self.x_domain[0], "until": last, "level": level}]
        mark = alt.Chart(self._data(rows)).mark_rule(color=colour, strokeWidth=1.3, strokeDash=list(dash), clip=True)
        self._add(mark.encode(self._x, alt.X2("until"), self._y("level")))
        self.canvas.add_line(*self.fraction([self.x_domain[0], last], [level, level]))

    def label(
        self,
        texts: Sequence[Sequence[str]],
        spots: Sequence[Spot],
        colour: str,
        style: Style = PLAIN,
        size: float | None = None,
    ) -> bool:
        """Write the first of `texts` (each a list of lines) for which one of `spots` is clear; say whether one was."""
        size = size or self.theme.layout.text
        for lines, over in itertools.product(texts, ((), (_GRID,))):
            spot = self.canvas.place(lines, spots, size, replace(style, over=style.over.union(over)))
            if spot is not None:
                self.write(lines, spot, colour, size, bold=style.bold)
                return True
        return False

    def write(self, lines: Sequence[str], spot: Spot, colour: str, size: float, *, bold: bool = False) -> None:
        """Write a label without asking whether its place is free."""
        (left, right), (bottom, top) = self.x_domain, self._y_domain
        at = {"year": left + spot.x * (right - left), "level": bottom + spot.y * (top - bottom)}
        rise = (len(lines) - 1) * size * 1.1 / 2
        mark = alt.Chart(self._data([at])).mark_text(
            text=list(lines) if len(lines) > 1 else lines[0],
            align=spot.align,
            baseline="middle",
            dx=spot.dx,
            dy=-spot.dy - rise,
            lineHeight=size * 1.1,
            fill=colour,
            fontWeight="bold" if bold else "normal",
            fontSize=size,
        )
        self._add(mark.encode(self._x, self._y("level")))

    def as_of(self, year: float, day: str) -> None:
        """The as-of line, named above the plot, where nothing else is."""
        colour = self.theme.palette.asked
        self.vertical(year, colour)
        x, _ = self.fraction(year, 0)
        at_edge = float(x) < 0.1
        spot = Spot(float(x), 1.0, dx=-1 if at_edge else 0, dy=9, align="left" if at_edge else "center")
        self.write([f"as of {day}"], spot, colour, self.theme.layout.small)

    def hover(self, rows: Rows, tips: Mapping[str, str]) -> None:
        """A rule that follows the pointer and shows values: title -> Vega expression over `row`.

        The tip is one expression: Vega-Lite 6 reads tip fields from the Voronoi cell, which has none, not from its row.
        """
        if not self.theme.interactive:
            return
        near = alt.selection_point(name="near", nearest=True, on="pointerover", clear="pointerout", fields=["year"])
        shown = ", ".join(f"{json.dumps(title)}: {tip.replace('row.', _ROW)}" for title, tip in tips.items())
        rule = alt.Chart(self._data(rows), name="hover").mark_rule(
            color=self.theme.palette.muted, strokeWidth=1, tooltip=alt.ExprRef(f"{{{shown}}}")
        )
        seen = alt.when(near, empty=False).then(alt.value(0.9)).otherwise(alt.value(0))
        self._add(rule.encode(self._x, opacity=seen).add_params(near))

    def finish(self) -> dict[str, Any]:
        """The specification: all layers, in the order they were added, and their data."""
        width, height = self.theme.layout.plot
        # Put together here: Altair's own layering copies every layer several times, half the time of a page.
        layers = [_bare(layer.to_dict(validate=False)) for layer in self._layers]  # a test validates every picture
        used = {layer["data"]["name"] for layer in layers}
        return {
            "$schema": alt.SCHEMA_URL,
            "autosize": {"type": "none"},
            "width": width,
            "height": height,
            "layer": layers,
            "datasets": {name: rows for name, rows in self._datasets.items() if name in used},
        }

    def _add(self, layer: alt.Chart, rows: Rows | None = None, tips: Tips = NO_TIPS) -> None:
        """One more layer over the others, with what its marks tell: a still mark carries it as its description."""
        if rows is not None and not rows:
            return
        if rows and tips and self.theme.interactive:
            layer = layer.encode(tooltip=[alt.Tooltip(f"{name}:N", title=title or " ") for title, name in tips.items()])
        elif rows and tips:
            layer = layer.encode(description=alt.Description(f"{_TOLD}:N"))
            layer.data = self._data([{**row, _TOLD: told(row, tips)} for row in rows])
        if self._part is not None:
            layer = layer.properties(name=f"curve_{self._part}_{len(self._layers)}")
        self._layers.append(layer)

    def _data(self, rows: Rows) -> alt.NamedData:
        """Rows by a name that follows from their content: layers, sizes and pictures of one page share them."""
        listed = [dict(row) for row in rows]
        name = hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:12]
        self._datasets[name] = listed
        return alt.NamedData(name=name)

    def _y(self, field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=self._y_scale, axis=self._y_axis)

    def _obstacle(self, rows: Rows, field: str) -> tuple[Array, Array]:
        return self.fraction([row["year"] for row in rows], [row[field] for row in rows])  # type: ignore[arg-type]


def _bare(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer without what only a whole chart has."""
    return {name: value for name, value in layer.items() if name not in ("$schema", "config")}


def told(row: Mapping[str, object], tips: Tips) -> str:
    """What a mark tells, in one line: a still picture carries it as the label of the mark."""
    return _BETWEEN.join(f"{title}: {row[name]}" if title else str(row[name]) for title, name in tips.items())
