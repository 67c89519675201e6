"""What a whole batch came to, gathered part by part in their order, and bounded however many questions there are.

The tables hold single answers, never averages: of a grid the questions at its ends and evenly between, of those listed
the first hundred.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

import pyarrow as pa

from forecast.batch import parquet
from forecast.batch.arrays import array
from forecast.batch.columns import ANSWERED, FAILED
from forecast.batch.grid import Expanded, Grid
from forecast.errors import ArtefactError
from forecast.storage.store import Store

MOST_LISTED, MOST_ROWS, MOST_COLUMNS, MOST_TABLES = 100, 48, 8, 20
MOST_MESSAGES = 50
OUTCOMES = ("already", "within_horizon", "beyond_horizon", "never")


@dataclass(frozen=True, slots=True)
class FailureCount:
    """Questions that failed for one reason: its code, field and message, how many, and the first of them in a part."""

    code: str
    field: str
    message: str
    questions: int
    example: str


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
class PartFile:
    """A part of the output: the name of its file, its rows, and the SHA-256 of its bytes."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch came to.

    Attributes
    ----------
    questions, answered, failed : int
        How many.
    medians : mapping
        How many medians are already reached, within the horizon, beyond it, and never.
    failures : tuple of FailureCount
        The first fifty reasons.
    other_failures : int
        Questions that failed for further reasons.
    axes : mapping
        How many elements each axis has, by its name; grids that share a name have the longest.
    tables : tuple of AnswerTable
        Of the questions listed, and of the first grids.
    parts : tuple of PartFile
        The output.
    digest : str
        SHA-256 over the parts.
    kept : int
        Questions that had been answered before.
    """

    questions: int
    answered: int
    failed: int
    medians: Mapping[str, int]
    failures: tuple[FailureCount, ...]
    other_failures: int
    axes: Mapping[str, int]
    tables: tuple[AnswerTable, ...]
    parts: tuple[PartFile, ...]
    digest: str
    kept: int = field(compare=False, default=0)

    def to_dict(self) -> dict[str, Any]:
        """The summary as JSON values; the same answers give the same, however often the batch was stopped."""
        told = asdict(self)
        del told["kept"]
        return told


@dataclass(frozen=True, slots=True)
class PartSummary:
    """What the summary needs of one part: its file, counts, reasons of failures, and the rows that are shown."""

    file: PartFile
    answered: int
    medians: Mapping[str, int]
    failures: Mapping[tuple[str, str, str], tuple[int, str]]
    shown: Mapping[int, Mapping[str, Any]]


class Gathered:
    """A summary that grows: parts may come in any order, and count in theirs.

    Parameters
    ----------
    items : Expanded
        All questions.
    """

    def __init__(self, items: Expanded) -> None:
        self._items = items
        self._frames = tuple(_frames(items))
        self._wanted = {index for frame in self._frames for index in frame.indices()}
        self._early: dict[int, PartSummary] = {}
        self._parts: list[PartFile] = []
        self._medians = dict.fromkeys(OUTCOMES, 0)
        self._failures: dict[tuple[str, str, str], tuple[int, str]] = {}
        self._shown: dict[int, Mapping[str, Any]] = {}
        self.answered = self.failed = self.kept = self._others = 0

    def add(self, number: int, name: str, data: bytes, table: pa.Table, *, kept: bool = False) -> None:
        """Take in a part."""
        found = self._summarized(name, data, table)
        self.answered += found.answered
        self.failed += table.num_rows - found.answered
        self.kept += table.num_rows if kept else 0
        self._early[number] = found
        while (turn := len(self._parts)) in self._early:
            self._count(self._early.pop(turn))

    def summary(self) -> BatchSummary:
        """What was gathered, when every part is in."""
        failures = tuple(FailureCount(*reason, *count) for reason, count in self._failures.items())
        lengths: dict[str, int] = {}
        for axis in (axis for grid in self._items.grids for axis in grid.axes):
            lengths[axis.name] = max(len(axis.elements), lengths.get(axis.name, 0))
        return BatchSummary(
            questions=len(self._items),
            answered=self.answered,
            failed=self.failed,
            medians=self._medians,
            failures=failures,
            other_failures=self._others,
            axes=lengths,
            tables=tuple(frame.table(self._shown) for frame in self._frames),
            parts=tuple(self._parts),
            digest=hashlib.sha256("".join(part.sha256 for part in self._parts).encode()).hexdigest(),
            kept=self.kept,
        )

    def names(self) -> frozenset[str]:
        """Names of the parts that have counted."""
        return frozenset(part.name for part in self._parts)

    def _summarized(self, name: str, data: bytes, table: pa.Table) -> PartSummary:
        status = _counts(table["status"])
        file = PartFile(name, table.num_rows, hashlib.sha256(data).hexdigest())
        failures: dict[tuple[str, str, str], tuple[int, str]] = {}
        if status.get(FAILED):
            columns = ["error_code", "error_field", "error_message", "name"]
            for row in zip(*(table[column].to_pylist() for column in columns), strict=True):
                if row[0] is not None:
                    failures[row[:3]] = failures.get(row[:3], (0, row[3]))[0] + 1, failures.get(row[:3], (0, row[3]))[1]
        return PartSummary(file, status.get(ANSWERED, 0), _counts(table["q50_position"]), failures, self._rows(table))

    def _rows(self, table: pa.Table) -> dict[int, dict[str, Any]]:
        indices = table["index"].to_pylist()
        return _picked(table, [i for i, index in enumerate(indices) if index in self._wanted])

    def _count(self, part: PartSummary) -> None:
        self._parts.append(part.file)
        self._shown.update(part.shown)
        for outcome, count in part.medians.items():
            self._medians[outcome] += count
        for reason, (count, example) in part.failures.items():
            if reason in self._failures or len(self._failures) < MOST_MESSAGES:
                before, first = self._failures.get(reason, (0, example))
                self._failures[reason] = before + count, first
            else:
                self._others += count


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return Counter(value for value in column.to_pylist() if value is not None)


def _picked(table: pa.Table, places: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Some rows by the index of their question, without their curves."""
    plain = table.drop_columns([name for name in table.column_names if name.startswith("cdf")])
    rows = plain.take(array(places, pa.int64())).to_pylist() if places else []
    return {row["index"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class _Frame:
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


def _frames(items: Expanded) -> Iterator[_Frame]:
    listed = items.listed[:MOST_LISTED]
    if listed:
        rows = tuple(((element.label,), (index,)) for index, element in enumerate(listed))
        yield _Frame(("question",), "", ("",), rows, len(items.listed))
    for start, grid in list(items.starts())[:MOST_TABLES]:
        yield _grid_frame(grid, start)


def _grid_frame(grid: Grid, start: int) -> _Frame:
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
    return _Frame(tuple(axis.name for axis in others), last.name, told, tuple(rows), len(grid))


def _fitting(lengths: Sequence[int]) -> list[list[int]]:
    """Places on each axis, so many that their combinations fit: the longest axis gives way first."""
    counts = list(lengths)
    while _product(counts) > MOST_ROWS:
        longest = counts.index(max(counts))
        counts[longest] = min(counts[longest] - 1, MOST_ROWS)
    return [thinned(length, count) for length, count in zip(lengths, counts, strict=True)]


def _product(counts: Sequence[int]) -> int:
    found = 1
    for count in counts:
        found *= count
    return found


def thinned(length: int, count: int) -> list[int]:
    """At most `count` places of so many: the first, the last, and evenly between."""
    if length <= count:
        return list(range(length))
    return [0] if count == 1 else [round(i * (length - 1) / (count - 1)) for i in range(count)]


def rows_of(store: Store, summary: BatchSummary, most: int = 400) -> Iterator[dict[str, Any]]:
    """Rows of the answers in the order of the questions, the first `most` of them.

    Parameters
    ----------
    store : Store
        Where the answers are.
    summary : BatchSummary
        Of the batch.
    most : int
        What is held in memory.

    Raises
    ------
    ArtefactError
        When a part has been damaged since.
    """
    found: dict[int, dict[str, Any]] = {}
    for part in summary.parts:
        table = parquet.decode(store.read(part.name))
        if table is None:
            raise ArtefactError(f"{part.name} is damaged: run the batch again, which makes it anew", field=part.name)
        found.update(_picked(table, [i for i, index in enumerate(table["index"].to_pylist()) if index < most]))
    return (found[index] for index in sorted(found))
