"""What is pruned: old posteriors and leftovers; never what is current, published, at work, or shipped."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue.store import Catalogue
from forecast.catalogue.upkeep import pruning
from forecast.catalogue.upkeep.pruning import prune
from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
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


class TestPosteriors:
    def test_the_newest_stay_and_the_others_go(self, state: StateFolder, catalogue: Catalogue) -> None:
        names = [fit(state, seed, days=seed + 1) for seed in range(5)]
        done = prune(catalogue, NOW, keep=2)
        assert left(state) == set(names[:2])
        assert gone(done) == set(names[2:])
        assert set(why(done).values()) == {"it is one of the 2 newest"}

    def test_the_bytes_that_it_tells_are_those_that_were_freed(self, state: StateFolder, catalogue: Catalogue) -> None:
        fit(state, 1, days=9)
        size = sum(path.stat().st_size for path in state.posteriors.iterdir())
        assert prune(catalogue, NOW, keep=0).size == size > 10_000

    def test_the_current_one_stays(self, state: StateFolder, catalogue: Catalogue) -> None:
        old, newer = fit(state, 1, days=90), fit(state, 2, days=1)
        catalogue.set_current(old)
        done = prune(catalogue, NOW, keep=0)
        assert left(state) == {old} and gone(done) == {newer}
        assert why(done) == {old: "it is current"}

    def test_one_that_a_published_forecast_names_stays_for_good(self, state: StateFolder, catalogue: Catalogue) -> None:
        named, other = fit(state, 1, days=900), fit(state, 2, days=900)
        publish(catalogue, named)
        done = prune(catalogue, NOW, keep=0)
        assert left(state) == {named} and gone(done) == {other}
        assert why(done) == {named: "a published forecast names it"}

    def test_one_that_a_waiting_or_running_fit_names_stays(self, state: StateFolder, catalogue: Catalogue) -> None:
        named, other = fit(state, 1, days=90), fit(state, 2, days=90)
        asked = catalogue.fits.create({"only": "loss", "rest": [{"of": named}]})
        assert why(prune(catalogue, NOW, keep=0)) == {named: f"the fit {asked.name} works with it"}
        catalogue.fits.cancel(asked.name)
        assert gone(prune(catalogue, NOW, keep=0)) == {named}
        assert not left(state) & {named, other}

    def test_what_was_just_written_stays(self, state: StateFolder, catalogue: Catalogue) -> None:
        """A fit writes its posterior before it says so anywhere."""
        fresh = fit(state, 1, days=0.5 / 24)
        ahead = fit(state, 2, days=-1)  # the clock was set back
        assert set(why(prune(catalogue, NOW, keep=0))) == {fresh, ahead}

    def test_one_whose_draws_are_being_written_anew_stays(self, state: StateFolder, catalogue: Catalogue) -> None:
        name = fit(state, 1, days=9)
        aged(state.posteriors / f"{name}.nc", days=0)
        assert gone(prune(catalogue, NOW, keep=0)) == set()

    def test_of_those_beyond_the_newest_only_the_old_go(self, state: StateFolder, catalogue: Catalogue) -> None:
        names = [fit(state, seed, days=10 * seed + 5) for seed in range(4)]
        done = prune(catalogue, NOW, keep=1, older_than_days=20)
        assert gone(done) == set(names[2:])
        assert why(done)[names[1]] == "it was written within the last 20 days"

    def test_shipped_ones_are_never_touched(self, state: StateFolder, catalogue: Catalogue) -> None:
        prune(catalogue, NOW, keep=0)
        assert selection.current().name == selection.reference().name

    def test_a_damaged_one_does_not_stand_for_a_sound_one(self, state: StateFolder, catalogue: Catalogue) -> None:
        sound, damaged = fit(state, 1, days=9), fit(state, 2, days=5)
        aged((state.posteriors / f"{damaged}.json"), 5).write_text("{")
        aged((state.posteriors / f"{damaged}.json"), 5)
        assert gone(prune(catalogue, NOW, keep=1)) == {damaged}
        assert left(state) == {sound}

    def test_a_dry_run_tells_the_same_and_removes_nothing(self, state: StateFolder, catalogue: Catalogue) -> None:
        names = {fit(state, seed, days=9) for seed in range(3)}
        told = prune(catalogue, NOW, keep=1, dry_run=True)
        assert left(state) == names
        assert prune(catalogue, NOW, keep=1) == told

    def test_where_nobody_knows_which_is_current_nothing_goes(self, state: StateFolder, catalogue: Catalogue) -> None:
        name = fit(state, 1, days=9)
        state.current_file.write_text("nonsense")
        with pytest.raises(ArtefactError, match="not a posterior's name"):
            prune(catalogue, NOW, keep=0)
        assert left(state) == {name}

    def test_the_catalogue_remembers_what_went(self, state: StateFolder, catalogue: Catalogue) -> None:
        name = fit(state, 1, days=9)
        prune(catalogue, NOW, keep=0)
        assert catalogue.get(name).removed_at is not None
        assert name not in {record.name for record in catalogue.list()}

    @pytest.mark.parametrize("numbers", [{"keep": -1}, {"older_than_days": -0.5}, {"older_than_days": float("nan")}])
    def test_a_number_that_makes_no_sense_is_refused(self, numbers: dict[str, float], catalogue: Catalogue) -> None:
        with pytest.raises(InputError, match="give 0 or more"):
            prune(catalogue, NOW, **numbers)  # type: ignore[arg-type]


class TestCutOff:
    def test_a_kill_between_the_two_files_leaves_nothing_that_is_listed_and_broken(
        self, state: StateFolder, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = fit(state, 1, days=9)
        real = atomic.remove_file

        def once(path: Path, remedy: atomic.Remedy) -> bool:
            if path.suffix == ".nc":
                raise KeyboardInterrupt
            return real(path, remedy)

        with monkeypatch.context() as patch:
            patch.setattr(atomic, "remove_file", once)
            with pytest.raises(KeyboardInterrupt):
                prune(catalogue, NOW, keep=0)
        assert left(state) == set() and (state.posteriors / f"{name}.nc").exists()
        assert gone(prune(catalogue, NOW, keep=0)) == {f"posteriors/{name}.nc"}
        assert not list(state.posteriors.glob("*.nc"))

    def test_a_folder_that_may_not_be_written_is_said(
        self, state: StateFolder, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = fit(state, 1, days=9)

        def refuse(path: Path) -> None:
            raise PermissionError(13, "Permission denied")

        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", refuse)
            with pytest.raises(StorageError, match="no permission"):
                prune(catalogue, NOW, keep=0)
        assert left(state) == {name}


USER = """
import itertools, sys
from forecast.catalogue.store import Catalogue

