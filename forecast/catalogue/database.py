"""The SQLite file under the catalogue: write-ahead log, waiting for other writers, migrated on opening.

Several processes may write. A write takes the lock at its beginning (BEGIN IMMEDIATE), waits for it up to
`BUSY_SECONDS`, and is on disk when it returns (synchronous = FULL).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError

from forecast.catalogue.schema import HEAD
from forecast.errors import StorageError
from forecast.storage import atomic

BUSY_SECONDS = 30.0
MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(file: Path) -> Engine:
    """Open the database, making it and bringing its schema up to date as needed.

    Raises
    ------
    StorageError
        When it cannot be made or read, is damaged, is held by another process, or was made by a newer version.
    """
    atomic.make_folder(file.parent, atomic.Remedy.STATE)
    engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    with database_errors(file):
        _migrate(engine, file)
    return engine


def writing(engine: Engine) -> Engine:
    """The same database, its transactions taking the write lock at their beginning."""
    return engine.execution_options(immediate=True)


@contextmanager
def database_errors(file: Path) -> Iterator[None]:
    """Turn the database's errors into a StorageError that says what to do."""
    try:
        yield
    except DatabaseError as error:
        raise StorageError(f"catalogue {file}: {_remedy(str(error.orig), file)}", field="catalogue") from error


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


def _migrate(engine: Engine, file: Path) -> None:
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with writing(engine).begin() as connection:
        revision = _revision(connection)
        if revision is not None and revision > HEAD:
            message = (
                f"catalogue {file} was made by a newer version (revision {revision}, known {HEAD}): upgrade timelines"
            )
            raise StorageError(message, field="catalogue")
        if revision != HEAD:
            _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    """Run Alembic inside this transaction: a migration that fails leaves the old schema."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
