"""Rows of dots on one axis, in groups with a heading: what many parameters have of one figure or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecast.reports.placing import text_width
from forecast.reports.sheet import Cell, Sheet, fitting
from forecast.reports.theme import NARROW, Theme

_ROW_PX, _HEAD_PX = 18.0, 28.0
_GAP_PX = 14.0


@dataclass(frozen=True, slots=True)
class Lanes[T]:
    """Rows with their names written.

    Attributes
    ----------
    sheet : Sheet
        Where they are drawn.
    cell : Cell
        The panel with the axis.
    rows : list of (T, float)
        What each row is about, and its level in px.
    """

    sheet: Sheet
    cell: Cell
    rows: list[tuple[T, float]]


def lanes[T](
    theme: Theme,
    groups: Mapping[str, Mapping[str, T]],
    domain: tuple[float, float],
    ticks: Sequence[tuple[float, str]],
    above: float = 0.0,
) -> Lanes[T]:
    """Name the rows of each group at the left, and draw the axis at the foot.

    Parameters
    ----------
    theme : Theme
        Where they will be seen.
    groups : mapping of str to mapping
        Headings, and under each the rows by their names.
    domain : (float, float)
        Ends of the axis.
    ticks : sequence of (float, str)
        Values on it with their labels.
    above : float
        Room over the first group, px.
    """
    narrow = theme.layout.name == NARROW.name
    size, start = theme.layout.small - (1 if narrow else 0), 4.0 - theme.layout.left
    height = above + sum(_HEAD_PX + _ROW_PX * len(rows) for rows in groups.values())
    sheet = Sheet(theme, height)
    longest = max((text_width(name, size) for rows in groups.values() for name in rows), default=0.0)
    left = min(start + longest + _GAP_PX, 0.5 * sheet.width)
    cell = Cell(left, 0.0, sheet.width - left, height - above, domain, (height - above, 0.0))
    sheet.foot([cell], ticks)
    placed: list[tuple[T, float]] = []
    heads, names, at = [], [], height - above
    for heading, rows in groups.items():
        heads.append({"year": start, "level": at - 16, "text": heading})
        for k, (name, row) in enumerate(rows.items()):
            level = at - _HEAD_PX - (k + 0.5) * _ROW_PX
            placed.append((row, level))
            names.append({"year": start, "level": level, "text": fitting(name, left - start - 6, size)})
        at -= _HEAD_PX + _ROW_PX * len(rows)
    sheet.words(heads, sheet.palette.ink, size, bold=True)
    sheet.words(names, sheet.palette.muted, size)
    return Lanes(sheet, cell, placed)