with Catalogue.open() as catalogue:
    for number in itertools.count():
        print(catalogue.set_current(sys.argv[1 + number % 2]).name, flush=True)
"""


def test_whoever_wants_to_use_one_that_goes_waits_and_is_told(
    state: StateFolder, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, real = fit(state, 1, days=9), pruning._remove
    waiting: list[Future[str]] = []

    def use() -> str:
        with Catalogue.open() as theirs:
            return theirs.set_current(name).name

    def remove(folder: StateFolder, one: pruning.Removed) -> None:
        waiting.append(pool.submit(use))
        time.sleep(0.3)
        assert not waiting[0].done()
        real(folder, one)

    monkeypatch.setattr(pruning, "_remove", remove)
    with ThreadPoolExecutor(1) as pool:
        assert gone(prune(catalogue, NOW, keep=0)) == {name}
        with pytest.raises(PosteriorNotFoundError):
            waiting[0].result(30)
    assert selection.current().name == selection.reference().name


@pytest.mark.long  # the order of locks is held by the tests above
def test_a_race_with_use_never_loses_the_current_one(state: StateFolder, catalogue: Catalogue) -> None:
    """Two posteriors are made current by turns while everything that is not current is pruned, again and again."""
    posteriors = [synthetic_posterior(50, seed=seed) for seed in range(2)]

    def restore() -> list[str]:
        paths = [write(posterior, state.posteriors) for posterior in posteriors]
        for path in paths:
            for suffix in (".nc", ".json"):
                aged(path.with_suffix(suffix), 9)
        return [path.stem for path in paths]

    names, rounds = restore(), 0
    kept: set[str] = set()
    with subprocess.Popen(
        [sys.executable, "-c", USER, *names], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as user:
        assert user.stdout is not None
        user.stdout.readline()
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline and user.poll() is None:
            kept |= why(prune(catalogue, NOW, keep=0)).keys()
            assert selection.current().name in names
            rounds += 1
        user.kill()
    assert rounds > 0 and kept & set(names)
    assert selection.current().name in names
