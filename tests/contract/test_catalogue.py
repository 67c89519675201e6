"""The catalogue's contract: one class of tests, run for every implementation."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from forecast.catalogue import database
from forecast.catalogue.schema import HEAD, Base
from forecast.catalogue.store import Catalogue
from forecast.errors import ArtefactError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.selection import PosteriorRefusedError
from forecast.posterior.state import StateFolder, state_folder
from tests.synthetic import synthetic_posterior

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 20, 12, tzinfo=UTC)

Open = Callable[[], Catalogue]


class StepClock:
    """A clock that moves a minute at every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """A state folder, and a package that ships one reference posterior."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    write(synthetic_posterior(50, seed=100), shipped)
    monkeypatch.setattr(selection, "SHIPPED", shipped)
    folder = state_folder(tmp_path / "home")
    folder.posteriors.mkdir(parents=True)
    return folder


@pytest.fixture(params=["sqlite"])
def open_catalogue(request: pytest.FixtureRequest, state: StateFolder) -> Iterator[Open]:
    """Opens the implementation under test on `state`, as often as asked."""
    opened: list[Catalogue] = []
    clock = StepClock()

    def open_sqlite() -> Catalogue:
        opened.append(Catalogue.open(state.root, clock=clock))
        return opened[-1]

    implementations = {"sqlite": open_sqlite}
    yield implementations[request.param]
    for catalogue in opened:
        catalogue.close()


def fit(state: StateFolder, seed: int, status: str = "PASSED", as_of: date = date(2026, 11, 20)) -> str:
    posterior = synthetic_posterior(50, seed=seed, status=status, reasons=["divergences"], as_of=as_of)
    return write(posterior, state.posteriors).stem


def remove(state: StateFolder, name: str) -> None:
    for suffix in (".nc", ".json"):
        (state.posteriors / f"{name}{suffix}").unlink()


class TestCatalogue:
    """What every implementation promises."""

    def test_it_begins_with_the_shipped_reference_as_current(self, open_catalogue: Open) -> None:
        catalogue = open_catalogue()
        assert [record.origin for record in catalogue.list()] == ["shipped"]
        assert catalogue.current() == catalogue.list()[0]
        assert catalogue.history() == ()

    def test_a_record_says_what_the_manifest_says(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1, "FLAGGED", date(2020, 7, 27))
        manifest = selection.find_entry(name, state.root).manifest
        assert manifest is not None
        record = open_catalogue().add(manifest)
        assert (record.name, record.as_of, record.status) == (name, date(2020, 7, 27), "FLAGGED")
        assert record.reasons == ("divergences",)
        assert (record.sha256, record.draws) == (manifest["sha256"], 50)
        assert record == open_catalogue().get(name)

    def test_moments_keep_their_time_zone(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        recorded = open_catalogue().get(name).recorded_at
        assert recorded.utcoffset() == timedelta(0)
        assert START < recorded < START + timedelta(hours=1)

    def test_adding_twice_changes_nothing(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        manifest = selection.find_entry(name, state.root).manifest
        assert manifest is not None
        catalogue = open_catalogue()
        assert catalogue.add(manifest) == catalogue.add(manifest)

    def test_a_posterior_that_came_without_it_is_found(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue = open_catalogue()
        assert len(catalogue.list()) == 1
        name = fit(state, 1)
        assert catalogue.get(name).name == name
        assert catalogue.list()[0].name == name

    def test_the_newest_recorded_come_first(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue = open_catalogue()
        names: list[str] = []
        for seed in range(3):
            names.insert(0, fit(state, seed))
            catalogue.sync()
        assert [record.name for record in catalogue.list()][:3] == names

    def test_one_whose_files_went_is_unlisted_but_remembered(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        catalogue.sync()
        remove(state, name)
        assert name not in [record.name for record in catalogue.list()]
        assert catalogue.get(name).removed_at is not None
        fit(state, 1)
        assert name in [record.name for record in catalogue.list()]
        assert catalogue.get(name).removed_at is None

    def test_current_moves_the_file_and_the_history_together(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, first, second = open_catalogue(), fit(state, 1), fit(state, 2)
        catalogue.set_current(first)
        record = catalogue.set_current(second)
        assert selection.current(state.root).name == second == catalogue.current().name == record.name
        assert [change.name for change in catalogue.history()] == [second, first]
        assert catalogue.history()[0].since > catalogue.history()[1].since

    def test_current_takes_a_unique_prefix(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1, as_of=date(2020, 7, 27))
        assert open_catalogue().set_current("2020").name == name

    def test_a_refused_one_never_becomes_current(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1, "REFUSED")
        assert catalogue.get(name).status == "REFUSED"
        with pytest.raises(PosteriorRefusedError, match="divergences"):
            catalogue.set_current(name)
        assert catalogue.history() == ()
        assert catalogue.current().origin == "shipped"

    def test_a_damaged_one_never_becomes_current(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        (state.posteriors / f"{name}.nc").write_bytes(b"")
        with pytest.raises(ArtefactError):
            catalogue.set_current(name)
        assert catalogue.history() == ()

    def test_a_file_that_cannot_be_written_leaves_the_history_alone(
        self, open_catalogue: Open, state: StateFolder
    ) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        state.current_file.mkdir()
        with pytest.raises(StorageError):
            catalogue.set_current(name)
        assert catalogue.history() == ()

    def test_an_unknown_name_lists_the_known(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        with pytest.raises(PosteriorNotFoundError, match=name):
            open_catalogue().get("2020-01-01-aaaaaaaaaaaa")
        with pytest.raises(PosteriorNotFoundError, match=name):
            open_catalogue().set_current("2020-01-01")

    def test_a_current_file_set_by_hand_enters_the_history(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        selection.set_current(name, state.root)
        assert catalogue.current().name == name
        catalogue.sync()
        catalogue.sync()
        assert [change.name for change in catalogue.history()] == [name]

    def test_a_spoilt_current_file_is_an_error_but_listing_goes_on(
        self, open_catalogue: Open, state: StateFolder
    ) -> None:
        catalogue = open_catalogue()
        state.current_file.write_text("nonsense")
        assert len(catalogue.list()) == 1
        with pytest.raises(ArtefactError, match="not a posterior's name"):
            catalogue.current()

    def test_what_it_knows_survives_closing(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        with open_catalogue() as catalogue:
            catalogue.set_current(name)
        assert [change.name for change in open_catalogue().history()] == [name]


WRITER = """
import sys
from pathlib import Path
from forecast.catalogue.store import Catalogue
from forecast.posterior.artefact import write
from tests.synthetic import synthetic_posterior

