"""Losses held out: how far each lay from its forecast, against the forecast's 80 % interval, study by study."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from forecast.evaluation.calibration import Scored, Summary
from forecast.evaluation.quantities import MODEL
from forecast.evaluation.scores import LEVELS
from forecast.reports import outcome_bands
from forecast.reports.outcome_bands import Marked, band_of
from forecast.reports.picture import Picture
from forecast.reports.sheet import Cell, Sheet, Spaces
from forecast.reports.theme import NARROW, Theme

HELD_OUT: Mapping[str, tuple[str, str]] = {
    "loss_one_decade": ("one decade beyond", "one decade"),
    "loss_two_decades": ("two decades beyond", "two decades"),
    "loss_new_study": ("the study held out whole", "whole study"),
}
"""What is held out: at length and on a phone."""

_LINE_PX, _LEAST_PX, _PAD_PX = 7.0, 16.0, 7.0
_NAMES_PX, _KEY_PX = 96.0, 26.0
_LOW, _MEDIAN, _HIGH = (LEVELS.index(p) for p in (0.1, 0.5, 0.9))
_TIPS = {"": "what", "forecast": "forecast", "outcome": "outcome", "off by": "off"}

Held = Mapping[str, Mapping[str, Sequence[Scored]]]


def held(rows: Sequence[Scored]) -> Held:
    """The model's forecasts of losses by what was held out, then by study, the least compute first."""
    mine = [row for row in rows if row.forecaster == MODEL and row.quantity in HELD_OUT]
    return {
        name: {
            part: sorted((r for r in mine if r.quantity == name and r.part == part), key=lambda r: r.target)
            for part in sorted({r.part for r in mine if r.quantity == name})
        }
        for name in HELD_OUT
        if any(r.quantity == name for r in mine)
    }


def picture(rows: Sequence[Scored], summaries: Sequence[Summary]) -> Picture | None:
    """The chart with its text alternative and its numbers; None where no loss was held out."""
    found = held(rows)
    if not found:
        return None
    rms = {s.quantity: s for s in summaries if s.forecaster == MODEL and s.quantity in found}
    told = [f"{100 * rms[name].rms_error:.1f} % {words}" for name, (words, _) in HELD_OUT.items() if name in rms]
    return Picture(
        slug="losses",
        title=f"Root mean square error of forecast losses: {', '.join(told)}",
        subtitle="Each dot is a loss that the fit had not seen, by its distance from the forecast’s median, in %; the "
        "strip under it is the forecast’s 80 % interval. Within a study from the least compute (top) to the most. "
        "Decades beyond: of compute, past the largest run that was fitted.",
        description=_describe(found),
        columns=(
            "held out",
            "study",
            "compute",
            *(f"{100 * p:g} %" for p in LEVELS),
            "outcome, ln",
            "error of median, %",
        ),
        rows=tuple(
            (HELD_OUT[name][0], row.part, row.target, *row.quantiles, row.observed, round(_off(row, row.observed), 3))
            for name, studies in found.items()
            for rows_ in studies.values()
            for row in rows_
        ),
        draw=functools.partial(_draw, found),
    )


def _off(row: Scored, value: float) -> float:
    """How far a loss lies above the median of its forecast, %: outcomes are logarithms."""
    return 100 * math.expm1(value - row.quantiles[_MEDIAN])


def _describe(found: Held) -> str:
    told = []
    for name, studies in found.items():
        bands = [band_of(row.quantiles, row.observed) for rows in studies.values() for row in rows]
        told.append(f"{HELD_OUT[name][0]}: {outcome_bands.counts(bands)}")
    return f"Losses held out, against the 80 % intervals of their forecasts. {'; '.join(told)}."


def _studies(found: Held) -> dict[str, int]:
    """How many lines each study needs: the most of any panel."""
    names = sorted({part for studies in found.values() for part in studies})
    return {name: max(len(studies.get(name, ())) for studies in found.values()) for name in names}


