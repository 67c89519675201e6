"""A backup of the state folder: consistent under writes, whole or not there, and the same answers from it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("sqlalchemy")

from forecast.catalogue.store import Catalogue
from forecast.catalogue.upkeep import backups
from forecast.catalogue.upkeep.backup_format import DamagedBackupError, folders
from forecast.catalogue.upkeep.backups import backup
from forecast.catalogue.upkeep.restoring import restore
from forecast.cli.main import main
from forecast.errors import ArtefactError, InputError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import read, write
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage import atomic
from tests.backing import remembered
from tests.house import ROOT
from tests.synthetic import synthetic_posterior


def answer(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> bytes:
    monkeypatch.setenv("TIMELINES_HOME", str(home))
    done = CliRunner().invoke(main, ["when", "--flop", "1e29", "--json", *arguments])
    assert done.exit_code == 0, done.stderr
    return done.stdout_bytes


class TestRoundTrip:
    def test_the_same_answers_the_same_forecasts_the_same_history(
        self, state: StateFolder, file: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: tuple[tuple[str, ...], ...] = ((), ("--as-of", "2026-11-20"), ("--as-of", "2020-07-27"))
        before, answers = remembered(state.root), [answer(state.root, monkeypatch, *one) for one in asked]
        backup(file, state.root)
        restore(file, empty)
        assert [answer(empty, monkeypatch, *one) for one in asked] == answers
        assert remembered(empty) == before
        assert len(before["history"]) == 2 and len(before["records"]) == len(before["fits"]) == 1

    def test_every_file_comes_back_with_its_time_and_nothing_else(
        self, state: StateFolder, file: Path, empty: Path
    ) -> None:
        backup(file, state.root)
        restore(file, empty)
        back = {path.relative_to(empty).as_posix(): path for path in empty.rglob("*") if path.is_file()}
        assert {name.partition("/")[0] for name in back} == {
            "catalogue.sqlite",
            "posteriors",
            "scenarios",
            "scales",
            "tables",
        }
        for name, path in back.items():
            if name != "catalogue.sqlite":
                assert path.read_bytes() == (state.root / name).read_bytes()
                if "current" not in name:
                    assert path.stat().st_mtime_ns == (state.root / name).stat().st_mtime_ns
        assert not list(empty.glob("*.sqlite-*")), "the database is one file"

    def test_equal_folders_give_equal_bytes(self, state: StateFolder, file: Path, tmp_path: Path) -> None:
        backup(file, state.root)
        backup(tmp_path / "again.tar", state.root)
        assert file.read_bytes() == (tmp_path / "again.tar").read_bytes()

    def test_a_restored_folder_backs_up_to_the_same_bytes(self, state: StateFolder, file: Path, empty: Path) -> None:
        backup(file, state.root)
        restore(file, empty)
        backup(empty.with_suffix(".tar"), empty)
        assert file.read_bytes() == empty.with_suffix(".tar").read_bytes()

    def test_it_goes_by_url_too(self, state: StateFolder, tmp_path: Path, empty: Path) -> None:
        url = (tmp_path / "bucket" / "backup.tar").as_uri()
        backup(url, state.root)
        assert restore(url, empty).posteriors == 3

    def test_a_folder_without_a_catalogue_is_backed_up_as_well(self, tmp_path: Path, file: Path, empty: Path) -> None:
        home = state_folder(tmp_path / "plain")
        write(synthetic_posterior(50), home.posteriors)
        assert backup(file, home.root).contents.catalogue == "none"
        assert restore(file, empty).posteriors == 1

    def test_every_place_of_a_state_folder_is_kept_or_left_out_on_purpose(self, state: StateFolder) -> None:
        places = {name for name in dir(StateFolder) if isinstance(getattr(StateFolder, name), property)}
        kept = {name for name in places if getattr(state, name).name in folders(state)}
        assert places - kept == {"fetched", "compile_cache", "current_file", "catalogue_file"}


WRITER = """
import itertools, sys
from pathlib import Path
from forecast.catalogue.store import Catalogue
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import state_folder
from forecast.storage import atomic
from tests.synthetic import synthetic_posterior
from tests.backing import record

selection.SHIPPED = Path("nothing shipped")
state, posterior = state_folder(sys.argv[1]), synthetic_posterior(50)
with Catalogue.open(state.root) as catalogue:
    old = None
    for number in itertools.count():
        name = write(posterior.with_manifest(seed=number), state.posteriors).stem
        catalogue.sync()
        catalogue.set_current(name)
        if number % 3 == 0:
            catalogue.records.add(record(name))
        elif old:
            for suffix in (".json", ".nc"):
                atomic.remove_file(state.posteriors / f"{old}{suffix}")
        old = name if number % 3 else None
        atomic.write_bytes(state.scenarios / "mine.yaml", b"x" * number)
        print(name, flush=True)
