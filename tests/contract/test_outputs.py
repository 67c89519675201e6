"""What every output does, wherever it lies: its manifest tells it, the next replaces it, what is foreign stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecast.errors import InputError, StorageError
from forecast.storage.manifest import MANIFEST, UNFINISHED, DamagedOutputError, Fault, faults, read_manifest
from forecast.storage.replacing import Replacing
from forecast.storage.store import store_of
from tests.outputs import make


def test_it_holds_what_its_manifest_says(place: Path | str) -> None:
    make(place, {"report.md": b"text", "numbers/a.csv": b"1"}, title="Nightly")
    told = json.loads(store_of(place).read(MANIFEST))
    assert told["schema"] == 1 and told["kind"] == "report" and told["title"] == "Nightly"
    assert told["files"]["report.md"] == {
        "bytes": 4,
        "sha256": "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1",
    }
    assert faults(store_of(place)) == ()
    assert store_of(place).names() == [MANIFEST, "numbers/a.csv", "report.md"]


def test_equal_contents_give_equal_manifests(place: Path | str) -> None:
    make(place, {"a": b"1", "b": b"2"}, title="x", about=1)
    first = store_of(place).read(MANIFEST)
    make(place, {"b": b"2", "a": b"1"}, about=1, title="x")
    assert store_of(place).read(MANIFEST) == first


def test_the_next_one_replaces_it_as_a_whole(place: Path | str) -> None:
    make(place, {"report.md": b"old", "numbers/old.csv": b"1"})
    make(place, {"report.md": b"new"})
    assert store_of(place).names() == [MANIFEST, "report.md"]
    assert store_of(place).read("report.md") == b"new"
    assert faults(store_of(place)) == ()


def test_what_was_cut_off_is_taken_up_again(place: Path | str) -> None:
    with Replacing(place, "report") as new:
        new.store.write("answers/1", b"1")
        new.store.write("answers/of another batch", b"9")
    with Replacing(place, "report") as new:
        assert new.store.names("answers/") == ["answers/1", "answers/of another batch"]
        new.store.write("answers/2", b"2")
        new.finish(["answers/1", "answers/2"])
    assert store_of(place).names("answers/") == ["answers/1", "answers/2"]
    assert faults(store_of(place)) == ()


def test_until_it_is_finished_the_old_manifest_stays(place: Path | str) -> None:
    make(place, {"a": b"1"}, title="old")
    with Replacing(place, "report") as new:
        new.store.write("b", b"2")
        assert read_manifest(store_of(place)).extra == {"title": "old"}
    assert read_manifest(store_of(place)).extra == {"title": "old"}


def test_foreign_files_are_refused_and_stay(place: Path | str) -> None:
    store_of(place).write("thesis.txt", b"years of work")
    with pytest.raises(StorageError, match=r"thesis\.txt.*move that away"), Replacing(place, "report"):
        pass
    assert store_of(place).names() == ["thesis.txt"]


def test_a_foreign_file_among_ours_is_refused_and_stays(place: Path | str) -> None:
    make(place, {"a": b"1"})
    store_of(place).write("notes/thesis.txt", b"years of work")
    with pytest.raises(StorageError, match=r"notes/thesis\.txt, which timelines did not write"):
        make(place, {"a": b"2"})
    assert store_of(place).read("a") == b"1"


def test_a_manifest_of_another_program_is_foreign(place: Path | str) -> None:
    store_of(place).write(MANIFEST, b'{"name": "my extension", "manifest_version": 3}')
    with pytest.raises(StorageError, match="move that away"), Replacing(place, "report"):
        pass


def test_what_desktops_leave_is_not_foreign(place: Path | str) -> None:
    make(place, {"a": b"1"})
    store_of(place).write(".DS_Store", b"")
    make(place, {"a": b"2"})
    assert store_of(place).read("a") == b"2"


def test_missing_changed_and_foreign_files_are_told(place: Path | str) -> None:
    make(place, {"a": b"1", "b": b"2", "c": b"3"})
    there = store_of(place)
    there.remove("a")
    there.write("b", b"other")
    there.write("d", b"4")
    found = faults(there)
    assert found == (Fault("a", "missing"), Fault("b", "changed"), Fault("d", "foreign"))
    assert found[0].in_words() == "a is missing"


def test_a_damaged_manifest_is_told(place: Path | str) -> None:
    make(place, {"a": b"1"})
    whole = store_of(place).read(MANIFEST)
    for damaged in (whole[:-9], b"[]", b"\xff", whole.replace(b'"a"', b'"../a"'), whole.replace(b"bytes", b"size")):
        store_of(place).write(MANIFEST, damaged)
        with pytest.raises(DamagedOutputError, match="not one that timelines wrote"):
            faults(store_of(place))
    store_of(place).write(MANIFEST, whole.replace(b'"schema": 1', b'"schema": 9'))
    with pytest.raises(DamagedOutputError, match="newer version"):
        faults(store_of(place))


def test_the_manifest_is_written_by_nobody_else(place: Path | str) -> None:
    with Replacing(place, "report") as new:
        for name in (MANIFEST, UNFINISHED):
            with pytest.raises(StorageError, match="another name"):
                new.store.write(name, b"")
        with pytest.raises(InputError, match="files of its own"):
            new.finish(extra={"files": []})
