"""The tables as files: where each one lies, its rows, and the digest of its content. No pandas, which costs a second.

Functions take an optional `folder` with a user's own import; a table that is not there is taken from the shipped ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from forecast.data.raw import Row
from forecast.data.schemas import TABLES
from forecast.errors import DataError, StorageError, UnknownNameError

SHIPPED = Path(__file__).parent / "tables"
"""The folder of the tables that come with the package."""


def path_of(name: str, folder: Path | str | None = None) -> Path:
    """The file that `read_rows` reads: the one in `folder` if it is there, else the shipped one.

    Raises
    ------
    UnknownNameError
        There is no table of that name.
    """
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES, field="table")
    own = None if folder is None else Path(folder) / f"{name}.csv"
    return own if own is not None and own.exists() else SHIPPED / f"{name}.csv"


def read_rows(name: str, folder: Path | str | None = None) -> list[Row]:
    """The rows of a table, checked against its schema: column -> value, None where blank.

    Parameters
    ----------
    name : str
        A key of `TABLES`.
    folder : path, optional
        A folder with the user's own tables; those not in it are the shipped ones.

    Raises
    ------
    UnknownNameError
        There is no table of that name.
    DataError
        The file breaks its schema; names file, row, column and remedy.
    StorageError
        The file cannot be read.
    """
    path = path_of(name, folder)
    return TABLES[name].from_text(_text(path), str(path))


def digest(name: str, folder: Path | str | None = None) -> str:
    """SHA-256 (hex) of a table's canonical content: the same whatever the line ends or the order of its rows."""
    return digest_of_rows(name, read_rows(name, folder))


def digest_of_rows(name: str, rows: Iterable[Row]) -> str:
    """The digest of a table that holds these rows."""
    return hashlib.sha256(TABLES[name].to_text(rows).encode()).hexdigest()


def digests(folder: Path | str | None = None) -> dict[str, str]:
    """Digest of every table that a fit can read, by name (the list of refusals is none)."""
    return {name: digest(name, folder) for name in TABLES if name != "refusals"}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file (byte {error.start}); restore it or rebuild the tables") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror}); reinstall or grant read permission") from error
