"""The README's blocks: what it shows, what running them prints, and how the two are compared.

A piece is one of three:

    command   a line `$ ...` of a ```console block, with the output shown under it
    python    a ```python block, with the ```text block that follows it
    fact      a paragraph between `<!-- made: NAME -->` and `<!-- end -->`, written by `tests.docs.facts`

What asks a server has one of its own, which TIMELINES_SERVER names; `$ timelines serve` shows the line that it prints.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.docs import facts
from tests.house import ROOT
from tests.service.running import start

README = ROOT / "README.md"
STATE = ".local/state/timelines"
SERVE = "timelines serve"
# `make forecast` fits before it prints: its table is compared on the posterior that the package ships.
STANDS_FOR = {"make forecast": "timelines forecast --out out/forecast"}

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```\n+^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FACT = re.compile(r"^<!-- made: (\S+) -->\n(.*?)^<!-- end -->$", re.MULTILINE | re.DOTALL)
_ASKS = re.compile(r"timelines ask |^from timelines import ", re.MULTILINE)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = re.compile(rf"(?:\b(?:{_MONTHS}) \d{{4}}|(?<![\w.-])\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w-])")

Kind = Literal["command", "python", "fact"]


@dataclass(frozen=True, slots=True)
class Piece:
    """What is shown in one place of a page: `source` says how it is made, `start:end` is where `shown` stands."""

    kind: Kind
    source: str
    shown: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """A short name for the test."""
        return self.source.strip().splitlines()[0][:60]


def pieces(text: str) -> list[Piece]:
    """Everything in a page that a run can make, in the order of the page."""
    found = [*_commands(text), *_paired(text, "python", _PYTHON), *_paired(text, "fact", _FACT)]
    return sorted(found, key=lambda piece: piece.start)


def _commands(text: str) -> Iterator[Piece]:
    for block in _CONSOLE.finditer(text):
        for found in _COMMAND.finditer(text, block.start(1), block.end(1)):
            yield Piece("command", found[1], found[2], found.start(2), found.end(2))


def _paired(text: str, kind: Kind, pattern: re.Pattern[str]) -> Iterator[Piece]:
    for found in pattern.finditer(text):
        yield Piece(kind, found[1], found[2], found.start(2), found.end(2))


def made(piece: Piece, folder: Path) -> str:
    """What a piece says when it is made now, in an empty folder with an empty state folder.

    Raises
    ------
    AssertionError
        When it fails: a page that shows a failure says so by `; echo "exit code $?"`.
    """
    if piece.kind == "fact":
        return facts.paragraph(piece.source)
    if piece.source == SERVE:
        return _ready_line(folder)
    shell = ["sh", "-c", STANDS_FOR.get(piece.source, piece.source)]
    with _server(piece, folder) as server:
        done = _run(shell if piece.kind == "command" else [sys.executable, "-c", piece.source], folder, server)
    assert done.returncode == 0, f"{piece.name}:\n{done.stdout}"
    return done.stdout


def _ready_line(folder: Path) -> str:
    """What a server prints, on the port that it has by default."""
    with start(_made(folder / "served")) as server:
        return server.ready_line.replace(server.address, "127.0.0.1:8433") + "\n"


@contextmanager
def _server(piece: Piece, folder: Path) -> Iterator[str]:
    """The address of a server, for a piece that asks one; else nothing."""
    if not _ASKS.search(piece.source):
        yield ""
        return
    with start(_made(folder / "served")) as server:
        yield server.address


def remade(text: str, folder: Path) -> str:
    """The page with every piece made anew."""
    for piece in reversed(pieces(text)):
        text = text[: piece.start] + made(piece, folder) + text[piece.end :]
    return text


def same(shown: str, printed: str) -> bool:
    """Whether two texts agree: their words exactly, their numbers as far as another processor may round one draw.

    Months and whole numbers under 10,000 may differ by one, others by a part in fifty or one in the last place.
    """
    here, there = (_NUMBER.findall(text) for text in (shown, printed))
    words = [" ".join(_NUMBER.sub("#", text).split()) for text in (shown, printed)]
    return words[0] == words[1] and all(map(_close, here, there))


def _close(one: str, other: str) -> bool:
    if one == other:
        return True
    a, b = _value(one), _value(other)
    if " " in one or (a == int(a) < 10_000 and "." not in one):
        return abs(a - b) <= 1
    last_place = 10.0 ** -len(one.partition("e")[0].partition(".")[2])
    return abs(a - b) <= max(abs(a) / 50, 1.01 * last_place)


def _value(number: str) -> float:
    month, _, year = number.rpartition(" ")
    return 12.0 * int(year) + _MONTHS.split("|").index(month) if month else float(number.replace(",", ""))


def _run(command: list[str], folder: Path, server: str) -> subprocess.CompletedProcess[str]:
    """Run in `folder`, with the two streams as a terminal shows them and no trace of where it ran."""
    home = folder / "home"
    done = subprocess.run(
        command,
        cwd=_made(folder / "here"),
        env=_environment(home, _command_folder(folder)) | ({"TIMELINES_SERVER": server} if server else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    clean = done.stdout.replace(str(folder / "here") + "/", "").replace(str(home), "~")
    return subprocess.CompletedProcess(done.args, done.returncode, clean)


def _environment(home: Path, commands: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIMELINES_", "PYTHON"))}
    return {
        **kept,
        "HOME": str(_made(home)),
        "TIMELINES_HOME": str(home / STATE),
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }


def _command_folder(folder: Path) -> Path:
    """A folder with `timelines` in it, run by this interpreter on this checkout."""
    script = _made(folder / "bin") / "timelines"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m forecast.cli.main "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script.parent


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
