"""The catalogue's database behind a URL: PostgreSQL, for several servers at once. Needs the extra [postgres].

    postgresql://timelines@db.example/timelines?sslmode=verify-full&sslrootcert=...

Nothing here waits for long: a connection has `CONNECT_SECONDS`, a statement `STATEMENT_SECONDS` on either side of the
line, also where the database is frozen or the network swallows what is sent. While it cannot be reached, every call
ends with CatalogueUnavailableError; the first one after that works again. Times are the database's own, since the
servers' clocks differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from functools import partial
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.orm import Session

from forecast.catalogue.database.schema import HEAD
from forecast.catalogue.database.transactions import Clock, Database, as_json, known_revision_of, migrate, revision_of
from forecast.catalogue.failures import CatalogueUnavailableError
from forecast.errors import InputError, StorageError

CONNECT_SECONDS = 3
PING_SECONDS = 2
STATEMENT_SECONDS = 5
MIGRATION_SECONDS = 60
"""A migration, or the wait for that of another server."""

WAIT_SECONDS = STATEMENT_SECONDS + 2
"""For an answer of any kind: a database that is frozen does not even end its statements."""

CONNECTIONS = 8
"""Of one process at most, half of them kept open."""

SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})

_SHOWN = frozenset({"host", "port", "sslmode"})
_WATCHED = {
    "connect_timeout": CONNECT_SECONDS,
    "application_name": "timelines",
    "keepalives_idle": STATEMENT_SECONDS,
    "keepalives_interval": 1,
    "keepalives_count": STATEMENT_SECONDS,
    "tcp_user_timeout": 1000 * STATEMENT_SECONDS,
}
_SESSION = {
    "TimeZone": "UTC",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{MIGRATION_SECONDS}s",  # a server that froze gives its locks back
}


def open_postgres(url: str, clock: Clock | None = None) -> Database:
    """Open the database, making its tables and bringing its schema up to date as needed.

    One that cannot be reached now is no error yet: the first call that reaches it brings the schema up to date.

    Parameters
    ----------
    url : str
        `postgresql://user:password@host:port/database?options`, with the options of libpq (TLS among them).
    clock : callable, optional
        The time of what is recorded; by default the database's.

    Raises
    ------
    InputError
        When the URL is none, or psycopg is not installed.
    StorageError
        When the database refuses the user, is not there, or was made by a newer version.
    """
    parsed = _parsed(url)
    engine = _engine(parsed)
    place = place_of(parsed)
    schema = _Schema(engine, place)
    opened = Database(engine, place, partial(_error, place), clock, True, schema.bring_up_to_date, _hold)
    try:
        with opened.errors():
            schema.bring_up_to_date()
    except CatalogueUnavailableError:
        pass
    except BaseException:
        opened.close()
        raise
    return opened


def probe_postgres(url: str) -> str | None:
    """The revision of the schema; None where there are no tables yet. Nothing is made or changed.

    Raises
    ------
    InputError
        As `open_postgres`.
    StorageError
        As `open_postgres`, and when it cannot be reached now.
    """
    parsed = _parsed(url)
    place = place_of(parsed)
    looked_at = Database(_engine(parsed), place, partial(_error, place), None, True)
    with closing(looked_at), looked_at.errors(), looked_at.engine.connect() as connection:
        return known_revision_of(connection, place)


def place_of(url: URL) -> str:
    """What messages call a database: its URL without the password, and without options that may hold one."""
    shown = {name: value for name, value in url.query.items() if name in _SHOWN}
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database, shown).render_as_string()


class _Schema:
    """Brings the schema up to date once; two servers that start at once do it one after the other."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine, self._place, self._lock, self._done = engine, place, Lock(), False

    def bring_up_to_date(self) -> None:
        if self._done:
            return
        with self._lock:
            self._migrate()
            self._done = True

    def _migrate(self) -> None:
        with self._engine.connect() as connection:
            if revision_of(connection) == HEAD:
                return
        with self._engine.begin() as connection, _patience(connection):
            connection.execute(text(f"SET LOCAL statement_timeout = '{MIGRATION_SECONDS}s'"))
            connection.execute(select(func.pg_advisory_xact_lock(_key("migration"))))
            migrate(connection, self._place)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.drivername not in SCHEMES:
            raise ArgumentError
        parsed.port  # noqa: B018  # read for its check
    except (ArgumentError, ValueError):
        message = "the catalogue's URL cannot be read: give postgresql://user@host/database"
        raise InputError(message, field="catalogue") from None  # what is wrong may be the password
    return parsed.set(drivername="postgresql+psycopg")


