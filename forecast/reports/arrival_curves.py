"""Curves of an arrival chart: how they look, and what is marked and named on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.reports.placing import CLEARANCE_PX, Spot, Style, wrap
from forecast.reports.plot import Plot
from forecast.reports.theme import Theme
from forecast.reports.words import calendar_year

_FLOOR = "under"  # what is shaded under a curve: labels may stand on it
_SHADED = frozenset({_FLOOR})


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

    def reached(self, probability: float) -> int | None:
        """The place of the first month by which it has arrived with a probability; None where it never is."""
        found = np.flatnonzero(self.probability >= probability - 1e-12)
        return int(found[0]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Look:
    """How a curve is drawn: the role of its colour in the palette, and its dashes."""

    role: str
    dash: tuple[float, ...] = ()


LOOKS = (
    Look("uncertainty"),
    Look("third"),
    Look("asked"),
    Look("ink", (6, 3)),
    Look("uncertainty", (6, 3)),
    Look("third", (6, 3)),
)
"""Of the curves of one chart, in their order."""


def colours(theme: Theme) -> list[str]:
    """Of the curves, in their order."""
    return [getattr(theme.palette, look.role) for look in LOOKS]


def shade_interval(plot: Plot, curve: Curve, colour: str) -> None:
    """The middle 80 % under the only curve of a chart, and a dashed line at its median."""
    low, high = curve.reached(0.1), curve.reached(0.9)
    last = len(curve.probability) - 1 if high is None else high
    if low is not None and last > low:
        shown = range(low, last + 1)
        rows = [
            {"year": round(float(curve.decimal_year[k]), 4), _FLOOR: 0.0, "p": round(float(curve.probability[k]), 4)}
            for k in shown
        ]
        plot.band(rows, _FLOOR, "p", colour, 0.14)
    if curve.median is not None:
        plot.upright(curve.median, (0.0, 0.5), colour, dash=(4, 3))


def name_interval(plot: Plot, curve: Curve, colour: str) -> None:
    """Where the middle 80 % lie, in the shaded area or beside it."""
    low = curve.reached(0.1)
    words = f"80\N{NO-BREAK SPACE}%: {_end(curve, 0.1)} to {_end(curve, 0.9)}"
    start = curve.decimal_year[0 if low is None else low]
    years = np.linspace(float(start), float(curve.decimal_year[-1]), 30)[:-1]
    spots = [plot.spot(float(year), 0.0, dx=6, dy=dy) for dy in (12, 20, 30) for year in years]
    plot.label([[words]], spots, colour, Style(over=_SHADED), plot.theme.layout.small)


def _end(curve: Curve, probability: float) -> str:
    """An end of the interval: `already`, a calendar year, `beyond` or `never`."""
    at = curve.reached(probability)
    if at is not None:
        return calendar_year(float(curve.decimal_year[at])) if at else "already"
    return "never" if probability > 1 - curve.p_never + 1e-12 else "beyond"


def mark_medians(plot: Plot, curves: Sequence[Curve], hues: Sequence[str]) -> None:
    """A dot and its year on each curve that has a median to come."""
    dated = [(i, curve.median, hues[i]) for i, curve in enumerate(curves) if curve.median is not None]
    for i, median, colour in dated:
        with plot.part(i):
            plot.dot(median, 0.5, colour)
    for i, median, colour in dated:
        below = [plot.spot(median, 0.5, dx=8, dy=-dy) for dy in (13, 20)]
        above = [plot.spot(median, 0.5, dx=-8, dy=dy, align="right") for dy in (13, 20)]
        with plot.part(i):
            plot.label([[calendar_year(median)]], [*below, *above], colour, Style(bold=True, over=_SHADED))


def name_curves(plot: Plot, curves: Sequence[Curve], hues: Sequence[str]) -> None:
    """Name each curve beside it: far from the others if that can be, else nearer; in two lines; by its short name."""
    for i, (curve, colour) in enumerate(zip(curves, hues, strict=False)):
        spots = _beside(plot, curve)
        texts = [[curve.name], list(wrap(curve.name, 95, plot.theme.layout.text)), [curve.short]]
        with plot.part(i):
            _ = any(
                plot.label([text], spots, colour, Style(bold=True, names=f"p{i}", distance=distance, over=_SHADED))
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
