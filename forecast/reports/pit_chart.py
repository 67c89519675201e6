"""Where outcomes fell in their forecasts, by fifths: a fifth of them in each when the forecasts are calibrated."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

from forecast.evaluation.calibration import Summary
from forecast.evaluation.quantities import MODEL, QUANTITIES
from forecast.reports.picture import Picture
from forecast.reports.quantity_words import quantity_words, short_words
from forecast.reports.sheet import Cell, Sheet, Spaces
from forecast.reports.theme import NARROW, Theme
from forecast.reports.words import percent

_FIFTHS = 5
_PANEL_PX, _ROW_GAP_PX = 92.0, 44.0
_TOP = 0.6
_LEAST = 2 * _FIFTHS  # fewer outcomes make no histogram
_Z = 1.6449  # 90 % of a normal distribution, both sides
_ENDS = ((0.0, "lowest"), (1.0, "highest"))


def picture(summaries: Sequence[Summary]) -> Picture:
    """The histograms with their text alternative and their numbers."""
    chosen = _chosen(summaries)
    return Picture(
        slug="pit",
        title=_title(chosen),
        subtitle="Share of outcomes in each fifth of their forecasts (those of years: 1 to 3 ahead), from below the "
        "20 % quantile at the left to above the 80 % quantile at the right. Orange: a fifth in each. Grey: 90 % of "
        "what chance does to as many independent outcomes.",
        description="Histograms. " + " ".join(_told(s) for s in chosen),
        columns=("quantity", "n", "effective n", *(f"fifth {i}" for i in range(1, _FIFTHS + 1))),
        rows=tuple(
            (quantity_words(s.quantity), s.n, round(s.effective_n, 2), *(round(p, 4) for p in s.pit)) for s in chosen
        ),
        draw=functools.partial(_draw, chosen),
    )


def _chosen(summaries: Sequence[Summary]) -> list[Summary]:
    return [
        s
        for s in summaries
        if s.forecaster == MODEL
        and s.window == "all"
        and s.years in ("1-3", "")
        and not s.part
        and not QUANTITIES[s.quantity].pools
        and s.n >= _LEAST
    ]


def _title(chosen: Sequence[Summary]) -> str:
    """Where the largest departure from a fifth lies."""
    shares = [(abs(share - 1 / _FIFTHS), s, i) for s in chosen for i, share in enumerate(s.pit)]
    if not shares:
        return "No outcomes"
    _, worst, i = max(shares, key=lambda found: found[0])
    fifth = ("lowest", "second", "middle", "fourth", "highest")[i]
    return (
        f"Furthest from a fifth: {percent(worst.pit[i])} of the outcomes of “{quantity_words(worst.quantity)}” fell "
        f"into the {fifth} fifth of their forecasts"
    )


def _told(summary: Summary) -> str:
    return f"{quantity_words(summary.quantity)}: {', '.join(percent(share) for share in summary.pit)}."


def _draw(chosen: Sequence[Summary], theme: Theme) -> dict[str, Any]:
    columns = 2 if theme.layout.name == NARROW.name else 3
    rows = -(-len(chosen) // columns)
    sheet = Sheet(theme, rows * _PANEL_PX + (rows - 1) * _ROW_GAP_PX)
    spaces = Spaces(column=26.0 if columns == 2 else 40.0, row=_ROW_GAP_PX)
    cells = sheet.cells(len(chosen), columns, ((0.0, 1.0), (0.0, _TOP)), spaces)
    words = short_words if sheet.narrow else quantity_words
    for cell, summary in zip(cells, chosen, strict=True):
        _panel(sheet, cell, summary)
    sheet.side(cells, [(0.0, "0"), (0.2, "20 %"), (0.4, "40 %")], [cell for cell in cells if cell.left < 1])
    _bars(sheet, cells, chosen)
    sheet.names(cells, [words(s.quantity) for s in chosen])
    sheet.foot(cells, [(0.1, _ENDS[0][1]), (0.9, _ENDS[1][1])], grid=False)
    return sheet.finish()


def _panel(sheet: Sheet, cell: Cell, summary: Summary) -> None:
    """What chance does to a fifth, behind everything."""
    fifth = 1 / _FIFTHS
    half = _Z * math.sqrt(fifth * (1 - fifth) / summary.effective_n)
    block = {"year": cell.left, "until": cell.right, "low": cell.up(fifth - half), "high": cell.up(fifth + half)}
    sheet.blocks([block], sheet.palette.shade, 1.0)


def _bars(sheet: Sheet, cells: Sequence[Cell], chosen: Sequence[Summary]) -> None:
    bars = [
        {
            "year": cell.across(i / _FIFTHS) + 1.5,
            "until": cell.across((i + 1) / _FIFTHS) - 1.5,
            "low": cell.bottom,
            "high": cell.up(share),
            "quantity": quantity_words(summary.quantity),
            "share": percent(share),
        }
        for cell, summary in zip(cells, chosen, strict=True)
        for i, share in enumerate(summary.pit)
    ]
    sheet.blocks(bars, sheet.palette.background, 1.0)
    sheet.blocks(bars, sheet.palette.uncertainty, 0.6, {"": "quantity", "share": "share"})
    level = [(cell, cell.up(1 / _FIFTHS)) for cell in cells]
    sheet.rules(
        [{"year": c.left, "until": c.right, "low": at, "high": at} for c, at in level], sheet.palette.asked, 1.5, (4, 3)
    )
    over = [
        {"year": cell.across((i + 0.5) / _FIFTHS), "level": cell.top + 2, "text": percent(share)}
        for cell, summary in zip(cells, chosen, strict=True)
        for i, share in enumerate(summary.pit)
        if share > _TOP
    ]
    sheet.words(over, sheet.palette.uncertainty, sheet.theme.layout.small - 1, align="center", bold=True)
