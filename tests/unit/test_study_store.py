"""Imported studies on disk: whole or absent, verified when read, one under each name."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from forecast import Forecaster, StudyStore
from forecast.catalogue.failures import RequestIdUsedError
from forecast.catalogue.named.studies import DamagedScaleError, ScaleTakenError, StoredScales
from forecast.engine.imported import content_digest
from forecast.errors import StorageError, UnknownNameError
from forecast.posterior.state import state_folder
from tests.racing import raced
from tests.studies import imported, points
from tests.synthetic import synthetic_posterior

POSTERIOR = synthetic_posterior(100)
ONE, OTHER = "4a0b2c1e-0000-4000-8000-000000000001", "4a0b2c1e-0000-4000-8000-000000000002"


@pytest.fixture
def store(tmp_path: Path) -> StudyStore:
    return StudyStore(tmp_path)


def file_of(home: Path, name: str = "my-study") -> Path:
    return state_folder(home).scales / f"{name}.json"


def test_what_is_kept_is_read_back_to_the_last_digit(store: StudyStore) -> None:
    study = imported(points=points(1 / 3, 0.1), tokenizer="größe", relative_noise=0.0123, request_id=ONE)
    assert store.add(study) == study
    assert store.get("my-study") == study
    assert store.list() == (study,)


def test_nothing_is_made_until_something_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert StudyStore(home).list() == () and list(StoredScales(home)) == []
    with pytest.raises(UnknownNameError, match="known: none"):
        StudyStore(home).get("my-study")
    assert not home.exists()


def test_the_same_study_again_changes_nothing(store: StudyStore, tmp_path: Path) -> None:
    store.add(imported(request_id=ONE))
    before = file_of(tmp_path).read_bytes()
    for request_id in (ONE, OTHER, ""):
        assert store.add(imported(request_id=request_id)).request_id == ONE
    assert file_of(tmp_path).read_bytes() == before


def test_another_study_under_the_same_name_is_refused_with_a_remedy(store: StudyStore) -> None:
    store.add(imported())
    with pytest.raises(ScaleTakenError, match="`timelines scale remove my-study`") as caught:
        store.add(imported(points=points(1.8)))
    assert caught.value.field == "scale_id"
    assert store.get("my-study") == imported()


def test_a_request_id_stands_for_one_study(store: StudyStore) -> None:
    store.add(imported(request_id=ONE))
    with pytest.raises(RequestIdUsedError, match="used to import my-study") as caught:
        store.add(imported("another-study", request_id=ONE.upper()))
    assert caught.value.field == "request_id"
    assert store.names() == ("my-study",)


def test_a_study_that_was_removed_can_come_again(store: StudyStore) -> None:
    store.add(imported())
    store.remove("my-study")
    assert store.names() == ()
    with pytest.raises(UnknownNameError, match="unknown imported scale 'my-study'; known: none"):
        store.remove("my-study")
    assert store.add(imported(points=points(1.8))).points == points(1.8)


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "x" * 64, "My-Study", "my-study.json", "con:aux", "\x00abc"])
def test_what_is_no_name_touches_no_file(name: str, store: StudyStore, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    for call in (store.get, store.remove):
        with pytest.raises(UnknownNameError):
            call(name)
    assert name not in StoredScales(tmp_path)
    assert (tmp_path / "secret.json").exists()


DAMAGE: dict[str, Any] = {
    "cut": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "a digit": lambda text: text.replace("1e+18", "2e+18"),
    "a list": lambda text: "[]",
    "a number": lambda text: "7",
    "deep": lambda text: "[" * 100_000,
    "not text": lambda text: b"\xff\xfe\x00",
    "an old format": lambda text: text.replace('"format": 1', '"format": 0'),
    "a changed source": lambda text: text.replace("our lab", "their lab"),
    "a changed request": lambda text: text.replace('"request_id": ""', f'"request_id": "{ONE}"'),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_said_and_can_be_removed(kind: str, store: StudyStore, tmp_path: Path) -> None:
    store.add(imported())
    store.add(imported("sound-study"))
    text = file_of(tmp_path).read_text(encoding="utf-8")
    damaged = DAMAGE[kind](text)
    assert damaged != text
    file_of(tmp_path).write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
    with pytest.raises(DamagedScaleError, match=r"my-study is damaged .*`timelines scale remove my-study`"):
        store.get("my-study")
    with pytest.raises(DamagedScaleError):
        Forecaster(POSTERIOR, tmp_path).when(loss=2.0, scale="my-study")
    with pytest.raises(DamagedScaleError):
        store.add(imported())
    assert [scale.name for scale in store.list()] == ["sound-study"] and list(store.problems()) == ["my-study"]
    store.remove("my-study")
    assert store.add(imported()) == imported()


def rewritten(home: Path, **changes: Any) -> None:
    """A file whose digest fits what it holds, and whose content breaks the rules."""
    held = json.loads(file_of(home).read_text(encoding="utf-8"))
    del held["sha256"]
    held["scale"].update(changes)
    file_of(home).write_text(json.dumps(held | {"sha256": content_digest(held)}), encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [
        {"points": []},
        {"points": [1, 2, 3, 4]},
        {"points": "many"},
        {"published_on": "soon"},
        {"name": "other-study"},
        {"extra": 1},
        {"corpus": None},
    ],
    ids=str,
)
def test_a_forged_file_is_no_scale(changes: dict[str, Any], store: StudyStore, tmp_path: Path) -> None:
    store.add(imported())
    rewritten(tmp_path, **changes)
    with pytest.raises(DamagedScaleError):
        StoredScales(tmp_path)["my-study"]


def test_the_mapping_is_live(store: StudyStore, tmp_path: Path) -> None:
    live = StoredScales(tmp_path)
    assert "my-study" not in live and len(live) == 0
    store.add(imported())
    assert live["my-study"] == imported() and list(live) == ["my-study"]
    assert live["my-study"] is live["my-study"], "parsed once"
    store.remove("my-study")
    store.add(imported(points=points(1.8)))
    assert live["my-study"].points == points(1.8)
    store.remove("my-study")
    with pytest.raises(KeyError):
        live["my-study"]


def test_a_forecaster_answers_on_what_is_imported_while_it_runs(store: StudyStore, tmp_path: Path) -> None:
    forecaster = Forecaster(POSTERIOR, tmp_path)
    with pytest.raises(UnknownNameError):
        forecaster.when(loss=2.0, scale="my-study", budget_usd=1e8)
    store.add(imported())
    first = forecaster.when(loss=2.0, scale="my-study", budget_usd=1e8)
    store.remove("my-study")
    store.add(imported(points=points(1.9)))
    assert forecaster.when(loss=2.0, scale="my-study", budget_usd=1e8).p_never > first.p_never


RACE = """
import sys
from pathlib import Path
from forecast import StudyStore
from forecast.catalogue.named.studies import ScaleTakenError
from tests.studies import imported, points
home, floor = sys.argv[1], float(sys.argv[2])
study = imported(points=points(floor))
print("ready", flush=True)
sys.stdin.readline()
try:
    print("kept", StudyStore(home).add(study).digest)
