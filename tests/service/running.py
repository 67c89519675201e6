"""A real server process for tests: started, waited for, always ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

START_S = 15
COMMAND = (sys.executable, "-m", "forecast.cli.main", "serve")
ADDRESS = re.compile(r"Serving timelines\.v1 on (\S+)")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that has printed its ready line.

    Attributes
    ----------
    address : str
        `127.0.0.1:PORT`.
    process : Popen
        The process; send it signals, wait for it.
    log_path : Path
        Its standard error: the structured log.
    output_path : Path
        Its standard output.
    ready_line : str
        What it printed when it was ready.
    start_s : float
        From the command to the ready line, seconds.
    """

    address: str
    process: subprocess.Popen[bytes]
    log_path: Path
    output_path: Path
    ready_line: str
    start_s: float

    @property
    def log(self) -> str:
        """The log so far."""
        return self.log_path.read_text()


@dataclass(frozen=True, slots=True)
class Launched:
    """A server process that may not be ready, or may never be."""

    process: subprocess.Popen[bytes]
    log_path: Path
    output_path: Path
    began: float

    def line(self, beginning: str, seconds: float = START_S) -> str:
        """The first line of standard output that begins so, waited for."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            for line in self.output_path.read_text().splitlines(keepends=True):
                if line.startswith(beginning) and line.endswith("\n"):
                    return line.strip()
            if ended:
                break
            time.sleep(0.02)
        raise AssertionError(
            f"no line {beginning!r} within {seconds} s (exit code {self.process.poll()}):\n"
            f"{self.output_path.read_text()}\n{self.log_path.read_text()}"
        )

    def ready(self, seconds: float = START_S) -> RunningServer:
        """The server, once it has printed its ready line."""
        line = self.line("Serving", seconds)
        found = ADDRESS.match(line)
        assert found, line
        return RunningServer(
            found[1], self.process, self.log_path, self.output_path, line, time.monotonic() - self.began
        )


@contextmanager
def launch(
    home: Path, *options: str, environment: Mapping[str, str] | None = None, command: Sequence[str] = COMMAND
) -> Iterator[Launched]:
    """Start `timelines serve` on any free port of loopback, without waiting; killed at the end, its log with it."""
    variables = {**os.environ, "TIMELINES_HOME": str(home), **(environment or {})}
    whole = [*command, *([] if "--port" in options else ["--port", "0"]), *options]
    with TemporaryDirectory(prefix="timelines-server-", ignore_cleanup_errors=True) as name:
        log_path, output_path = Path(name) / "stderr", Path(name) / "stdout"
        began = time.monotonic()
        with output_path.open("wb") as output, log_path.open("wb") as log:
            process = subprocess.Popen(whole, stdin=subprocess.DEVNULL, stdout=output, stderr=log, env=variables)
        try:
            yield Launched(process, log_path, output_path, began)
        finally:
            process.kill()
            process.wait()


@contextmanager
def start(home: Path, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[RunningServer]:
    """A server process that is ready, on any free port of loopback unless `--port` is given.

    Parameters
    ----------
    home : Path
        The state folder; an empty one answers from the shipped posterior.
    *options : str
        Of `timelines serve`.
    environment : mapping, optional
        Variables on top of the test's own.
    """
    with launch(home, *options, environment=environment) as launched:
        yield launched.ready()


def listening_port(process: int) -> int:
    """The port of a server that has not said it yet, from /proc."""
    if sys.platform != "linux":
        pytest.skip("finds the port through /proc")
    sockets = {link.partition("[")[2].rstrip("]") for link in _links(process) if link.startswith("socket:")}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                return int(fields[1].rpartition(":")[2], 16)
    raise AssertionError("it listens nowhere")


def _links(process: int) -> list[str]:
    folder = Path(f"/proc/{process}/fd")
    return [os.readlink(folder / name) for name in os.listdir(folder)]
