"""Reading a public download as text: every fault becomes one `DataError` that names file, row, column and remedy.

A `RawRow` keeps its row number as a spreadsheet shows it (the header is row 1), so that whatever happens to a row later
can be traced to the file. Nothing is dropped silently: what an importer does not take becomes a `Refusal`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from forecast.errors import DataError, StorageError

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")

Row = dict[str, Any]
"""A row of one of our tables before it is written: column -> value, None where blank."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row of a public file: its number (header = 1) and its cells as text."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column].strip()

    def get(self, column: str) -> str:
        """The cell, stripped; empty where the file has no such column."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was read and not taken, and why."""

    row: int
    name: str
    reason: str
    table: str = ""
    source: str = ""


@dataclass(slots=True)
class Imported:
    """What an importer made of a file: rows of one table, and the rows it refused."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def extend(self, other: Imported) -> None:
        """Append another importer's rows and refusals."""
        self.rows.extend(other.rows)
        self.refused.extend(other.refused)


def read_text(path: Path) -> str:
    """The file as UTF-8 text; a missing, unreadable, empty or binary file is one clear error."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; give the path of the downloaded file", field="file") from error
    except IsADirectoryError as error:
        raise DataError(f"{path}: is a folder; give the path of the downloaded file in it", field="file") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror}); grant read permission", field="file") from error
    if not raw.strip():
        raise DataError(f"{path}: the file is empty; download it again", field="file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file (byte {error.start}); download it as CSV", field="file") from error


def read_csv(path: Path, required: Iterable[str] = ()) -> list[RawRow]:
    """Rows of a CSV file, checked for the columns that its importer needs.

    Raises
    ------
    DataError
        The file is missing, empty, not CSV, ragged, or lacks a column; the message names which.
    """
    records = _records(path, read_text(path))
    header = [cell.strip() for cell in records[0]]
    if len(header) < 2 or header[0].lower().startswith(("<!doctype", "<html", "{")):
        raise DataError(
            f"{path}: not a CSV table (row 1 is {','.join(header)[:60]!r}); download it as CSV", field="file"
        )
    _require(path, header, required)
    return [_raw_row(path, number, header, cells) for number, cells in enumerate(records[1:], start=2) if any(cells)]


def _records(path: Path, text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DataError(f"{path}: not a CSV table ({error}); download it again as CSV", field="file") from error


def _require(path: Path, header: list[str], required: Iterable[str]) -> None:
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise DataError(f"{path}: row 1 names column {repeated[0]!r} twice; remove one", field=repeated[0])
    for column in required:
        if column not in header:
            near = ", ".join(repr(name) for name in header[:8])
            raise DataError(
                f"{path}: row 1 has no column {column!r} (it begins {near}); download it anew or mend its header",
                field=column,
            )


def _raw_row(path: Path, number: int, header: list[str], cells: list[str]) -> RawRow:
    if len(cells) != len(header):
        raise DataError(
            f"{path}: row {number} has {len(cells)} cells where the header has {len(header)}; the file is cut or "
            "was edited, download it again",
            field="file",
        )
    return RawRow(number, dict(zip(header, cells, strict=True)))


def read_json(path: Path) -> Any:
    """A JSON file; damage is one clear error."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        message = f"{path}: not JSON (line {error.lineno}: {error.msg}); download it again"
        raise DataError(message, field="file") from error


def number(text: str) -> float | None:
    """A cell as a finite number, None when blank; a dollar sign and thousands separators are ignored.

    Raises
    ------
    ValueError
        The cell holds something that is not a finite number.
    """
    plain = text.strip().removeprefix("$")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not plain:
        return None
    value = float(plain)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not finite")
    return value


def day(text: str) -> date | None:
    """A cell as a date: `2024-05-31`, `2016-10-30 12:00:00` or `3/31/2024`; None when blank.

    Raises
    ------
    ValueError
        The cell holds something that is not a date.
    """
    plain = text.strip().split(" ")[0].split("T")[0]
    if not plain:
        return None
    return datetime.strptime(plain, "%m/%d/%Y").date() if "/" in plain else date.fromisoformat(plain)
