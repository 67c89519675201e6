"""What a process uses, as the operating system sees it, and waiting for it to change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CAN_BE_READ = Path("/proc/self/statm").is_file()


def cpu_s(process: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mib(process: int) -> float:
    """Memory that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def is_quiet(process: int, window_s: float = 0.3) -> bool:
    """Whether a process does next to nothing."""
    before = cpu_s(process)
    time.sleep(window_s)
    return cpu_s(process) - before < 0.2 * window_s


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not state.exists() or state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def is_gone(process: int, within_s: float = 1.0) -> bool:
    """Whether a process has ended before the time is up."""
    return comes_true(lambda: not is_alive(process), within_s)


def children(process: int) -> list[int]:
    """Processes that a process has started, from any of its threads, and that run."""
    found: list[int] = []
    for told in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(ProcessLookupError, FileNotFoundError):  # a thread that has ended meanwhile
            found += map(int, told.read_text(encoding="ascii").split())
    return [child for child in found if is_alive(child)]


def comes_true(condition: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Whether a condition holds before the time is up."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False
