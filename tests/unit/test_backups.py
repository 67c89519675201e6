"""A backup of the state folder: consistent under writes, verified before anything is put back, whole or not at all."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("sqlalchemy")

from forecast.catalogue import backups, restoring
from forecast.catalogue.backup_format import DamagedBackupError, folders
from forecast.catalogue.backups import backup
from forecast.catalogue.published import Record
from forecast.catalogue.restoring import restore
from forecast.catalogue.store import Catalogue
from forecast.cli.main import main
from forecast.errors import ArtefactError, InputError, StorageError
from forecast.posterior import selection
from forecast.posterior.artefact import read, write
from forecast.posterior.state import StateFolder, state_folder
from forecast.storage import atomic
from tests.synthetic import synthetic_posterior

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing shipped")
    monkeypatch.delenv("TIMELINES_CATALOGUE", raising=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with some of everything."""
    home = state_folder(tmp_path_factory.mktemp("filled") / "home")
    for seed, day in ((1, date(2026, 11, 20)), (2, date(2026, 11, 20)), (3, date(2020, 7, 27))):
        write(synthetic_posterior(50, seed=seed, as_of=day), home.posteriors)
    for folder, file in ((home.scenarios, "mine.yaml"), (home.scales, "my-study.json"), (home.tables / "new", "a.csv")):
        folder.mkdir(parents=True)
        (folder / file).write_text(f"what {file} says")
    for left_out in (home.fetched / "a", home.compile_cache):
        left_out.mkdir(parents=True)
        (left_out / "b").write_text("can be made again")
    names = [entry.name for entry in selection.available(home.root) if entry.origin == "state"]
    with Catalogue.open(home.root) as catalogue:
        for name in names:
            if name.startswith("2026"):
                catalogue.set_current(name)
        catalogue.records.add(record(selection.current_entry(home.root).name))
        catalogue.fits.create({"as_of": "2026-11-20"})
    return home.root


@pytest.fixture
def state(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """A copy of it, times and all."""
    home = shutil.copytree(filled, tmp_path / "home")
    monkeypatch.setenv("TIMELINES_HOME", str(home))
    return state_folder(home)


def record(posterior: str) -> Record:
    words = dict.fromkeys(("series", "title", "note", "code_version", "citation"), "x")
    return Record(**words, question={"flop": 1e29}, answer={"p": 0.5}, posterior=posterior, posterior_sha256="0" * 64)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "restored"


def remembered(home: Path) -> dict[str, Any]:
    """What the catalogue of a state folder says."""
    with Catalogue.open(home) as catalogue:
        return {
            "history": catalogue.history(),
            "posteriors": catalogue.list(),
            "records": catalogue.records.list(),
            "fits": catalogue.fits.list(),
            "current": catalogue.current(),
        }


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
from tests.unit.test_backups import record

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


def crafted(file: Path, edit: Callable[[list[tuple[tarfile.TarInfo, bytes]]], object]) -> None:
    """The backup with other members."""
    with tarfile.open(file) as archive:
        members = [(member, data.read()) for member in archive if (data := archive.extractfile(member))]
    edit(members)
    with tarfile.open(file, "w") as archive:
        for member, content in members:
            member.size = len(content) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(content))


def plain(name: str, data: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), data


def linked(name: str, kind: bytes) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "../../outside"
    return member, b""


def renamed(members: list[tuple[tarfile.TarInfo, bytes]], told: dict[str, Any] | None, **changes: str) -> None:
    """Change names in the manifest and of the members alike."""
    manifest = json.loads(members[0][1]) | (told or {})
    for old, new in changes.items():
        for table in (manifest["files"], manifest["written_ns"]):
            key = next(name for name in table if old in name)
            table[new] = table.pop(key)
        next(member for member, _ in members if old in member.name and member.name != "manifest.json").name = new
    members[0] = (members[0][0], json.dumps(manifest).encode())


