"""The catalogue of one server while its database is silent: one tries it, the others are told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event

import pytest

from forecast.catalogue.failures import CatalogueUnavailableError, NotListedError
from timelines_server.state import shared
from timelines_server.state.shared import THREADS, SharedCatalogue


class Database:
    """Stands in for the catalogue: silent until it is thawed, or refusing."""

    def __init__(self) -> None:
        self.there, self.asked, self.hangs = True, 0, Event()
        self.hangs.set()

    def job(self, _: object) -> str:
        self.asked += 1
        self.hangs.wait(10)
        if not self.there:
            raise CatalogueUnavailableError("it does not answer")
        return "answer"


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> SharedCatalogue:
    monkeypatch.setattr(SharedCatalogue, "get", lambda _: None)
    return SharedCatalogue()


def again_after(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(shared, "AGAIN_S", seconds)


async def lost(catalogue: SharedCatalogue, job: Callable[..., str]) -> bool:
    try:
        await catalogue.run(job)
    except CatalogueUnavailableError:
        return True
    return False


def test_after_a_failure_nobody_waits_and_nobody_asks(catalogue: SharedCatalogue, database: Database) -> None:
    database.there = False

    async def ask() -> list[bool]:
        return [await lost(catalogue, database.job) for _ in range(5)]

    assert asyncio.run(ask()) == [True] * 5
    assert database.asked == 1


def test_those_who_waited_for_their_turn_are_told_what_was_found_out(
    catalogue: SharedCatalogue, database: Database
) -> None:
    database.there = False
    database.hangs.clear()

    async def ask() -> list[bool]:
        calls = [asyncio.create_task(lost(catalogue, database.job)) for _ in range(20)]
        await asyncio.sleep(0.1)
        database.hangs.set()
        return await asyncio.gather(*calls)

    assert asyncio.run(ask()) == [True] * 20
    assert database.asked == THREADS


def test_one_tries_again_and_when_it_is_answered_all_are(
    catalogue: SharedCatalogue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    again_after(monkeypatch, 0)
    database.there = False

    async def ask() -> list[bool]:
        assert await lost(catalogue, database.job)
        database.there = True
        database.hangs.clear()
        first = asyncio.create_task(lost(catalogue, database.job))
        await asyncio.sleep(0.05)
        meanwhile = await lost(catalogue, database.job)
        database.hangs.set()
        return [meanwhile, await first, await lost(catalogue, database.job)]

    assert asyncio.run(ask()) == [True, False, False]


def test_one_who_tries_and_leaves_lets_the_next_one_try(
    catalogue: SharedCatalogue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    again_after(monkeypatch, 0)
    database.there = False

    async def ask() -> bool:
        assert await lost(catalogue, database.job)
        database.hangs.clear()
        trying = asyncio.create_task(lost(catalogue, database.job))
        await asyncio.sleep(0.05)
        trying.cancel()
        await asyncio.gather(trying, return_exceptions=True)
        database.there = True
        database.hangs.set()
        return await lost(catalogue, database.job)

    assert not asyncio.run(ask())


def test_an_error_of_the_question_is_no_silence(catalogue: SharedCatalogue, database: Database) -> None:
    def unlisted(_: object) -> str:
        raise NotListedError("fit", "x", ["y"])

    async def ask() -> bool:
        with pytest.raises(NotListedError):
            await catalogue.run(unlisted)
        return await lost(catalogue, database.job)

    assert not asyncio.run(ask())
