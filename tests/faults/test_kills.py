"""Servers and fits that are killed at random moments lose nothing that they have acknowledged."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import grpc
import pytest

from forecast.catalogue import Catalogue
from forecast.posterior import selection
from forecast.posterior.artefact import read
from tests.faults.entry import LEASE
from tests.faults.harness import Caller, calling, launched, part_of, processes_of, refusal, request_id
from tests.service import processes
from tests.service.fitting import FINAL, toys
from tests.service.processes import comes_true
from tests.service.running import Launched, RunningServer
from timelines.v1 import fit_service_pb2 as pb
from timelines.v1.forecast_record_service_pb2 import ForecastRecord

pytestmark = pytest.mark.skipif(not processes.CAN_BE_READ, reason="finds processes through /proc")

SEED = 20261121
ENDS_WITHIN_S = 90
GONE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
ENDED = {pb.FitState.Name(state) for state in FINAL}


@dataclass
class Told:
    """What callers have asked for, and what they were told. Whatever was not acknowledged is asked for again."""

    fits: dict[str, str] = field(default_factory=dict)  # request_id -> name, empty while not acknowledged
    records: dict[str, bytes] = field(default_factory=dict)
    current: list[str] = field(default_factory=list)
    ended: dict[str, pb.Fit] = field(default_factory=dict)
    answers: int = 0
    wrong: list[str] = field(default_factory=list)

    def fit(self, caller: Caller) -> None:
        """Ask for a fit, and watch it to its end."""
        asked = next((one for one, name in self.fits.items() if not name), None) or request_id()
        self.fits.setdefault(asked, "")
        number = list(self.fits).index(asked)
        self.fits[asked] = caller.fits.create(draws=50 + 100 * (number % 5), seed=number, request_id=asked).name
        self.end(caller.fits.ended(self.fits[asked]))

    def end(self, fit: pb.Fit) -> None:
        """Write down how one ended."""
        self.ended[fit.name] = fit
        if fit.became_current:
            self.current.append(fit.posterior.removeprefix("posteriors/"))

    def publish(self, caller: Caller) -> None:
        """Publish a forecast."""
        asked = next((one for one, record in self.records.items() if not record), None) or request_id()
        self.records.setdefault(asked, b"")
        number = list(self.records).index(asked)
        self.records[asked] = caller.publish(asked, number % 3).SerializeToString(deterministic=True)
        time.sleep(0.1)

    def ask(self, caller: Caller) -> None:
        """Ask a question."""
        assert caller.answers_from()
        self.answers += 1


@contextmanager
def callers_of(server: RunningServer, told: Told) -> Iterator[None]:
    """Three callers, each with one kind of call, until the block ends or the server is gone."""
    leave = Event()

    def call(kind: str) -> None:
        with calling(server.address) as caller:
            while not leave.is_set():
                try:
                    getattr(told, kind)(caller)
                except grpc.RpcError as error:
                    if (found := refusal(error)).code not in GONE or found.reason:
                        told.wrong.append(f"{kind}: {found}")
                    return

    threads = [Thread(target=call, args=(kind,)) for kind in ("fit", "publish", "ask")]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        leave.set()
        for thread in threads:
            thread.join(ENDS_WITHIN_S)
        assert not any(thread.is_alive() for thread in threads), "a caller was never told that its server is gone"


class Home:
    """A state folder whose servers are killed."""

    def __init__(self, home: Path) -> None:
        self.home, self.told, self._verified = home, Told(), set[str]()

    def check_files(self) -> None:
        """What lies there after a kill: whole, and one is current."""
        assert comes_true(lambda: not processes_of(self.home), within_s=10), "a process outlives its server"
        for entry in selection.available(self.home):
            if entry.name not in self._verified:
                assert read(entry.path).name == entry.name
                self._verified.add(entry.name)
        assert selection.current(self.home).name in self._verified
        if not (self.home / "catalogue.sqlite").exists():
            return
        with closing(sqlite3.connect(self.home / "catalogue.sqlite")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with Catalogue.open(self.home) as catalogue:
            catalogue.sync()
            made_current = [change.name for change in reversed(catalogue.history())]
            assert part_of(self.told.current, made_current), "what was acknowledged as current is not in the history"
            newest = made_current[-1] if made_current else selection.reference().name
            assert selection.current_entry(self.home).name == newest

    def check_calls(self, server: RunningServer) -> None:
        """What a server tells of all that those before it had acknowledged."""
        with calling(server.address) as caller:
            assert {name for name in self.told.fits.values() if name} <= {fit.name for fit in caller.all_fits()}
            listed = {one.name for one in caller.all_published()}
            for told in filter(None, self.told.records.values()):
                name = ForecastRecord.FromString(told).name
                assert name in listed and caller.published(name).SerializeToString(deterministic=True) == told
            # A fit that the server before had begun may end between two looks.
            assert comes_true(lambda: caller.posteriors() == {one.name for one in selection.available(self.home)})
            assert comes_true(lambda: caller.answers_from() == selection.current_entry(self.home).name)
        assert not self.told.wrong

    def life(self, dice: random.Random, fits: int) -> list[str]:
        """One server from its start to its kill, with callers, or without any where it is to be killed on its start.

        So many fits are killed on the way; what was killed is told.
        """
        with launched(self.home, **{LEASE: "5"}) as process:
            if not fits:
                time.sleep(dice.uniform(0, 2))
                return self._kill_server(process, "start")
            server = process.ready(ENDS_WITHIN_S)
            self.check_calls(server)
            with callers_of(server, self.told):
                killed = [self._kill_fit(server, dice) for _ in range(fits)]
                time.sleep(dice.uniform(0, 2.5))
                return [*filter(None, killed), *self._kill_server(process, "server")]

    def last_life(self) -> None:
        """A server that is left alone: what was not acknowledged is asked for again, and every fit ends."""
        with launched(self.home, **{LEASE: "5"}) as process:
            server = process.ready(ENDS_WITHIN_S)
            self.check_calls(server)
            with calling(server.address) as caller:
                for done, ask in ((self.told.fits, self.told.fit), (self.told.records, self.told.publish)):
                    while not all(done.values()):
                        ask(caller)
                    ask(caller)  # and one more than was asked for before
                ended = [caller.fits.ended(name) for name in self.told.fits.values()]
                assert {fit.name for fit in caller.all_fits()} == set(self.told.fits.values()), "one was made twice"
                assert len(caller.all_published()) == len(self.told.records), "one was published twice"
            assert {pb.FitState.Name(fit.state) for fit in ended} <= ENDED
            assert {fit.reason for fit in ended} <= {"", "FIT_PROCESS_LOST", "SERVER_LOST"}
            for before in self.told.ended.values():
                assert before in ended, "a fit that had ended is another now"
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(30) == 0
        self.check_files()

    def _kill_server(self, process: Launched, what: str) -> list[str]:
        process.process.kill()
        process.process.wait()
        self.check_files()
        return [what]

    def _kill_fit(self, server: RunningServer, dice: random.Random) -> str:
        """Kill the process of a fit, once there is one."""
        assert comes_true(lambda: bool(toys(server.process.pid)), within_s=30), "no fit is begun"
        time.sleep(dice.uniform(0, 0.3))
        for pid in toys(server.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return "fit"
        return ""


@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.long)])
def test_kills_at_random_moments_lose_nothing_that_was_acknowledged(tmp_path: Path, kills: int) -> None:
    dice, home = random.Random(SEED), Home(tmp_path / "home")
    killed: list[str] = []
    for fits in itertools.cycle((1, 0)):
        killed += home.life(dice, fits)
        if len(killed) >= kills:
            break
    assert {"start", "server", "fit"} <= set(killed)
    home.last_life()
    assert home.told.answers
    assert home.told.current
