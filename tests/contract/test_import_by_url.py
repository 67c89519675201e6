"""Posteriors and backups through every kind of place: out, and back whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forecast.catalogue.upkeep.backups import backup
from forecast.catalogue.upkeep.restoring import restore
from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.posterior import fetching, selection
from forecast.posterior.artefact import read
from forecast.posterior.importing import bring, look
from forecast.posterior.state import StateFolder
from forecast.storage.store import is_url, store_of
from tests.catalogues import fit


def below(place: Path | str, name: str) -> str:
    return f"{place}/{name}" if is_url(place) else os.path.join(place, name)


def test_what_is_exported_is_imported_as_it_was(place: Path | str, state: StateFolder, tmp_path: Path) -> None:
    names = sorted(fit(state, seed) for seed in range(2))
    for name in names:
        fetching.export(selection.find_entry(name, state.root), str(place))
    other = StateFolder(tmp_path / "another home")
    assert [one.name for one in bring(look(str(place), names[0]), other.root)] == names[:1]
    assert {one.name: one.outcome for one in bring(look(str(place)), other.root)} == {
        names[0]: "here",
        names[1]: "imported",
    }
    for path in other.posteriors.iterdir():
        assert path.read_bytes() == (state.posteriors / path.name).read_bytes()


@pytest.mark.parametrize("damage", ["cut", "another manifest", "without draws", "without a manifest"])
def test_what_is_damaged_there_is_refused_and_nothing_is_here(
    damage: str, place: Path | str, state: StateFolder, tmp_path: Path
) -> None:
    name, other = fit(state, 1), fit(state, 2)
    fetching.export(selection.find_entry(name, state.root), str(place))
    store = store_of(place)
    if damage == "cut":
        store.write(f"{name}.nc", store.read(f"{name}.nc")[:-9])
    elif damage == "another manifest":
        store.write(f"{name}.json", (state.posteriors / f"{other}.json").read_bytes())
    else:
        store.remove(f"{name}.nc" if damage == "without draws" else f"{name}.json")
    home = tmp_path / "another home"
    if damage == "without a manifest":  # the draws carry it
        (done,) = bring(look(str(place)), home)
        assert read(StateFolder(home).posteriors / f"{done.name}.nc").name == name
        return
    with pytest.raises(ArtefactError, match=name):
        bring(look(str(place)), home)
    assert not list(home.rglob("*.*"))


def test_a_place_without_posteriors_says_so(place: Path | str) -> None:
    store_of(place).write("notes.txt", b"none here")
    with pytest.raises(PosteriorNotFoundError, match="there are: none"):
        look(str(place))


def test_a_backup_goes_and_comes_back(place: Path | str, state: StateFolder, tmp_path: Path) -> None:
    name = fit(state, 1)
    file = below(place, "backup.tar")
    store_of(place).write("other.txt", b"there is a place")
    backup(file, state.root)
    assert restore(file, tmp_path / "restored").posteriors == 1
    assert read(tmp_path / "restored" / "posteriors" / f"{name}.nc").name == name


def test_a_backup_that_is_not_there_is_said(place: Path | str, tmp_path: Path) -> None:
    with pytest.raises((InputError, StorageError), match="there"):
        restore(below(place, "backup.tar"), tmp_path / "restored")
    assert not (tmp_path / "restored").exists()
