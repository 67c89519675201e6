"""`timelines scenario` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.catalogue.named import scenarios
from forecast.cli.main import main
from forecast.posterior.state import StateFolder, state_folder


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """An empty state folder, and a folder to work in."""
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "home"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return state_folder()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["scenario", *arguments])


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def error(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2 and result.stdout == ""
    return result.stderr


def test_the_listing_has_a_line_for_each() -> None:
    lines = output("list").splitlines()
    assert lines[0].split() == ["name", "origin", "published", "assumes"]
    assert len(lines) == 1 + len(scenarios.built_in_names())
    slow = next(line for line in lines if line.startswith("slow-price"))
    assert slow.split()[1:4] == ["built", "in", "2021-10-12"] and len(max(lines, key=len)) < 150


def test_as_json_a_scenario_is_its_message() -> None:
    from google.protobuf.json_format import MessageToDict, ParseDict

    from timelines.v1.scenario_service_pb2 import KnownScenario

    listed = json.loads(output("list", "--json"))
    assert [told["name"] for told in listed] == sorted(f"scenarios/{name}" for name in scenarios.built_in_names())
    assert json.loads(output("show", "gwern-g9", "--json")) in listed
    for told in listed:
        assert MessageToDict(ParseDict(told, KnownScenario()), preserving_proto_field_name=True) == told


def test_show_prints_the_file() -> None:
    assert output("show", "skeptic") == (scenarios.BUILT_IN / "skeptic.yaml").read_text(encoding="utf-8")
    assert "unknown scenario 'skeptik'; most like it: skeptic" in error("show", "skeptik")


def test_a_copy_is_changed_checked_and_kept() -> None:
    told = output("copy", "slow-price", "my-price.yaml")
    assert told == (
        "my-price.yaml holds a copy of slow-price named my-price. Change it, then: timelines scenario check "
        "my-price.yaml\n"
    )
    file = Path("my-price.yaml")
    file.write_text(file.read_text().replace("r_realised: 0.08", "r_realised: 0.06"))
    assert output("check", "my-price.yaml").startswith(
        "my-price.yaml is sound. Ask under it: timelines when --scenario"
    )
    assert run("show", "my-price").exit_code == 2, "checking keeps nothing"
    assert output("create", "my-price.yaml") == (
        "my-price is a scenario now. Ask under it: timelines when --scenario my-price\n"
    )
    assert output("create", "my-price.yaml"), "the same again is no error"
    assert output("show", "my-price") == file.read_text()
    assert json.loads(output("show", "my-price", "--json"))["origin"] == "SCENARIO_ORIGIN_CREATED"
    assert any(line.split()[:2] == ["my-price", "created"] for line in output("list").splitlines())
    file.write_text(file.read_text().replace("0.06", "0.07"))
    assert "another scenario is kept as my-price" in error("create", "my-price.yaml")
    assert output("delete", "my-price") == "Scenario my-price is deleted.\n"
    assert "unknown scenario of your own 'my-price'; known: none" in error("delete", "my-price")


def test_nothing_is_written_over() -> None:
    Path("mine.yaml").write_text("precious")
    assert "mine.yaml is there already; choose another file" in error("copy", "skeptic", "mine.yaml")
    assert Path("mine.yaml").read_text() == "precious"
    assert "cannot write" in run("copy", "skeptic", "no-folder/mine.yaml").stderr


@pytest.mark.parametrize("command", ["check", "create"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name: mine\nset:\n  run.month: 3\n",
            "mine.yaml, line 3: set.run.month: unknown input 'run.month'; most like it",
        ),
        ("name: mine\nset:\n\trun.months: 3\n", "mine.yaml, line 3: it is not YAML"),
        ("#" * 2**20, "mine.yaml: it has more than 262,144 bytes"),
    ],
)
def test_a_wrong_file_is_one_line(command: str, text: str, message: str) -> None:
    Path("mine.yaml").write_text(text)
    said = error(command, "mine.yaml")
    assert message in said and said.count("\n") == 1


def test_files_that_are_not_there_and_names_that_stay() -> None:
    assert "no such file: none.yaml" in error("check", "none.yaml")
    assert "baseline is built in, and stays" in error("delete", "baseline")
    Path("mine.yaml").write_text("name: skeptic\n")
    assert "skeptic is the name of a built-in scenario; choose another" in error("create", "mine.yaml")


def test_a_damaged_scenario_is_a_warning_beside_the_listing(state: StateFolder) -> None:
    state.scenarios.mkdir(parents=True)
    (state.scenarios / "mine.yaml").write_text("name: other")
    result = run("list")
    assert result.exit_code == 0 and "Warning: the file of scenario mine is damaged" in result.stderr
    assert run("show", "mine").exit_code == 1
    output("delete", "mine")
