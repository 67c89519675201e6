"""Run a command and say what it cost: `python costs.py COMMAND...` prints CPU, wall and peak memory as JSON.

The command is started from a process that has loaded nothing: on Linux a child's peak memory is at least that of the
process it was started from, and pytest's would hide it. CPU is that of the command and of all that it waited for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_KILOBYTE = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Cost:
    """What one run took; memory is the peak of the resident set."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def cost_of(command: Sequence[str], environ: Mapping[str, str]) -> Cost:
    """Run a command; what it says on standard output is dropped.

    Raises
    ------
    RuntimeError
        When it fails, with what it said.
    """
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *command]
    done = subprocess.run(launcher, env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()[-2000:]}")
    return Cost(**json.loads(done.stdout))


def peak_of_tree_mb(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """The most resident memory that a command and all its children hold at a time, looked at twenty times a second.

    Pages that processes share count for each of them. On Linux only.

    Raises
    ------
    RuntimeError
        When the command fails.
    """
    running, most = subprocess.Popen(command, env=dict(environ), stdout=subprocess.DEVNULL), 0.0
    while running.poll() is None:
        most = max(most, _resident_mb(running.pid))
        time.sleep(0.05)
    if running.returncode:
        raise RuntimeError(f"{' '.join(command)} failed")
    return most


def _resident_mb(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text()
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:  # it has just ended
        return 0.0
    own = next((float(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
    return own * 1024 / 1e6 + sum(map(_resident_mb, children))


def main(command: Sequence[str]) -> int:
    """Run it from here; its exit code is handed on."""
    started = time.perf_counter()
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(command[0], list(command), os.environ, file_actions=nowhere)
    _, status, used = os.wait4(child, 0)
    wall_s = time.perf_counter() - started
    peak_mb = used.ru_maxrss * _KILOBYTE / 1e6
    print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "wall_s": wall_s, "peak_mb": peak_mb}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
