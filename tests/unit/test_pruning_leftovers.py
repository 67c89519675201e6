"""What is pruned besides posteriors, and the command."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("sqlalchemy")

from forecast.catalogue.store import Catalogue
from forecast.catalogue.upkeep.pruning import prune
from forecast.cli.main import main
from forecast.posterior import fetching
from forecast.posterior.artefact import write
from forecast.posterior.state import StateFolder
from forecast.storage import atomic
from tests.homes import empty_home
from tests.pruned import NOW, aged, fit, gone, left, publish, why
from tests.synthetic import synthetic_posterior

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    return empty_home(tmp_path, monkeypatch)


@pytest.fixture
def catalogue(state: StateFolder) -> Iterator[Catalogue]:
    with Catalogue.open() as opened:
        yield opened


class TestLeftovers:
    def test_half_written_files_go_when_they_are_an_hour_old(self, state: StateFolder, catalogue: Catalogue) -> None:
        folders = [state.root, state.posteriors, state.scales]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            aged(atomic_leftover(folder, "a"), days=0.1)
            aged(atomic_leftover(folder, "b"), days=0.01)
        done = prune(catalogue, NOW)
        assert {one.kind for one in done.removed} == {"leftover"} and len(done.removed) == 3
        assert all(len([path for path in folder.iterdir() if path.suffix == ".tmp"]) == 1 for folder in folders)

    def test_the_compile_cache_is_not_looked_into(self, state: StateFolder, catalogue: Catalogue) -> None:
        state.compile_cache.mkdir(parents=True)
        aged(atomic_leftover(state.compile_cache, "a"), days=9)
        assert not prune(catalogue, NOW).removed

    def test_draws_without_a_manifest_go_when_they_are_old(self, state: StateFolder, catalogue: Catalogue) -> None:
        old, young = fit(state, 1, days=9), fit(state, 2, days=0)
        for name in (old, young):
            (state.posteriors / f"{name}.json").unlink()
        assert gone(prune(catalogue, NOW)) == {f"posteriors/{old}.nc"}


def atomic_leftover(folder: Path, name: str) -> Path:
    path = folder / f".{name}.0123456789ab.tmp"
    path.write_bytes(b"half")
    assert atomic.is_temporary(path.name)
    return path


class TestFetched:
    @pytest.fixture
    def copy(self, state: StateFolder, tmp_path: Path) -> Path:
        place = write(synthetic_posterior(50, seed=7, as_of=date(2021, 1, 1)), tmp_path / "bucket")
        path, _ = fetching.fetch(place.as_uri())
        for suffix in (".json", ".nc"):
            aged(path.with_suffix(suffix), 60)
        return path

    def test_old_copies_go_and_come_back_when_they_are_asked_for(
        self, copy: Path, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        done = prune(catalogue, NOW)
        assert [one.kind for one in done.removed] == ["fetched copy"] and not copy.parent.exists()
        assert fetching.fetch((tmp_path / "bucket" / copy.name).as_uri())[0] == copy

    def test_young_copies_and_those_that_are_published_stay(self, copy: Path, catalogue: Catalogue) -> None:
        assert why(prune(catalogue, NOW, older_than_days=70)) == {copy.stem: "it was fetched within the last 70 days"}
        publish(catalogue, copy.stem)
        assert why(prune(catalogue, NOW)) == {copy.stem: "a published forecast names it"}
        assert copy.exists()


class TestCommand:
    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["posterior", "prune", *arguments])

    def old(self, state: StateFolder, seed: int) -> str:
        """One that is old by the real clock, which the command looks at."""
        name, at = fit(state, seed, 0), time.time() - 90 * 86_400 - seed
        for suffix in (".json", ".nc"):
            os.utime(state.posteriors / f"{name}{suffix}", (at, at))
        return name

    def test_it_says_what_goes_why_the_others_stay_and_how_much_is_freed(self, state: StateFolder) -> None:
        going, staying = self.old(state, 2), self.old(state, 1)
        would = self.run("--keep", "1", "--dry-run")
        assert f"{going}  would be removed" in would.stdout and "would be freed" in would.stdout
        told = self.run("--keep", "1")
        assert f"{going}  removed" in told.stdout
        assert f"{staying}  kept: it is one of the 1 newest" in told.stdout
        assert told.stdout.splitlines()[-1].endswith("freed.")
        assert left(state) == {staying}

    def test_json(self, state: StateFolder) -> None:
        going = self.old(state, 1)
        told = json.loads(self.run("--keep", "0", "--json").stdout)
        assert [one["what"] for one in told["removed"]] == [going]
        assert told["bytes_freed"] == told["removed"][0]["bytes"] > 0

    def test_without_a_database_it_refuses_and_removes_nothing(
        self, state: StateFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is published is written there alone."""
        name = self.old(state, 1)
        for module in [one for one in sys.modules if one.startswith("forecast.catalogue.")]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setitem(sys.modules, "sqlalchemy", None)
        told = self.run("--keep", "0")
        assert told.exit_code == 1 and "sqlalchemy" in told.stderr
        assert left(state) == {name}
