"""Outputs that replace others as a whole: full disks, files in the way, kills, two writers, folders that must stay."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from forecast.errors import StorageError
from forecast.storage.atomic import Remedy, storage_error
from forecast.storage.beside import moves
from forecast.storage.local import LocalStore
from forecast.storage.manifest import MANIFEST, UNFINISHED, Fault, faults
from forecast.storage.replacing import Replacing
from forecast.storage.store import store_of
from tests.house import run_python
from tests.outputs import make
from tests.powerless import powerless

LIMITED = """
import resource, signal, sys
from forecast.errors import StorageError
from forecast.storage.replacing import Replacing

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    with Replacing(sys.argv[1], "report", keep=sys.argv[2] == "keep") as new:
        new.store.write("small", bytes(10))
        new.store.write("large", bytes(100_000))
        new.finish()
except StorageError as error:
    print(error.message)
"""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """One MiB of disk; skipped where nothing can be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk here; the quota test stands in for it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class TestInTheWay:
    def test_a_file_at_the_place_is_refused_and_stays(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("mine")
        with pytest.raises(StorageError, match=r"out is a file.*move it, or give another place"):
            make(tmp_path / "out", {"a": b"1"})
        assert (tmp_path / "out").read_text() == "mine"
        assert os.listdir(tmp_path) == ["out"]

    def test_a_file_above_the_place_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine")
        with pytest.raises(StorageError, match="a file"):
            make(tmp_path / "file" / "out", {"a": b"1"})
        with pytest.raises(StorageError, match=r"a file of that name, or of one above it, is in the way"):
            LocalStore(tmp_path / "file").write("a", b"1")

    @pytest.mark.parametrize("suffix", ["unfinished", "replaced"])
    def test_a_foreign_folder_beside_the_place_is_refused_and_stays(self, suffix: str, tmp_path: Path) -> None:
        make(tmp_path / "out", {"a": b"1"})
        foreign = tmp_path / f"out.{suffix}"
        foreign.mkdir()
        (foreign / "thesis.txt").write_text("years of work")
        with pytest.raises(StorageError, match=rf"out\.{suffix} is in the way.*did not write"):
            make(tmp_path / "out", {"a": b"2"})
        assert (foreign / "thesis.txt").read_text() == "years of work"
        assert (tmp_path / "out" / "a").read_bytes() == b"1"

    def test_an_empty_folder_is_taken(self, tmp_path: Path) -> None:
        (tmp_path / "out" / "numbers").mkdir(parents=True)
        make(tmp_path / "out", {"a": b"1"})
        assert sorted(os.listdir(tmp_path / "out")) == ["a", MANIFEST]
        assert os.listdir(tmp_path) == ["out"]

    def test_a_link_to_a_folder_stays_a_link(self, tmp_path: Path) -> None:
        make(tmp_path / "real", {"a": b"1"})
        (tmp_path / "latest").symlink_to("real", target_is_directory=True)
        make(tmp_path / "latest", {"a": b"2"})
        assert (tmp_path / "latest").is_symlink()
        assert (tmp_path / "real" / "a").read_bytes() == b"2"

    def test_a_link_in_an_output_is_removed_and_what_it_names_is_not(self, tmp_path: Path) -> None:
        make(tmp_path / "out", {"a": b"1"})
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "thesis.txt").write_text("years of work")
        (tmp_path / "out" / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        make(tmp_path / "out", {"a": b"2"})
        assert (tmp_path / "elsewhere" / "thesis.txt").read_text() == "years of work"

    def test_a_second_writer_is_told_to_wait(self, tmp_path: Path) -> None:
        with Replacing(tmp_path / "out", "report") as first:
            first.store.write("a", b"1")
            with pytest.raises(StorageError, match=r"another process is writing .*wait"):
                make(tmp_path / "out", {"a": b"2"})
            first.finish()
        assert (tmp_path / "out" / "a").read_bytes() == b"1"
        assert faults(store_of(tmp_path / "out")) == ()


class TestFullAndForbidden:
    @pytest.mark.skipif(os.name == "nt", reason="resource limits")
    @pytest.mark.parametrize(("keep", "left"), [("keep", ["small", UNFINISHED]), ("discard", [])])
    def test_a_quota_leaves_the_old_output_whole(self, keep: str, left: list[str], tmp_path: Path) -> None:
        make(tmp_path / "out", {"old": b"1"})
        done = run_python(LIMITED, str(tmp_path / "out"), keep)
        assert "no space left to write" in done.stdout and "give another place" in done.stdout, done.stderr
        assert "TIMELINES_HOME" not in done.stdout
        assert faults(store_of(tmp_path / "out")) == ()
        assert store_of(tmp_path / "out").names() == [MANIFEST, "old"]
        assert store_of(tmp_path / "out.unfinished").names() == left

    def test_a_full_disk_leaves_the_old_output_whole(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            make(disk / "out", {"old": bytes(100_000)})
            with pytest.raises(StorageError, match=r"no space left to write .*free some space there"):
                make(disk / "out", {f"new/{number}": bytes(300_000) for number in range(9)})
            assert faults(store_of(disk / "out")) == ()
            assert not list(disk.rglob("*.tmp"))

    def test_a_disk_that_is_full_from_the_start_is_left_as_it_was(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            (disk / "fill").write_bytes(bytes(1 << 20))
            with pytest.raises(StorageError, match="no space left"):
                make(disk / "out", {"a": b"1"})
            assert os.listdir(disk) == ["fill"]

    @pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
    def test_a_folder_that_may_not_be_written_is_named(self) -> None:
        with TemporaryDirectory() as folder:
            os.chmod(folder, 0o555)
            with (
                powerless(),
                pytest.raises(StorageError, match=r"no permission to write .*grant write permission"),
            ):
                make(Path(folder) / "out", {"a": b"1"})
            assert os.listdir(folder) == []

    @pytest.mark.skipif(sys.platform != "linux", reason="/proc")
    def test_a_system_folder_is_an_error_of_one_line(self) -> None:
        with pytest.raises(StorageError, match="cannot write /proc/timelines-out") as caught:
            make("/proc/timelines-out", {"a": b"1"})
        assert "\n" not in caught.value.message

    def test_the_remedy_fits_the_place(self) -> None:
        error = OSError(28, "No space left on device")
        output, state = (storage_error(error, Path("x"), remedy) for remedy in (Remedy.PLACE, Remedy.STATE))
        assert "give another place" in output.message and output.field == ""
        assert "TIMELINES_HOME" in state.message and state.field == "TIMELINES_HOME"


class TestFoldersThatStay:
    def test_a_mount_is_replaced_where_it_is(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            assert not moves(disk)
            make(disk, {"old/1": b"1"})
            make(disk, {"new": b"2"})
            assert sorted(os.listdir(disk)) == [MANIFEST, "new"]
            assert os.listdir(tmp_path) == ["disk"]

    def test_the_folder_one_works_in_is_replaced_where_it_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make(tmp_path / "out", {"old": b"1"})
        monkeypatch.chdir(tmp_path / "out")
        before = os.stat(".").st_ino
        make(".", {"new": b"2"})
        assert os.stat(tmp_path / "out").st_ino == before
        assert sorted(os.listdir(".")) == [MANIFEST, "new"]

    @pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
    def test_a_folder_of_ones_own_in_anothers_is_replaced_where_it_is(self) -> None:
        with TemporaryDirectory() as parent:
            out = Path(parent) / "out"
            out.mkdir()
            os.chmod(out, 0o777)
            os.chmod(parent, 0o555)
            with powerless():
                make(out, {"a": b"1"})
                make(out, {"b": b"1"})
            assert sorted(os.listdir(out)) == ["b", MANIFEST]
            os.chmod(parent, 0o755)

    def test_one_that_is_being_made_where_it_is_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make(tmp_path / "out", {"a": b"1"})
        monkeypatch.chdir(tmp_path / "out")
        with Replacing(".", "report") as new:
            new.store.write("a", b"2")
            found = faults(store_of("."))
            assert found == (Fault(UNFINISHED, "unfinished"), Fault("a", "changed"))
            assert "cut off" in found[0].in_words()
            new.finish()
        assert faults(store_of(".")) == ()
