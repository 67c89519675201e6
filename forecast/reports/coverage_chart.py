"""How often the central intervals held the outcome, by quantity: the share promised, the share measured, how sure."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forecast.evaluation.bar import COVERAGE_80, LEAST_COVERAGE_95, LEAST_LOSS_COVERAGE
from forecast.evaluation.calibration import Summary
from forecast.evaluation.quantities import MODEL, QUANTITIES
from forecast.evaluation.scores import INTERVALS
from forecast.reports.picture import Picture
from forecast.reports.quantity_words import quantity_words
from forecast.reports.sheet import Cell, Sheet, Spaces
from forecast.reports.theme import NARROW, Theme
from forecast.reports.words import listed, percent

_Z = 1.6449  # 90 % of a normal distribution, both sides
_ROW_PX, _NARROW_ROW_PX, _GAP_PX = 30.0, 38.0, 26.0
_NAMES_PX = 168.0


@dataclass(frozen=True, slots=True)
class Covered:
    """The coverage of one quantity.

    Attributes
    ----------
    name : str
        The quantity, in words.
    n, effective_n : float
        Outcomes, and how many independent ones they are worth.
    shares : tuple of float
        Of the outcomes inside the 50, 80 and 95 % interval.
    asked : tuple of ((float, float) or None)
        Where the bar asks each of them to be; None where it asks nothing.
    """

    name: str
    n: int
    effective_n: float
    shares: tuple[float, ...]
    asked: tuple[tuple[float, float] | None, ...]

    def interval(self, i: int) -> tuple[float, float]:
        """90 % interval of one share, were it measured on as many independent outcomes."""
        return wilson(self.shares[i], self.effective_n)

    def holds(self, i: int) -> bool:
        """Whether a share lies where it is asked to be."""
        low, high = self.asked[i] or (0.0, 1.0)
        return low <= self.shares[i] <= high


def wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's 90 % interval of a share measured on n independent outcomes.

    References: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def chosen(summaries: Sequence[Summary]) -> list[Summary]:
    """The model's, at 1-3 years over all origins; pools of two are left out."""
    return [
        s
        for s in summaries
        if s.forecaster == MODEL and s.window == "all" and s.years in ("1-3", "") and not QUANTITIES[s.quantity].pools
    ]


def covered(summaries: Sequence[Summary]) -> list[Covered]:
    """The coverage of what is chosen, one quantity a row."""
    return [
        Covered(
            quantity_words(s.quantity, s.part),
            s.n,
            s.effective_n,
            (s.inside_50, s.inside_80, s.inside_95),
            (
                None,
                (LEAST_LOSS_COVERAGE, 1.0) if s.quantity.startswith("loss_") else COVERAGE_80,
                (LEAST_COVERAGE_95, 1.0),
            ),
        )
        for s in chosen(summaries)
    ]


def picture(summaries: Sequence[Summary]) -> Picture:
    """The coverage chart with its text alternative and its numbers."""
    rows = covered(summaries)
    off = [f"{row.name} ({percent(row.shares[1])})" for row in rows if not row.holds(1)]
    at_odds = f", not for {listed(off)}" if off else ""
    return Picture(
        slug="coverage",
        title=f"80 % intervals held as many outcomes as asked for {len(rows) - len(off)} of {len(rows)} "
        f"quantities{at_odds}",
        subtitle="Share of outcomes inside the central 50, 80 and 95 % intervals; those of years are 1 to 3 ahead. "
        "Orange: the share promised. Grey: where the bar asks it to be; a ring lies outside. Whisker: 90 % interval by "
        "what the dependent outcomes are worth.",
        description="Dots by quantity. " + " ".join(_told(row) for row in rows),
        columns=_columns(),
        rows=tuple(_numbers(row) for row in rows),
        draw=functools.partial(_draw, rows),
        values={"quantities": len(rows), "held": len(rows) - len(off)},
    )


def _told(row: Covered) -> str:
    shares = ", ".join(f"{percent(s)} inside {p} %" for p, s in zip(INTERVALS, row.shares, strict=True))
    return f"{row.name}: {shares}; n {row.n}, effective n {row.effective_n:.0f}."


def _columns() -> tuple[str, ...]:
    found = [name for p in INTERVALS for name in (f"inside {p} %", f"low 90 % ({p} %)", f"high 90 % ({p} %)")]
    return ("quantity", "n", "effective n", *found)


def _numbers(row: Covered) -> tuple[object, ...]:
    found = [value for i, share in enumerate(row.shares) for value in (share, *row.interval(i))]
    return (row.name, row.n, round(row.effective_n, 2), *(round(value, 4) for value in found))


