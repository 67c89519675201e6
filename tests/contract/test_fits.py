"""Fits in the catalogue: one claim at a time, every change a revision, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from forecast.catalogue import Catalogue
from forecast.catalogue.entries.fit_record import FitState
from forecast.catalogue.entries.fits import (
    LEASE_S,
    MAX_ATTEMPTS,
    MAX_QUEUED,
    FitStore,
)
from forecast.catalogue.failures import LostClaimError, NotListedError, QueueFullError, RequestIdUsedError
from tests.catalogues import Clock, Open, at_once

REQUEST = {"as_of": "2026-11-20", "seed": 0, "draws": 60}


@pytest.fixture
def fits(catalogue: Catalogue) -> FitStore:
    return catalogue.fits


def test_the_same_request_id_asks_for_the_same_fit(fits: FitStore) -> None:
    request_id = str(uuid4())
    first = fits.create(REQUEST, request_id, made_by="nightly")
    assert fits.create(REQUEST, request_id) == first
    with pytest.raises(RequestIdUsedError, match=first.name):
        fits.create({**REQUEST, "seed": 1}, request_id)
    assert fits.create(REQUEST).name != first.name


def test_fits_are_claimed_in_the_order_of_their_asking_each_once(fits: FitStore) -> None:
    asked = [fits.create(REQUEST).name for _ in range(3)]
    claimed = [fits.claim(f"server-{k}") for k in range(4)]
    assert [one and one.name for one in claimed] == [*asked, None]
    assert [one.state for one in claimed if one] == [FitState.RUNNING] * 3


def test_every_change_is_a_new_revision_and_a_heartbeat_is_none(fits: FitStore, clock: Clock) -> None:
    name = fits.create(REQUEST).name
    seen = [fits.get(name).revision]
    fits.claim("a")
    clock.turn(5)
    for stage, chains in (("compiling", None), (None, [{"chain": 0, "finished_draws": 3}]), (None, None)):
        seen.append(fits.progress(name, "a", stage, chains).revision)
    seen.append(fits.finish(name, "a", FitState.SUCCEEDED, outcome={"name": "p"}).revision)
    assert seen == [1, 3, 4, 4, 5]
    ended = fits.get(name)
    assert ended.outcome == {"name": "p"} and ended.beat_at == ended.ended_at == clock.now


def test_a_fit_that_lost_its_server_waits_again_and_at_last_has_failed(fits: FitStore, clock: Clock) -> None:
    name = fits.create(REQUEST).name
    for attempt in range(1, MAX_ATTEMPTS + 1):
        claimed = fits.claim(f"server-{attempt}")
        assert claimed is not None and claimed.attempts == attempt
        clock.turn(LEASE_S + 1)
    assert fits.claim("another") is None
    failed = fits.get(name)
    assert (failed.state, failed.reason) == (FitState.FAILED, "SERVER_LOST") and "server-3" in failed.message


@pytest.mark.parametrize("seconds", [LEASE_S + 1, -3600], ids=["silence", "a clock set back"])
def test_who_lost_its_claim_is_told_so(fits: FitStore, clock: Clock, seconds: float) -> None:
    name = fits.create(REQUEST).name
    fits.claim("a")
    clock.turn(seconds)
    assert fits.claim("b") is not None
    with pytest.raises(LostClaimError, match=name):
        fits.progress(name, "a")
    with pytest.raises(LostClaimError):
        fits.finish(name, "a", FitState.SUCCEEDED)
    assert fits.get(name).owner == "b"


def test_progress_keeps_a_claim(fits: FitStore, clock: Clock) -> None:
    name = fits.create(REQUEST).name
    fits.claim("a")
    for _ in range(4):
        clock.turn(LEASE_S - 1)
        fits.progress(name, "a")
    assert fits.claim("b") is None and fits.get(name).owner == "a"


def test_what_waits_is_cancelled_at_once_and_what_runs_is_asked_to_stop(fits: FitStore, clock: Clock) -> None:
    running, waiting = fits.create(REQUEST).name, fits.create(REQUEST).name
    fits.claim("a")
    assert fits.cancel(waiting).state is FitState.CANCELLED
    asked = fits.cancel(running)
    assert asked.state is FitState.RUNNING and asked.cancel_requested
    assert fits.cancel(running).revision == asked.revision
    clock.turn(LEASE_S + 1)  # its server is lost before it could stop it
    assert fits.claim("b") is None and fits.get(running).state is FitState.CANCELLED


def test_what_has_ended_stays_as_it_is(fits: FitStore) -> None:
    name = fits.create(REQUEST).name
    fits.claim("a")
    ended = fits.finish(name, "a", FitState.REFUSED, reason="GATES", message="R-hat 1.2", outcome={"name": "p"})
    assert fits.cancel(name) == ended == fits.get(name)


def test_an_orderly_stop_puts_back_what_runs_without_counting_it(fits: FitStore) -> None:
    name = fits.create(REQUEST).name
    for _ in range(MAX_ATTEMPTS + 1):
        fits.claim("a")
        assert [one.state for one in fits.release("a")] == [FitState.QUEUED]
    claimed = fits.claim("b")
    assert claimed is not None and (claimed.name, claimed.attempts) == (name, 1)


def test_the_newest_come_first_and_pages_go_on_where_the_last_ended(fits: FitStore) -> None:
    names = [fits.create({**REQUEST, "seed": k}).name for k in range(5)]
    fits.cancel(names[1])
    assert [one.name for one in fits.list(2)] == names[:2:-1]
    assert [one.name for one in fits.list(9, before=names[3])] == names[2::-1]
    assert [one.name for one in fits.list(9, states=[FitState.CANCELLED])] == [names[1]]


def test_a_fit_that_is_not_there_is_said_with_those_like_it(fits: FitStore) -> None:
    name = fits.create(REQUEST).name
    with pytest.raises(NotListedError, match=name):
        fits.get(name[:-1] + "z")


def test_a_queue_that_is_full_takes_no_more(fits: FitStore) -> None:
    for k in range(MAX_QUEUED):
        fits.create({**REQUEST, "seed": k})
    with pytest.raises(QueueFullError, match=str(MAX_QUEUED)):
        fits.create(REQUEST)


def test_asking_at_once_with_one_request_id_asks_for_one_fit(open_catalogue: Open) -> None:
    request_id = str(uuid4())
    stores = [open_catalogue().fits for _ in range(6)]
    asked = at_once(lambda number: stores[number].create(REQUEST, request_id), 6)
    assert len({one.name for one in asked}) == 1 == len(stores[0].list())


def test_a_queue_is_never_filled_beyond_its_end(open_catalogue: Open, fits: FitStore) -> None:
    for k in range(MAX_QUEUED - 2):
        fits.create({**REQUEST, "seed": k})
    stores = [open_catalogue().fits for _ in range(6)]

    def ask(number: int) -> bool:
        try:
            stores[number].create(REQUEST)
        except QueueFullError:
            return False
        return True

    assert sorted(at_once(ask, 6)) == [False] * 4 + [True] * 2
    assert len(fits.list(MAX_QUEUED + 9)) == MAX_QUEUED


def test_servers_that_claim_at_once_get_each_fit_once(open_catalogue: Open) -> None:
    stores = [open_catalogue().fits for _ in range(4)]
    asked = [stores[0].create({**REQUEST, "seed": k}).name for k in range(40)]

    def take_all(number: int) -> list[str]:
        taken = []
        while (one := stores[number].claim(f"server-{number}")) is not None:
            taken.append(one.name)
        return taken

    taken = at_once(take_all, 4)
    assert sorted(name for names in taken for name in names) == sorted(asked)


def test_a_lost_fit_is_taken_over_by_one_server_alone(open_catalogue: Open, fits: FitStore, clock: Clock) -> None:
    name = fits.create(REQUEST).name
    fits.claim("lost")
    clock.turn(LEASE_S + 1)
    stores = [open_catalogue().fits for _ in range(4)]
    taken = at_once(lambda number: stores[number].claim(f"server-{number}"), 4)
    assert [one.name for one in taken if one] == [name]
    assert fits.get(name).attempts == 2


def test_progress_and_cancelling_at_once_lose_neither(open_catalogue: Open, fits: FitStore) -> None:
    name = fits.create(REQUEST).name
    fits.claim("a")
    one, other = open_catalogue().fits, open_catalogue().fits

    def work(number: int) -> None:
        for k in range(10):
            one.progress(name, "a", f"step {k}") if number == 0 else other.cancel(name)

    at_once(work, 2)
    found = fits.get(name)
    assert found.cancel_requested and found.stage == "step 9"
    assert found.revision == 2 + 10 + 1


def test_what_a_fit_says_is_kept_to_the_last_digit(fits: FitStore) -> None:
    numbers = [0.1 + 0.2, 1e-320, 2**53 + 1, 1.7976931348623157e308, -0.0]
    name = fits.create({**REQUEST, "numbers": numbers, "words": "Größe – 10²⁵"}).name
    fits.claim("a")
    fits.progress(name, "a", "s" * 1000, [{"chain": 0, "step_size": numbers[0]}])
    fits.finish(name, "a", FitState.SUCCEEDED, outcome={"numbers": numbers})
    found = fits.get(name)
    assert found.outcome is not None
    assert repr(found.outcome["numbers"]) == repr(found.request["numbers"]) == repr(numbers)
    assert (found.request["words"], found.chains[0]["step_size"]) == ("Größe – 10²⁵", numbers[0])


def test_times_are_utc_by_whatever_clock(open_catalogue: Open) -> None:
    before = datetime.now(UTC)
    fits = open_catalogue(real_time=True).fits
    made = fits.create(REQUEST).created_at
    assert made.utcoffset() == timedelta(0)
    assert abs(made - before) < timedelta(minutes=1)
    assert fits.list()[0].created_at == made
