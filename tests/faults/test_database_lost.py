"""The catalogue's PostgreSQL is killed, frozen and started again under load: what needs it waits, forecasts go on."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import grpc
import pytest

from forecast.catalogue.database.postgres import CONNECT_SECONDS, WAIT_SECONDS
from forecast.posterior import selection
from tests.faults.harness import Caller, calling, refusal, refused, serving, tracebacks
from tests.postgres import Postgres, postgres
from tests.service import asking
from tests.service.fitting import LONG
from tests.service.processes import comes_true
from timelines.v1 import fit_service_pb2 as pb
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub
from timelines_server.work import THREADS

REFUSED_WITHIN_S = CONNECT_SECONDS + WAIT_SECONDS + 5
"""What a call waits at most for a database that is silent, and what a busy machine takes."""

RECOVERS_WITHIN_S = 15
PAUSE_S = 0.02
CROWD = 140


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


class Questions:
    """Asks one question after the other, and writes down how long each took."""

    def __init__(self, address: str) -> None:
        self.took_s: list[float] = []
        self.failed: list[str] = []
        self._address, self._leave = address, Event()

    def ask(self) -> None:
        with asking.channel(self._address) as channel:
            while not self._leave.wait(PAUSE_S):
                began = time.monotonic()
                try:
                    asking.forecast(channel)
                except grpc.RpcError as error:
                    self.failed.append(f"{error.code()}: {error.details()}")
                self.took_s.append(time.monotonic() - began)

    @contextmanager
    def asked(self) -> Iterator[None]:
        thread = Thread(target=self.ask)
        thread.start()
        try:
            yield
        finally:
            self._leave.set()
            thread.join(60)

    def since(self, number: int) -> float:
        """The median of those from that one on, seconds."""
        return statistics.median(self.took_s[number:])


def needing_it(caller: Caller) -> dict[str, Callable[[], object]]:
    """A call of each kind that needs the catalogue."""
    return {
        "publish": caller.publish,
        "list records": caller.all_published,
        "create a fit": caller.fits.create,
        "list fits": caller.all_fits,
        "choose a posterior": lambda: choose(caller),
    }


def choose(caller: Caller) -> None:
    """Make the posterior current that is."""
    chosen = posteriors.SetCurrentPosteriorRequest(name=f"posteriors/{selection.reference().name}")
    PosteriorServiceStub(caller.channel).SetCurrentPosterior(chosen, timeout=60)


def is_refused_in_time(caller: Caller) -> None:
    for what, call in needing_it(caller).items():
        began = time.monotonic()
        with refused(grpc.StatusCode.UNAVAILABLE, "CATALOGUE_UNAVAILABLE"):
            call()
        assert time.monotonic() - began < REFUSED_WITHIN_S, what


def works(caller: Caller) -> bool:
    try:
        caller.publish()
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            raise
        return False
    return True


@pytest.mark.parametrize(
    "faults",
    [["kill"], pytest.param(["kill", "freeze", "kill", "kill", "freeze", "kill"], marks=pytest.mark.long)],
    ids=["once", "often"],
)
def test_what_needs_a_lost_database_is_refused_and_recovers_and_forecasts_go_on(
    tmp_path: Path, database: Postgres, faults: list[str]
) -> None:
    url = database.url(database.make_database())
    with serving(tmp_path, TIMELINES_CATALOGUE=url) as server, calling(server.address) as caller:
        kept = [caller.publish()]
        questions = Questions(server.address)
        with questions.asked():
            assert comes_true(lambda: len(questions.took_s) >= 50, within_s=60)
            for fault in faults:
                running = caller.fits.begun(caller.fits.create(**LONG).name)
                before = len(questions.took_s)
                database.kill() if fault == "kill" else database.freeze()
                is_refused_in_time(caller)
                during = questions.since(before)
                database.start() if fault == "kill" else database.thaw()
                assert comes_true(lambda: works(caller), within_s=RECOVERS_WITHIN_S)
                assert [caller.published(one.name) for one in kept] == kept
                kept.append(caller.publish())
                caller.fits.cancel(running.name)
                ended = caller.fits.ended(running.name)
                assert ended.state in (pb.FIT_STATE_CANCELLED, pb.FIT_STATE_SUCCEEDED), "the fit did not go on"
                assert ended.attempts == 1, "the fit was begun again"
                assert during < 5 * statistics.median(questions.took_s[:50]) + 0.05
        assert not questions.failed
        assert server.process.poll() is None and tracebacks(server.log) == []


@pytest.mark.long
def test_a_crowd_that_needs_a_frozen_database_is_told_soon_and_keeps_no_question_out(
    tmp_path: Path, database: Postgres
) -> None:
    """More callers than there is room for, and far more than can wait for the database one after the other."""
    url = database.url(database.make_database())
    with serving(tmp_path, "--fits", "0", TIMELINES_CATALOGUE=url) as server, calling(server.address) as caller:
        caller.publish()
        questions = Questions(server.address)
        with questions.asked(), ThreadPoolExecutor(CROWD) as crowd:
            assert comes_true(lambda: len(questions.took_s) >= 20, within_s=60)
            database.freeze()
            began = time.monotonic()
            refusals = Counter(crowd.map(lambda _: how_refused(caller.all_published), range(CROWD)))
            took_s = time.monotonic() - began
            database.thaw()
        assert {reason for _, reason in refusals} <= {"CATALOGUE_UNAVAILABLE", "OVERLOADED"}, refusals
        assert took_s < REFUSED_WITHIN_S and not questions.failed
        assert comes_true(lambda: works(caller), within_s=RECOVERS_WITHIN_S)


def how_refused(call: Callable[[], object]) -> tuple[str, str]:
    """The code and the reason that a call ends with."""
    try:
        call()
    except grpc.RpcError as error:
        found = refusal(error)
        return found.code.name, found.reason
    return "OK", ""


@pytest.mark.long
def test_those_who_choose_a_posterior_in_a_frozen_database_hold_up_no_question(
    tmp_path: Path, database: Postgres
) -> None:
    """As many as there are threads for questions, and questions that are not answered from memory."""
    url = database.url(database.make_database())
    with serving(tmp_path, "--fits", "0", TIMELINES_CATALOGUE=url) as server, calling(server.address) as caller:
        choose(caller)
        database.freeze()
        with ThreadPoolExecutor(THREADS) as choosers:
            choosing = [choosers.submit(how_refused, lambda: choose(caller)) for _ in range(THREADS)]
            time.sleep(1)
            asking.forecast(caller.channel, seed=7)
            assert not any(one.done() for one in choosing), "the question waited for them"
            assert {one.result() for one in choosing} == {("UNAVAILABLE", "CATALOGUE_UNAVAILABLE")}
        database.thaw()
        assert comes_true(lambda: works(caller), within_s=RECOVERS_WITHIN_S)


@pytest.mark.long
def test_a_server_that_starts_without_its_database_answers_and_takes_it_up_when_it_is_there(
    tmp_path: Path, database: Postgres
) -> None:
    url = database.url(database.make_database())
    database.kill()
    try:
        with serving(tmp_path, TIMELINES_CATALOGUE=url) as server, calling(server.address) as caller:
            assert caller.answers_from() == selection.reference().name
            is_refused_in_time(caller)
            database.start()
            assert comes_true(lambda: works(caller), within_s=RECOVERS_WITHIN_S)
            ended = caller.fits.ended(caller.fits.create().name)
            assert ended.became_current and comes_true(lambda: caller.answers_from() == ended.posterior[11:])
            assert tracebacks(server.log) == []
    finally:
        database.kill()
        database.start()
