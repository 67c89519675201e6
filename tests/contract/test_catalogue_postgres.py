"""The catalogue on PostgreSQL: several servers with folders of their own, what it refuses, what it does not tell."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("psycopg")

from forecast.catalogue import Catalogue
from forecast.catalogue.failures import CatalogueUnavailableError
from forecast.catalogue.upkeep.artefacts import obtain, publish
from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.state import StateFolder, state_folder
from tests.catalogues import Clock, Open, fit, remove
from tests.postgres import PASSWORD, USER, Postgres


@pytest.fixture
def database_url(postgres_server: Postgres) -> str:
    return postgres_server.make_schema()


class Site:
    """A server: its state folder and the catalogue that it shares."""

    def __init__(self, home: Path, open_catalogue: Open) -> None:
        self.state = state_folder(home)
        self.state.posteriors.mkdir(parents=True)
        self.catalogue = open_catalogue(home)


@pytest.fixture
def one(open_catalogue: Open, state: StateFolder, tmp_path: Path) -> Site:
    return Site(tmp_path / "one", open_catalogue)


@pytest.fixture
def other(open_catalogue: Open, state: StateFolder, tmp_path: Path) -> Site:
    return Site(tmp_path / "other", open_catalogue)


class TestSeveralServers:
    """The newest row says what is current; each `current` file is its mirror."""

    def test_what_one_makes_current_is_current_for_all(self, one: Site, other: Site) -> None:
        name = fit(one.state, 1)
        one.catalogue.set_current(name)
        assert one.catalogue.shared
        assert other.catalogue.current_name() == name == other.catalogue.current().name
        assert selection.current_name(other.state) is None

    def test_the_file_follows_once_the_posterior_is_here(self, one: Site, other: Site, tmp_path: Path) -> None:
        name, place = fit(one.state, 1), str(tmp_path / "shared")
        one.catalogue.set_current(name)
        publish(selection.find_entry(name, one.state.root), place)
        assert not other.catalogue.mirror()
        assert obtain(name, place, other.state.root).origin == "state"
        assert other.catalogue.mirror()
        assert selection.current(other.state.root).name == name

    def test_a_file_that_says_something_else_changes_nothing_and_is_put_right(self, one: Site) -> None:
        name, stale = fit(one.state, 1), fit(one.state, 2)
        one.catalogue.set_current(name)
        selection.set_current(stale, one.state.root)
        one.catalogue.sync()
        assert [change.name for change in one.catalogue.history()] == [name]
        assert one.catalogue.current().name == name
        assert one.catalogue.mirror()
        assert selection.current_name(one.state) == name

    @pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xfe"])
    def test_a_spoilt_file_is_put_right_too(self, one: Site, content: bytes) -> None:
        name = fit(one.state, 1)
        one.catalogue.set_current(name)
        one.state.current_file.write_bytes(content)
        assert one.catalogue.current().name == name
        assert one.catalogue.mirror()
        assert selection.current_name(one.state) == name

    def test_one_that_is_damaged_here_is_not_mirrored(self, one: Site, other: Site, tmp_path: Path) -> None:
        name, place = fit(one.state, 1), str(tmp_path / "shared")
        one.catalogue.set_current(name)
        publish(selection.find_entry(name, one.state.root), place)
        obtain(name, place, other.state.root)
        (other.state.posteriors / f"{name}.nc").write_bytes(b"")
        with pytest.raises(ArtefactError):
            other.catalogue.mirror()
        assert selection.current_name(other.state) is None

    def test_where_nobody_has_chosen_the_shipped_one_is_current(self, one: Site) -> None:
        fit(one.state, 1)
        assert one.catalogue.current_name() is None
        assert one.catalogue.current().origin == "shipped"
        assert not one.catalogue.mirror() or selection.current_name(one.state) is None

    def test_posteriors_of_other_folders_are_listed_and_stay(self, one: Site, other: Site) -> None:
        here, there = fit(one.state, 1), fit(other.state, 2)
        one.catalogue.sync()
        other.catalogue.sync()
        for site in (one, other):
            assert {here, there} <= {record.name for record in site.catalogue.list()}
        remove(one.state, here)
        one.catalogue.sync()
        assert one.catalogue.get(here).removed_at is None

    def test_a_choice_that_the_database_does_not_take_leaves_the_file(
        self, one: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, name = fit(one.state, 1), fit(one.state, 2)
        one.catalogue.set_current(before)
        real = selection.set_current

        def then_lost(chosen: str, home: Path) -> selection.Entry:
            entry = real(chosen, home)
            database = one.catalogue._database
            with database.engine.connect() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            return entry

        monkeypatch.setattr(selection, "set_current", then_lost)
        with pytest.raises(CatalogueUnavailableError):
            one.catalogue.set_current(name)
        assert selection.current_name(one.state) == before == one.catalogue.current_name()

    def test_times_are_the_databases_own(self, one: Site, open_catalogue: Open, clock: Clock) -> None:
        clock.turn(-3600 * 24 * 365)
        made = open_catalogue(real_time=True).fits.create({}).created_at
        ((now,),) = _asked(one.catalogue, "SELECT now()")
        assert abs(made - now) < timedelta(minutes=1)


class TestArtefacts:
    """A place that servers share."""

    def test_what_is_here_is_not_fetched(self, state: StateFolder) -> None:
        name = fit(state, 1)
        assert obtain(name, "file:///no/such/place", state.root).name == name

    def test_what_came_with_the_package_is_not_fetched(self, state: StateFolder) -> None:
        name = selection.reference().name
        assert obtain(name, None, state.root).origin == "shipped"

    def test_one_that_is_damaged_here_is_mended(self, state: StateFolder, tmp_path: Path) -> None:
        name, place = fit(state, 1), str(tmp_path / "shared")
        publish(selection.find_entry(name, state.root), place)
        (state.posteriors / f"{name}.nc").write_bytes(b"")
        obtain(name, place, state.root)
        assert selection.find(name, home=state.root).name == name

    def test_one_that_is_damaged_there_is_refused_and_nothing_is_seen(self, state: StateFolder, tmp_path: Path) -> None:
        name, place = fit(state, 1), tmp_path / "shared"
        publish(selection.find_entry(name, state.root), str(place))
        remove(state, name)
        (place / f"{name}.nc").write_bytes((place / f"{name}.nc").read_bytes()[:-1])
        with pytest.raises(ArtefactError, match=name):
            obtain(name, str(place), state.root)
        assert name not in [entry.name for entry in selection.available(state.root)]

    @pytest.mark.parametrize("place", [None, "empty"])
    def test_one_that_is_nowhere_is_not_found(self, state: StateFolder, tmp_path: Path, place: str | None) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(PosteriorNotFoundError):
            obtain("2026-11-20-aaaaaaaaaaaa", place and str(tmp_path / place), state.root)


class TestRefusals:
    """Wrong URLs and refused users: at once, with what to do, and without the password."""

    def test_the_environment_names_it(
        self, state: StateFolder, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TIMELINES_CATALOGUE", database_url)
        with Catalogue.open(state.root) as catalogue:
            assert catalogue.shared
        assert not state.catalogue_file.exists()

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://u:hidden-word@host:port/db",
            "mysql://u:hidden-word@host/db",
            "postgresql:u:hidden-word@host/db",
            "postgresql+asyncpg://u:hidden-word@host/db",
            "hidden-word",
            "sqlite://hidden-word",
        ],
    )
    def test_what_is_no_url_of_a_database(self, state: StateFolder, url: str) -> None:
        with pytest.raises(InputError, match="postgresql://user@host/database") as caught:
            Catalogue.open(state.root, url)
        assert "hidden-word" not in str(caught.value) and caught.value.__cause__ is None

    def test_a_wrong_password(self, state: StateFolder, database_url: str) -> None:
        with pytest.raises(StorageError, match="user or the password") as caught:
            Catalogue.open(state.root, database_url.replace(PASSWORD, "hidden-word"))
        assert not isinstance(caught.value, CatalogueUnavailableError)
        assert "hidden-word" not in str(caught.value)

    def test_no_such_database(self, state: StateFolder, postgres_server: Postgres) -> None:
        with pytest.raises(StorageError, match="no such database"):
            Catalogue.open(state.root, postgres_server.url("nowhere"))

    def test_a_user_who_may_not(self, state: StateFolder, postgres_server: Postgres) -> None:
        name = postgres_server.make_database()
        postgres_server.run(f"CREATE ROLE r{name} LOGIN PASSWORD '{PASSWORD}'")
        with pytest.raises(StorageError, match="CREATE on the schema"):
            Catalogue.open(state.root, postgres_server.url(name).replace(USER, f"r{name}"))

    def test_messages_name_the_place_and_no_secret(self, state: StateFolder, postgres_server: Postgres) -> None:
        url = postgres_server.url("nowhere", sslmode="prefer", sslpassword="hidden-word")
        with pytest.raises(StorageError) as caught:
            Catalogue.open(state.root, url)
        place = f"postgresql://{USER}@127.0.0.1:{postgres_server.port}/nowhere?sslmode=prefer"
        assert str(caught.value).startswith(f"catalogue {place}: ")

    def test_what_is_stored_is_in_no_error(self, one: Site) -> None:
        with pytest.raises(StorageError) as caught:
            one.catalogue.fits.create({"secret": "hidden-word"}, made_by="hidden-word" * 20)
        assert "hidden-word" not in f"{caught.value} {caught.value.__cause__}"

    def test_without_psycopg_the_extra_is_named(self, state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(InputError, match=r"pip install 'ai-timelines\[postgres\]'"):
            Catalogue.open(state.root, "postgresql://user@host/database")

    def test_psycopg_is_loaded_only_for_it(self, state: StateFolder) -> None:
        code = (
            "import sys; from forecast.catalogue import Catalogue; Catalogue.open(sys.argv[1]).close(); "
            "sys.exit('psycopg' in sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code, str(state.root)], check=True, timeout=60)


def _asked(catalogue: Catalogue, statement: str) -> list[tuple[Any, ...]]:
    with catalogue._database.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]
