"""What `timelines config check` says of the posterior where several servers share a catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("psycopg")
pytest.importorskip("grpc")

from forecast.catalogue.upkeep.artefacts import publish
from forecast.errors import PosteriorNotFoundError
from forecast.posterior import selection
from forecast.posterior.state import StateFolder
from tests.catalogues import Open, fit
from tests.postgres import Postgres
from timelines_server.configuration.settings import Settings
from timelines_server.configuration.trial import CHECKS


@pytest.fixture
def database_url(postgres_server: Postgres) -> str:
    return postgres_server.url(postgres_server.make_database())


def test_the_posterior_of_another_server_is_looked_for_where_it_lies(
    open_catalogue: Open, state: StateFolder, database_url: str, tmp_path: Path
) -> None:
    place, elsewhere = str(tmp_path / "shared"), tmp_path / "elsewhere"
    name = fit(state, 1)
    shared = Settings(home=elsewhere, catalogue=database_url, artefacts=place)
    assert selection.reference().name in CHECKS["posterior"](shared)
    open_catalogue(state.root).set_current(name)
    (tmp_path / "shared").mkdir()
    with pytest.raises(PosteriorNotFoundError, match=f"no posterior '{name}' in"):
        CHECKS["posterior"](shared)
    publish(selection.find_entry(name, state.root), place)
    assert CHECKS["posterior"](shared) == f"{name} is current for all servers; a start fetches it from {place}"
    assert CHECKS["catalogue"](shared) == "is there" and not elsewhere.exists()
    with pytest.raises(PosteriorNotFoundError, match="give --artefacts"):
        CHECKS["posterior"](Settings(home=elsewhere, catalogue=database_url))
    assert CHECKS["posterior"](Settings(home=state.root, catalogue=database_url)).startswith(f"{name} (")


def test_without_the_database_what_is_here_is_looked_at(state: StateFolder) -> None:
    unreachable = Settings(home=state.root, catalogue="postgresql://me@127.0.0.1:1/it")
    assert CHECKS["posterior"](unreachable).startswith(selection.reference().name)
