"""What the contract tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forecast.catalogue import Catalogue
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder, state_folder
from tests.buckets import BUCKET, Bucket, bucket
from tests.catalogues import Clock, Open
from tests.postgres import Postgres, postgres
from tests.synthetic import synthetic_posterior


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL, for all tests that do not end it."""
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """A new database of each kind that the catalogue runs on; None is the file in the state folder."""
    monkeypatch.delenv("TIMELINES_CATALOGUE", raising=False)
    if request.param == "sqlite":
        return None
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.make_schema()


@pytest.fixture
def open_catalogue(database_url: str | None, state: StateFolder, clock: Clock) -> Iterator[Open]:
    """Opens the catalogue of a state folder, as often as asked; by the machine's or the database's clock on request."""
    opened: list[Catalogue] = []

    def open_it(home: Path | None = None, *, real_time: bool = False) -> Catalogue:
        opened.append(Catalogue.open(home or state.root, database_url, clock=None if real_time else clock))
        return opened[-1]

    yield open_it
    for catalogue in opened:
        catalogue.close()


@pytest.fixture
def catalogue(open_catalogue: Open) -> Catalogue:
    return open_catalogue()


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


@pytest.fixture(scope="session")
def s3() -> Iterator[Bucket]:
    with bucket() as found:
        yield found


@pytest.fixture
def reach_s3(s3: Bucket, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Its environment."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return s3


@pytest.fixture(params=["s3", "folder", *(pytest.param(one, marks=pytest.mark.long) for one in ("file", "memory"))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A place that does not exist yet."""
    if request.param == "folder":
        return tmp_path / "out"
    if request.param == "file":
        return (tmp_path / "out").as_uri()
    if request.param == "s3":
        request.getfixturevalue("reach_s3")
        return f"s3://{BUCKET}/{tmp_path.name}/out"
    return f"memory://{tmp_path.name}/out"


@pytest.fixture
def fresh_s3(reach_s3: Bucket) -> Iterator[Bucket]:
    """The same, for tests that change the environment: no connection is older or lives on."""
    _forget_connections()
    yield reach_s3
    _forget_connections()


def _forget_connections() -> None:
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
