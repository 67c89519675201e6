"""Outcomes by the band of the forecast into which they fell, told apart by colour and by shape.

Inside 50 %: a dot in blue. Between 50 and 80 %: in green. Between 80 and 95 %: a ring in orange. Outside: a dot in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecast.evaluation.scores import INTERVALS
from forecast.reports.placing import text_width
from forecast.reports.plot import Tips
from forecast.reports.sheet import Sheet
from forecast.reports.theme import Palette

OUTSIDE = 100
BANDS: Mapping[int, str] = {50: "inside 50 %", 80: "inside 80 %", 95: "inside 95 %", OUTSIDE: "outside"}
"""By the smallest central interval that holds the outcome."""

_ROUNDING = 1e-3  # quantiles are stored rounded, and an outcome may lie at an end


def band_of(quantiles: Sequence[float], observed: float) -> int:
    """The smallest central interval, of 50, 80 and 95 %, that holds an outcome; `OUTSIDE` where none does.

    Parameters
    ----------
    quantiles : sequence of float
        At `forecast.evaluation.scores.LEVELS`.
    observed : float
        The outcome.
    """
    for percentage, (low, high) in INTERVALS.items():
        if quantiles[low] - _ROUNDING <= observed <= quantiles[high] + _ROUNDING:
            return percentage
    return OUTSIDE


def counts(bands: Sequence[int]) -> str:
    """How many fell into each band: `inside 50 %: 14, inside 80 %: 6, ...`."""
    return ", ".join(f"{words}: {bands.count(band)}" for band, words in BANDS.items())


@dataclass(frozen=True, slots=True)
class Marked:
    """An outcome on a sheet: its place in px, its band, and what its tip tells."""

    across: float
    level: float
    band: int
    tips: Mapping[str, str]


def draw(sheet: Sheet, marked: Sequence[Marked], size: float, tips: Tips) -> None:
    """Draw outcomes, those outside last."""
    for band in BANDS:
        rows = [{"year": m.across, "level": m.level, **m.tips} for m in marked if m.band == band]
        hollow = band == 95
        sheet.dots(rows, _colour(sheet.palette, band), size * (0.8 if hollow else 1), hollow=hollow, tips=tips)


def key(sheet: Sheet, level: float, last: str = "", shape: str = "triangle-up") -> None:
    """What the marks mean, in words in their colours, and what a triangle is where there is one.

    Parameters
    ----------
    sheet : Sheet
        Where it is written.
    level : float
        Height of its first row, px; on a phone a second one lies 17 px below.
    last, shape : str
        What a triangle stands for, and which one it is.
    """
    size, at = sheet.theme.layout.small, 9.0 - sheet.theme.layout.left
    items = [(band, words) for band, words in BANDS.items()] + ([(0, last)] if last else [])
    for band, words in items:
        width = 8 + text_width(words, size) + 15
        if at + width > sheet.width + 15:
            at, level = 9.0 - sheet.theme.layout.left, level - 17
        colour = _colour(sheet.palette, band) if band else sheet.palette.ink
        mark = [{"year": at, "level": level}]
        if band:
            sheet.dots(mark, colour, 42, hollow=band == 95)
        else:
            sheet.arrows(mark, colour, shape)
        sheet.words([{"year": at + 8, "level": level, "text": words}], colour, size)
        at += width


def _colour(palette: Palette, band: int) -> str:
    return {50: palette.uncertainty, 80: palette.third}.get(band, palette.asked)
