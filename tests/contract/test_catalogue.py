"""The catalogue's contract: one class of tests, run for every implementation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, datetime, timedelta, timezone

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy.engine import default

from forecast.catalogue.database.schema import UtcDateTime
from forecast.errors import ArtefactError, PosteriorNotFoundError, StorageError
from forecast.posterior import selection
from forecast.posterior.manifest import FrozenDict
from forecast.posterior.selection import PosteriorRefusedError
from forecast.posterior.state import StateFolder
from tests.catalogues import Clock, Open, StepClock, at_once, fit


@pytest.fixture
def clock() -> Clock:
    return StepClock()


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

    def test_moments_keep_their_time_zone(self, open_catalogue: Open, state: StateFolder, clock: Clock) -> None:
        name, start = fit(state, 1), clock.now
        recorded = open_catalogue().get(name).recorded_at
        assert recorded.utcoffset() == timedelta(0)
        assert start < recorded < start + timedelta(hours=1)

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

    def test_what_it_knows_survives_closing(self, open_catalogue: Open, state: StateFolder) -> None:
        name = fit(state, 1)
        with open_catalogue() as catalogue:
            catalogue.set_current(name)
        assert [change.name for change in open_catalogue().history()] == [name]

    def test_who_asks_what_is_current_is_told_its_name(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, other, name = open_catalogue(), open_catalogue(), fit(state, 1)
        assert catalogue.current_name() is None
        catalogue.set_current(name)
        assert catalogue.current_name() == other.current_name() == name

    def test_adding_at_once_records_it_once(self, open_catalogue: Open, state: StateFolder) -> None:
        manifest = selection.find_entry(fit(state, 1), state.root).manifest
        assert manifest is not None
        catalogues = [open_catalogue() for _ in range(4)]
        records = at_once(lambda number: catalogues[number].add(manifest), 4)
        assert len(set(records)) == 1

    def test_choices_at_once_all_enter_the_history_and_the_file_says_the_last(
        self, open_catalogue: Open, state: StateFolder
    ) -> None:
        names = [fit(state, seed) for seed in range(4)]
        catalogues = [open_catalogue() for _ in names]
        at_once(lambda number: catalogues[number].set_current(names[number]), 4)
        history = [change.name for change in catalogues[0].history()]
        assert sorted(history) == sorted(names)
        assert selection.current_name(state) == history[0] == catalogues[0].current_name()

    def test_a_large_seed_is_kept(self, open_catalogue: Open, state: StateFolder) -> None:
        manifest = selection.find_entry(fit(state, 1), state.root).manifest
        assert manifest is not None
        assert open_catalogue().add(FrozenDict({**manifest, "seed": 2**62})).seed == 2**62  # type: ignore[arg-type]

    def test_nobody_publishes_or_chooses_while_it_is_held(self, open_catalogue: Open, state: StateFolder) -> None:
        catalogue, other, name = open_catalogue(), open_catalogue(), fit(state, 1)
        with ThreadPoolExecutor(1) as pool:
            with catalogue.holding():
                chosen = pool.submit(other.set_current, name)
                assert wait([chosen], timeout=0.5).not_done
                assert catalogue.history() == ()
            assert chosen.result(10).name == name


def test_a_moment_of_any_zone_becomes_utc_and_one_without_is_refused() -> None:
    kind, dialect = UtcDateTime(), default.DefaultDialect()
    there = datetime(2026, 11, 21, 5, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    for found in (kind.process_result_value(there, dialect), kind.process_bind_param(there, dialect)):
        assert found is not None and found.isoformat() == "2026-11-21T00:00:00+00:00"
    assert kind.process_result_value(datetime(2026, 11, 21), dialect) == there
    with pytest.raises(ValueError, match="time zone"):
        kind.process_bind_param(datetime(2026, 11, 21), dialect)
