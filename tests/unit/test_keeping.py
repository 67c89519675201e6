"""What goes on beside the calls is begun again when it breaks."""

from __future__ import annotations

import asyncio
import json
from io import StringIO

import pytest

from timelines_server import keeping
from timelines_server.keeping import kept_up
from timelines_server.observing.logs import Log


class Breaking:
    """Breaks so many times, and then returns."""

    def __init__(self, times: int) -> None:
        self.times, self.begun = times, 0

    async def run(self) -> None:
        self.begun += 1
        if self.begun <= self.times:
            raise KeyError(f"unforeseen {self.begun}")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AGAIN_S", 0.0)


def test_what_breaks_is_told_and_begun_again() -> None:
    written, task = StringIO(), Breaking(2)
    log = Log(written)
    asyncio.run(kept_up("follower", task.run, log))
    log.flush()
    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert task.begun == 3
    assert [(one["event"], one["task"]) for one in told] == [("task_broken", "follower")] * 2
    assert "KeyError: 'unforeseen 2'" in told[1]["exception"]


def test_what_is_cancelled_ends() -> None:
    task = Breaking(1_000_000)

    async def leave() -> None:
        running = asyncio.create_task(kept_up("follower", task.run, Log(StringIO())))
        await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(leave())
    assert task.begun < 1_000_000
