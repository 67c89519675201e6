"""PostgreSQL killed, frozen or full under calls: an error within seconds, no restart, nothing acknowledged lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event, Thread
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("psycopg")

from forecast.catalogue import Catalogue
from forecast.catalogue.database import postgres as backend
from forecast.catalogue.entries.fit_record import FitState
from forecast.catalogue.entries.published import Record
from forecast.catalogue.failures import CatalogueUnavailableError
from forecast.catalogue.named.scenario_store import ScenarioStore
from forecast.posterior.state import StateFolder
from tests.postgres import PASSWORD, USER, Postgres, postgres

RECORD = Record("series", "title", "", {}, {}, "2026-11-20-aaaaaaaaaaaa", "a" * 64, "0", "cited")
AT_MOST_S = 12.0
"""A ping, a connection and a statement, and a machine that has others to serve."""


@pytest.fixture(scope="module")
def mortal() -> Iterator[Postgres]:
    with postgres() as found:
        yield found


@pytest.fixture
def server(mortal: Postgres) -> Postgres:
    """One that may be ended: each test begins with it running."""
    if not mortal.runs:
        mortal.start()
    return mortal


@pytest.fixture
def catalogue(server: Postgres, state: StateFolder) -> Iterator[Catalogue]:
    with Catalogue.open(state.root, server.url(server.make_database())) as opened:
        yield opened


class Load:
    """Calls without end from one thread: what was acknowledged, what was refused, how long the longest took."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue, self.stop = catalogue, Event()
        self.fits: dict[str, FitState] = {}
        self.records: dict[str, str] = {}
        self.refused, self.calls, self.longest_s = 0, 0, 0.0
        self.strange: list[BaseException] = []
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(60)

    def until(self, calls: int = 0, refused: int = 0) -> None:
        """Wait for so many more calls, or refusals."""
        calls, refused, deadline = self.calls + calls, self.refused + refused, time.monotonic() + 60
        while (self.calls < calls or self.refused < refused) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.calls >= calls and self.refused >= refused, (self.calls, self.refused, self.strange)

    def _run(self) -> None:
        while not self.stop.is_set():
            start = time.monotonic()
            try:
                self._call()
                self.calls += 1
            except CatalogueUnavailableError:
                self.refused += 1
                time.sleep(0.02)
            except BaseException as error:
                self.strange.append(error)
                return
            self.longest_s = max(self.longest_s, time.monotonic() - start)

    def _call(self) -> None:
        fits, records = self.catalogue.fits, self.catalogue.records
        name = fits.create({"seed": 1}, str(uuid4())).name
        self.fits[name] = FitState.QUEUED
        made = records.add(replace(RECORD, title=name), str(uuid4()))
        self.records[made.name] = name
        claimed = fits.claim("a")
        if claimed is not None and claimed.name == name:
            fits.progress(name, "a", "half way")
            self.fits[name] = FitState.RUNNING
            fits.finish(name, "a", FitState.SUCCEEDED)
            self.fits[name] = FitState.SUCCEEDED
        else:
            fits.cancel(name)
        self.catalogue.current_name()


def check_nothing_lost(load: Load) -> None:
    """Whatever a call said was done is there; what it did not say may be."""
    catalogue = load.catalogue
    assert load.strange == []
    assert len(load.records) > 5
    for name, title in load.records.items():
        assert catalogue.records.get(name).record.title == title
    chain = catalogue.records.list(10_000)
    assert [one.previous for one in chain] == [*(one.name for one in chain[1:]), None]
    for name, state in load.fits.items():
        found = catalogue.fits.get(name)
        assert found.state == state if state is FitState.SUCCEEDED else found.revision >= 1


def test_killed_and_started_again_under_calls(server: Postgres, catalogue: Catalogue) -> None:
    with Load(catalogue) as load:
        for _ in range(3):
            load.until(calls=5)
            server.kill()
            load.until(refused=5)
            server.start()
            load.until(calls=5)
    check_nothing_lost(load)
    assert load.longest_s < AT_MOST_S


def test_stopped_in_order_and_started_again_under_calls(server: Postgres, catalogue: Catalogue) -> None:
    with Load(catalogue) as load:
        load.until(calls=5)
        server.stop()
        load.until(refused=3)
        server.start()
        load.until(calls=5)
    check_nothing_lost(load)


@pytest.mark.long
def test_frozen_it_is_given_up_within_seconds(server: Postgres, catalogue: Catalogue) -> None:
    with Load(catalogue) as load:
        load.until(calls=5)
        server.freeze()
        try:
            load.until(refused=2)
        finally:
            server.thaw()
        load.until(calls=5)
    check_nothing_lost(load)
    assert load.longest_s < AT_MOST_S


def test_a_catalogue_that_is_opened_while_it_is_down_works_once_it_is_up(server: Postgres, state: StateFolder) -> None:
    url = server.url(server.make_database())
    server.stop()
    with Catalogue.open(state.root, url) as catalogue:
        for call in (catalogue.current_name, catalogue.sync, lambda: catalogue.fits.claim("a"), catalogue.mirror):
            with pytest.raises(CatalogueUnavailableError, match="cannot be reached now"):
                call()
        with pytest.raises(CatalogueUnavailableError):
            catalogue.sync_files(ScenarioStore(state.root))
        server.start()
        assert catalogue.fits.create({}).state is FitState.QUEUED


def test_a_lock_that_another_holds_is_given_up(
    server: Postgres, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.fits.create({})
    catalogue.close()
    monkeypatch.setitem(backend._SESSION, "statement_timeout", "1s")
    with catalogue._database.writing("fits"):
        start = time.monotonic()
        with pytest.raises(CatalogueUnavailableError, match="did not answer"):
            catalogue.fits.create({})
        assert time.monotonic() - start < AT_MOST_S
    assert len(catalogue.fits.list()) == 1


def test_connections_run_out_and_come_back(server: Postgres, catalogue: Catalogue, state: StateFolder) -> None:
    guest = server.url(database_of(catalogue)).replace(f"//{USER}:", "//guest:")
    server.run(f"CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 1")
    server.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO guest", database_of(catalogue))
    with Catalogue.open(state.root, guest) as one, Catalogue.open(state.root, guest) as other:
        with pytest.raises(CatalogueUnavailableError, match="no connection left"):
            other.current_name()
        one.close()
        assert other.current_name() is None


def test_a_database_that_takes_no_writes_says_so_and_is_read(server: Postgres, catalogue: Catalogue) -> None:
    name = catalogue.fits.create({}).name
    database = database_of(catalogue)
    server.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    catalogue.close()
    with pytest.raises(CatalogueUnavailableError, match="takes no writes now"):
        catalogue.fits.create({})
    assert catalogue.fits.get(name).name == name
    server.run(f"ALTER DATABASE {database} SET default_transaction_read_only = off")
    catalogue.close()
    assert catalogue.fits.create({}).name != name


def database_of(catalogue: Catalogue) -> str:
    return catalogue._database.engine.url.database or ""
