"""Runs the blocks of docs/runbook.md as an operator would type them: in one shell, one after the other.

What needs root is stood in for: `sudo` runs the command as it is, `systemctl` runs the ExecStart of the unit, and
`journalctl` shows what it printed. The page's folders and ports are mapped to others, and back in what is printed.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from select import select
from time import monotonic

from tests.house import ROOT

RUNBOOK = ROOT / "docs" / "runbook.md"
UNIT = ROOT / "server" / "deploy" / "timelines.service"
COMMAND_S = 60.0

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# `systemctl` and its kind in one machine without systemd; the server is this shell's own child.
_STAND_INS = """
sudo() { if [ "$1" = -u ]; then shift 2; fi; "$@"; }
install() { mkdir -p -m 0700 "$(eval echo \\${$#})"; }
systemctl() {
  case "$1" in
    start) env %(environment)s %(start)s >> %(journal)s 2>&1 & server=$! ;;
    stop) if [ "$server" ]; then kill -TERM "$server" && wait "$server" && server=; fi ;;
    restart) systemctl stop && systemctl start ;;
    is-active) if kill -0 "$server" 2> %(folder)s/ignored; then echo active; else echo inactive; fi ;;
  esac
}
journalctl() { cat %(journal)s; }
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the page, and what is shown under it."""

    command: str
    shown: str


def steps() -> list[Step]:
    """Every command of a ```console block, in the order of the page."""
    text = RUNBOOK.read_text(encoding="utf-8")
    return [
        Step(found[1], found[2])
        for block in _CONSOLE.finditer(text)
        for found in _COMMAND.finditer(text, block.start(1), block.end(1))
    ]


def settings() -> str:
    """The settings file that the page shows first."""
    shown: str = _TOML.findall(RUNBOOK.read_text(encoding="utf-8"))[0]
    return shown


def shows(shown: str, printed: str) -> bool:
    """Whether that was printed; `…` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


class Operator:
    """A shell on a machine that is set up as the page says.

    Parameters
    ----------
    folder : Path
        What stands for the machine.
    """

    def __init__(self, folder: Path) -> None:
        for name in ("etc", "state", "backups", "bin", "here"):
            (folder / name).mkdir(mode=0o700)
        self._maps = {
            "/etc/timelines": str(folder / "etc"),
            "/var/lib/timelines": str(folder / "state"),
            "/var/backups/timelines": str(folder / "backups"),
            "/opt/timelines/bin": str(folder / "bin"),
            "8433": str(_free_port(8433)),
            "9433": str(_free_port(9433)),
            "0.0.0.0": "127.0.0.1",
        }
        script = folder / "bin" / "timelines"
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m forecast.cli.main "$@"\n')
        script.chmod(0o755)
        (folder / "etc" / "timelines.toml").write_text(self.mapped(settings()))
        self._shell = shell = self._started(folder)
        assert shell.stdin is not None and shell.stdout is not None
        self._to, self._from = shell.stdin.fileno(), shell.stdout.fileno()
        self.run(self._prelude(folder))

    def mapped(self, text: str) -> str:
        """The page's words with this machine's places and ports."""
        return _replaced(text, self._maps)

    def run(self, command: str) -> str:
        """What a command prints, in the words of the page.

        Raises
        ------
        AssertionError
            When it fails or takes too long.
        """
        os.write(self._to, f'{{ {self.mapped(command)}\n}} 2>&1; echo "<$?>"\n'.encode())
        printed, code = self._answer(command)
        printed = _replaced(printed, {place: name for name, place in self._maps.items()})
        assert code == 0, f"{command}\nexit code {code}:\n{printed}"
        return printed

    def close(self) -> None:
        """End the shell and whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()

    def _started(self, folder: Path) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIMELINES_", "PYTHON"))}
        return subprocess.Popen(
            ["sh"],
            cwd=folder / "here",
            env={**kept, "HOME": str(folder), "PYTHONPATH": str(ROOT), "COLUMNS": "80", "NO_COLOR": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )

    def _prelude(self, folder: Path) -> str:
        unit = UNIT.read_text(encoding="utf-8")
        environment = " ".join(re.findall(r"^Environment=(.*)$", unit, re.MULTILINE))
        (start,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        journal = folder / "journal"
        journal.touch()
        return _STAND_INS % {"environment": environment, "start": start, "journal": journal, "folder": folder}

    def _answer(self, command: str) -> tuple[str, int]:
        printed, deadline = b"", monotonic() + COMMAND_S
        while not (found := re.search(rb"<(\d+)>\n\Z", printed)):
            left = deadline - monotonic()
            assert left > 0 and select([self._from], [], [], left)[0], f"{command}\ntook too long: {printed!r}"
            piece = os.read(self._from, 65536)
            assert piece, f"{command}\nended the shell: {printed!r}"
            printed += piece
        return printed[: found.start()].decode(), int(found[1])


def _replaced(text: str, by: dict[str, str]) -> str:
    """The text with each of these put for another, in one go: what is put in is left alone."""
    longest = sorted(by, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest)), lambda found: by[found[0]], text)


@contextmanager
def operator(folder: Path) -> Iterator[Operator]:
    """A shell that is ended with all that it started."""
    opened = Operator(folder)
    try:
        yield opened
    finally:
        opened.close()


def _free_port(seed: int) -> int:
    """A port that nobody listens on, below those that the system hands out."""
    for port in Random(os.getpid() + seed).sample(range(20_000, 32_000), 50):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")
