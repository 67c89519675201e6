"""A backup comes back verified, into an empty folder, whole or not at all."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("sqlalchemy")

from forecast.catalogue.upkeep import restoring
from forecast.catalogue.upkeep.backup_format import DamagedBackupError
from forecast.catalogue.upkeep.backups import backup
from forecast.catalogue.upkeep.restoring import restore
from forecast.cli.main import main
from forecast.errors import InputError, StorageError
from forecast.posterior.state import StateFolder, state_folder
from tests.backing import CRAFTED, crafted


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
