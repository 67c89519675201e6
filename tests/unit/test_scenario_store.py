"""Scenarios of one's own on disk: whole or absent, checked when read, one under each name."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.catalogue.failures import RequestIdUsedError
from forecast.catalogue.named import scenarios
from forecast.catalogue.named.scenario_files import load
from forecast.catalogue.named.scenario_store import DamagedScenarioError, ScenarioStore, ScenarioTakenError
from forecast.engine.scenario import BASELINE, Override, Scenario
from forecast.errors import InputError, StorageError, UnknownNameError
from forecast.posterior.state import state_folder
from tests.racing import raced

ONE, OTHER = "4a0b2c1e-0000-4000-8000-000000000001", "4a0b2c1e-0000-4000-8000-000000000002"
SCENARIO = Scenario("my-scenario", (Override("compute.r_realised", 1 / 3),), about="größer", source="us")
TEXT = (
    "# mine\nname: my-scenario  # its name\nabout: größer\nsource: us\nset: {compute.r_realised: 0.3333333333333333}\n"
)


def other(value: float = 0.2, name: str = "my-scenario") -> Scenario:
    return Scenario(name, (Override("compute.r_realised", value),))


@pytest.fixture
def store(tmp_path: Path) -> ScenarioStore:
    return ScenarioStore(tmp_path)


def file_of(home: Path, name: str = "my-scenario") -> Path:
    return state_folder(home).scenarios / f"{name}.yaml"


def test_what_is_kept_is_read_back_to_the_last_digit(store: ScenarioStore) -> None:
    kept = store.add(SCENARIO, request_id=ONE)
    assert kept.scenario == SCENARIO and kept.request_id == ONE
    assert store.get("my-scenario") == kept and store.list() == (kept,)


def test_a_makers_file_is_kept_as_it_was_written(store: ScenarioStore, tmp_path: Path) -> None:
    scenario = load(TEXT.encode(), "x")
    assert scenario == SCENARIO
    kept = store.add(scenario, TEXT, ONE)
    assert kept.text == TEXT
    written = file_of(tmp_path).read_text(encoding="utf-8")
    assert written == f"# request_id: {ONE}\n{TEXT}"
    again = ScenarioStore(tmp_path / "another")
    assert again.add(scenario, written, OTHER).text == TEXT, "a file that was copied from a state folder"
    assert again.get("my-scenario").request_id == OTHER


def test_a_file_may_be_edited_where_it_lies(store: ScenarioStore, tmp_path: Path) -> None:
    store.add(SCENARIO, TEXT)
    file_of(tmp_path).write_text(TEXT.replace("0.3333333333333333", "0.2"), encoding="utf-8")
    assert store.get("my-scenario").scenario.overrides[0].value == 0.2


def test_nothing_is_made_until_something_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert ScenarioStore(home).list() == () and len(scenarios.known(home)) == len(scenarios.built_in_names())
    with pytest.raises(UnknownNameError, match="known: none"):
        ScenarioStore(home).get("my-scenario")
    assert not home.exists()


def test_the_same_again_changes_nothing(store: ScenarioStore, tmp_path: Path) -> None:
    store.add(SCENARIO, TEXT, ONE)
    before = file_of(tmp_path).read_bytes()
    for request_id in (ONE, OTHER, ""):
        kept = store.add(SCENARIO, "", request_id)
        assert (kept.request_id, kept.text) == (ONE, TEXT)
    assert file_of(tmp_path).read_bytes() == before


def test_another_under_the_same_name_is_refused_with_a_remedy(store: ScenarioStore) -> None:
    store.add(SCENARIO)
    with pytest.raises(ScenarioTakenError, match="`timelines scenario delete my-scenario`") as caught:
        store.add(other())
    assert caught.value.field == "name"
    assert store.get("my-scenario").scenario == SCENARIO


def test_a_request_id_stands_for_one_scenario(store: ScenarioStore) -> None:
    store.add(SCENARIO, "", ONE)
    with pytest.raises(RequestIdUsedError, match="used to make my-scenario") as caught:
        store.add(other(name="another"), "", ONE.upper())
    assert caught.value.field == "request_id"
    with pytest.raises(InputError, match="give a UUID"):
        store.add(other(name="another"), "", "7")
    assert store.names() == ("my-scenario",)


def test_what_was_removed_can_come_again(store: ScenarioStore) -> None:
    store.add(SCENARIO)
    store.remove("my-scenario")
    assert store.names() == ()
    with pytest.raises(UnknownNameError, match="unknown scenario of your own 'my-scenario'; known: none"):
        store.remove("my-scenario")
    assert store.add(other()).scenario == other()


def test_a_check_keeps_nothing(store: ScenarioStore, tmp_path: Path) -> None:
    assert store.check(SCENARIO).scenario == SCENARIO
    with pytest.raises(InputError, match="unknown input"):
        store.check(Scenario("abc", (Override("run.month", 1),)))
    assert not state_folder(tmp_path).scenarios.exists()


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "x" * 64, "My-S", "my.yaml", "con:aux", "\x00abc"])
def test_what_is_no_name_touches_no_file(name: str, store: ScenarioStore, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("name: secret")
    for call in (store.get, store.remove, lambda name: scenarios.find(name, tmp_path)):
        with pytest.raises(UnknownNameError):
            call(name)
    with pytest.raises(InputError):
        store.add(other(name=name))
    assert (tmp_path / "secret.yaml").exists()


DAMAGE: dict[str, Callable[[str], str | bytes]] = {
    "cut": lambda text: text[:-3],
    "empty": lambda text: "",
    "a list": lambda text: "[]",
    "deep": lambda text: "[" * 100_000,
    "not text": lambda text: b"\xff\xfe\x00",
    "a megabyte": lambda text: text + "#" * 2**20,
    "another name": lambda text: text.replace("name: my-scenario", "name: other-one"),
    "an unknown input": lambda text: text.replace("r_realised", "r_imagined"),
    "an alias": lambda text: text + "about: *x\n",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_said_and_can_be_removed(kind: str, store: ScenarioStore, tmp_path: Path) -> None:
    store.add(SCENARIO, TEXT)
    store.add(other(name="sound-one"))
    damaged = DAMAGE[kind](TEXT)
    file_of(tmp_path).write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
    with pytest.raises(DamagedScenarioError, match=r"my-scenario is damaged .*`timelines scenario delete my-scenario`"):
        store.get("my-scenario")
    with pytest.raises(DamagedScenarioError):
        scenarios.scenario_of("my-scenario", tmp_path)
    with pytest.raises(DamagedScenarioError):
        store.add(SCENARIO)
    assert [kept.scenario.name for kept in store.list()] == ["sound-one"] and list(store.problems()) == ["my-scenario"]
    assert "my-scenario" not in {record.name for record in scenarios.known(tmp_path)}
    scenarios.delete("my-scenario", tmp_path)
    assert store.add(SCENARIO).scenario == SCENARIO


def test_built_in_names_are_taken_and_stay(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="what a scenario without a name is called; give it a name"):
        scenarios.create(other(name="inline"), tmp_path)
    for name in ("skeptic", "baseline"):
        with pytest.raises(ScenarioTakenError, match="built-in scenario; choose another"):
            scenarios.create(other(name=name), tmp_path)
    with pytest.raises(InputError, match="skeptic is built in, and stays"):
        scenarios.delete("skeptic", tmp_path)
    state_folder(tmp_path).scenarios.mkdir(parents=True)
    file_of(tmp_path, "skeptic").write_text("name: skeptic\n")
    assert scenarios.find("skeptic", tmp_path).origin == "built_in", "what is built in later goes first"
    scenarios.delete("skeptic", tmp_path)


def test_a_scenario_by_name_or_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(TEXT, encoding="utf-8")
    scenarios.create(other(), tmp_path)
    assert scenarios.scenario_of("baseline") is BASELINE is scenarios.find("baseline").scenario
    assert (
        scenarios.scenario_of("my-scenario", tmp_path)
        == other()
        == scenarios.scenario_of("scenarios/my-scenario", tmp_path)
    )
    assert scenarios.scenario_of("mine.yaml") == SCENARIO == scenarios.scenario_of(str(tmp_path / "mine.yaml"))
    with pytest.raises(InputError, match=r"no such file: none\.yaml; `timelines scenario list`"):
        scenarios.scenario_of("none.yaml")
    with pytest.raises(StorageError, match="cannot read"):
        scenarios.scenario_of(f"{tmp_path}/")
    with pytest.raises(UnknownNameError, match=r"unknown scenario 'my-scenaro'; most like it: my-scenario"):
        scenarios.find("my-scenaro", tmp_path)


def test_a_copy_has_its_own_name_and_the_same_meaning(tmp_path: Path) -> None:
    for name in scenarios.built_in_names():
        new, text = scenarios.copy_of(name, "mine")
        copied, original = load(text.encode(), "mine.yaml"), scenarios.find(name).scenario
        assert new == copied.name == "mine" and text.startswith(f"# A copy of the built-in scenario {name}.\n")
        assert [(one.name, one.value, one.prior) for one in copied.overrides] == [
            (one.name, one.value, one.prior) for one in original.overrides
        ]
        assert copied.switches == original.switches and copied.target == original.target
    assert scenarios.copy_of("skeptic", "skeptic")[0] == scenarios.copy_of("skeptic", "No Name")[0] == "my-skeptic"


RACE = """
import sys
from forecast.catalogue.named.scenario_store import ScenarioStore, ScenarioTakenError
from tests.unit.test_scenario_store import other
home, value = sys.argv[1], float(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
try:
    print("kept", ScenarioStore(home).add(other(value)).scenario.overrides[0].value)
except ScenarioTakenError:
    print("taken", ScenarioStore(home).get("my-scenario").scenario.overrides[0].value)
"""


def test_of_two_processes_one_wins_and_both_see_a_whole_file(tmp_path: Path) -> None:
    outcomes = raced(RACE, tmp_path, 0.1, 0.2)
    assert sorted(word for word, _ in outcomes) == ["kept", "taken"]
    assert len({value for _, value in outcomes}) == 1
    assert [path.name for path in state_folder(tmp_path).scenarios.iterdir()] == ["my-scenario.yaml"]


def test_two_processes_with_the_same_scenario_both_succeed(tmp_path: Path) -> None:
    assert {word for word, _ in raced(RACE, tmp_path, 0.1, 0.1)} == {"kept"}


def test_a_full_disk_keeps_nothing(store: ScenarioStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="no space left"):
        store.add(SCENARIO)
    assert list(state_folder(tmp_path).scenarios.iterdir()) == []


def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "scenarios").write_text("in the way")
    assert ScenarioStore(tmp_path).names() == ()
    with pytest.raises(StorageError, match="cannot write"):
        ScenarioStore(tmp_path).add(SCENARIO)
