"""`timelines posterior` and `timelines state` where several servers share the catalogue and the posteriors."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("sqlalchemy")

from forecast.catalogue.artefacts import obtain
from forecast.cli.main import main
from forecast.posterior import selection
from forecast.posterior.state import StateFolder
from tests.backing import record
from tests.catalogues import Open, fit


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
