"""Pruning keeps its promises on every catalogue: what is current, published or at work is never removed."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue.store import Catalogue
from forecast.catalogue.upkeep.pruning import prune
from forecast.posterior import selection
from forecast.posterior.artefact import read
from forecast.posterior.state import StateFolder
from tests.backing import record
from tests.catalogues import Open, fit

NOW = datetime(2027, 11, 21, tzinfo=UTC)


def old(state: StateFolder, seed: int) -> str:
    """A posterior that was written a while ago."""
    name, at = fit(state, seed), (NOW - timedelta(days=90 + seed)).timestamp()
    for suffix in (".json", ".nc"):
        os.utime(state.posteriors / f"{name}{suffix}", (at, at))
    return name


def test_only_what_nobody_needs_goes(catalogue: Catalogue, state: StateFolder) -> None:
    current, published, at_work, nobodys = (old(state, seed) for seed in range(4))
    catalogue.set_current(current)
    catalogue.records.add(record(published))
    catalogue.fits.create({"from": at_work})
    done = prune(catalogue, NOW, state.root, keep=0)
    assert [one.what for one in done.removed] == [nobodys]
    assert {one.name for one in done.kept} == {current, published, at_work}
    assert {read(entry.path).name for entry in selection.available(state.root)} >= {current, published, at_work}


def test_what_another_server_made_current_stays_here_too(
    catalogue: Catalogue, open_catalogue: Open, state: StateFolder
) -> None:
    """On a shared catalogue the folder's own `current` file may be a moment behind."""
    first, second = old(state, 1), old(state, 2)
    catalogue.set_current(first)
    before = state.current_file.read_bytes()
    catalogue.set_current(second)
    if catalogue.shared:
        state.current_file.write_bytes(before)
    kept = {one.name for one in prune(catalogue, NOW, state.root, keep=0).kept}
    assert second in kept


def test_a_publisher_and_use_wait_until_it_has_ended(
    catalogue: Catalogue, open_catalogue: Open, state: StateFolder
) -> None:
    name, other = old(state, 1), old(state, 2)
    begun = Event()

    def publish_and_use() -> list[str]:
        with open_catalogue() as theirs:
            begun.set()
            theirs.records.add(record(name))
            return [theirs.set_current(other).name]

    with ThreadPoolExecutor(1) as pool:
        with catalogue.holding():
            waiting = pool.submit(publish_and_use)
            begun.wait(20)
            assert catalogue.records.names_of_posteriors() == frozenset()
            assert not waiting.done()
        assert waiting.result(30) == [other]
    assert catalogue.records.names_of_posteriors() == {name}
