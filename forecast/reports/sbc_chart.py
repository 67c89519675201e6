"""Simulation-based calibration: ranks of truths among the draws, one histogram a parameter; flat when all is well."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

from forecast.evaluation.checks import Sbc
from forecast.reports.picture import Picture
from forecast.reports.quantity_words import model_words
from forecast.reports.sheet import Cell, Sheet, fitting
from forecast.reports.theme import NARROW, Theme

_Z = 2.5758  # 99 % of a normal distribution, both sides: the bars of many histograms are looked at together
_PANEL_PX, _GAP_PX, _HEAD_PX = 40.0, 26.0, 30.0
_COLUMNS, _NARROW_COLUMNS = 6, 3
_TIPS = {"": "what", "simulations": "simulations", "p": "p"}


def picture(found: Sequence[Sbc]) -> Picture | None:
    """The histograms with their text alternative and their numbers; None where none are stored."""
    if not found:
        return None
    failed = [f"{s.model} {s.parameter}" for s in found if not s.passed]
    models = list(dict.fromkeys(s.model for s in found))
    verdict = f"{len(found) - len(failed)} of {len(found)} rank tests pass, over {len(models)} models"
    return Picture(
        slug="sbc",
        title=f"Simulated truths are found where they should be: {verdict}"
        if not failed
        else f"{verdict}; not {failed[0]}",
        subtitle="Truths are drawn from the prior, data simulated from them, and the model fitted to those: the rank "
        "of a truth among the draws must be uniform. Grey: 99 % of what chance does to a bar. Orange, with a dot: the "
        "test fails.",
        description="Rank histograms. " + "; ".join(_told(s) for s in found) + ".",
        columns=("model", "parameter", "simulations", "p", "passed", "counts"),
        rows=tuple(
            (
                s.model,
                s.parameter,
                s.simulations,
                round(s.p_value, 5),
                "yes" if s.passed else "no",
                " ".join(map(str, s.ranks)),
            )
            for s in found
        ),
        draw=functools.partial(_draw, {m: [s for s in found if s.model == m] for m in models}),
    )


def _told(sbc: Sbc) -> str:
    return f"{sbc.model} {sbc.parameter}: p {sbc.p_value:.2g}, {'passed' if sbc.passed else 'failed'}"


def _draw(by_model: dict[str, list[Sbc]], theme: Theme) -> dict[str, Any]:
    columns = _NARROW_COLUMNS if theme.layout.name == NARROW.name else _COLUMNS
    heights = [_HEAD_PX + -(-len(rows) // columns) * (_PANEL_PX + _GAP_PX) for rows in by_model.values()]
    sheet = Sheet(theme, sum(heights) - _GAP_PX + 8)
    start, top = 4.0 - theme.layout.left, sheet.height
    left = start + 2
    width = (sheet.width - left - (columns - 1) * 14.0) / columns
    heads: list[dict[str, object]] = []
    cells: list[tuple[Cell, Sbc]] = []
    for (model, rows), height in zip(by_model.items(), heights, strict=True):
        heads.append(
            {"year": start, "level": top - 6, "text": f"{model_words(model)}, {rows[0].simulations} simulations"}
        )
        for i, one in enumerate(rows):
            y = top - _HEAD_PX - (i // columns) * (_PANEL_PX + _GAP_PX) - _PANEL_PX - 8
            cells.append((_cell(one, left + (i % columns) * (width + 14.0), y, width), one))
        top -= height
    sheet.words(heads, sheet.palette.ink, theme.layout.text, bold=True)
    _histograms(sheet, cells)
    return sheet.finish()


def _cell(sbc: Sbc, left: float, bottom: float, width: float) -> Cell:
    expected = sum(sbc.ranks) / len(sbc.ranks)
    top = 1.05 * max(max(sbc.ranks), expected + _half(sbc))
    return Cell(left, bottom, width, _PANEL_PX, (0.0, float(len(sbc.ranks))), (0.0, top))


def _half(sbc: Sbc) -> float:
    """Half the width of what chance does to the count of a bar."""
    share = 1 / len(sbc.ranks)
    return _Z * math.sqrt(sum(sbc.ranks) * share * (1 - share))


def _histograms(sheet: Sheet, cells: Sequence[tuple[Cell, Sbc]]) -> None:
    bands = []
    for cell, sbc in cells:
        expected = sum(sbc.ranks) / len(sbc.ranks)
        low, high = cell.up(expected - _half(sbc)), cell.up(expected + _half(sbc))
        bands.append({"year": cell.left, "until": cell.right, "low": low, "high": high})
    sheet.blocks(bands, sheet.palette.shade, 1.0)
    for passed, colour in ((True, sheet.palette.uncertainty), (False, sheet.palette.asked)):
        shown = [(cell, sbc) for cell, sbc in cells if sbc.passed == passed]
        bars = [bar for cell, sbc in shown for bar in _bars(cell, sbc)]
        sheet.blocks(bars, colour, 0.6, _TIPS)
        size = sheet.theme.layout.small - (2 if sheet.narrow else 1)
        names: list[dict[str, object]] = [
            {
                "year": c.left,
                "level": c.top + 9,
                "text": fitting(("" if passed else "● ") + s.parameter, c.width, size),
            }
            for c, s in shown
        ]
        sheet.words(names, sheet.palette.muted if passed else colour, size)


def _bars(cell: Cell, sbc: Sbc) -> list[dict[str, object]]:
    tips = {"what": f"{sbc.model}, {sbc.parameter}", "simulations": str(sbc.simulations), "p": f"{sbc.p_value:.2g}"}
    return [
        {
            "year": cell.across(i) + 0.4,
            "until": cell.across(i + 1) - 0.4,
            "low": cell.bottom,
            "high": cell.up(n),
            **tips,
        }
        for i, n in enumerate(sbc.ranks)
    ]
