"""Processes that do the same at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house import ROOT


def raced(code: str, home: Path, *values: float) -> list[tuple[str, str]]:
    """What processes that run code print, two words each.

    Parameters
    ----------
    code : str
        Says "ready", waits for a line, and goes.
    home : Path
        Its first argument.
    values : float
        The second argument of each process.
    """
    command = [sys.executable, "-c", code, str(home)]
    started = [
        subprocess.Popen([*command, str(value)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for value in values
    ]
    for process in started:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.communicate(timeout=60)[0].split() for process in started]
    return [(word, value) for word, value in outcomes]