def _engine(url: URL) -> Engine:
    _need_psycopg()
    given = {name: value for name, value in _WATCHED.items() if name not in url.query}
    engine = create_engine(
        url,
        connect_args={**given, "prepare_threshold": None},  # a pooler between may give each transaction another session
        pool_size=CONNECTIONS // 2,
        max_overflow=CONNECTIONS - CONNECTIONS // 2,
        pool_timeout=STATEMENT_SECONDS,
        hide_parameters=True,  # what is stored belongs into no log
        json_serializer=as_json,
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "checkout", _ping)
    return engine


def _need_psycopg() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        message = "a catalogue on PostgreSQL needs psycopg: pip install 'ai-timelines[postgres]'"
        raise InputError(message, field="catalogue") from error


def _connect(_dialect: object, _record: object, arguments: Any, options: Any) -> Any:
    from forecast.catalogue.database.patience import BoundedConnection

    connection = BoundedConnection.connect(*arguments, **options)
    connection.wait_seconds = WAIT_SECONDS
    return connection


def _configure(connection: Any, _record: object) -> None:
    settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in _SESSION.items())
    connection.execute(f"SELECT {settings}")
    connection.commit()


def _ping(connection: Any, record: Any, _proxy: object) -> None:
    """Look whether a connection that was kept open still leads anywhere; if not, none of them does."""
    if record.info.setdefault("kept", False):
        try:
            connection.ping(PING_SECONDS)
        except connection.Error as error:
            raise InvalidatePoolError from error
    record.info["kept"] = True


@contextmanager
def _patience(connection: Connection) -> Iterator[None]:
    """More time for what may take long."""
    bounded: Any = connection.connection.driver_connection
    bounded.wait_seconds = MIGRATION_SECONDS + STATEMENT_SECONDS
    try:
        yield
    finally:
        bounded.wait_seconds = WAIT_SECONDS


def _hold(session: Session, names: Collection[str]) -> None:
    for name in sorted(names):
        session.execute(select(func.pg_advisory_xact_lock(_key(name))))


def _key(name: str) -> int:
    """The number of a lock: signed, 64 bits."""
    return int.from_bytes(hashlib.sha256(f"timelines {name}".encode()).digest()[:8], "big", signed=True)


def _error(place: str, error: Exception) -> StorageError:
    """What the database said, in our words: its own may hold what was stored, or where it stands."""
    said = getattr(error, "orig", None)
    state = getattr(said, "sqlstate", None) or ""
    words = str(said or error)
    for kind, pattern, states, remedy in _KNOWN:
        if state.startswith(states) if state else pattern and re.search(pattern, words):
            return kind(f"catalogue {place}: {remedy}", field="catalogue")
    if not state:
        message = f"catalogue {place} cannot be reached now: is it running, and does the network let this server there?"
        return CatalogueUnavailableError(message, field="catalogue")
    message = f"catalogue {place}: refused (SQLSTATE {state}); its own log says why"
    return StorageError(message, field="catalogue")


_LATE, _REFUSED = CatalogueUnavailableError, StorageError
_NO_LOGIN = "authentication failed|no password supplied|no pg_hba.conf entry"
# What it becomes, what a connection that is refused says (it has no SQLSTATE), how the SQLSTATE begins, what to do.
_KNOWN: tuple[tuple[type[StorageError], str, tuple[str, ...], str], ...] = (
    (_REFUSED, _NO_LOGIN, ("28",), "the user or the password is refused: check the URL, or PGPASSFILE"),
    (_REFUSED, 'role ".*" does not exist', (), "there is no such user: create it, or check the URL"),
    (_REFUSED, 'database ".*" does not exist', ("3D",), "there is no such database: create it, or check the URL"),
    (_REFUSED, "certificate|does not support SSL", (), "TLS fails: check sslmode and sslrootcert in the URL"),
    (_REFUSED, "permission denied", ("42501",), "the user may not: grant it CONNECT, and CREATE on the schema"),
    (_REFUSED, "", ("53100",), "no space left on the database's disk: free some there"),
    (_LATE, "", ("25006",), "takes no writes now: it is a standby, or was made read-only"),
    (_LATE, "too many|connection slots", ("53300",), "has no connection left: raise its max_connections"),
    (_LATE, "", ("55P03", "57014", "40"), f"did not answer within {STATEMENT_SECONDS} seconds: others hold it"),
    (_LATE, "", ("08", "57P"), "cannot be reached now: it is stopping, starting or gone"),
)