home, number = Path(sys.argv[1]), int(sys.argv[2])
for step in range(5):
    posterior = synthetic_posterior(20, seed=1000 * number + step)
    name = write(posterior, home / "posteriors").stem
    with Catalogue.open(home) as catalogue:
        catalogue.set_current(name)
        print(name, flush=True)
"""


class TestSqlite:
    def test_processes_that_start_at_once_all_write(self, state: StateFolder) -> None:
        """Every one makes the database, migrates it, adds and sets: none is refused and nothing is lost."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", WRITER, str(state.root)]
        crowd = [
            subprocess.Popen([*command, str(number)], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            for number in range(4)
        ]
        written = [name for writer in crowd for name in writer.communicate(timeout=120)[0].split()]
        assert [writer.returncode for writer in crowd] == [0] * 4
        with Catalogue.open(state.root) as catalogue:
            history = [change.name for change in catalogue.history()]
            assert sorted(history) == sorted(written)
            assert len(written) == 20
            assert catalogue.current().name == history[0]

    def test_it_uses_the_write_ahead_log_and_full_sync(self, state: StateFolder) -> None:
        engine = database.open_database(state.catalogue_file)
        with engine.connect() as connection:
            found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
        engine.dispose()
        assert found == ["wal", 2]

    def test_migrations_make_what_the_code_declares(self, state: StateFolder) -> None:
        engine = database.open_database(state.catalogue_file)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
            assert context.get_current_revision() == HEAD
        engine.dispose()
        assert ScriptDirectory(str(database.MIGRATIONS)).get_heads() == [HEAD]

    def test_every_migration_can_be_taken_back(self, state: StateFolder) -> None:
        from alembic import command
        from alembic.config import Config

        engine = database.open_database(state.catalogue_file)
        with database.writing(engine).begin() as connection:
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(database.MIGRATIONS))
            command.downgrade(config, "base")
        database.open_database(state.catalogue_file).dispose()
        engine.dispose()

    def test_a_migration_that_fails_leaves_nothing_half_made(
        self, state: StateFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        broken = tmp_path / "migrations"
        shutil.copytree(database.MIGRATIONS, broken)
        revision = next((broken / "versions").glob("r0001*.py"))
        revision.write_text(
            revision.read_text().replace('"ix_posteriors_as_of", "posteriors"', '"ix", "no_such_table"')
        )
        with monkeypatch.context() as patch:
            patch.setattr(database, "MIGRATIONS", broken)
            with pytest.raises(StorageError, match="no_such_table"):
                Catalogue.open(state.root)
        with sqlite3.connect(state.catalogue_file) as connection:
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
        Catalogue.open(state.root).close()

    def test_a_newer_catalogue_asks_for_an_upgrade(self, state: StateFolder) -> None:
        Catalogue.open(state.root).close()
        with sqlite3.connect(state.catalogue_file) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StorageError, match="upgrade timelines"):
            Catalogue.open(state.root)

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
        monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
        with Catalogue.open(state.root) as catalogue, sqlite3.connect(state.catalogue_file) as holder:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="held by another process"):
                catalogue.sync()

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="TIMELINES_HOME"):
            Catalogue.open(tmp_path / "file" / "home")
