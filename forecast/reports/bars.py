"""The bars beside an arrival chart: the whole mass of each curve, part by part, and where each part is told.

A part is told inside the bar where its words fit. Words that are taller than their part would stand on another and seem
to name that one. What is beyond or never goes into a strip above the bars instead: a label for each bar, in its colour
and by its name. What has arrived needs no such label, for the curve starts and ends at its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.reports.plot import Plot
from forecast.reports.theme import NARROW, Layout

_LINES_EM = 2.2  # height of two lines of words, with a little air
_ROW_EM = 1.3
_STRIP_GAP_PX = 3.0
_DARK = 0.5
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """A mass: its name and percentage, where it lies between 0 and 1, how dark it is, and whether it has arrived."""

    name: str
    share: str
    low: float
    high: float
    opacity: float
    arrived: bool = False

    @property
    def mass(self) -> float:
        """As it is drawn."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Bar:
    """The whole mass of one curve.

    Attributes
    ----------
    name : str
        By which a label above the bars tells it from the others; empty where it is the only one.
    colour : str
        Of the curve.
    span : (float, float)
        Its edges on the axis of the plot.
    parts : tuple of Part
        From the bottom up.
    """

    name: str
    colour: str
    span: tuple[float, float]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The labels above the bars and the room that they take.

    Attributes
    ----------
    layout : Layout
        Size of the chart.
    labels : tuple of (Bar, str)
        From the left, which is from below: each ends at the right edge of its bar, so the first words straight above a
        bar are its own.
    told : bool
        Whether parts are told at all; thin bars are not.
    """

    layout: Layout
    labels: tuple[tuple[Bar, str], ...] = ()
    told: bool = True

    @property
    def height(self) -> float:
        """Room above the bars, px."""
        return len(self.labels) * self.row + (_STRIP_GAP_PX if self.labels else 0)

    @property
    def row(self) -> float:
        """Height of one label in it, px."""
        return _ROW_EM * self.layout.small

    @property
    def top(self) -> float:
        """Upper end of an axis from 0 to 1 that holds the strip too."""
        whole = self.layout.plot[1]
        return whole / (whole - self.height)

    def holds(self, part: Part) -> bool:
        """Whether the words of a part fit inside it, in a bar that the strip has made lower."""
        if not self.told or (self.layout is NARROW and part.name.startswith("by ")):
            return False  # a bar of 33 px is too narrow for it, and the end of the curve says the same
        return part.mass * (self.layout.plot[1] - self.height) >= _LINES_EM * _inside(self.layout)


def strip(bars: Sequence[Bar], layout: Layout) -> Strip:
    """The strip above the bars; it lowers them, so what still fits is asked again until nothing changes."""
    made = Strip(layout)
    while (longer := _strip(bars, made)) != made:
        made = longer
    return made


def _strip(bars: Sequence[Bar], made: Strip) -> Strip:
    labels = []
    for bar in bars:
        left_out = [part for part in bar.parts if part.mass > _LEAST and not (part.arrived or made.holds(part))]
        if left_out:
            told = ", ".join(f"{part.name} {part.share}" for part in left_out)
            labels.append((bar, f"{bar.name}: {told}" if bar.name else told))
    return Strip(made.layout, tuple(labels))


def draw(plot: Plot, bars: Sequence[Bar], above: Strip) -> None:
    """Draw the bars with their words, each as part of its curve, and the strip above, which no other label may take."""
    for i, bar in enumerate(bars):
        plot.rectangle(bar.span, (0.0, 1.0), plot.theme.palette.background, 1.0)
        with plot.part(i):
            for part in (part for part in bar.parts if part.mass > _LEAST):
                plot.rectangle(bar.span, (part.low, part.high), bar.colour, part.opacity, _said(bar, part))
            _write_inside(plot, bar, above)
    if above.labels:
        plot.canvas.add_band([0, 1], [1 / above.top] * 2, [1, 1])
    _write_above(plot, bars, above)


def _said(bar: Bar, part: Part) -> dict[str, str]:
    named = {"": bar.name} if bar.name else {}
    return {**named, part.name: part.share}


def _write_inside(plot: Plot, bar: Bar, above: Strip) -> None:
    palette, middle = plot.theme.palette, (bar.span[0] + bar.span[1]) / 2
    for part in bar.parts:
        if above.holds(part):
            spot = plot.spot(middle, (part.low + part.high) / 2, align="center")
            ink = palette.background if part.opacity > _DARK else palette.ink
            plot.write([part.name, part.share], spot, ink, _inside(plot.theme.layout))


def _write_above(plot: Plot, bars: Sequence[Bar], above: Strip) -> None:
    for i, (bar, text) in enumerate(above.labels):
        spot = plot.spot(bar.span[1], 1.0, dy=_STRIP_GAP_PX + (i + 0.5) * above.row, align="right")
        with plot.part(bars.index(bar)):
            plot.write([text], spot, bar.colour, above.layout.small)


def _inside(layout: Layout) -> int:
    """Size of the words in a bar, px."""
    return layout.small - 1
