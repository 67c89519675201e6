"""The shape of a table: columns, units, bounds and keys, and the one canonical text in which a table is written.

A `Schema` is declared once (see `tables.py`); `check` raises a `DataError` that names file, row, column and remedy;
`to_text` and `from_text` are inverse, so equal content means equal bytes and an equal digest.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forecast.data.raw import Row
from forecast.errors import DataError

Kind = Literal["text", "number", "integer", "date", "flag"]
EARLIEST, LATEST = date(1940, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, whether it may be blank, and between which bounds it lies (both included)."""

    name: str
    kind: Kind = "text"
    required: bool = True
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    def parse(self, text: str) -> Any:
        """The cell's value, None when blank.

        Raises
        ------
        ValueError
            The cell does not fit the column; the message says how.
        """
        if not text:
            if self.required:
                raise ValueError("is blank")
            return None
        value = _PARSERS[self.kind](text)
        self._bound(value)
        return value

    def _bound(self, value: Any) -> None:
        if self.choices and value not in self.choices:
            raise ValueError(f"is {value!r}, not one of {', '.join(self.choices)}")
        if isinstance(value, date) and not EARLIEST <= value <= LATEST:
            raise ValueError(f"is {value}, not between {EARLIEST} and {LATEST}")
        if isinstance(value, int | float) and not self.low <= value <= self.high:
            raise ValueError(f"is {value:g}, not between {self.low:g} and {self.high:g} (is its unit right?)")

    def format(self, value: Any) -> str:
        """The canonical text of a value: ten significant digits, ISO dates, 0 and 1 for flags."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return ""
        if self.kind == "number":
            return f"{float(value):.10g}"
        if self.kind in ("integer", "flag"):
            return str(int(value))
        return value.isoformat()[:10] if self.kind == "date" else str(value)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"is {text}, not a finite number")
    return value


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"is {text!r}, not 0 or 1")
    return text == "1"


_PARSERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "number": _finite,
    "integer": int,
    "date": date.fromisoformat,
    "flag": _flag,
}

PROVENANCE = (
    Column("confidence", choices=("confident", "likely", "speculative", "unknown")),
    Column("published_on", "date"),
    Column("recorded_on", "date"),
    Column("source"),
    Column("licence"),
)
"""Columns that close every row of every table of observations."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A table: its columns in order, the key that is unique, and the columns by which its rows are sorted."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    about: str = ""

    @property
    def header(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def to_text(self, rows: Iterable[Row]) -> str:
        """The canonical CSV text: sorted by key, then by all cells; LF line ends."""
        cells = [[column.format(row.get(column.name)) for column in self.columns] for row in rows]
        at = [self.header.index(name) for name in self.key]
        cells.sort(key=lambda row: ([_natural(row[i]) for i in at], row))
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([self.header, *cells])
        return out.getvalue()

    def from_text(self, text: str, file: str) -> list[Row]:
        """Rows of the canonical text (or of a file edited by hand), checked.

        Raises
        ------
        DataError
            Naming `file`, row, column and remedy.
        """
        records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
        if not records:
            raise DataError(f"{file}: the table is empty; restore it or rebuild the tables", field=self.name)
        self._check_header(records[0], file)
        rows = [self._parse(record, at, file) for at, record in enumerate(records[1:], start=2)]
        self._check_key(rows, file)
        return rows

    def _check_header(self, header: Sequence[str], file: str) -> None:
        if tuple(header) == self.header:
            return
        lacking = [name for name in self.header if name not in header]
        foreign = [name for name in header if name not in self.header]
        what = (
            f"lacks column {lacking[0]!r}"
            if lacking
            else f"has the unknown column {foreign[0]!r}"
            if foreign
            else ("has its columns in another order")
        )
        raise DataError(f"{file}: row 1 {what}; restore the table or rebuild it", field=(lacking + foreign + [""])[0])

    def _parse(self, record: Sequence[str], at: int, file: str) -> Row:
        if len(record) != len(self.columns):
            raise DataError(f"{file}: row {at} has {len(record)} cells, not {len(self.columns)}", field=self.name)
        row: Row = {}
        for column, text in zip(self.columns, record, strict=True):
            try:
                row[column.name] = column.parse(text)
            except ValueError as error:
                raise DataError(
                    f"{file}: row {at}, column {column.name!r} {error}; correct the cell", field=column.name
                ) from error
        return row

    def _check_key(self, rows: Sequence[Row], file: str) -> None:
        seen: dict[tuple[Any, ...], int] = {}
        for at, row in enumerate(rows, start=2):
            key = tuple(row[name] for name in self.key)
            if key in seen:
                raise DataError(
                    f"{file}: rows {seen[key]} and {at} repeat {', '.join(self.key)} = {', '.join(map(str, key))}; "
                    "remove one of them",
                    field=self.key[0],
                )
            seen[key] = at

    def fault(self, row: Row) -> str:
        """What is wrong with one row before it is written (column, value, bounds); empty when it is sound."""
        for column in self.columns:
            try:
                column.parse(column.format(row.get(column.name)))
            except ValueError as error:
                return f"column {column.name!r} {error}"
        return ""

    def check(self, rows: Iterable[Row], file: str) -> str:
        """The canonical text of `rows`, once it has been read back and found sound."""
        text = self.to_text(rows)
        self.from_text(text, file)
        return text


def _natural(cell: str) -> tuple[int, float, str]:
    try:
        return 0, float(cell), ""
    except ValueError:
        return 1, 0.0, cell
