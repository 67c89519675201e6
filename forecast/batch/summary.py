"""What a whole batch came to, gathered part by part in their order, and bounded however many questions there are."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from forecast.batch import parquet
from forecast.batch.arrays import array
from forecast.batch.columns import ANSWERED, FAILED
from forecast.batch.grid import Expanded
from forecast.batch.tables import AnswerTable as AnswerTable
from forecast.batch.tables import TableRow as TableRow
from forecast.batch.tables import frames
from forecast.errors import ArtefactError
from forecast.storage.store import Store

MOST_MESSAGES = 50
_SHOWN = re.compile(
    r"index|name|status|error_code|error_message|binding_limit"
    r"|q[\d_]+_(decimal_year|position)|p_(already|beyond_horizon|never|by_\d+)"
)
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
        Of the questions listed, and of the grids; their cells are rows of the answers with the columns of `is_shown`.
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
        self._frames = tuple(frames(items))
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
        shown = table.select([name for name in table.column_names if is_shown(name)])
        return _picked(shown, [i for i, index in enumerate(indices) if index in self._wanted])

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


def is_shown(column: str) -> bool:
    """Whether tables of a summary hold a column: which question it is, and the figures of its answer."""
    return _SHOWN.fullmatch(column) is not None


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return Counter(value for value in column.to_pylist() if value is not None)


def _picked(table: pa.Table, places: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Some rows by the index of their question, without their curves."""
    plain = table.drop_columns([name for name in table.column_names if name.startswith("cdf")])
    rows = plain.take(array(places, pa.int64())).to_pylist() if places else []
    return {row["index"]: row for row in rows}


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
