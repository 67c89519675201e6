"""Looking at a catalogue before a start: what is there is told, and stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy import text

from forecast.catalogue.database.opening import open_database, probe
from forecast.catalogue.database.schema import HEAD
from forecast.catalogue.failures import CatalogueUnavailableError
from forecast.errors import StorageError
from forecast.posterior.state import StateFolder


def set_revision(state: StateFolder, url: str | None, revision: str) -> None:
    """Say that another version made it."""
    opened = open_database(state, url)
    with opened.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    opened.close()


def files(state: StateFolder) -> list[str]:
    return sorted(path.name for path in state.root.iterdir())


def test_one_that_is_not_there_is_not_made(state: StateFolder, database_url: str | None) -> None:
    before = files(state)
    assert probe(state, database_url) is None
    assert probe(state, database_url) is None and files(state) == before


def test_one_that_is_there_is_told_by_its_revision(state: StateFolder, database_url: str | None) -> None:
    open_database(state, database_url).close()
    before = files(state)
    assert probe(state, database_url) == HEAD and files(state) == before


def test_an_older_one_stays_as_it_is(state: StateFolder, database_url: str | None) -> None:
    set_revision(state, database_url, "0000")
    assert probe(state, database_url) == probe(state, database_url) == "0000"


def test_a_newer_one_is_refused(state: StateFolder, database_url: str | None) -> None:
    set_revision(state, database_url, "9999")
    with pytest.raises(StorageError, match=r"made by a newer version \(revision 9999.*upgrade timelines"):
        probe(state, database_url)


def test_one_that_is_open_elsewhere_is_looked_at_too(state: StateFolder, database_url: str | None) -> None:
    opened = open_database(state, database_url)
    with opened.writing():
        assert probe(state, database_url) == HEAD
    opened.close()


def test_a_damaged_file_is_refused(state: StateFolder) -> None:
    state.catalogue_file.write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageError, match=r"catalogue\.sqlite: damaged: move it away"):
        probe(state)


def test_a_file_by_url_is_found(state: StateFolder, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a name ? of # its own'}"
    open_database(state, url).close()
    assert probe(state, url) == HEAD and probe(state) is None


def test_one_that_cannot_be_reached_is_an_error_without_the_password(state: StateFolder) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(CatalogueUnavailableError, match="cannot be reached now") as caught:
        probe(state, "postgresql://me:secret@127.0.0.1:1/it")
    assert "secret" not in caught.value.message
