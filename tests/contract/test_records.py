"""Published forecasts in the catalogue: a name for good, the one before, nothing changed by the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue import Catalogue
from forecast.catalogue.entries.published import Record, content_sha256
from forecast.catalogue.entries.records import RecordStore
from forecast.catalogue.failures import NotListedError, RequestIdUsedError
from tests.catalogues import Clock, Open, at_once

NUMBERS = [0.1 + 0.2, 1e-320, 1.7976931348623157e308, -0.0, 2**53 + 1]
RECORD = Record(
    series="gpt-like",
    title="Größe – 10²⁵ FLOP",
    note="a 'quoted' note\nwith lines",
    question={"budget_usd": 1e8, "numbers": NUMBERS},
    answer={"quantiles": {"0.5": 2031.123456789012345}, "never": None, "numbers": NUMBERS},
    posterior="2026-11-20-aaaaaaaaaaaa",
    posterior_sha256="a" * 64,
    code_version="0.1.0",
    citation="timelines, 2026",
)


@pytest.fixture
def records(catalogue: Catalogue) -> RecordStore:
    return catalogue.records


class TestRecords:
    """What every database promises."""

    def test_what_was_published_is_found_to_the_last_digit(self, records: RecordStore, clock: Clock) -> None:
        made = records.add(RECORD, published_by="desk")
        found = records.get(made.name)
        assert found == made
        assert repr(found.record) == repr(RECORD)
        assert (found.published_at, found.published_by, found.previous) == (clock.now, "desk", None)

    def test_its_hash_follows_from_what_it_says(self, open_catalogue: Open) -> None:
        made = open_catalogue(real_time=True).records.add(RECORD)
        found = open_catalogue().records.get(made.name)
        assert found.published_at.utcoffset() == timedelta(0)
        digest = content_sha256(found.record, found.previous, found.published_at)
        assert digest == found.content_sha256
        assert found.name == f"{found.published_at:%Y-%m-%d}-{digest[:12]}"

    def test_each_names_the_one_before_in_its_series(self, records: RecordStore, clock: Clock) -> None:
        names = []
        for series in ("a", "b", "a", "a", "b"):
            clock.turn(1)
            names.append(records.add(replace(RECORD, series=series)).name)
        previous = [records.get(name).previous for name in names]
        assert previous == [None, None, names[0], names[2], names[1]]

    def test_the_same_request_id_publishes_once(self, records: RecordStore) -> None:
        request_id = str(uuid4())
        first = records.add(RECORD, request_id)
        assert records.add(RECORD, request_id) == first
        with pytest.raises(RequestIdUsedError, match=first.name):
            records.add(replace(RECORD, question={}), request_id)
        assert [one.name for one in records.list()] == [first.name]

    def test_publishing_at_once_with_one_request_id_publishes_once(self, open_catalogue: Open) -> None:
        request_id = str(uuid4())
        stores = [open_catalogue().records for _ in range(6)]
        made = at_once(lambda number: stores[number].add(RECORD, request_id), 6)
        assert len({one.name for one in made}) == 1 == len(stores[0].list())

    def test_publishing_at_once_in_a_series_makes_one_chain(self, open_catalogue: Open) -> None:
        stores = [open_catalogue(real_time=True).records for _ in range(6)]
        at_once(lambda number: stores[number].add(replace(RECORD, title=str(number))), 6)
        chain = stores[0].list()
        assert [one.previous for one in chain] == [*(one.name for one in chain[1:]), None]

    def test_the_newest_come_first_and_pages_go_on_where_the_last_ended(
        self, records: RecordStore, clock: Clock
    ) -> None:
        names = []
        for k in range(5):
            clock.turn(1)
            names.append(records.add(replace(RECORD, series="ab"[k % 2])).name)
        assert [one.name for one in records.list(2)] == names[:2:-1]
        assert [one.name for one in records.list(9, before=names[3])] == names[2::-1]
        assert [one.name for one in records.list(9, series="b")] == [names[3], names[1]]

    def test_the_posteriors_that_they_rest_on_are_known(self, records: RecordStore) -> None:
        assert records.names_of_posteriors() == frozenset()
        for posterior in ("2026-11-20-aaaaaaaaaaaa", "2026-11-20-bbbbbbbbbbbb", "2026-11-20-aaaaaaaaaaaa"):
            records.add(replace(RECORD, posterior=posterior, title=str(uuid4())))
        assert records.names_of_posteriors() == {"2026-11-20-aaaaaaaaaaaa", "2026-11-20-bbbbbbbbbbbb"}

    def test_one_that_is_not_there_is_said_with_those_like_it(self, records: RecordStore) -> None:
        name = records.add(RECORD).name
        with pytest.raises(NotListedError, match=name):
            records.get(name[:-1] + "x")

    def test_nothing_is_published_while_the_catalogue_is_held(self, open_catalogue: Open) -> None:
        catalogue, other = open_catalogue(), open_catalogue()
        with ThreadPoolExecutor(1) as pool:
            with catalogue.holding():
                made = pool.submit(other.records.add, RECORD)
                assert wait([made], timeout=0.5).not_done
                assert catalogue.records.names_of_posteriors() == frozenset()
            assert made.result(10).record == RECORD
