"""Short words for calls about fits to one server, and servers that fit in a moment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc

from tests.fake_server import forecaster
from tests.service import toy_fit
from tests.service.running import RunningServer, launch
from tests.service.toy_server import COMMAND
from timelines.v1 import fit_service_pb2 as pb
from timelines.v1.fit_service_pb2_grpc import FitServiceStub
from timelines_server import server
from timelines_server.access.reloading import Watch
from timelines_server.configuration.settings import Settings
from timelines_server.fits import fitting
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources
from timelines_server.state.current import Current
from timelines_server.work import Work

if TYPE_CHECKING:
    import pytest

    from timelines.v1.fit_service_pb2_grpc import FitServiceAsyncStub

TIMEOUT_S = 60
FINAL = (pb.FIT_STATE_SUCCEEDED, pb.FIT_STATE_REFUSED, pb.FIT_STATE_FAILED, pb.FIT_STATE_CANCELLED)
QUICK = {"draws": 50, "tune": 50, "chains": 2}
LONG = {"draws": 10_000, "tune": 50, "chains": 2}


class Fitter:
    """Short words for calls to one server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.stub = FitServiceStub(channel)

    def create(self, **asked: Any) -> pb.Fit:
        """Ask for a quick fit, or for another."""
        return self.stub.CreateFit(pb.CreateFitRequest(**{**QUICK, **asked}), timeout=TIMEOUT_S).fit

    def get(self, name: str) -> pb.Fit:
        return self.stub.GetFit(pb.GetFitRequest(name=name), timeout=TIMEOUT_S).fit

    def list(self, **asked: Any) -> pb.ListFitsResponse:
        return self.stub.ListFits(pb.ListFitsRequest(**asked), timeout=TIMEOUT_S)

    def cancel(self, name: str) -> pb.Fit:
        return self.stub.CancelFit(pb.CancelFitRequest(name=name), timeout=TIMEOUT_S).fit

    def watch(self, name: str, after_revision: int = 0) -> Iterator[pb.Fit]:
        request = pb.WatchFitRequest(name=name, after_revision=after_revision)
        return (one.fit for one in self.stub.WatchFit(request, timeout=TIMEOUT_S))

    def begun(self, name: str) -> pb.Fit:
        """The fit, when its process tells of its chains."""
        return next(one for one in self.watch(name) if one.chain_progress or one.state in FINAL)

    def ended(self, name: str) -> pb.Fit:
        """The fit, when it has ended."""
        return list(self.watch(name))[-1]


@contextmanager
def calling(address: str) -> Iterator[Fitter]:
    """A caller of the server at that address."""
    with grpc.insecure_channel(address) as channel:
        yield Fitter(channel)


@contextmanager
def toy_server(home: Path, *options: str) -> Iterator[RunningServer]:
    """A server process whose fits take a moment."""
    with launch(home, *options, command=COMMAND) as launched:
        yield launched.ready()


@dataclass(frozen=True)
class Serving:
    """A server in this process."""

    address: str
    stub: FitServiceAsyncStub
    resources: Resources
    service: server.Service
    written: StringIO
    log: Log

    @property
    def pid(self) -> int:
        return os.getpid()

    def logged(self) -> str:
        self.log.flush()
        return self.written.getvalue()

    async def create(self, **asked: Any) -> pb.Fit:
        made = await self.stub.CreateFit(pb.CreateFitRequest(**{**QUICK, **asked}), timeout=TIMEOUT_S)
        return made.fit

    async def until(self, name: str, *states: Any) -> pb.Fit:
        """The fit, when it is in one of these states."""
        async for one in self.stub.WatchFit(pb.WatchFitRequest(name=name), timeout=TIMEOUT_S):
            if one.fit.state in states:
                return one.fit
        raise AssertionError("the watch ended before")

    async def ended(self, name: str) -> pb.Fit:
        return await self.until(name, *FINAL)


@asynccontextmanager
async def serving(patch: pytest.MonkeyPatch, home: Path, **chosen: Any) -> AsyncIterator[Serving]:
    """Serve on any free port of loopback, on the shipped posterior, with toy fits."""
    patch.setattr(fitting, "COMMAND", toy_fit.COMMAND)
    current, written = Current(home), StringIO()
    current.use(forecaster())
    log, resources = Log(written), Resources(current, Work())
    service = server.build(Settings(port=0, **chosen), resources, log, Watch(log))
    address = f"127.0.0.1:{service.server.add_insecure_port('127.0.0.1:0')}"
    await service.server.start()
    runner = asyncio.create_task(service.fits.run())
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            yield Serving(address, FitServiceStub(channel), resources, service, written, log)
    finally:
        runner.cancel()
        with suppress(asyncio.CancelledError):
            await runner
        await service.server.stop(None)
        resources.close()


def toys(parent: int) -> list[int]:
    """Processes of toy fits that a server has."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                told = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(told[1]) == parent and told[0] != "Z" and b"toy_fit" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found
