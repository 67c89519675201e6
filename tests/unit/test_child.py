"""A process of the server's own, and the files of the server that are none of its business."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from timelines_server.child import running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at files through /proc")
uvloop = pytest.importorskip("uvloop")

SLEEPING = (sys.executable, "-c", "import sys; sys.stdin.read()")
SAYING = (sys.executable, "-c", "print('done')")


async def left(command: tuple[str, ...], steps: int) -> list[int]:
    """Leave after so many steps of the loop; numbers of files that were opened meanwhile and are closed by now."""

    async def use() -> None:
        async with running(command, b"") as process:
            await process.line()

    using = asyncio.create_task(use())
    for _ in range(steps):
        await asyncio.sleep(0)
    using.cancel()
    opened = []
    while not using.done():
        opened.append(open(os.devnull))  # noqa: SIM115  # they take the numbers that become free
        await asyncio.sleep(0.02)
    with suppress(asyncio.CancelledError):
        await using
    await asyncio.sleep(0.02)
    return [file.fileno() for file in opened if not is_open(file.fileno())]


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_whoever_leaves_at_any_step_closes_no_file_of_others(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """uvloop closes the end of a pipe itself: its number may be another file's when the pipe is closed once more."""
    with asyncio.Runner(loop_factory=loop) as runner:
        for steps in range(6):
            assert runner.run(left(SLEEPING, steps)) == [], f"left after {steps} steps"
        before = len(os.listdir("/proc/self/fd"))
        for steps in range(6):
            runner.run(left(SLEEPING, steps))
        assert len(os.listdir("/proc/self/fd")) == before, "it leaves files open"


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_what_was_used_to_its_end_leaves_no_file_open(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def use() -> bytes:
        async with running(SAYING, b"") as process:
            return await process.line()

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(use()) == b"done\n"
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            runner.run(use())
        assert len(os.listdir("/proc/self/fd")) == before
