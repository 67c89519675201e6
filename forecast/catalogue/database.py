"""The database under the catalogue, whichever it is: transactions that write, transactions that read, one error.

Which kinds there are: `sqlite` (a file in the state folder) and `postgres` (by URL, for several servers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, InterfaceError
from sqlalchemy.orm import Session

from forecast.catalogue.schema import HEAD
from forecast.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Database:
    """A database whose schema is up to date.

    Attributes
    ----------
    engine : Engine
        SQLAlchemy's.
    place : str
        What messages call it; holds no secret.
    error : callable
        Turns what the database said into the error to raise.
    clock : callable
        The time of what is recorded.
    shared : bool
        Whether servers with other state folders use it too.
    """

    engine: Engine
    place: str
    error: Callable[[Exception], StorageError]
    clock: Clock = utc_now
    shared: bool = False

    def close(self) -> None:
        """Let go of it."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that writes: one after the other, and on disk when the block has ended."""
        engine = self.engine.execution_options(immediate=True)
        with self.errors(), Session(engine) as session, session.begin():
            session.connection()  # the lock is taken here, not at the first statement: files change under it too
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that reads."""
        with self.errors(), Session(self.engine) as session:
            yield session

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the database's errors into one that says what to do."""
        try:
            yield
        except (DatabaseError, InterfaceError) as error:
            raise self.error(error) from error


def migrate(connection: Connection, place: str) -> None:
    """Bring the schema up to date inside the connection's transaction: a migration that fails leaves the old one.

    Raises
    ------
    StorageError
        When a newer version made it.
    """
    revision = revision_of(connection)
    if revision is not None and revision > HEAD:
        message = (
            f"catalogue {place} was made by a newer version (revision {revision}, known {HEAD}): upgrade timelines"
        )
        raise StorageError(message, field="catalogue")
    if revision != HEAD:
        _upgrade(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision of its schema; None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
