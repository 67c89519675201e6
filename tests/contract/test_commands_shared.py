"""`timelines posterior` and `timelines state` where several servers share the catalogue and the posteriors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("sqlalchemy")

from forecast.catalogue.upkeep.artefacts import obtain
from forecast.cli.main import main
from forecast.errors import StorageError
from forecast.inference.store import publish
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from forecast.posterior.state import StateFolder
from tests.backing import record
from tests.catalogues import Open, fit
from tests.synthetic import synthetic_posterior


@pytest.fixture(autouse=True)
def shared(database_url: str | None, state: StateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of posteriors that the servers share; and the environment of one of them."""
    place = str(tmp_path / "artefacts")
    monkeypatch.setenv("TIMELINES_HOME", str(state.root))
    monkeypatch.setenv("TIMELINES_ARTEFACTS", place)
    if database_url is not None:
        monkeypatch.setenv("TIMELINES_CATALOGUE", database_url)
    return place


def run(*arguments: str | Path) -> Result:
    done = CliRunner().invoke(main, list(map(str, arguments)))
    assert done.exit_code == 0, done.stderr or done.exception
    return done


def test_what_is_made_current_is_where_the_others_look(
    shared: str, database_url: str | None, state: StateFolder, open_catalogue: Open, tmp_path: Path
) -> None:
    name = fit(state, 1)
    run("posterior", "use", name)
    there = open_catalogue(tmp_path / "another home" if database_url else state.root)
    assert there.current_name() == name
    if database_url:
        assert obtain(name, shared, tmp_path / "another home").name == name
    else:
        assert not Path(shared).exists(), "nobody shares a catalogue on SQLite"


def test_what_is_imported_with_use_is_too(
    shared: str, database_url: str | None, state: StateFolder, tmp_path: Path
) -> None:
    elsewhere = StateFolder(tmp_path / "elsewhere")
    name = fit(elsewhere, 2)
    run("posterior", "import", elsewhere.posteriors, "--use")
    assert selection.current(state.root).name == name
    assert Path(shared).exists() == (database_url is not None)


def fitted(seed: int, **manifest: Any) -> Posterior:
    """A posterior as `timelines fit` stores it."""
    return synthetic_posterior(
        80, seed, diagnostics={}, nowcast={"rows": 14, "inside_80": 0.79, "reach": 0.34}, **manifest
    )


@pytest.fixture
def shared_by_url(shared: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same folder as a URL."""
    url = Path(shared).as_uri()
    monkeypatch.setenv("TIMELINES_ARTEFACTS", url)
    return url


def test_what_is_fitted_here_and_becomes_current_is_too(
    shared_by_url: str, database_url: str | None, state: StateFolder, open_catalogue: Open, tmp_path: Path
) -> None:
    told = publish(fitted(4), state.root)
    name, another = told["name"], tmp_path / "another home"
    assert told["current"] and open_catalogue(another if database_url else state.root).current_name() == name
    if database_url:
        obtained = obtain(name, shared_by_url, another)
        assert obtained.name == name and obtained.path.is_relative_to(another)
        assert obtained.path.read_bytes() == Path(told["path"]).read_bytes()
    else:
        assert not (tmp_path / "artefacts").exists(), "nobody shares a catalogue on SQLite"


def test_what_is_fitted_and_does_not_become_current_stays_here(
    shared: str, state: StateFolder, open_catalogue: Open
) -> None:
    told = publish(fitted(5, status="REFUSED", reasons=["217 divergences"]), state.root)
    assert not told["current"] and Path(told["path"]).exists() and not Path(shared).exists()
    assert told["name"] in [one.name for one in open_catalogue().list()]


def test_what_cannot_be_shared_does_not_become_current(
    shared: str, database_url: str | None, state: StateFolder, open_catalogue: Open
) -> None:
    before = open_catalogue().current_name(), selection.current_entry(state.root).name
    Path(shared).write_text("in the way")
    if database_url:
        with pytest.raises(StorageError, match="artefacts"):
            publish(fitted(6), state.root)
        assert (open_catalogue().current_name(), selection.current_entry(state.root).name) == before
    else:
        assert publish(fitted(6), state.root)["current"], "nobody shares a catalogue on SQLite"


def test_prune_knows_what_any_server_published(state: StateFolder, open_catalogue: Open) -> None:
    name = fit(state, 3)
    open_catalogue().records.add(record(name))
    assert f"{name}  kept: a published forecast names it" in run("posterior", "prune", "--keep", "0").stdout


def test_a_backup_says_where_the_catalogue_is(
    database_url: str | None, state: StateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("posterior", "use", fit(state, 1))
    told = run("state", "backup", tmp_path / "backup.tar").stdout
    assert ("pg_dump" in told) == (database_url is not None)
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "restored"))
    told = run("state", "restore", tmp_path / "backup.tar").stdout
    assert ("pg_restore" in told) == (database_url is not None)
    assert (tmp_path / "restored" / "catalogue.sqlite").exists() == (database_url is None)
    assert selection.current().name == selection.current(state.root).name
