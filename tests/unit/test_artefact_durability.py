"""A posterior on disk is forced there: file before name, name before the next step, draws before the manifest."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.errors import ArtefactError, PosteriorNotFoundError
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.selection import available, current, set_current
from forecast.posterior.state import state_folder
from forecast.storage import atomic
from tests.synthetic import synthetic_posterior

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows cannot sync a folder")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is forced to disk and what is given its name, from now on."""
    told: list[str] = []
    sync, replace = os.fsync, os.replace

    def noted_sync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        told.append("folder" if stat.S_ISDIR(found.st_mode) else f"file of {found.st_size} bytes")
        sync(descriptor)

    def noted_replace(source: Path, target: Path) -> None:
        told.append(f"name {Path(target).name}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    return told


def size(path: Path) -> str:
    return f"file of {path.stat().st_size} bytes"


def test_the_draws_are_on_disk_before_the_manifest_is_begun(tmp_path: Path, steps: list[str]) -> None:
    path = write(synthetic_posterior(50), tmp_path)
    manifest = path.with_suffix(".json")
    expected = [size(path), f"name {path.name}", "folder", size(manifest), f"name {manifest.name}", "folder"]
    assert steps == expected


def test_new_folders_are_forced_to_disk_too(tmp_path: Path, steps: list[str]) -> None:
    atomic.make_folder(tmp_path / "state" / "posteriors")
    assert steps == ["folder", "folder"]
    atomic.make_folder(tmp_path / "state" / "posteriors")
    assert len(steps) == 2


def test_what_is_current_is_on_disk_before_it_is_said(tmp_path: Path, steps: list[str]) -> None:
    folder = state_folder(tmp_path).posteriors
    name = write(synthetic_posterior(50), folder).stem
    steps.clear()
    set_current(name, tmp_path)
    assert steps == [f"file of {len(name) + 1} bytes", "name current", "folder"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": cut,
    "damaged": flip,
    "empty": lambda path: path.write_bytes(b""),
    "a picture": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n"),
    "without draws": Path.unlink,
    "without a manifest": lambda path: path.with_suffix(".json").unlink(),
    "no manifest": lambda path: path.with_suffix(".json").write_text("{"),
    "of a newer schema": lambda path: path.with_suffix(".json").write_text('{"schema_version": 99}'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_is_wrong_with_another_the_current_one_stays(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing shipped")
    folder = state_folder(tmp_path).posteriors
    good, bad = (write(synthetic_posterior(50, seed=seed), folder) for seed in (1, 2))
    set_current(good.stem, tmp_path)
    DAMAGES[damage](bad)
    with pytest.raises((ArtefactError, PosteriorNotFoundError)):
        set_current(bad.stem, tmp_path)
    assert current(tmp_path).name == good.stem
    assert good.stem in {entry.name for entry in available(tmp_path) if entry.status == "PASSED"}


@pytest.mark.parametrize("fails", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_file_written_in_pieces_is_whole_or_absent(tmp_path: Path, fails: BaseException) -> None:
    place = tmp_path / "file"
    with atomic.writing(place) as file:
        file.write(b"one")
        assert not place.exists()
        file.write(b"two")
    assert place.read_bytes() == b"onetwo"
    with pytest.raises(type(fails)), atomic.writing(place) as file:  # noqa: PT012
        file.write(b"half")
        raise fails
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("file", b"onetwo")]
