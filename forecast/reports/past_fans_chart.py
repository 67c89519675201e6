"""Fans as of past dates, with what became known later coloured by the band into which it fell."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.evaluation.past_fans import PastFan
from forecast.evaluation.scores import LEVELS
from forecast.reports import outcome_bands
from forecast.reports.outcome_bands import Marked, band_of
from forecast.reports.picture import Picture
from forecast.reports.sheet import Cell, Sheet, Spaces
from forecast.reports.theme import BAND_OPACITY, NARROW, Theme
from forecast.reports.words import month, percent, scientific
from forecast.units import decimal_year

SHOWN = (2016, 2018, 2020, 2022)
"""Years at whose end the fans that are drawn start."""

_SPANS = {0.90: (0, 6), 0.80: (1, 5), 0.50: (2, 4)}  # 95, 80 and 50 %, in the opacities of the bands
_MEDIAN = LEVELS.index(0.5)
_BEFORE, _AFTER, _UNDER = 3.0, 6.05, 2.0
_HEIGHT_PX, _NARROW_HEIGHT_PX, _GAP_PX, _KEY_PX = 210.0, 180.0, 58.0, 28.0
_TIPS = {"": "when", "largest run": "known", "forecast": "forecast", "fell": "fell"}


@dataclass(frozen=True, slots=True)
class Runs:
    """What is known of the frontier.

    Attributes
    ----------
    decimal_year, log10 : ndarray, shape (runs,)
        Publication and compute, log10 FLOP, of the runs.
    disclosed_until, known_until : float
        Decimal years: from when on larger runs may be undisclosed, and where all facts end.
    """

    decimal_year: NDArray[np.float64]
    log10: NDArray[np.float64]
    disclosed_until: float
    known_until: float

    def largest(self, until: float) -> float:
        """The largest run by a date."""
        return float(self.log10[self.decimal_year <= until + 1e-6].max())


@dataclass(frozen=True, slots=True)
class Later:
    """One quarter after an origin: what was forecast, what is known, and the band; no band where it is a bound."""

    decimal_year: float
    quantiles: tuple[float, ...]
    known: float
    band: int | None


def later(fan: PastFan, runs: Runs) -> list[Later]:
    """The quarters of a fan that are past, each with the largest run known by then."""
    found = []
    for k, year in enumerate(fan.decimal_year):
        if year <= runs.known_until and year > decimal_year(fan.origin) + 0.01:
            quantiles = tuple(float(fan.quantiles[level][k]) for level in LEVELS)
            known = runs.largest(year)
            band = band_of(quantiles, known) if year <= runs.disclosed_until else None
            found.append(Later(year, quantiles, known, band))
    return found


def picture(fans: Sequence[PastFan], runs: Runs) -> Picture | None:
    """The fans with their text alternative and their numbers; None where none of those shown is stored."""
    chosen = [fan for fan in fans if fan.quantity == "largest_compute" and fan.origin.year in SHOWN]
    if not chosen:
        return None
    found = {fan.origin: later(fan, runs) for fan in chosen}
    bands = [point.band for points in found.values() for point in points if point.band is not None]
    inside = sum(band <= 80 for band in bands)
    return Picture(
        slug="past-fans",
        title=f"Of {len(bands)} later quarters, {inside} ({percent(inside / len(bands))}) fell inside the 80 % bands "
        f"of the fans as of {', '.join(str(fan.origin.year) for fan in chosen[:-1])} and {chosen[-1].origin.year}",
        subtitle="Largest run so far, FLOP: median, 50, 80 and 95 % bands of the forecast made at each year’s end, and "
        "the largest run known at the end of each later quarter. Quarters of one fan share one path: they are one "
        "success or one miss, not many. Small dots: runs that were among the ten largest at their release.",
        description=_describe(found),
        columns=("as of", "decimal_year", *(f"log10 FLOP, {100 * p:g} %" for p in LEVELS), "known, log10 FLOP", "fell"),
        rows=tuple(
            (origin.isoformat(), round(p.decimal_year, 3), *p.quantiles, round(p.known, 4), _fell(p))
            for origin, points in found.items()
            for p in points
        ),
        draw=functools.partial(_draw, chosen, found, runs),
    )


def _fell(point: Later) -> str:
    return "a lower bound" if point.band is None else outcome_bands.BANDS[point.band]


def _describe(found: Mapping[date, Sequence[Later]]) -> str:
    told = []
    for origin, points in found.items():
        bands = [point.band for point in points if point.band is not None]
        bounds = len(points) - len(bands)
        told.append(
            f"as of {origin}: {outcome_bands.counts(bands)}" + (f", known as a lower bound: {bounds}" if bounds else "")
        )
    return f"Fan charts of the largest run so far on a log axis, with later quarters. {'; '.join(told)}."


def _draw(fans: Sequence[PastFan], found: Mapping[date, Sequence[Later]], runs: Runs, theme: Theme) -> dict[str, Any]:
    narrow = theme.layout.name == NARROW.name
    columns, height = (1, _NARROW_HEIGHT_PX) if narrow else (2, _HEIGHT_PX)
    rows, above = -(-len(fans) // columns), _KEY_PX + (14 if narrow else 0)
    sheet = Sheet(theme, rows * height + (rows - 1) * _GAP_PX + above)
    spaces = Spaces(column=62.0, row=_GAP_PX, left=-18.0 if not narrow else 2.0, top=above)
    cells = [
        _scaled(cell, fan, runs)
        for cell, fan in zip(sheet.cells(len(fans), columns, ((0, 1), (0, 1)), spaces), fans, strict=True)
    ]
    for cell, fan in zip(cells, fans, strict=True):
        _panel(sheet, cell, fan, found[fan.origin], runs)
    outcome_bands.key(sheet, sheet.height + 8, "at least, undisclosed")
    return sheet.finish()


def _scaled(cell: Cell, fan: PastFan, runs: Runs) -> Cell:
    """The panel around one origin: some years before it, all after; from the runs before it to the outermost band."""
    start = decimal_year(fan.origin)
    x = (start - _BEFORE, start + _AFTER)
    top = max(fan.quantiles[LEVELS[-1]])
    return Cell(cell.left, cell.bottom, cell.width, cell.height, x, (runs.largest(start) - _UNDER, float(top) + 0.3))


def _panel(sheet: Sheet, cell: Cell, fan: PastFan, points: Sequence[Later], runs: Runs) -> None:
    start = decimal_year(fan.origin)
    _axes(sheet, cell, start, runs)
    _bands(sheet, cell, fan)
    inside = (runs.decimal_year > cell.x[0]) & (runs.decimal_year < cell.x[1]) & (runs.log10 > cell.y[0])
    seen = [
        {"year": cell.across(float(year)), "level": cell.up(float(level))}
        for year, level in zip(runs.decimal_year[inside], runs.log10[inside], strict=True)
    ]
    sheet.faint(seen)
    at = cell.across(start)
    sheet.rules([{"year": at, "until": at, "low": cell.bottom, "high": cell.top}], sheet.palette.asked, 2)
    size = sheet.theme.layout.small
    label: list[dict[str, object]] = [{"year": at, "level": cell.top + 9, "text": f"as of {fan.origin}"}]
    sheet.words(label, sheet.palette.asked, size, align="center")
    _outcomes(sheet, cell, points)


def _axes(sheet: Sheet, cell: Cell, start: float, runs: Runs) -> None:
    powers = [k for k in range(math.ceil(cell.y[0]), math.floor(cell.y[1]) + 1) if k % 2 == 0]
    if runs.disclosed_until < cell.x[1]:
        _shade(sheet, cell, runs, cell.up(powers[0]))
    years = [year for year in range(math.ceil(cell.x[0]), math.floor(cell.x[1]) + 1) if year % 2 == 0]
    sheet.foot([cell], [(float(year), str(year)) for year in years], grid=False)
    sheet.side([cell], [(float(k), f"1e{k}") for k in powers])


def _shade(sheet: Sheet, cell: Cell, runs: Runs, grid: float) -> None:
    """The undisclosed period, named where no grid line runs."""
    size = sheet.theme.layout.small - 1
    first, last = cell.across(runs.disclosed_until), cell.across(min(runs.known_until, cell.x[1]))
    sheet.blocks([{"year": first, "until": last, "low": cell.bottom, "high": cell.top}], sheet.palette.shade, 1.0)
    foot = cell.bottom + 9
    level = foot if abs(grid - foot) > 9 else grid + 11
    sheet.words([{"year": last - 2, "level": level, "text": "undisclosed"}], sheet.palette.muted, size, align="right")


def _bands(sheet: Sheet, cell: Cell, fan: PastFan) -> None:
    rows = [
        {"year": cell.across(float(year))}
        | {f"q{i}": cell.up(float(fan.quantiles[level][k])) for i, level in enumerate(LEVELS)}
        for k, year in enumerate(fan.decimal_year)
    ]
    for mass, (low, high) in _SPANS.items():
        sheet.band(rows, f"q{low}", f"q{high}", sheet.palette.uncertainty, BAND_OPACITY[mass])
    sheet.line(rows, f"q{_MEDIAN}", sheet.palette.uncertainty)


def _outcomes(sheet: Sheet, cell: Cell, points: Sequence[Later]) -> None:
    told = [(p, {"year": cell.across(p.decimal_year), "level": cell.up(p.known)}, _told(p)) for p in points]
    marked = [Marked(at["year"], at["level"], p.band, tips) for p, at, tips in told if p.band is not None]
    outcome_bands.draw(sheet, marked, 40, _TIPS)
    bounds = [{**at, **tips} for p, at, tips in told if p.band is None]
    sheet.arrows(bounds, sheet.palette.ink, "triangle-up", 34, _TIPS)


def _told(point: Later) -> dict[str, str]:
    low, middle, high = (scientific(10 ** point.quantiles[LEVELS.index(p)]) for p in (0.1, 0.5, 0.9))
    return {
        "when": f"end of {month(point.decimal_year - 0.01)}",
        "known": f"{scientific(10**point.known)} FLOP",
        "forecast": f"{middle}, 80 %: {low} – {high}",
        "fell": _fell(point),
    }