def _draw(rows: Sequence[Covered], theme: Theme) -> dict[str, Any]:
    narrow = theme.layout.name == NARROW.name
    row_px = _NARROW_ROW_PX if narrow else _ROW_PX
    sheet = Sheet(theme, row_px * len(rows))
    spaces = Spaces(column=_GAP_PX, left=8.0 - theme.layout.left if narrow else _NAMES_PX)
    cells = sheet.cells(3, 3, ((0.0, 1.0), (float(len(rows)), 0.0)), spaces)
    sheet.names(cells, [f"{p} %" if narrow else f"{p} % intervals" for p in INTERVALS])
    for i, (cell, nominal) in enumerate(zip(cells, INTERVALS, strict=True)):
        _frame(sheet, cell, rows, i, nominal)
        _panel(sheet, cell, rows, i, nominal)
    _name_rows(sheet, cells[0], rows)
    return sheet.finish()


def _lane(sheet: Sheet) -> tuple[float, float, float]:
    """Where in a row its dot lies, and the ends of what is drawn behind it: on a phone the name stands over that."""
    return (0.7, 0.46, 0.94) if sheet.narrow else (0.5, 0.0, 1.0)


def _frame(sheet: Sheet, cell: Cell, rows: Sequence[Covered], i: int, nominal: int) -> None:
    """What lies behind the dots of a panel: where the bar wants them, the grid, the share that was promised."""
    _, first, last = _lane(sheet)
    spans = [(cell.up(k + last), cell.up(k + first)) for k in range(len(rows))]
    asked = [(row.asked[i], span) for row, span in zip(rows, spans, strict=True)]
    blocks = [
        {"year": cell.across(bounds[0]), "until": cell.across(bounds[1]), "low": foot, "high": top}
        for bounds, (foot, top) in asked
        if bounds is not None
    ]
    sheet.blocks(blocks, sheet.palette.shade, 1.0)
    ticks = [(0.0, "0"), (0.5, "50"), (1.0, "100")]
    sheet.foot([cell], ticks, grid=False)
    for values, colour, width in (
        ([value for value, _ in ticks], sheet.palette.grid, 1.0),
        ([nominal / 100], sheet.palette.asked, 1.5),
    ):
        at = [cell.across(value) for value in values]
        lines = [{"year": x, "until": x, "low": foot, "high": top} for x in at for foot, top in spans]
        sheet.rules(lines, colour, width)


def _panel(sheet: Sheet, cell: Cell, rows: Sequence[Covered], i: int, nominal: int) -> None:
    whiskers: list[dict[str, object]] = []
    inside: list[dict[str, object]] = []
    outside: list[dict[str, object]] = []
    for k, row in enumerate(rows):
        level, ends, share = cell.up(k + _lane(sheet)[0]), row.interval(i), row.shares[i]
        whiskers.append({"year": cell.across(ends[0]), "until": cell.across(ends[1]), "low": level, "high": level})
        told: dict[str, object] = {
            "year": cell.across(share),
            "level": level,
            "quantity": row.name,
            "share": percent(share),
        }
        told |= {"ends": f"{percent(ends[0])} – {percent(ends[1])}", "n": _count(row)}
        (inside if row.holds(i) else outside).append(told)
    tips = {"": "quantity", f"inside {nominal} %": "share", "90 % interval": "ends", "outcomes": "n"}
    sheet.rules(whiskers, sheet.palette.uncertainty, 2)
    sheet.dots(inside, sheet.palette.uncertainty, 64, tips=tips)
    sheet.dots(outside, sheet.palette.uncertainty, 58, hollow=True, tips=tips)


def _count(row: Covered) -> str:
    return f"n {row.n}, worth {row.effective_n:.0f}"


def _name_rows(sheet: Sheet, first: Cell, rows: Sequence[Covered]) -> None:
    """Names left of the panels, or over each row on a phone; under them or at the right how much each rests on."""
    layout, narrow = sheet.theme.layout, sheet.narrow
    start = 4.0 - layout.left
    at, beside = (0.26, 0.26) if narrow else (0.3, 0.72)
    names = [{"year": start, "level": first.up(k + at), "text": row.name} for k, row in enumerate(rows)]
    sheet.words(names, sheet.palette.ink, layout.text - 1)
    where = sheet.width if narrow else start
    asides = [{"year": where, "level": first.up(k + beside), "text": _count(row)} for k, row in enumerate(rows)]
    sheet.words(asides, sheet.palette.muted, layout.small - 1, align="right" if narrow else "left")
