"""Which database keeps the catalogue: the one that a URL names, else a file in the state folder."""

from __future__ import annotations

import os
from pathlib import Path

from forecast.catalogue.database.sqlite import open_sqlite, probe_sqlite
from forecast.catalogue.database.transactions import Clock, Database
from forecast.errors import InputError
from forecast.posterior.state import StateFolder

VARIABLE = "TIMELINES_CATALOGUE"


def open_database(state: StateFolder, url: str | None = None, clock: Clock | None = None) -> Database:
    """Open the database of a state folder's catalogue.

    Parameters
    ----------
    state : StateFolder
        Holds it where no URL is given.
    url : str, optional
        `postgresql://user@host/name` or `sqlite:///file`; else TIMELINES_CATALOGUE.
    clock : callable, optional
        The time of what is recorded; by default that of this machine, or of PostgreSQL.

    Raises
    ------
    InputError
        When the URL cannot be used.
    StorageError
        When the database cannot.
    """
    place = _place(state, url)
    if isinstance(place, Path):
        return open_sqlite(place, clock)
    from forecast.catalogue.database.postgres import open_postgres  # psycopg is an extra

    return open_postgres(place, clock)


def probe(state: StateFolder, url: str | None = None) -> str | None:
    """Look at the database without making or changing anything.

    Parameters
    ----------
    state, url
        As for `open_database`.

    Returns
    -------
    str or None
        The revision of its schema; None where nothing was made yet.

    Raises
    ------
    InputError
        When the URL cannot be used.
    StorageError
        When the database cannot, or cannot be reached now, or was made by a newer version.
    """
    place = _place(state, url)
    if isinstance(place, Path):
        return probe_sqlite(place)
    from forecast.catalogue.database.postgres import probe_postgres

    return probe_postgres(place)


def _place(state: StateFolder, url: str | None) -> Path | str:
    """The file of SQLite, or the URL of PostgreSQL."""
    url = url or os.environ.get(VARIABLE, "")
    kind, separator, rest = url.partition("://")
    if not url:
        return state.catalogue_file
    if kind == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Path(rest[1:]).expanduser()
    if kind.startswith("postgres") and separator:
        return url
    message = "the catalogue's URL is neither postgresql://user@host/database nor sqlite:///file"
    raise InputError(message, field="catalogue")  # without it: it may hold a password
