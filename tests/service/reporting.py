"""A server in this process whose reports are made by a script of the test's, and what it has told."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from tests.fake_server import forecaster
from tests.service.processes import is_alive
from timelines.v1 import report_service_pb2 as pb
from timelines.v1.report_service_pb2_grpc import ReportServiceStub
from timelines_server import server, worker
from timelines_server.access.reloading import Watch
from timelines_server.configuration.settings import Settings
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources
from timelines_server.state.current import Current
from timelines_server.work import Work

if TYPE_CHECKING:
    from timelines.v1.report_service_pb2_grpc import ReportServiceAsyncStub

METHOD = "/timelines.v1.ReportService/CreateReport"
SECONDS = 30

# What every script can use: the order, and ways to tell the server something.
PRELUDE = """
import hashlib, json, os, signal, sys, time
order = json.loads(sys.stdin.readline())
out = sys.stdout.buffer
def tell(kind, **what):
    out.write(json.dumps({kind: what}).encode() + b"\\n")
    out.flush()
def begin(name, content=b"", size=None):
    sha256 = hashlib.sha256(content).hexdigest()
    tell("file", name=name, size=len(content) if size is None else size, sha256=sha256, media_type="text/plain")
    out.write(content)
    out.flush()
"""


@dataclass(frozen=True)
class Serving:
    """A server that listens."""

    address: str
    channel: grpc.aio.Channel
    log: Log
    written: StringIO
    service: server.Service

    @property
    def stub(self) -> ReportServiceAsyncStub:
        return ReportServiceStub(self.channel)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What its log holds."""
        self.log.flush()
        return [json.loads(line) for line in self.written.getvalue().splitlines()]

    def under_way(self) -> float:
        """Reports that are made or wait, as its metrics tell."""
        samples = [sample for family in self.service.metrics.registry.collect() for sample in family.samples]
        (found,) = (
            one.value for one in samples if one.name == "timelines_in_flight" and "reports" in one.labels.values()
        )
        return float(found)

    async def free(self, within_s: float = 2) -> bool:
        """Whether no report is made or waits, or soon none is."""
        async with asyncio.timeout(within_s):
            while self.under_way():
                await asyncio.sleep(0.01)
        return True


@asynccontextmanager
async def serving(script: str, patch: pytest.MonkeyPatch, home: Path, reports: int = 1) -> AsyncIterator[Serving]:
    """Serve on any free port of loopback, on the shipped posterior."""
    patch.setattr(worker, "COMMAND", (sys.executable, "-S", "-c", PRELUDE + script))
    current, work, written = Current(home), Work(), StringIO()
    current.use(forecaster())
    log = Log(written)
    service = server.build(Settings(port=0, reports=reports), Resources(current, work), log, Watch(log))
    address = f"127.0.0.1:{service.server.add_insecure_port('127.0.0.1:0')}"
    await service.server.start()
    try:
        async with grpc.aio.insecure_channel(address, [("grpc.http2.bdp_probe", 0)]) as channel:
            yield Serving(address, channel, log, written, service)
    finally:
        await service.server.stop(None)
        work.close()


def asked(**changes: Any) -> pb.CreateReportRequest:
    """A request for a report on a run of 2e29 FLOP."""
    made = pb.CreateReportRequest(**changes)
    made.lead.target.training_flop = 2e29
    return made


async def parts_of(serving: Serving, request: pb.CreateReportRequest | None = None) -> list[pb.CreateReportResponse]:
    """A report, whole."""
    return [part async for part in serving.stub.CreateReport(request or asked(), timeout=SECONDS)]


async def next_part(call: Any) -> pb.CreateReportResponse:
    """The next part of a report."""
    part: pb.CreateReportResponse = await call.read()
    return part


async def refused(serving: Serving, request: pb.CreateReportRequest | None = None) -> grpc.aio.AioRpcError:
    """How a report ends that does not come."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await parts_of(serving, request)
    return caught.value


async def ended(call: Any) -> grpc.StatusCode:
    """How a call ends, which shows when everything was read that came before."""
    with suppress(grpc.aio.AioRpcError):
        while await call.read() is not grpc.aio.EOF:
            pass
    code: grpc.StatusCode = await call.code()
    return code


async def told(place: Path, within_s: float = 5) -> str:
    """What a script wrote into a file, once it is there and whole (ends with a full stop)."""
    async with asyncio.timeout(within_s):
        while not (place.exists() and place.read_text().endswith(".")):
            await asyncio.sleep(0.01)
    return place.read_text()[:-1]


async def comes_to_an_end(process: int, within_s: float = 1.0) -> bool:
    """Whether a process is gone before the time is up."""
    until = asyncio.get_running_loop().time() + within_s
    while asyncio.get_running_loop().time() < until:
        if not is_alive(process):
            return True
        await asyncio.sleep(0.01)
    return False