except ScaleTakenError:
    print("taken", StudyStore(home).get("my-study").digest)
"""


def test_of_two_processes_one_wins_and_both_see_a_whole_file(tmp_path: Path) -> None:
    outcomes = raced(RACE, tmp_path, 1.7, 1.8)
    assert sorted(word for word, _ in outcomes) == ["kept", "taken"]
    assert len({digest for _, digest in outcomes}) == 1
    assert [path.name for path in state_folder(tmp_path).scales.iterdir()] == ["my-study.json"]


def test_two_processes_with_the_same_study_both_succeed(tmp_path: Path) -> None:
    assert {word for word, _ in raced(RACE, tmp_path, 1.7, 1.7)} == {"kept"}


def test_a_file_system_without_links_serves_too(
    store: StudyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert store.add(imported()) == imported() == store.add(imported())
    with pytest.raises(ScaleTakenError):
        store.add(imported(points=points(1.8)))
    assert [path.name for path in state_folder(tmp_path).scales.iterdir()] == ["my-study.json"]


def test_a_full_disk_keeps_nothing(store: StudyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="no space left"):
        store.add(imported())
    assert list(state_folder(tmp_path).scales.iterdir()) == []


def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "scales").write_text("in the way")
    assert StudyStore(tmp_path).names() == ()
    with pytest.raises(StorageError, match="cannot write"):
        StudyStore(tmp_path).add(imported())