def _draw(found: Held, theme: Theme) -> dict[str, Any]:
    narrow = theme.layout.name == NARROW.name
    tops, height = _tops(_studies(found), 15.0 if narrow else 0.0)
    sheet = Sheet(theme, height + _KEY_PX)
    spaces = Spaces(column=20.0, left=16.0 - theme.layout.left if narrow else _NAMES_PX, top=_KEY_PX)
    panels = sheet.cells(len(found), len(found), ((-1.0, 1.0), (height, 0.0)), spaces)
    cells = [_scaled(cell, studies) for cell, studies in zip(panels, found.values(), strict=True)]
    sheet.names(cells, [HELD_OUT[name][narrow] for name in found])
    for cell, studies in zip(cells, found.values(), strict=True):
        _panel(sheet, cell, studies, tops)
    names: list[dict[str, object]] = [
        {"year": 4 - theme.layout.left, "level": cells[0].up(top - 7.5 if narrow else top + 7.5), "text": name}
        for name, top in tops.items()
    ]
    sheet.words(names, sheet.palette.ink, theme.layout.small - 1)
    outcome_bands.key(sheet, sheet.height + 8)
    return sheet.finish()


def _tops(lines: Mapping[str, int], above: float) -> tuple[dict[str, float], float]:
    """Where the lines of each study begin, px from the top, with room above them for its name; and the whole height."""
    tops, at = {}, 0.0
    for name, count in lines.items():
        tops[name] = at + above
        at += above + max(count * _LINE_PX, _LEAST_PX if not above else 0.0) + _PAD_PX
    return tops, at


def _scaled(cell: Cell, studies: Mapping[str, Sequence[Scored]]) -> Cell:
    """The panel with an axis that holds its outcomes and most of the whiskers."""
    values = [abs(_off(row, value)) for rows in studies.values() for row in rows for value in _ends(row)]
    top = max([abs(_off(row, row.observed)) for rows in studies.values() for row in rows] + sorted(values)[-8:-7])
    return Cell(cell.left, cell.bottom, cell.width, cell.height, (-1.05 * top, 1.05 * top), cell.y)


def _ends(row: Scored) -> tuple[float, float]:
    return row.quantiles[_LOW], row.quantiles[_HIGH]


def _panel(sheet: Sheet, cell: Cell, studies: Mapping[str, Sequence[Scored]], tops: Mapping[str, float]) -> None:
    step = next(step for step in (1, 2, 5, 10, 20, 50) if step > cell.x[1] / 2 or step == 50)
    ticks = [(float(value), f"{value:+d} %" if value else "0") for value in (-step, 0, step)]
    sheet.foot([cell], ticks, grid=not sheet.narrow)
    placed = [
        (row, cell.up(tops[name] + (k + 0.5) * _LINE_PX))
        for name, rows in studies.items()
        for k, row in enumerate(rows)
    ]
    whiskers = [
        {"year": cell.across(_off(row, low)), "until": cell.across(_off(row, high)), "low": at - 2.5, "high": at + 2.5}
        for row, at in placed
        for low, high in (_ends(row),)
    ]
    sheet.blocks(whiskers, sheet.palette.uncertainty, 0.3)
    zero = cell.across(0.0)
    half = _LINE_PX / 2
    medians = [{"year": zero, "until": zero, "low": at - half, "high": at + half} for _, at in placed]
    sheet.rules(medians, sheet.palette.uncertainty, 1.5)
    marked = [
        Marked(cell.across(_off(row, row.observed)), at, band_of(row.quantiles, row.observed), _told(row))
        for row, at in placed
    ]
    outcome_bands.draw(sheet, marked, 26, _TIPS)


def _told(row: Scored) -> dict[str, str]:
    return {
        "what": f"{row.part}, {row.target}",
        "forecast": f"ln {row.quantiles[_MEDIAN]:.3f}, 80 %: {row.quantiles[_LOW]:.3f} – {row.quantiles[_HIGH]:.3f}",
        "outcome": f"ln {row.observed:.3f}",
        "off": f"{_off(row, row.observed):+.1f} %",
    }
