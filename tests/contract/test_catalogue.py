"""The catalogue's contract: one class of tests, run for every implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy")


from forecast.catalogue.store import Catalogue
from forecast.errors import ArtefactError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.selection import PosteriorRefusedError
from forecast.posterior.state import StateFolder
from tests.synthetic import synthetic_posterior

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 11, 20, 12, tzinfo=UTC)

Open = Callable[[], Catalogue]


class StepClock:
    """A clock that moves a minute at every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture(params=["sqlite"])
def open_catalogue(request: pytest.FixtureRequest, state: StateFolder) -> Iterator[Open]:
    """Opens the implementation under test on `state`, as often as asked."""
    opened: list[Catalogue] = []
    clock = StepClock()

    def open_sqlite() -> Catalogue:
        opened.append(Catalogue.open(state.root, clock=clock))
        return opened[-1]

    implementations = {"sqlite": open_sqlite}
    yield implementations[request.param]
    for catalogue in opened:
        catalogue.close()


def fit(state: StateFolder, seed: int, status: str = "PASSED", as_of: date = date(2026, 11, 20)) -> str:
    posterior = synthetic_posterior(50, seed=seed, status=status, reasons=["divergences"], as_of=as_of)
    return write(posterior, state.posteriors).stem


def remove(state: StateFolder, name: str) -> None:
    for suffix in (".nc", ".json"):
        (state.posteriors / f"{name}{suffix}").unlink()


class TestCatalogue:
    """What every implementation promises."""

    def test_it_begins_with_the_shipped_reference_as_current(self, open_catalogue: Open) -> None:
        catalogue = open_catalogue()
        assert [record.origin for record in catalogue.list()] == ["shipped"]
        assert catalogue.current() == catalogue.list()[0]
        assert catalogue.history() == ()

    def test_a_record_says_what_the_manifest_says(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1, "FLAGGED", date(2020, 7, 27))
        manifest = selection.find_entry(name, state.root).manifest
        assert manifest is not None
        record = open_catalogue().add(manifest)
        assert (record.name, record.as_of, record.status) == (name, date(2020, 7, 27), "FLAGGED")
        assert record.reasons == ("divergences",)
        assert (record.sha256, record.draws) == (manifest["sha256"], 50)
        assert record == open_catalogue().get(name)

    def test_moments_keep_their_time_zone(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        recorded = open_catalogue().get(name).recorded_at
        assert recorded.utcoffset() == timedelta(0)
        assert START < recorded < START + timedelta(hours=1)

    def test_adding_twice_changes_nothing(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        manifest = selection.find_entry(name, state.root).manifest
        assert manifest is not None
        catalogue = open_catalogue()
        assert catalogue.add(manifest) == catalogue.add(manifest)

    def test_a_posterior_that_came_without_it_is_found(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue = open_catalogue()
        assert len(catalogue.list()) == 1
        name = fit(state, 1)
        assert catalogue.get(name).name == name
        assert catalogue.list()[0].name == name

    def test_the_newest_recorded_come_first(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue = open_catalogue()
        names: list[str] = []
        for seed in range(3):
            names.insert(0, fit(state, seed))
            catalogue.sync()
        assert [record.name for record in catalogue.list()][:3] == names

    def test_one_whose_files_went_is_unlisted_but_remembered(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        catalogue.sync()
        remove(state, name)
        assert name not in [record.name for record in catalogue.list()]
        assert catalogue.get(name).removed_at is not None
        fit(state, 1)
        assert name in [record.name for record in catalogue.list()]
        assert catalogue.get(name).removed_at is None

    def test_current_moves_the_file_and_the_history_together(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, first, second = open_catalogue(), fit(state, 1), fit(state, 2)
        catalogue.set_current(first)
        record = catalogue.set_current(second)
        assert selection.current(state.root).name == second == catalogue.current().name == record.name
        assert [change.name for change in catalogue.history()] == [second, first]
        assert catalogue.history()[0].since > catalogue.history()[1].since

    def test_current_takes_a_unique_prefix(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1, as_of=date(2020, 7, 27))
        assert open_catalogue().set_current("2020").name == name

    def test_a_refused_one_never_becomes_current(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1, "REFUSED")
        assert catalogue.get(name).status == "REFUSED"
        with pytest.raises(PosteriorRefusedError, match="divergences"):
            catalogue.set_current(name)
        assert catalogue.history() == ()
        assert catalogue.current().origin == "shipped"

    def test_a_damaged_one_never_becomes_current(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        (state.posteriors / f"{name}.nc").write_bytes(b"")
        with pytest.raises(ArtefactError):
            catalogue.set_current(name)
        assert catalogue.history() == ()

    def test_a_file_that_cannot_be_written_leaves_the_history_alone(
        self, open_catalogue: Open, state: StateFolder
    ) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        state.current_file.mkdir()
        with pytest.raises(StorageError):
            catalogue.set_current(name)
        assert catalogue.history() == ()

    def test_an_unknown_name_lists_the_known(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        with pytest.raises(PosteriorNotFoundError, match=name):
            open_catalogue().get("2020-01-01-aaaaaaaaaaaa")
        with pytest.raises(PosteriorNotFoundError, match=name):
            open_catalogue().set_current("2020-01-01")

    def test_a_current_file_set_by_hand_enters_the_history(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, name = open_catalogue(), fit(state, 1)
        selection.set_current(name, state.root)
        assert catalogue.current().name == name
        catalogue.sync()
        catalogue.sync()
        assert [change.name for change in catalogue.history()] == [name]

    def test_a_spoilt_current_file_is_an_error_but_listing_goes_on(
        self, open_catalogue: Open, state: StateFolder
    ) -> None:
        catalogue = open_catalogue()
        state.current_file.write_text("nonsense")
        assert len(catalogue.list()) == 1
        with pytest.raises(ArtefactError, match="not a posterior's name"):
            catalogue.current()

    def test_what_it_knows_survives_closing(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        with open_catalogue() as catalogue:
            catalogue.set_current(name)
        assert [change.name for change in open_catalogue().history()] == [name]
