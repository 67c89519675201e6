"""Fits when servers stop, die, share a state folder or lose their claim; and the switch under load."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc import StatusCode

from forecast.catalogue import Catalogue
from forecast.catalogue.entries.fit_record import FitState
from forecast.catalogue.failures import CatalogueUnavailableError
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import read
from tests.service.fitting import LONG, TIMEOUT_S, calling, serving, toy_server, toys
from tests.service.posterior_calls import OLDER, REFERENCE
from tests.service.posterior_calls import calling as asking
from tests.service.processes import comes_true, is_alive
from tests.service.running import start
from tests.service.toy_fit import DEAF, store
from tests.synthetic import synthetic_posterior
from timelines import Client, Fit
from timelines.v1 import fit_service_pb2 as pb
from timelines.v1.answer_pb2 import Answer
from timelines_server.fits import queue as running_fits
from timelines_server.state import following
from timelines_server.state.shared import AGAIN_S

AS_OF = "2026-11-20"
TIMELINES = (sys.executable, "-m", "forecast.cli.main")


def events(log: str, name: str) -> list[dict[str, object]]:
    return [line for line in map(json.loads, log.splitlines()) if line["event"] == name]


def test_a_server_that_stops_ends_its_fit_and_another_does_it(tmp_path: Path) -> None:
    with toy_server(tmp_path) as first, calling(first.address) as fits:
        made = fits.create(draws=2500, seed=1, make_current=False)
        fits.begun(made.name)
        (toy,) = toys(first.process.pid)
        watch = fits.watch(made.name)
        next(watch)
        first.process.send_signal(signal.SIGTERM)
        assert comes_true(lambda: not is_alive(toy), within_s=1.5)
        with pytest.raises(grpc.RpcError) as caught:
            list(watch)
        assert caught.value.code() is StatusCode.UNAVAILABLE
        assert first.process.wait(timeout=15) == 0
        assert [one["fit"] for one in events(first.log, "fit_released")] == [made.name.removeprefix("fits/")]
    with toy_server(tmp_path) as second, calling(second.address) as fits:
        ended = fits.ended(made.name)
    assert (ended.state, ended.attempts) == (pb.FIT_STATE_SUCCEEDED, 1)


@pytest.mark.long  # tests/faults kill servers and fits in make test too
def test_a_server_that_is_killed_takes_its_fit_along_and_another_does_it_again(tmp_path: Path) -> None:
    with toy_server(tmp_path) as first, calling(first.address) as fits:
        made = fits.create(draws=1500, seed=2, make_current=False)
        waiting = fits.create(seed=3, make_current=False)
        fits.begun(made.name)
        (toy,) = toys(first.process.pid)
        first.process.kill()
        first.process.wait()
        assert comes_true(lambda: not is_alive(toy), within_s=2)
    assert not list((tmp_path / "posteriors").glob("*"))
    with toy_server(tmp_path) as second, calling(second.address) as fits:
        assert fits.ended(waiting.name).state == pb.FIT_STATE_SUCCEEDED
        ended = fits.ended(made.name)
    assert (ended.state, ended.attempts) == (pb.FIT_STATE_SUCCEEDED, 2)
    assert ended.posterior.removeprefix("posteriors/") == store(2, AS_OF, tmp_path)["name"]


@contextmanager
def asked_on(address: str) -> Iterator[tuple[list[tuple[float, Answer]], list[grpc.RpcError]]]:
    """Questions to a server, one after the other by each of three callers, until the block ends."""
    stop, answers, failures = threading.Event(), list[tuple[float, Answer]](), list[grpc.RpcError]()

    def ask_on() -> None:
        with asking(address) as caller:
            while not stop.is_set():
                began = time.monotonic()
                try:
                    answers.append((began, caller.ask()))
                except grpc.RpcError as error:
                    failures.append(error)

    askers = [threading.Thread(target=ask_on) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        yield answers, failures
    finally:
        stop.set()
        for asker in askers:
            asker.join()


def test_a_fit_becomes_current_under_load_and_no_question_fails(tmp_path: Path) -> None:
    with toy_server(tmp_path) as server, calling(server.address) as fits:
        with asked_on(server.address) as (answers, failures):
            ended = fits.ended(fits.create(draws=800, seed=4).name)
            told_at = time.monotonic()
            assert comes_true(lambda: answers[-1][0] > told_at + 0.2)
        new = ended.posterior.removeprefix("posteriors/")
        assert ended.became_current and not failures
        assert {answer.posterior.name for _, answer in answers} == {REFERENCE, new}
        assert {answer.posterior.name for began, answer in answers if began > told_at} == {new}
        assert len(answers) > 100
        expected = {name: next(one for _, one in answers if one.posterior.name == name) for name in (REFERENCE, new)}
        assert not [answer for _, answer in answers if answer != expected[answer.posterior.name]]


def test_a_server_follows_what_another_process_makes_current(tmp_path: Path) -> None:
    with start(tmp_path, "--metrics-port", "0") as server, asking(server.address) as caller:
        assert caller.ask().posterior.name == REFERENCE
        with asked_on(server.address) as (answers, failures):
            for name in (OLDER, REFERENCE):
                command = [*TIMELINES, "posterior", "use", name]
                subprocess.run(command, env={"TIMELINES_HOME": str(tmp_path)}, check=True, capture_output=True)
                assert comes_true(lambda name=name: answers[-1][1].posterior.name == name)  # type: ignore[misc]
        assert not failures
        followed = [OLDER, REFERENCE]
        assert comes_true(lambda: [one["posterior"] for one in events(server.log, "posterior_followed")] == followed)


def test_a_damaged_one_is_told_once_and_the_last_good_one_stays(tmp_path: Path) -> None:
    good = artefact.write(synthetic_posterior(80, 1), tmp_path / "posteriors")
    bad = artefact.write(synthetic_posterior(80, 2), tmp_path / "posteriors")
    current = tmp_path / "posteriors" / "current"
    current.write_text(f"{good.stem}\n")
    with start(tmp_path) as server, asking(server.address) as caller:
        image = bytearray(bad.read_bytes())
        image[len(image) // 2] ^= 1
        bad.write_bytes(image)
        current.write_text(f"{bad.stem}\n")
        assert comes_true(lambda: bool(events(server.log, "posterior_not_followed")))
        time.sleep(2 * following.LOOK_EVERY_S)
        assert caller.ask().posterior.name == good.stem
        assert len(events(server.log, "posterior_not_followed")) == 1
        current.write_text(f"{OLDER}\n")
        assert comes_true(lambda: caller.ask().posterior.name == OLDER)


@pytest.mark.long
def test_the_one_that_the_operator_named_stays_whatever_becomes_current(tmp_path: Path) -> None:
    with toy_server(tmp_path, "--posterior", REFERENCE) as server, calling(server.address) as fits:
        ended = fits.ended(fits.create(seed=5).name)
        assert ended.became_current
        time.sleep(1.5 * following.LOOK_EVERY_S)
        with asking(server.address) as caller:
            assert caller.ask().posterior.name == REFERENCE
    assert selection.current_entry(tmp_path).name == ended.posterior.removeprefix("posteriors/")


def test_without_what_fits_need_a_fit_is_refused_and_none_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_fits, "able", lambda: False)

    async def main() -> None:
        with Catalogue.open(tmp_path) as catalogue:
            waiting = catalogue.fits.create({"as_of": AS_OF, "seed": 0, "draws": 50, "tune": 50, "chains": 2})
        async with serving(monkeypatch, tmp_path) as running:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await running.create()
            assert caught.value.code() is StatusCode.FAILED_PRECONDITION
            assert "pip install 'ai-timelines[fit]'" in (caught.value.details() or "")
            await asyncio.sleep(2 * running_fits.LOOK_EVERY_S)
            found = await running.stub.GetFit(pb.GetFitRequest(name=f"fits/{waiting.name}"), timeout=TIMEOUT_S)
            assert found.fit.state == pb.FIT_STATE_QUEUED

    asyncio.run(main())


def test_a_fit_that_is_deaf_to_sigterm_is_killed_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with serving(monkeypatch, tmp_path) as running:
            made = await running.create(**{**LONG, "seed": DEAF})
            await running.until(made.name, pb.FIT_STATE_RUNNING)
            began = time.monotonic()
            while not (found := toys(running.pid)):
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)  # it is deaf now
            began = time.monotonic()
            await running.stub.CancelFit(pb.CancelFitRequest(name=made.name), timeout=TIMEOUT_S)
            assert (await running.ended(made.name)).state == pb.FIT_STATE_CANCELLED
            assert time.monotonic() - began < 1 and not is_alive(found[0])

    asyncio.run(main())


def test_a_fit_whose_claim_is_lost_is_ended_and_records_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with serving(monkeypatch, tmp_path) as running:
            made = await running.create(**LONG, make_current=False)
            await running.until(made.name, pb.FIT_STATE_RUNNING)
            with Catalogue.open(tmp_path) as catalogue:
                (taken,) = catalogue.fits.release(catalogue.fits.get(made.name.removeprefix("fits/")).owner)
                other = catalogue.fits.claim("another server")
                assert other is not None and other.name == taken.name
                await asyncio.sleep(1.5)
                assert not toys(running.pid) and "fit_claim_lost" in running.logged()
                kept = catalogue.fits.get(taken.name)
                assert (kept.state, kept.owner) == (FitState.RUNNING, "another server")

    asyncio.run(main())


@pytest.mark.long
def test_a_fit_outlives_a_silence_of_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with serving(monkeypatch, tmp_path) as running:
            made = await running.create(draws=1000, seed=6)
            await running.until(made.name, pb.FIT_STATE_RUNNING)
            shared = running.resources.catalogue
            found = shared.get()

            def silent() -> Catalogue:
                raise CatalogueUnavailableError("it is not there")

            monkeypatch.setattr(shared, "get", silent)
            await asyncio.sleep(2.5)  # until after its end
            monkeypatch.setattr(shared, "get", lambda: found)
            await asyncio.sleep(2 * AGAIN_S)  # who asks at once is told what is known
            ended = await running.ended(made.name)
            assert (ended.state, ended.attempts, ended.became_current) == (pb.FIT_STATE_SUCCEEDED, 1, True)
            assert running.resources.current.answers_from == ended.posterior.removeprefix("posteriors/")

    asyncio.run(main())


@pytest.mark.long
def test_a_real_fit_is_done_by_a_server(tmp_path: Path) -> None:
    """Long enough in sampling that the time it has left is told."""
    seen: list[Fit] = []
    with start(tmp_path) as server, Client(server.address) as client:
        ended = client.fit("2018-12-31", draws=60, tune=500, chains=2, progress=seen.append, timeout=1200)
    assert ended.state in ("SUCCEEDED", "REFUSED"), ended
    assert any(one.eta_s is not None for one in seen) and not ended.became_current
    assert {chain.model for one in seen for chain in one.chain_progress} == {"compute"}  # no losses yet in 2018
    posterior = read(tmp_path / "posteriors" / f"{ended.posterior}.nc")
    assert posterior.as_of.isoformat() == "2018-12-31" and posterior.draws == 120


def test_what_nobody_foresaw_in_the_queue_or_in_following_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with serving(monkeypatch, tmp_path) as running:
            await running.ended((await running.create(make_current=False)).name)
            shared, switching = running.resources.catalogue, running.resources.switching
            found = shared.get()

            def broken() -> Catalogue:
                raise RuntimeError("nobody foresaw this")

            with monkeypatch.context() as patch:
                patch.setattr(shared, "get", broken)
                patch.setattr(switching, "wanted", broken)
                patch.setattr(following, "LOOK_EVERY_S", 0.1)
                follower = asyncio.create_task(following.Follower(running.resources, running.log).run())
                await asyncio.sleep(3 * running_fits.LOOK_EVERY_S)
                assert not follower.done()
                follower.cancel()
            assert shared.get() is found
            assert running.logged().count("fits_broken") == running.logged().count("following_broken") == 1
            assert (await running.ended((await running.create(seed=9)).name)).state == pb.FIT_STATE_SUCCEEDED

    asyncio.run(main())
