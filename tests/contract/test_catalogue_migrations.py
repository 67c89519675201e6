"""Migrations of the catalogue: forward from every released schema with all that it held, on every database."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from forecast.catalogue.database import transactions as database
from forecast.catalogue.database.schema import HEAD, Base
from forecast.errors import StorageError
from forecast.posterior.state import StateFolder
from tests.catalogues import Clock, Open, at_once, fit

RELEASED = Path(__file__).parent / "released"
"""Databases as released versions made them: `<kind>_<revision>.sql`, dumped by the database's own means."""

REVISIONS = sorted({file.stem.partition("_")[2] for file in RELEASED.glob("*.sql")})
FIRST = datetime(2026, 11, 21, 2, 31, 12, 345678, tzinfo=UTC)
NEW, OLD, GONE = "2026-11-20-3dc2c31f0492", "2020-07-27-a09414c016a2", "2026-11-20-0fe2edf6d2a2"


def load(revision: str, database_url: str | None, state: StateFolder) -> None:
    """Put a released database where the catalogue will be opened."""
    if database_url is None:
        with closing(sqlite3.connect(state.catalogue_file)) as connection:
            connection.executescript((RELEASED / f"sqlite_{revision}.sql").read_text())
        return
    import psycopg

    with psycopg.connect(database_url) as connection:
        dump = (RELEASED / f"postgresql_{revision}.sql").read_text()
        connection.execute(dump.replace("public.", "").encode())  # into the schema of this test


def engine_of(open_catalogue: Open) -> Engine:
    return open_catalogue()._database.engine


def test_every_schema_but_the_newest_was_kept_as_it_was_released() -> None:
    script = ScriptDirectory(str(database.MIGRATIONS))
    assert script.get_heads() == [HEAD]
    older = [one.revision for one in script.walk_revisions() if one.revision != HEAD]
    assert sorted(older) == REVISIONS
    assert {file.name for file in RELEASED.iterdir()} == {f"{kind}_{one}.sql" for kind in KINDS for one in older}


KINDS = ("sqlite", "postgresql")


@pytest.mark.parametrize("revision", REVISIONS)
class TestForward:
    """What a released version kept is there in this one, and goes on."""

    def test_everything_is_kept(
        self, revision: str, database_url: str | None, open_catalogue: Open, state: StateFolder
    ) -> None:
        load(revision, database_url, state)
        catalogue = open_catalogue()
        assert [change.name for change in catalogue.history()] == [NEW, OLD, NEW]
        assert [change.since - FIRST for change in catalogue.history()] == [timedelta(minutes=m) for m in (4, 3, 1)]
        flagged = catalogue.get(OLD)
        assert (flagged.status, flagged.reasons) == ("FLAGGED", ("R-hat of 'price' is 1.02",))
        assert flagged.recorded_at == FIRST + timedelta(minutes=2)
        assert catalogue.get(GONE).removed_at == FIRST + timedelta(minutes=6)

    def test_what_is_new_works_in_it(
        self, revision: str, database_url: str | None, open_catalogue: Open, state: StateFolder, clock: Clock
    ) -> None:
        load(revision, database_url, state)
        catalogue, name = open_catalogue(), fit(state, 9)
        catalogue.set_current(name)
        assert [change.name for change in catalogue.history()][:2] == [name, NEW]
        assert catalogue.fits.claim("a") is None
        catalogue.fits.create({"seed": 2**40})
        assert catalogue.records.list() == ()

    def test_servers_that_start_at_once_migrate_it_once(
        self, revision: str, database_url: str | None, open_catalogue: Open, state: StateFolder
    ) -> None:
        load(revision, database_url, state)
        catalogues = at_once(lambda _: open_catalogue(), 4)
        assert {len(one.history()) for one in catalogues} == {3}


class TestMigrations:
    """The schema and the code are one."""

    def test_migrations_make_what_the_code_declares(self, open_catalogue: Open) -> None:
        with engine_of(open_catalogue).connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
            assert context.get_current_revision() == HEAD

    def test_servers_that_start_at_once_make_it_once(self, open_catalogue: Open) -> None:
        catalogues = at_once(lambda _: open_catalogue(), 4)
        assert {one.history() for one in catalogues} == {()}

    def test_every_migration_can_be_taken_back(self, open_catalogue: Open) -> None:
        engine = engine_of(open_catalogue)
        with engine.execution_options(immediate=True).begin() as connection:
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(database.MIGRATIONS))
            command.downgrade(config, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        assert open_catalogue().history() == ()

    def test_a_migration_that_fails_leaves_nothing_half_made(
        self, open_catalogue: Open, database_url: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        broken = tmp_path / "migrations"
        shutil.copytree(database.MIGRATIONS, broken)
        revision = next((broken / "versions").glob(f"r{HEAD}*.py"))
        revision.write_text(revision.read_text().replace('"ix_records_posterior", "records"', '"ix", "no_such_table"'))
        with monkeypatch.context() as patch:
            patch.setattr(database, "MIGRATIONS", broken)
            with pytest.raises(StorageError, match="no_such_table" if database_url is None else "SQLSTATE 42P01"):
                open_catalogue()
        assert open_catalogue().fits.list() == ()

    def test_a_newer_catalogue_asks_for_an_upgrade(self, open_catalogue: Open) -> None:
        with engine_of(open_catalogue).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StorageError, match="upgrade timelines"):
            open_catalogue()
