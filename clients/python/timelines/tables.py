"""The observations: tables as frozen records, rows as plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from timelines.parts import word
from timelines.v1 import dataset_service_pb2 as pb

CellValue = str | float | int | bool | date | None
Row = dict[str, CellValue]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, which carries the unit, what its cells hold, and whether they may not be blank."""

    name: str
    kind: str
    required: bool

    @classmethod
    def from_raw(cls, raw: pb.Column) -> Column:
        """Out of its message."""
        return cls(raw.name, word(pb.ColumnKind, raw.kind, "COLUMN_KIND_"), raw.required)


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: the key that they name, title, authors, address, licence and when it was read."""

    key: str
    title: str
    authors: str
    url: str
    licence: str
    recorded_on: str

    @classmethod
    def from_raw(cls, raw: pb.Source) -> Source:
        """Out of its message."""
        return cls(raw.key, raw.title, raw.authors, raw.url, raw.licence, raw.recorded_on)


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes
    ----------
    name, about : str
        Its name, and what it holds.
    rows : int
        Number of rows.
    sha256 : str
        Digest of its content.
    imported : bool
        Whether it was imported on the server and stands in for the shipped one.
    """

    name: str
    about: str
    rows: int
    sha256: str
    imported: bool
    raw: pb.Table = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.Table) -> Table:
        """Out of its message."""
        return cls(raw.name.removeprefix("tables/"), raw.about, raw.rows, raw.sha256, raw.imported, raw)

    @property
    def columns(self) -> tuple[Column, ...]:
        """In order; only from `Client.table`."""
        return tuple(map(Column.from_raw, self.raw.columns))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where its rows come from; only from `Client.table`."""
        return tuple(map(Source.from_raw, self.raw.sources))


def rows_of(columns: Iterable[pb.Column], rows: Iterable[pb.Row]) -> Iterator[Row]:
    """Rows by column name; dates as `datetime.date`, blank cells as None."""
    heads = [(column.name, column.kind == pb.COLUMN_KIND_DATE) for column in columns]
    for row in rows:
        yield {name: _value(cell, dated) for (name, dated), cell in zip(heads, row.cells, strict=True)}


def _value(cell: pb.Cell, dated: bool) -> CellValue:
    kind = cell.WhichOneof("value")
    if kind is None:
        return None
    value: CellValue = getattr(cell, kind)
    return date.fromisoformat(value) if dated and isinstance(value, str) else value
