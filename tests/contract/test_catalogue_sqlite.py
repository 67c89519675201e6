"""The catalogue on SQLite: the files are the truth, one writer at a time, damage."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy import text

from forecast.catalogue.database import sqlite
from forecast.catalogue.database.sqlite import open_sqlite
from forecast.catalogue.store import Catalogue
from forecast.errors import ArtefactError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder
from tests.catalogues import fit, remove
from tests.synthetic import synthetic_posterior


@pytest.fixture
def database_url() -> None:
    """The file in the state folder."""


class TestOneFolder:
    """Where the files say what there is and what is current."""

    def test_one_whose_files_went_is_unlisted_but_remembered(self, catalogue: Catalogue, state: StateFolder) -> None:
        name = fit(state, 1)
        catalogue.sync()
        remove(state, name)
        assert name not in [record.name for record in catalogue.list()]
        assert catalogue.get(name).removed_at is not None
        fit(state, 1)
        assert name in [record.name for record in catalogue.list()]
        assert catalogue.get(name).removed_at is None

    def test_a_current_file_set_by_hand_enters_the_history(self, catalogue: Catalogue, state: StateFolder) -> None:
        name = fit(state, 1)
        selection.set_current(name, state.root)
        assert catalogue.current().name == name
        catalogue.sync()
        catalogue.sync()
        assert [change.name for change in catalogue.history()] == [name]

    def test_a_spoilt_current_file_is_an_error_but_listing_goes_on(
        self, catalogue: Catalogue, state: StateFolder
    ) -> None:
        state.current_file.write_text("nonsense")
        assert len(catalogue.list()) == 1
        with pytest.raises(ArtefactError, match="not a posterior's name"):
            catalogue.current()


class TestSqlite:
    def test_the_current_file_changes_under_the_lock(self, state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        """Else two processes could change the file in one order and the history in the other."""
        told: list[str] = []
        real = selection.set_current

        def watched(name: str, home: Path) -> selection.Entry:
            """What another process would be told that wanted to write now."""
            with contextlib.closing(sqlite3.connect(state.catalogue_file, timeout=0)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    told.append(str(error))
            return real(name, home)

        monkeypatch.setattr(selection, "set_current", watched)
        name = write(synthetic_posterior(20, seed=7), state.posteriors).stem
        with Catalogue.open(state.root) as catalogue:
            catalogue.set_current(name)
        assert told == ["database is locked"]

    def test_a_url_puts_it_elsewhere(self, state: StateFolder, tmp_path: Path) -> None:
        file = tmp_path / "elsewhere" / "it.sqlite"
        with Catalogue.open(state.root, f"sqlite:///{file}") as catalogue:
            assert not catalogue.shared and catalogue.mirror()
        assert file.exists() and not state.catalogue_file.exists()

    def test_it_uses_the_write_ahead_log_and_full_sync(self, state: StateFolder) -> None:
        opened = open_sqlite(state.catalogue_file)
        with opened.engine.connect() as connection:
            found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        opened.close()
        assert found == ["wal", 2]

    @pytest.mark.parametrize(
        "content", [b"not a database at all, but long enough to be one" * 99, b"SQLite format 3\0junk"]
    )
    def test_a_damaged_file_says_what_to_do(self, state: StateFolder, content: bytes) -> None:
        state.catalogue_file.write_bytes(content)
        with pytest.raises(StorageError, match="damaged: move it away"):
            Catalogue.open(state.root)

    def test_a_held_lock_is_waited_for_and_then_named(
        self, state: StateFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
        with Catalogue.open(state.root) as catalogue, sqlite3.connect(state.catalogue_file) as holder:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="held by another process"):
                catalogue.sync()

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="TIMELINES_HOME"):
            Catalogue.open(tmp_path / "file" / "home")
