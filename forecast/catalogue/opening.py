"""Which database keeps the catalogue: the one that a URL names, else a file in the state folder."""

from __future__ import annotations

import os
from pathlib import Path

from forecast.catalogue.database import Clock, Database
from forecast.catalogue.sqlite import open_sqlite
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
    url = url or os.environ.get(VARIABLE, "")
    kind, separator, rest = url.partition("://")
    if not url:
        return open_sqlite(state.catalogue_file, clock)
    if kind == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return open_sqlite(Path(rest[1:]).expanduser(), clock)
    if kind.startswith("postgres") and separator:
        from forecast.catalogue.postgres import open_postgres  # psycopg is an extra

        return open_postgres(url, clock)
    message = "the catalogue's URL is neither postgresql://user@host/database nor sqlite:///file"
    raise InputError(message, field="catalogue")  # without it: it may hold a password
