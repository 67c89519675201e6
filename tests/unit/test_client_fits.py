"""The client has fits made and watches them, through broken connections, by either client."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from tests.fake_server import fail, serve
from timelines import AsyncClient, Client, DeadlineError, Fit, InvalidQuestionError, NotFoundError, UnreachableError
from timelines import fit_watch as watching
from timelines.v1 import fit_service_pb2 as pb

NAME = "fits/00aa"
QUEUED = pb.Fit(name=NAME, state=1, revision=1, stage="waiting", as_of="2026-11-20", draws=1000, chains=2)


def running(revision: int, done: int) -> pb.Fit:
    made = pb.Fit(name=NAME, state=2, revision=revision, stage="sampling compute", eta_seconds=12.5)
    for k in range(2):
        told = {"finished_draws": done, "total_draws": 100, "divergences": k, "step_size": 0.25, "tuning": done < 50}
        made.chain_progress.append(pb.FitChain(model="compute", chain=k, **told))
    return made


ENDED = pb.Fit(
    name=NAME,
    state=3,
    revision=9,
    stage="ended",
    posterior="posteriors/p",
    posterior_status=2,
    gate_reasons=["R-hat 1.02"],
    became_current=True,
    ended_at="2026-11-21T12:00:00.500Z",
)
CHANGES = [QUEUED, running(2, 10), running(5, 80), ENDED]


def created(request: pb.CreateFitRequest, context: Any) -> pb.CreateFitResponse:
    return pb.CreateFitResponse(fit=QUEUED)


def watched(request: pb.WatchFitRequest, context: Any) -> Iterator[pb.WatchFitResponse]:
    """Every change after the one that was seen last."""
    for fit in CHANGES:
        if fit.revision > request.after_revision:
            yield pb.WatchFitResponse(fit=fit)


def cut_after(count: int) -> Callable[[pb.WatchFitRequest, grpc.ServicerContext], Iterator[pb.WatchFitResponse]]:
    """Breaks off after so many changes, each time."""

    def handler(request: pb.WatchFitRequest, context: grpc.ServicerContext) -> Iterator[pb.WatchFitResponse]:
        for told, change in enumerate(watched(request, context)):
            if told == count:
                context.abort(grpc.StatusCode.UNAVAILABLE, "the server is stopping")
            yield change

    return handler


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FIRST_PAUSE_S", 0.01)


async def by_asyncio(address: str, **asked: Any) -> Fit:
    async with AsyncClient(address) as client:
        return await client.fit(**asked)


def test_a_fit_is_asked_for_and_watched_to_its_end_by_both_clients() -> None:
    told: list[Fit] = []
    asked = {"as_of": dt.date(2026, 11, 20), "draws": 500, "seed": 7, "make_current": False}
    with serve(CreateFit=created, WatchFit=watched) as fake, Client(fake.address) as client:
        found = client.fit(**asked, progress=told.append)
        assert asyncio.run(by_asyncio(fake.address, **asked, progress=False)) == found
        first, second = fake.requests("CreateFit")
    assert (first.as_of, first.draws, first.tune, first.seed, first.make_current) == ("2026-11-20", 500, 0, 7, False)
    assert first.request_id and first.request_id != second.request_id
    assert [one.revision for one in told] == [1, 1, 2, 5, 9]
    assert (found.name, found.state, found.posterior, found.became_current) == ("00aa", "SUCCEEDED", "p", True)
    assert (found.posterior_status, found.gate_reasons, found.ended) == ("FLAGGED", ("R-hat 1.02",), True)
    assert found.ended_at == dt.datetime(2026, 11, 21, 12, microsecond=500_000, tzinfo=dt.UTC)
    assert found.started_at is None and found.eta_s is None
    chain = told[2].chain_progress[1]
    assert (chain.model, chain.chain, chain.finished_draws, chain.divergences, chain.tuning) == (
        "compute",
        1,
        10,
        1,
        True,
    )
    assert told[2].eta_s == 12.5


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_watch_that_breaks_goes_on_after_what_was_seen(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PATIENCE_S", 0.5)
    with serve(CreateFit=created, WatchFit=cut_after(count)) as fake, Client(fake.address) as client:
        if count == 0:
            with pytest.raises(UnreachableError):
                client.fit(progress=False)
            return
        told: list[Fit] = []
        assert client.fit(progress=told.append).state == "SUCCEEDED"
        assert [one.revision for one in told[1:]] == [1, 2, 5, 9]
        after = [request.after_revision for request in fake.requests("WatchFit")]
        assert after == sorted(after) and after[-1] > 0
        again: list[Fit] = []
        asyncio.run(by_asyncio(fake.address, progress=again.append))
        assert again == told


def test_a_stream_that_ends_before_the_fit_is_taken_up_again() -> None:
    def short(request: pb.WatchFitRequest, context: Any) -> Iterator[pb.WatchFitResponse]:
        yield next(watched(request, context))

    with serve(WatchFit=short) as fake, Client(fake.address) as client:
        assert [one.revision for one in client.watch_fit("00aa")] == [1, 2, 5, 9]
        assert [request.after_revision for request in fake.requests("WatchFit")] == [0, 1, 2, 5]


def test_an_error_that_waiting_does_not_mend_is_told_at_once() -> None:
    gone = fail(grpc.StatusCode.NOT_FOUND, "unknown fit '00aa'", "NOT_FOUND")
    with serve(WatchFit=gone, GetFit=gone, CancelFit=gone) as fake, Client(fake.address) as client:
        with pytest.raises(NotFoundError, match="unknown fit"):
            list(client.watch_fit("00aa"))
        assert len(fake.requests("WatchFit")) == 1
        for call in (client.get_fit, client.cancel_fit):
            with pytest.raises(NotFoundError):
                call("fits/00aa")


def test_a_fit_that_takes_longer_than_one_waits_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(request: pb.WatchFitRequest, context: grpc.ServicerContext) -> Iterator[pb.WatchFitResponse]:
        yield pb.WatchFitResponse(fit=QUEUED)
        while context.is_active():
            time.sleep(0.01)

    with serve(CreateFit=created, WatchFit=slow) as fake, Client(fake.address) as client:
        with pytest.raises(DeadlineError):
            client.fit(timeout=0.3, progress=False)
        assert not fake.requests("CancelFit")


def test_ctrl_c_says_the_name_and_leaves_the_fit_alone(capsys: pytest.CaptureFixture[str]) -> None:
    def stop(fit: Fit) -> None:
        raise KeyboardInterrupt

    with serve(CreateFit=created, WatchFit=watched) as fake, Client(fake.address) as client:
        with pytest.raises(KeyboardInterrupt):
            client.fit(progress=stop)
        assert not fake.requests("CancelFit")
    said = capsys.readouterr().err
    assert "fit 00aa goes on at the server" in said and "client.cancel_fit('00aa')" in said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "asked", "shown"),
    [(Terminal, None, True), (Terminal, False, False), (io.StringIO, None, False), (io.StringIO, True, True)],
)
def test_progress_is_shown_on_a_terminal_or_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], asked: bool | None, shown: bool
) -> None:
    error = stream()
    monkeypatch.setattr(sys, "stderr", error)
    with serve(CreateFit=created, WatchFit=watched) as fake, Client(fake.address) as client:
        client.fit(progress=asked)
    said = error.getvalue()
    assert bool(said) == shown
    if shown:
        assert "compute 80%, 1 divergences, 12 s left" in said and "SUCCEEDED: p" in said
        assert ("\r" in said) == (stream is Terminal) and ("[###" in said) == (stream is Terminal)


def test_fits_are_listed_page_after_page_in_the_states_that_are_asked_for() -> None:
    def page(request: pb.ListFitsRequest, context: Any) -> pb.ListFitsResponse:
        at = int(request.page_token or 0)
        return pb.ListFitsResponse(fits=[CHANGES[at]], next_page_token=str(at + 1) if at < 2 else "")

    async def listed(address: str) -> list[Fit]:
        async with AsyncClient(address) as client:
            return [one async for one in client.fits(states=["QUEUED", "FAILED"])]

    with serve(ListFits=page) as fake, Client(fake.address) as client:
        found = list(client.fits(states=["QUEUED", "FAILED"], page_size=1))
        assert [one.revision for one in found] == [1, 2, 5]
        first = fake.requests("ListFits")[0]
        assert (list(first.states), first.page_size) == ([pb.FIT_STATE_QUEUED, pb.FIT_STATE_FAILED], 1)
        assert asyncio.run(listed(fake.address)) == found
        for wrong in ("QUEUED", ["DONE"]):
            with pytest.raises(InvalidQuestionError, match="states"):
                list(client.fits(states=wrong))  # type: ignore[arg-type]


def test_one_fit_is_read_cancelled_and_asked_for_without_waiting_by_its_name_or_itself() -> None:
    def cancelled(request: pb.CancelFitRequest, context: Any) -> pb.CancelFitResponse:
        return pb.CancelFitResponse(fit=pb.Fit(name=request.name, state=6, reason="CANCELLED"))

    def got(request: pb.GetFitRequest, context: Any) -> pb.GetFitResponse:
        return pb.GetFitResponse(fit=pb.Fit(name=request.name, state=1))

    async def main(address: str) -> tuple[Fit, ...]:
        async with AsyncClient(address) as client:
            made = await client.create_fit(seed=1)
            return made, await client.get_fit(made), await client.cancel_fit("00aa")

    with serve(CreateFit=created, GetFit=got, CancelFit=cancelled) as fake, Client(fake.address) as client:
        made = client.create_fit(seed=1)
        found = (made, client.get_fit(made), client.cancel_fit("00aa"))
        assert asyncio.run(main(fake.address)) == found
        assert {request.name for request in fake.requests("GetFit") + fake.requests("CancelFit")} == {NAME}
    assert [one.state for one in found] == ["QUEUED", "QUEUED", "CANCELLED"] and found[2].ended


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"seed": -1}, {"chains": 2.5}, {"as_of": 2020}, {"only": 1}])
def test_a_value_that_does_not_fit_is_refused_before_it_is_sent(wrong: dict[str, Any]) -> None:
    with serve(CreateFit=created) as fake, Client(fake.address) as client:
        with pytest.raises(InvalidQuestionError, match=next(iter(wrong))):
            client.fit(**wrong)
        assert not fake.requests("CreateFit")
