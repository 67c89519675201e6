"""What DatasetService does: the tables as they lie in the state folder, else as they came with the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.data import stored
from forecast.data.columns import Schema
from forecast.data.raw import Row
from forecast.data.schemas import TABLES
from forecast.data.sources import SOURCES
from forecast.engine.recent import Recent
from forecast.errors import ArtefactError, DataError, InputError, StorageError
from forecast.posterior.state import state_folder
from timelines_server.resources import ResourceNotFoundError, Resources

MEMORY_BYTES = 48 << 20
"""What the rows that are kept may take."""

_BYTES_PER_CELL = 80


class DamagedTableError(ArtefactError):
    """A table in the server's state folder breaks its schema."""

    reason = "DAMAGED_TABLE"


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where rows of a table come from.

    Attributes
    ----------
    key : str
        What the rows call it.
    title, authors, url, licence : str
        As it is registered; blank for one that only an imported table knows.
    recorded_on : date or None
        When the file was read.
    """

    key: str
    title: str
    authors: str
    url: str
    licence: str
    recorded_on: date | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table as it was read.

    Attributes
    ----------
    schema : Schema
        Its columns and what it holds.
    rows : sequence of Row
        In the file's order: column -> value, None where blank.
    sha256 : str
        Digest of its content, hexadecimal.
    imported : bool
        Whether it was imported here and stands in for the shipped one.
    """

    schema: Schema
    rows: Sequence[Row]
    sha256: str
    imported: bool

    @property
    def sources(self) -> tuple[TableSource, ...]:
        """The sources that its rows name, by key."""
        return tuple(_source(self, key) for key in sorted({row["source"] for row in self.rows}))

    def published_by(self, day: date) -> Table:
        """Its rows that were published by the end of a day.

        Raises
        ------
        InputError
            When its rows have no day of publication.
        """
        if "published_on" not in self.schema.header:
            message = f"rows of {self.schema.name} have no day of publication; leave published_by out"
            raise InputError(message, field="published_by")
        return replace(self, rows=[row for row in self.rows if row["published_on"] <= day])


class DatasetHandlers:
    """Reads tables, and keeps what it has read while the files stay as they are.

    Parameters
    ----------
    resources : Resources
        The state folder, and threads for what would hold up the event loop.
    """

    def __init__(self, resources: Resources) -> None:
        self._home, self._work = resources.current.home, resources.work
        self._read: Recent[Table] = Recent(MEMORY_BYTES, _size)

    async def list_tables(self) -> tuple[Table, ...]:
        """Every table, in the order of their names.

        Raises
        ------
        DamagedTableError, StorageError
            When one cannot be read.
        """
        return await self._work.run(lambda _: tuple(self._table(name) for name in sorted(TABLES)))

    async def get_table(self, name: str, field: str = "name") -> Table:
        """One table.

        Parameters
        ----------
        name : str
            Its name.
        field : str
            The request's field that holds the name.

        Raises
        ------
        ResourceNotFoundError
            When there is none of that name; lists those that are.
        DamagedTableError, StorageError
            When it cannot be read.
        """
        if name not in TABLES:
            message = f"there is no table {name!r:.80}; there are: {', '.join(sorted(TABLES))}"
            raise ResourceNotFoundError(message, field=field)
        return await self._work.run(lambda _: self._table(name))

    async def list_rows(self, name: str, published_by: date | None = None) -> Table:
        """A table with all of its rows, or those that were published by a day.

        Raises
        ------
        ResourceNotFoundError, DamagedTableError, StorageError
            As `get_table`.
        InputError
            When a day is given and the rows have none.
        """
        table = await self.get_table(name, "table")
        return table if published_by is None else table.published_by(published_by)

    def _table(self, name: str) -> Table:
        folder = state_folder(self._home).tables
        path = stored.path_of(name, folder)
        return self._read.get((path, *_stamp(path)), lambda: _read(name, path, folder))


def _read(name: str, path: Path, folder: Path) -> Table:
    try:
        rows = stored.read_rows(name, folder)
    except DataError as error:
        what = error.message.removeprefix(f"{path}: ")
        raise DamagedTableError(f"table {name} on this server breaks its schema: {what}", field=error.field) from error
    return Table(TABLES[name], rows, stored.digest_of_rows(name, rows), imported=path.parent == folder)


def _stamp(path: Path) -> tuple[int, ...]:
    """Changes when the file does."""
    try:
        status = path.stat()
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror}); reinstall or grant read permission") from error
    return status.st_mtime_ns, status.st_size, status.st_ino


def _size(table: Table) -> int:
    return len(table.rows) * len(table.schema.columns) * _BYTES_PER_CELL


def _source(table: Table, key: str) -> TableSource:
    """As it is registered; the rows of an import say themselves when their file was read, and under which licence."""
    own = [row for row in table.rows if row["source"] == key] if table.imported or key not in SOURCES else []
    recorded_on = max((row["recorded_on"] for row in own if "recorded_on" in row), default=None)
    if key not in SOURCES:
        return TableSource(key, "", "", "", own[0].get("licence", ""), recorded_on)
    known = SOURCES[key]
    return TableSource(key, known.title, known.authors, known.url, known.licence, recorded_on or known.recorded_on)
