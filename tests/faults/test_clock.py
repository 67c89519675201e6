"""The clock of the server's machine is set, back and forth: nothing that counts time or keeps an order minds."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from forecast.catalogue import Catalogue
from forecast.posterior import selection
from tests.faults.entry import CLOCK
from tests.faults.harness import Caller, calling, refusal, serving
from tests.service import asking
from tests.service.fitting import LONG
from tests.service.processes import comes_true
from tests.service.running import RunningServer
from timelines.v1 import fit_service_pb2 as pb

HOUR_S, DAY_S = 3_600, 86_400
TOKEN = "timelines-of-a-test-" + "x" * 30


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """The file that says by how much the clock of a server is wrong."""
    file = tmp_path / "clock"
    file.write_text("0")
    return file


@pytest.fixture
def server(tmp_path: Path, clock: Path) -> Iterator[RunningServer]:
    with serving(tmp_path / "home", "--fits", "2", **{CLOCK: str(clock)}) as running:
        yield running


def fitted(caller: Caller, seed: int) -> str:
    """The posterior of a new fit, which became current."""
    ended = caller.fits.ended(caller.fits.create(seed=seed).name)
    assert (ended.state, ended.became_current) == (pb.FIT_STATE_SUCCEEDED, True), ended
    return str(ended.posterior.removeprefix("posteriors/"))


def cancelled_in_time(caller: Caller) -> bool:
    """Whether a fit that runs ends soon after it is cancelled."""
    running = caller.fits.begun(caller.fits.create(**LONG).name)
    began = time.monotonic()
    caller.fits.cancel(running.name)
    return caller.fits.ended(running.name).state == pb.FIT_STATE_CANCELLED and time.monotonic() - began < 5


@pytest.mark.parametrize(
    "steps", [[-DAY_S], pytest.param([-DAY_S, 400 * DAY_S, HOUR_S, -30, 0], marks=pytest.mark.long)], ids=str
)
def test_a_clock_that_is_set_loses_no_fit_and_no_order(
    server: RunningServer, clock: Path, tmp_path: Path, steps: list[int]
) -> None:
    with calling(server.address) as caller:
        published, current = [caller.publish().name], [fitted(caller, 0)]
        for number, seconds in enumerate(steps, 1):
            begun = caller.fits.begun(caller.fits.create(seed=100 + number, draws=2500, make_current=False).name)
            clock.write_text(str(seconds))
            current.append(fitted(caller, number))
            published.append(caller.publish().name)
            assert caller.published(published[-1]).previous == published[-2]
            assert caller.fits.ended(begun.name).state == pb.FIT_STATE_SUCCEEDED, "a fit was lost with the clock"
            assert cancelled_in_time(caller)
            assert comes_true(lambda: caller.answers_from() == current[-1])
        assert [one.name for one in caller.all_published()] == published[::-1]
        ages = [fit.created_at for fit in caller.all_fits()]
        assert ages != sorted(ages, reverse=True), "the clock was not set"
    told = [json.loads(line) for line in server.log.splitlines()]
    assert [one["time"] for one in told] != sorted(one["time"] for one in told)
    assert not [one for one in told if one["level"] == "error"], "the log tells of an error"
    home = tmp_path / "home"
    with Catalogue.open(home) as catalogue:
        assert [change.name for change in catalogue.history()] == current[::-1]
    assert selection.current_entry(home).name == current[-1]


@pytest.mark.long
def test_a_new_server_whose_clock_is_behind_takes_up_what_the_one_before_left(tmp_path: Path, clock: Path) -> None:
    """Its fit was renewed by a server that was killed, at a time that has not come yet."""
    home = tmp_path / "home"
    with serving(home, **{CLOCK: str(clock)}) as server, calling(server.address) as caller:
        left = caller.fits.begun(caller.fits.create(draws=1500, seed=5).name)
    clock.write_text(str(-DAY_S))
    with serving(home, **{CLOCK: str(clock)}) as server, calling(server.address) as caller:
        ended = caller.fits.ended(left.name)
        assert (ended.state, ended.attempts, ended.became_current) == (pb.FIT_STATE_SUCCEEDED, 2, True)


@pytest.mark.long
def test_a_quota_is_neither_renewed_nor_held_up_by_the_clock(tmp_path: Path, clock: Path) -> None:
    tokens, limit = tmp_path / "tokens", 60
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    tokens.write_text(f"its read {digest} calls_per_minute={limit}\n")
    tokens.chmod(0o600)
    with (
        serving(tmp_path / "home", "--tokens", str(tokens), "--fits", "0", **{CLOCK: str(clock)}) as server,
        asking.channel(server.address) as channel,
    ):
        for seconds in (0, DAY_S, -DAY_S):
            clock.write_text(str(seconds))
            began, let_in = time.monotonic(), 0
            while is_let_in(channel):
                let_in += 1
            renewed = 2 + (time.monotonic() - began) * limit / 60
            assert let_in <= renewed + (limit if seconds == 0 else 0)
            time.sleep(1.1)  # in which one more comes back
            assert is_let_in(channel)


def is_let_in(channel: grpc.Channel) -> bool:
    """Whether the token may make one more call."""
    try:
        asking.forecast(channel, metadata=asking.bearer(TOKEN))
    except grpc.RpcError as error:
        if refusal(error).reason != "QUOTA_EXCEEDED":
            raise
        return False
    return True
