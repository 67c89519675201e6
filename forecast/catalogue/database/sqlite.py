"""The catalogue's database as a file in the state folder: SQLite, with a write-ahead log.

Several processes may write. A write takes the lock at its beginning (BEGIN IMMEDIATE), waits for it up to
`BUSY_SECONDS`, and is on disk when it returns (synchronous = FULL).
"""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event

from forecast.catalogue.database.schema import HEAD
from forecast.catalogue.database.transactions import (
    Clock,
    Database,
    as_json,
    known_revision_of,
    migrate,
    revision_of,
    utc_now,
)
from forecast.errors import StorageError
from forecast.storage import atomic

BUSY_SECONDS = 30.0


def open_sqlite(file: Path, clock: Clock | None = None) -> Database:
    """Open the database, making it and bringing its schema up to date as needed.

    Raises
    ------
    StorageError
        When it cannot be made or read, is damaged, is held by another process, or was made by a newer version.
    """
    atomic.make_folder(file.parent, atomic.Remedy.STATE)
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,  # what is stored belongs into no log
        json_serializer=as_json,
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    opened = Database(engine, str(file), partial(_error, file), clock or utc_now)
    with opened.errors():
        _migrate(opened)
    return opened


def probe_sqlite(file: Path) -> str | None:
    """The revision of the schema; None where there is no file yet. Nothing is made or changed.

    Raises
    ------
    StorageError
        As `open_sqlite`.
    """
    if not file.exists():
        return None
    # Without a log beside it all is in the file; a reader would make one, which the server's account may not write.
    whole = {} if file.with_name(f"{file.name}-wal").exists() else {"immutable": "1"}
    query = {"mode": "ro", "uri": "true", **whole}
    read_only = URL.create("sqlite", database=file.absolute().as_uri(), query=query)
    looked_at = Database(create_engine(read_only), str(file), partial(_error, file))
    with closing(looked_at), looked_at.errors(), looked_at.engine.connect() as connection:
        return known_revision_of(connection, looked_at.place)


def _migrate(opened: Database) -> None:
    with opened.engine.connect() as connection:
        if revision_of(connection) == HEAD:
            return
    with opened.engine.execution_options(immediate=True).begin() as connection:
        migrate(connection, opened.place)


def _error(file: Path, error: Exception) -> StorageError:
    said = str(getattr(error, "orig", error))
    return StorageError(f"catalogue {file}: {_remedy(said, file)}", field="catalogue")


def _remedy(said: str, file: Path) -> str:
    known = {
        "locked": f"held by another process for over {BUSY_SECONDS:.0f} seconds: try again when that has ended",
        "full": f"no space left: free some space in {file.parent}, or set TIMELINES_HOME to another folder",
        "readonly": f"no permission to write: grant it on {file.parent}, or set TIMELINES_HOME to another folder",
        "unable to open": f"cannot be opened: grant write permission on {file.parent}, or set TIMELINES_HOME",
        "not a database": "damaged: move it away; posteriors are found again, the history of what was current is lost",
        "malformed": "damaged: move it away; posteriors are found again, the history of what was current is lost",
    }
    return next((remedy for part, remedy in known.items() if part in said), f"{said}: check that file")


def _configure(connection: Any, _record: object) -> None:
    # None hands transactions to us (`_begin`): sqlite3 would begin them late, after the first read.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {int(BUSY_SECONDS * 1000)}", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: Any) -> None:
    """Switch a new database over; SQLite does not wait for a rival that is switching it too, so wait here."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except connection.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
