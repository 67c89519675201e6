"""The database under the catalogue, whichever it is: transactions that write, transactions that read, one error.

Which kinds there are: `sqlite` (a file in the state folder) and `postgres` (by URL, for several servers).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, text
from sqlalchemy.exc import DatabaseError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from forecast.catalogue.database.schema import HEAD, UtcDateTime
from forecast.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"

Clock = Callable[[], datetime]


def as_json(value: object) -> str:
    """The text of a JSON column, the same in every database: NaN, which is not JSON, is refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def nothing(*_: object) -> None:
    """Do nothing."""


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
    clock : callable, optional
        The time of what is recorded. None is the database's own clock: those of several servers differ.
    shared : bool
        Whether servers with other state folders use it too.
    ready : callable
        Called before each transaction: brings the schema up to date where that could not be done on opening.
    hold : callable
        Makes a transaction wait for others that hold the same names; where writers come one after the other in any
        case there is nothing to do.
    """

    engine: Engine
    place: str
    error: Callable[[Exception], StorageError]
    clock: Clock | None = utc_now
    shared: bool = False
    ready: Callable[[], None] = nothing
    hold: Callable[[Session, Collection[str]], None] = nothing

    def close(self) -> None:
        """Let go of it."""
        self.engine.dispose()

    def now(self, session: Session) -> datetime:
        """The time of what is recorded, UTC."""
        if self.clock is not None:
            return self.clock()
        now: datetime | None = session.scalar(func.clock_timestamp(type_=UtcDateTime()))
        assert now is not None
        return now

    @contextmanager
    def writing(self, *alone: str) -> Iterator[Session]:
        """A transaction that writes, on disk when the block has ended.

        Parameters
        ----------
        *alone : str
            What nobody else may do meanwhile. Without it two may write at once, where the database allows that: rows
            that are read to be changed are then to be locked.
        """
        engine = self.engine.execution_options(immediate=True)
        with self.errors():
            self.ready()
            with Session(engine) as session, session.begin():
                session.connection()  # the lock is taken here, not at the first statement: files change under it too
                self.hold(session, alone)
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that reads."""
        with self.errors():
            self.ready()
            with Session(self.engine) as session:
                yield session

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the database's errors into one that says what to do."""
        try:
            yield
        except (DatabaseError, InterfaceError, PoolTimeoutError) as error:
            raise self.error(error) from error


def migrate(connection: Connection, place: str) -> None:
    """Bring the schema up to date inside the connection's transaction: a migration that fails leaves the old one.

    Raises
    ------
    StorageError
        When a newer version made it.
    """
    if known_revision_of(connection, place) != HEAD:
        _upgrade(connection)


def known_revision_of(connection: Connection, place: str) -> str | None:
    """As `revision_of`, where this version can work with it.

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
    return revision


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