"""


def test_a_backup_under_writes_is_of_one_moment(state: StateFolder, file: Path, tmp_path: Path) -> None:
    """Posteriors come, become current, are published, and go, while the folder is backed up again and again."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WRITER, str(state.root)]
    backup(file, state.root)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        deadline, taken = time.monotonic() + 3, 0
        while time.monotonic() < deadline:
            with suppress(StorageError):  # it changes too fast now; what was there before is there still
                backup(file, state.root)
                taken += 1
            is_of_one_moment(file, tmp_path / f"restored {time.monotonic_ns()}")
            assert writer.poll() is None
        writer.kill()
    assert taken


def is_of_one_moment(file: Path, home: Path) -> None:
    restore(file, home)
    names = {read(entry.path).name for entry in selection.available(home)}
    said = remembered(home)
    assert said["current"].name == said["history"][0].name == selection.current(home).name
    assert {one.record.posterior for one in said["records"]} <= names


def test_what_becomes_current_while_it_is_copied_waits(
    state: StateFolder, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the `current` file would be newer than the history beside it."""
    real, was = backups._copied, selection.current(state.root).name
    other = next(entry.name for entry in selection.available(state.root) if entry.name != was)
    waiting: list[Future[str]] = []

    def use() -> str:
        with Catalogue.open(state.root) as catalogue:
            return catalogue.set_current(other).name

    def copied(*arguments: Path) -> Path:
        copy = real(*arguments)
        waiting.append(pool.submit(use))
        time.sleep(0.3)
        return copy

    monkeypatch.setattr(backups, "_copied", copied)
    with ThreadPoolExecutor(1) as pool:
        backup(file, state.root)
        assert waiting[0].result(30) == other == selection.current(state.root).name
    is_of_one_moment(file, tmp_path / "restored")
    assert selection.current(tmp_path / "restored").name == was


class TestWhatIsSaid:
    def test_what_is_left_out(self, state: StateFolder, file: Path) -> None:
        (state.root / "notes.txt").write_text("mine")
        assert backup(file, state.root).left_out == ("compile-cache", "fetched", "notes.txt")

    def test_draws_without_a_manifest_are_nobodys(self, state: StateFolder, file: Path) -> None:
        (state.posteriors / f"{selection.available(state.root)[-1].name}.json").unlink()
        assert backup(file, state.root).contents.posteriors == 2

    def test_damaged_posteriors_are_copied_and_named(self, state: StateFolder, file: Path) -> None:
        name = selection.available(state.root)[-1].name
        path = state.posteriors / f"{name}.nc"
        path.write_bytes(path.read_bytes()[:-9])
        assert backup(file, state.root).damaged == (name,)

    def test_a_damaged_catalogue_is_no_backup(self, state: StateFolder, file: Path) -> None:
        for path in state.root.glob("catalogue.sqlite*"):
            path.write_bytes(b"no database" * 1000)
        with pytest.raises(StorageError, match=r"catalogue.*cannot be copied"):
            backup(file, state.root)
        assert not file.exists()

    def test_nothing_to_back_up_is_said(self, tmp_path: Path, file: Path) -> None:
        with pytest.raises(InputError, match="no state folder"):
            backup(file, tmp_path / "nowhere")
        (tmp_path / "bare").mkdir()
        with pytest.raises(InputError, match="nothing to back up"):
            backup(file, tmp_path / "bare")

    def test_a_backup_is_replaced_and_nothing_else_is(self, state: StateFolder, file: Path) -> None:
        file.write_text("a thesis")
        with pytest.raises(InputError, match="is no backup of a state folder"):
            backup(file, state.root)
        assert file.read_text() == "a thesis"
        file.unlink()
        backup(file, state.root)
        backup(file, state.root)

    def test_a_full_disk_leaves_the_last_backup(
        self, state: StateFolder, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup(file, state.root)
        before = file.read_bytes()

        def fill(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", fill)
        with pytest.raises(StorageError, match="no space left"):
            backup(file, state.root)
        assert file.read_bytes() == before and [path.name for path in file.parent.glob("*.tar*")] == [file.name]


def test_it_needs_no_sqlalchemy(state: StateFolder, file: Path, empty: Path) -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from forecast.catalogue.upkeep.backups import backup\n"
        "from forecast.catalogue.upkeep.restoring import restore\n"
        "backup(sys.argv[1]); print(restore(sys.argv[1], sys.argv[2]).posteriors)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file), str(empty)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout == "3\n", done.stderr


def test_it_is_tried_a_few_times_where_everything_changes(
    state: StateFolder, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, attempts = backups._bytes, []

    def changing(path: Path) -> bytes:
        if path.name == "mine.yaml":
            attempts.append(path)
            return os.urandom(9)
        return real(path)

    monkeypatch.setattr(backups, "_bytes", changing)
    with pytest.raises(StorageError, match="changed 5 times"):
        backup(file, state.root)
    assert len(attempts) == 10 and not file.exists()
    assert issubclass(DamagedBackupError, ArtefactError) and not list(file.parent.glob("*.tmp"))
    assert not [path for path in file.parent.iterdir() if atomic.is_temporary(path.name)]
