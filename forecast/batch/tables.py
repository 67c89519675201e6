"""Tables of single answers out of a batch, never of averages: which questions they show is settled before any answer.

Of a grid they show the questions at its ends and evenly between, the last axis as columns; of those listed the first
hundred.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from forecast.batch.grid import Expanded, Grid

MOST_LISTED, MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 100, 48, 8, 2_000


@dataclass(frozen=True, slots=True)
class TableRow:
    """Some answers side by side: labels on the row's axes, and for each column a row of the answers' table."""

    labels: tuple[str, ...]
    cells: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """Answers of one grid, or of the questions listed.

    Attributes
    ----------
    axes : tuple of str
        Of the rows.
    column_axis : str
        The grid's last axis; empty for listed questions.
    columns : tuple of str
        Labels on it.
    rows : tuple of TableRow
        At most 48, or 100 of the questions listed.
    questions : int
        How many the whole grid or list has.
    """

    axes: tuple[str, ...]
    column_axis: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    questions: int


@dataclass(frozen=True, slots=True)
class Frame:
    """Which questions a table shows, before they are answered: for each row its labels and indices."""

    axes: tuple[str, ...]
    column_axis: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]
    questions: int

    def indices(self) -> Iterator[int]:
        """All questions that it shows."""
        return (index for _, indices in self.rows for index in indices)

    def table(self, shown: Mapping[int, Mapping[str, Any]]) -> AnswerTable:
        """The frame filled in."""
        rows = tuple(TableRow(labels, tuple(shown[index] for index in indices)) for labels, indices in self.rows)
        return AnswerTable(self.axes, self.column_axis, self.columns, rows, self.questions)


def frames(items: Expanded) -> Iterator[Frame]:
    """The tables of a batch: of the questions listed, then of each grid, as long as they are few."""
    listed = items.listed[:MOST_LISTED]
    if listed:
        rows = tuple(((element.label,), (index,)) for index, element in enumerate(listed))
        yield Frame(("question",), "", ("",), rows, len(items.listed))
    cells = 0
    for start, grid in items.starts():
        frame = _grid_frame(grid, start)
        cells += len(frame.rows) * len(frame.columns)
        if cells > MOST_CELLS:
            return
        yield frame


def _grid_frame(grid: Grid, start: int) -> Frame:
    """The last axis as columns, all others as rows, each at its ends and evenly between."""
    *others, last = grid.axes
    columns = thinned(len(last.elements), MOST_COLUMNS)
    places = _fitting([len(axis.elements) for axis in others])
    strides = [grid.stride(i) for i in range(len(others))]
    rows = []
    for combination in product(*places):
        labels = tuple(axis.elements[place].label for axis, place in zip(others, combination, strict=True))
        base = start + sum(stride * place for stride, place in zip(strides, combination, strict=True))
        rows.append((labels, tuple(base + column for column in columns)))
    told = tuple(last.elements[column].label for column in columns)
    return Frame(tuple(axis.name for axis in others), last.name, told, tuple(rows), len(grid))


def _fitting(lengths: Sequence[int]) -> list[list[int]]:
    """Places on each axis, so many that their combinations fit: the longest axis gives way first."""
    counts = list(lengths)
    while math.prod(counts) > MOST_ROWS:
        longest = counts.index(max(counts))
        counts[longest] = min(counts[longest] - 1, MOST_ROWS)
    return [thinned(length, count) for length, count in zip(lengths, counts, strict=True)]


def thinned(length: int, count: int) -> list[int]:
    """At most `count` places of so many: the first, the last, and evenly between."""
    if length <= count:
        return list(range(length))
    return [0] if count == 1 else [round(i * (length - 1) / (count - 1)) for i in range(count)]
