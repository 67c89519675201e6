"""First passages: when a forecast said that the frontier of its origin would be passed, and when it was."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from forecast.evaluation.calibration import Scored
from forecast.evaluation.quantities import MODEL
from forecast.evaluation.scores import LEVELS
from forecast.reports import outcome_bands
from forecast.reports.outcome_bands import Marked, band_of
from forecast.reports.picture import Picture
from forecast.reports.sheet import Cell, Sheet, Spaces
from forecast.reports.theme import BAND_OPACITY, NARROW, Theme
from forecast.reports.words import percent

_ROW_PX, _GAP_PX, _KEY_PX, _NARROW_KEY_PX = 19.0, 52.0, 26.0, 40.0
_SPANS = {0.90: (0, 6), 0.80: (1, 5), 0.50: (2, 4)}  # 95, 80 and 50 %, in the opacities of the bands


def passages(rows: Sequence[Scored]) -> dict[str, list[Scored]]:
    """The model's forecasts of first passages by how far above the frontier, then by origin."""
    mine = [row for row in rows if row.quantity == "first_passage" and row.forecaster == MODEL]
    steps = sorted({row.part for row in mine}, key=lambda part: float(part.split()[0]))
    return {step: sorted((row for row in mine if row.part == step), key=lambda row: row.origin) for step in steps}


def picture(rows: Sequence[Scored]) -> Picture | None:
    """The chart with its text alternative and its numbers; None where no passage was forecast."""
    found = passages(rows)
    known = [row for step in found.values() for row in step if not row.censored]
    if not known:
        return None
    errors = sorted(abs(row.quantiles[LEVELS.index(0.5)] - row.observed) for row in known)
    inside = sum(band_of(row.quantiles, row.observed) <= 80 for row in known)
    return Picture(
        slug="first-passages",
        title=f"{inside} of {len(known)} first passages ({percent(inside / len(known))}) fell inside their 80 % "
        f"intervals; half of the medians missed by {errors[len(errors) // 2]:.1f} years or less",
        subtitle="Years from an origin until a run passed its frontier by half an order of magnitude, one, one and a "
        "half and two. Strips: central 50, 80 and 95 % of the forecast made then. Successive origins await the same "
        "runs: they are not independent.",
        description=_describe(found),
        columns=("above the frontier", "origin", *(f"{100 * p:g} %" for p in LEVELS), "years until", "bound only"),
        rows=tuple(
            (row.part, row.origin, *row.quantiles, row.observed, "yes" if row.censored else "no")
            for step in found.values()
            for row in step
        ),
        draw=functools.partial(_draw, found),
    )


def _describe(found: Mapping[str, Sequence[Scored]]) -> str:
    told = []
    for step, rows in found.items():
        bands = [band_of(row.quantiles, row.observed) for row in rows if not row.censored]
        open_ended = len(rows) - len(bands)
        later = f", not yet passed: {open_ended}" if open_ended else ""
        told.append(f"{step} above the frontier: {outcome_bands.counts(bands)}{later}")
    return f"Strips of forecast years until a first passage, by origin. {'; '.join(told)}."


def _draw(found: Mapping[str, Sequence[Scored]], theme: Theme) -> dict[str, Any]:
    narrow = theme.layout.name == NARROW.name
    columns, count = (2 if narrow else 4), max(len(rows) for rows in found.values())
    blocks, above = -(-len(found) // columns), _NARROW_KEY_PX if narrow else _KEY_PX
    sheet = Sheet(theme, blocks * count * _ROW_PX + (blocks - 1) * _GAP_PX + above)
    last = max(max(row.quantiles[-1], row.observed) for rows in found.values() for row in rows)
    spaces = Spaces(column=18.0, row=_GAP_PX, left=-6.0, top=above)
    cells = sheet.cells(len(found), columns, ((0.0, last), (float(count), 0.0)), spaces)
    sheet.names(cells, [f"{step} above" if narrow else f"{step} above the frontier" for step in found])
    sheet.foot(cells, [(float(year), str(year)) for year in range(0, int(last) + 1, 2)])
    _name_origins(sheet, [cell for cell in cells if cell.left < 1], next(iter(found.values())))
    for cell, rows in zip(cells, found.values(), strict=True):
        _panel(sheet, cell, rows)
    outcome_bands.key(sheet, sheet.height + (10 if narrow else 8), "not by the last disclosure", "triangle-right")
    return sheet.finish()


def _name_origins(sheet: Sheet, cells: Sequence[Cell], rows: Sequence[Scored]) -> None:
    names: list[dict[str, object]] = [
        {
            "year": cell.left - 7,
            "level": cell.up(k + 0.5),
            "text": f"end {row.origin[:4]}" if not sheet.narrow else row.origin[:4],
        }
        for cell in cells
        for k, row in enumerate(rows)
    ]
    sheet.words(names, sheet.palette.muted, sheet.theme.layout.small - 1, align="right")


def _panel(sheet: Sheet, cell: Cell, rows: Sequence[Scored]) -> None:
    for mass, (low, high) in _SPANS.items():
        strips = [
            {"year": cell.across(row.quantiles[low]), "until": cell.across(row.quantiles[high])}
            | {"low": cell.up(k + 0.5) - 6, "high": cell.up(k + 0.5) + 6}
            for k, row in enumerate(rows)
        ]
        sheet.blocks(strips, sheet.palette.uncertainty, BAND_OPACITY[mass])
    medians = [(cell.across(row.quantiles[LEVELS.index(0.5)]), cell.up(k + 0.5)) for k, row in enumerate(rows)]
    sheet.rules(
        [{"year": x, "until": x, "low": at - 6, "high": at + 6} for x, at in medians], sheet.palette.uncertainty, 2
    )
    tips = {"": "what", "forecast": "forecast", "it took": "took"}
    marked = [
        Marked(cell.across(row.observed), cell.up(k + 0.5), band_of(row.quantiles, row.observed), _told(row))
        for k, row in enumerate(rows)
        if not row.censored
    ]
    outcome_bands.draw(sheet, marked, 58, tips)
    waiting = [
        {"year": cell.across(row.observed), "level": cell.up(k + 0.5), **_told(row)}
        for k, row in enumerate(rows)
        if row.censored
    ]
    sheet.arrows(waiting, sheet.palette.ink, "triangle-right", 50, tips)


def _told(row: Scored) -> dict[str, str]:
    low, middle, high = (row.quantiles[LEVELS.index(p)] for p in (0.1, 0.5, 0.9))
    took = f"more than {row.observed:.1f} years" if row.censored else f"{row.observed:.1f} years, to {row.target}"
    return {
        "what": f"{row.part} above the frontier of {row.origin}",
        "forecast": f"{middle:.1f} years, 80 %: {low:.1f} – {high:.1f}",
        "took": took,
    }