def emptied(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[-1] = (members[-1][0], b"x" * len(members[-1][1]))


CRAFTED: dict[str, tuple[Callable[[Any], object], str]] = {
    "a stranger": (lambda members: members.append(plain("../../outside")), "does not name"),
    "an absolute name": (lambda members: members.append(plain("/outside")), "does not name"),
    "a way out that is named": (lambda members: renamed(members, None, mine="scenarios/../../outside"), "this version"),
    "a place of its own": (lambda members: renamed(members, None, mine="bin/program"), "no place in a state folder"),
    "a file at the top": (lambda members: renamed(members, None, mine="scenarios"), "no place in a state folder"),
    "a link": (
        lambda members: members.__setitem__(-1, linked(members[-1][0].name, tarfile.SYMTYPE)),
        "is not the file",
    ),
    "a hard link": (
        lambda members: members.__setitem__(-1, linked(members[-1][0].name, tarfile.LNKTYPE)),
        "not the file",
    ),
    "a device": (lambda members: members.__setitem__(-1, linked(members[-1][0].name, tarfile.CHRTYPE)), "not the file"),
    "a folder": (lambda members: members.append(linked("posteriors", tarfile.DIRTYPE)), "does not name"),
    "one twice": (lambda members: members.append(members[-1]), "twice"),
    "one missing": (lambda members: members.pop(), "missing from it"),
    "one that is another": (emptied, "the hash of"),
    "one that is longer": (lambda members: members.__setitem__(-1, (members[-1][0], b"x" * 99_999)), "is not the file"),
    "no manifest": (lambda members: members.pop(0), "does not begin with manifest.json"),
    "another manifest": (lambda members: members.__setitem__(0, plain("manifest.json", b"{}")), "this version reads"),
    "a report's manifest": (lambda members: renamed(members, {"kind": "report"}), "of another kind"),
    "a newer schema": (lambda members: renamed(members, {"schema": 2}), "use a newer version"),
    "no catalogue": (lambda members: renamed(members, {"catalogue": "none"}), "what it says of the catalogue"),
    "no times": (lambda members: renamed(members, {"written_ns": {}}), "of another kind"),
}


class TestRestoring:
    @pytest.mark.parametrize("kind", CRAFTED)
    def test_what_is_not_as_it_was_written_is_refused_and_nothing_is_put_in_place(
        self, kind: str, state: StateFolder, file: Path, empty: Path
    ) -> None:
        edit, said = CRAFTED[kind]
        backup(file, state.root)
        crafted(file, edit)
        with pytest.raises(DamagedBackupError, match=said):
            restore(file, empty)
        assert not empty.exists() and not (file.parent / "outside").exists()

    def test_whatever_byte_is_changed_or_cut_it_is_refused_or_makes_no_difference(
        self, tmp_path: Path, file: Path
    ) -> None:
        home, chance = state_folder(tmp_path / "small"), random.Random(5)
        home.scenarios.mkdir(parents=True)
        for number in range(3):
            (home.scenarios / f"s{number}.yaml").write_bytes(chance.randbytes(700))
        backup(file, home.root)
        whole, refused = file.read_bytes(), 0
        for attempt in range(120):
            data = bytearray(whole)
            if attempt % 4:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            else:
                del data[chance.randrange(len(data)) :]
            file.write_bytes(data)
            target = tmp_path / f"restored {attempt}"
            try:
                restore(file, target)
            except DamagedBackupError:
                refused += 1
                assert not target.exists()
            else:
                found = {path.name: path.read_bytes() for path in target.rglob("*.yaml")}
                assert found == {path.name: path.read_bytes() for path in home.scenarios.iterdir()}
        assert refused > 30

    @pytest.mark.parametrize("data", [b"", b"a thesis", b"\x89PNG\r\n\x1a\n" * 200, b"\0" * 10_240])
    def test_a_file_that_is_no_backup_is_refused(self, data: bytes, file: Path, empty: Path) -> None:
        file.write_bytes(data)
        with pytest.raises(DamagedBackupError, match="no backup of a state folder"):
            restore(file, empty)
        assert not empty.exists()

    def test_a_file_that_is_not_there_is_bad_input(self, file: Path, empty: Path) -> None:
        with pytest.raises(InputError, match="there is no file"):
            restore(file, empty)

    def test_only_an_empty_folder_is_filled(self, state: StateFolder, file: Path, empty: Path) -> None:
        backup(file, state.root)
        empty.mkdir()
        (empty / "notes.txt").write_text("mine")
        with pytest.raises(InputError, match=r"not empty \(notes.txt\)"):
            restore(file, empty)
        assert [path.name for path in empty.iterdir()] == ["notes.txt"]
        (empty / "notes.txt").unlink()
        assert restore(file, empty).posteriors == 3

    def test_one_at_a_time(self, state: StateFolder, file: Path, empty: Path) -> None:
        backup(file, state.root)
        (empty / restoring.STAGING).mkdir(parents=True)
        with pytest.raises(InputError, match="another process restores"):
            restore(file, empty)

    def test_what_comes_into_the_folder_meanwhile_is_not_replaced(
        self, state: StateFolder, file: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup(file, state.root)
        real = restoring._unpack

        def beside(*arguments: Any) -> None:
            real(*arguments)
            (empty / "catalogue.sqlite").write_text("of a server that was started")

        monkeypatch.setattr(restoring, "_unpack", beside)
        with pytest.raises(InputError, match="stop what runs there"):
            restore(file, empty)
        assert [path.name for path in empty.iterdir()] == ["catalogue.sqlite"]

    @pytest.mark.parametrize("fails", [OSError(28, "No space left on device"), KeyboardInterrupt()])
    @pytest.mark.parametrize("call", [1, 5, 9])
    def test_cut_off_anywhere_the_folder_is_empty_again(
        self,
        call: int,
        fails: BaseException,
        state: StateFolder,
        file: Path,
        empty: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        backup(file, state.root)
        real, calls = os.fsync, []

        def fail(descriptor: int) -> None:
            calls.append(descriptor)
            if len(calls) == 3 * call:
                raise fails
            real(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            with pytest.raises((StorageError, KeyboardInterrupt)):
                restore(file, empty)
        assert not empty.exists()
        assert restore(file, empty).posteriors == 3

    def test_a_move_that_fails_takes_the_others_back(
        self, state: StateFolder, file: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup(file, state.root)
        real = os.rename

        def fail(source: Path, target: Path) -> None:
            if Path(target) == empty / "posteriors":
                raise OSError(5, "Input/output error")
            real(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(os, "rename", fail)
            with pytest.raises(StorageError, match="Input/output error"):
                restore(file, empty)
        assert not empty.exists()


class TestCommand:
    def run(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["state", *map(str, arguments)])

    def test_there_and_back(self, state: StateFolder, file: Path, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        told = self.run("backup", file)
        assert told.exit_code == 0 and "3 posteriors, the catalogue, 11 files" in told.stdout
        assert "Left out: compile-cache, fetched." in told.stdout
        monkeypatch.setenv("TIMELINES_HOME", str(empty))
        assert f"{empty} is restored: 3 posteriors" in self.run("restore", file).stdout
        assert self.run("restore", file).exit_code == 2
        assert CliRunner().invoke(main, ["posterior", "verify"]).exit_code == 0

    def test_json(self, state: StateFolder, file: Path, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        told = json.loads(self.run("backup", file, "--json").stdout)
        assert (told["posteriors"], told["catalogue"], told["damaged"]) == (3, "sqlite", [])
        assert told["files"]["scenarios/mine.yaml"]["bytes"] == len("what mine.yaml says")
        monkeypatch.setenv("TIMELINES_HOME", str(empty))
        assert json.loads(self.run("restore", file, "--json").stdout)["files"] == told["files"]

    def test_a_catalogue_on_postgresql_is_left_to_pg_dump(
        self, state: StateFolder, file: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TIMELINES_CATALOGUE", "postgresql://nobody@127.0.0.1/none")
        told = self.run("backup", file)
        assert "pg_dump" in told.stdout and "nobody" not in told.stdout
        monkeypatch.setenv("TIMELINES_HOME", str(empty))
        assert "pg_restore" in self.run("restore", file).stdout
        assert (empty / "posteriors").is_dir() and not (empty / "catalogue.sqlite").exists()

    def test_damage_exits_with_one(self, file: Path, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file.write_bytes(b"no backup")
        monkeypatch.setenv("TIMELINES_HOME", str(empty))
        told = self.run("restore", file)
        assert told.exit_code == 1 and len(told.stderr.strip().splitlines()) == 1


def test_it_needs_no_sqlalchemy(state: StateFolder, file: Path, empty: Path) -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from forecast.catalogue.backups import backup\nfrom forecast.catalogue.restoring import restore\n"
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
