"""Outputs that were killed, at every step by which they come into their place: the next run mends what is left."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from forecast.errors import StorageError
from forecast.storage.manifest import MANIFEST, faults
from forecast.storage.replacing import Replacing
from forecast.storage.store import store_of
from tests.house import run_python
from tests.outputs import make

# Kills itself after so many of the moves and removals by which a folder comes into its place.
KILLED = """
import os, signal, sys
from forecast.storage.replacing import Replacing

place, steps = sys.argv[1], int(sys.argv[2])

def counting(real):
    def step(*arguments, **keywords):
        global steps
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
        return real(*arguments, **keywords)
    return step

with Replacing(place, "report") as new:
    for number in range(3):
        new.store.write(f"new/{number}", b"new")
    for name in ("rename", "rmdir", "unlink", "replace"):
        setattr(os, name, counting(getattr(os, name)))
    new.finish()
print("finished")
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
class TestKills:
    def test_killed_at_any_step_the_place_holds_one_output_or_the_next_run_mends_it(self, tmp_path: Path) -> None:
        seen, steps = set(), 0
        while "finished" not in (done := self.kill(tmp_path / str(steps), steps)).stdout:
            assert done.returncode == -signal.SIGKILL, done.stderr
            seen.add(self.state(tmp_path / str(steps) / "out"))
            self.mends(tmp_path / str(steps))
            steps += 1
        assert self.state(tmp_path / str(steps) / "out") == "new"
        assert seen == {"old", "nothing", "new"}

    @staticmethod
    def kill(folder: Path, steps: int) -> subprocess.CompletedProcess[str]:
        make(folder / "out", {"old/1": b"old", "old/2": b"old"})
        return run_python(KILLED, str(folder / "out"), str(steps))

    @staticmethod
    def state(place: Path) -> str:
        if not place.exists():
            return "nothing"
        assert faults(store_of(place)) == ()
        return "old" if (place / "old").exists() else "new"

    def mends(self, folder: Path) -> None:
        """The next run finds an output in its place again, and leaves nothing beside the new one."""
        with Replacing(folder / "out", "report") as new:
            assert self.state(folder / "out") in ("old", "new")
            new.store.write("new/0", b"new")
            new.finish()
        assert self.state(folder / "out") == "new"
        assert os.listdir(folder) == ["out"]

    def test_when_the_second_move_fails_the_old_output_is_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make(tmp_path / "out", {"old": b"1"})
        real, calls = os.rename, []

        def fails_second(source: Path, target: Path) -> None:
            calls.append(target)
            if len(calls) == 2:
                raise OSError(5, "Input/output error")
            real(source, target)

        monkeypatch.setattr(os, "rename", fails_second)
        with pytest.raises(StorageError, match="Input/output error"):
            make(tmp_path / "out", {"new": b"2"})
        assert store_of(tmp_path / "out").names() == [MANIFEST, "old"]
        assert len(calls) == 3


def test_what_a_killed_writer_left_half_written_is_no_file_and_goes(tmp_path: Path) -> None:
    make(tmp_path / "out", {"a": b"1"})
    left = tmp_path / "out.unfinished" / "answers" / ".part-1.parquet.0123456789ab.tmp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    assert store_of(tmp_path / "out.unfinished").names() == []
    make(tmp_path / "out", {"a": b"2"})
    assert sorted(os.listdir(tmp_path / "out")) == ["a", MANIFEST]
