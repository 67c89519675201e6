"""What the tests of faults share: servers with toy fits, calls of every kind, a look at what a server left behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped]  # ships no types
from grpc_status import rpc_status  # type: ignore[import-untyped]  # ships no types

from tests.faults import entry
from tests.service import asking
from tests.service.fitting import Fitter
from tests.service.running import Launched, RunningServer, launch
from timelines.v1 import fit_service_pb2 as pb
from timelines.v1 import forecast_record_service_pb2 as records
from timelines.v1 import posterior_service_pb2 as posteriors
from timelines.v1.forecast_record_service_pb2_grpc import ForecastRecordServiceStub
from timelines.v1.posterior_service_pb2_grpc import PosteriorServiceStub

READY_S = 90
TIMEOUT_S = 60
SERIES = "faults"


@contextmanager
def launched(home: Path, *options: str, **environment: str) -> Iterator[Launched]:
    """A server process that may not be ready; killed at the end."""
    with launch(home, *options, environment=environment, command=entry.COMMAND) as process:
        yield process


@contextmanager
def serving(home: Path, *options: str, **environment: str) -> Iterator[RunningServer]:
    """A server process that is ready; killed at the end."""
    with launched(home, *options, **environment) as process:
        yield process.ready(READY_S)


class Caller:
    """Short words for calls of every kind to one server, on a connection of its own.

    Parameters
    ----------
    channel : grpc.Channel
        The connection.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self.fits = Fitter(channel)
        self._records, self._posteriors = ForecastRecordServiceStub(channel), PosteriorServiceStub(channel)

    def answers_from(self) -> str:
        """The posterior that a question is answered from."""
        name: str = asking.forecast(self.channel).answer.posterior.name
        return name

    def publish(self, request_id: str = "", seed: int = 1) -> records.ForecastRecord:
        """Publish a forecast."""
        request = records.RecordForecastRequest(question=asking.flop(seed), series=SERIES, request_id=request_id)
        return self._records.RecordForecast(request, timeout=TIMEOUT_S).record

    def published(self, name: str) -> records.ForecastRecord:
        """A published forecast."""
        request = records.GetForecastRecordRequest(name=name)
        return self._records.GetForecastRecord(request, timeout=TIMEOUT_S).record

    def all_published(self) -> list[records.ForecastRecord]:
        """All published forecasts, newest first."""
        ask = self._records.ListForecastRecords
        return _pages(
            lambda token: ask(records.ListForecastRecordsRequest(page_token=token), timeout=TIMEOUT_S), "records"
        )

    def all_fits(self) -> list[pb.Fit]:
        """All fits, newest first."""
        return _pages(lambda token: self.fits.list(page_token=token), "fits")

    def posteriors(self) -> set[str]:
        """The names of all posteriors."""
        ask = self._posteriors.ListPosteriors
        found = _pages(
            lambda token: ask(posteriors.ListPosteriorsRequest(page_token=token), timeout=TIMEOUT_S), "posteriors"
        )
        return {one.name.removeprefix("posteriors/") for one in found}


def _pages(ask: Callable[[str], Any], field: str) -> list[Any]:
    found, token = [], None
    while token != "":
        page = ask(token or "")
        found += getattr(page, field)
        token = page.next_page_token
    return found


@contextmanager
def calling(address: str) -> Iterator[Caller]:
    """A caller of the server at that address."""
    with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield Caller(channel)


def request_id() -> str:
    """A new one."""
    return str(uuid4())


@dataclass(frozen=True)
class Refusal:
    """How a call ended.

    Attributes
    ----------
    code : grpc.StatusCode
        The status.
    reason : str
        In UPPER_SNAKE; empty where gRPC itself ended the call.
    message : str
        For people.
    """

    code: grpc.StatusCode
    reason: str
    message: str


def refusal(error: grpc.RpcError) -> Refusal:
    """What a call was refused with."""
    status, info = rpc_status.from_call(error), ErrorInfo()
    for detail in status.details if status else ():
        detail.Unpack(info)
    return Refusal(error.code(), info.reason, error.details() or "")


@contextmanager
def refused(code: grpc.StatusCode, reason: str) -> Iterator[None]:
    """The call inside is refused so."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    found = refusal(caught.value)
    assert (found.code, found.reason) == (code, reason), found


def processes_of(home: Path) -> set[int]:
    """Processes that work for the server of a state folder, itself among them; those that have ended do not."""
    wanted, found = f"TIMELINES_HOME={home}".encode(), set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.add(int(folder.name))
    return found - {os.getpid()}


def zombies_of(parent: int) -> list[int]:
    """Children of a process that have ended, and that it has not noticed."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                state, above = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if state == "Z" and int(above) == parent:
                    found.append(int(folder.name))
    return found


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A file system of a few MiB; skips where none may be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no command `mount` here; the quota tests stand in for it")
    if mounted.returncode:
        pytest.skip(f"no right to mount a small tmpfs here ({mounted.stderr.strip()}); the quota tests stand in for it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill the disk up to so many bytes; the file to remove to have the space again."""
    filler = folder / "filler"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize - leave
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        file.write(bytes(max(free, 0)))
        while not leave:
            file.write(b"x")
    return filler


def part_of(some: Iterable[str], whole: Iterable[str]) -> bool:
    """Whether these come in the whole, in their order."""
    rest = iter(whole)
    return all(item in rest for item in some)


def tracebacks(log: str) -> list[str]:
    """Lines of a log that tell of something unforeseen."""
    return [line for line in log.splitlines() if "Traceback" in line]
