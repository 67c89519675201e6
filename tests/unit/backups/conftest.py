"""What the tests of backups begin with: a full state folder, a place for its backup, and an empty folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forecast.posterior import selection
from forecast.posterior.state import StateFolder, state_folder


@pytest.fixture(autouse=True)
def no_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing shipped")
    monkeypatch.delenv("TIMELINES_CATALOGUE", raising=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.backing import fill  # needs SQLAlchemy, without which no test here is run

    return fill(tmp_path_factory.mktemp("filled") / "home")


@pytest.fixture
def state(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """A copy of it, times and all."""
    home = shutil.copytree(filled, tmp_path / "home")
    monkeypatch.setenv("TIMELINES_HOME", str(home))
    return state_folder(home)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "restored"
