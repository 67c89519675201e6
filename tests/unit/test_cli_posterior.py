"""`timelines posterior` on the command line."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.schema import VARIABLES, as_markdown
from forecast.posterior.state import StateFolder, state_folder
from tests.synthetic import synthetic_posterior


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """An empty state folder, and a package that ships a reference and one as of July 2020."""
    shipped = tmp_path / "shipped"
    write(synthetic_posterior(50, seed=100), shipped)
    write(synthetic_posterior(50, seed=101, as_of=date(2020, 7, 27)), shipped)
    monkeypatch.setattr(selection, "SHIPPED", shipped)
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "home"))
    return state_folder()


@pytest.fixture
def refused(state: StateFolder) -> str:
    posterior = synthetic_posterior(50, status="REFUSED", reasons=["R-hat 1.2 for compute"], as_of=date(2019, 5, 1))
    return write(posterior, state.posteriors).stem


@pytest.fixture
def mine(state: StateFolder) -> str:
    return write(
        synthetic_posterior(50, status="FLAGGED", reasons=["nowcast .45"], as_of=date(2021, 1, 1)), state.posteriors
    ).stem


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["posterior", *arguments])


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def damage(state: StateFolder, name: str) -> None:
    path = state.posteriors / f"{name}.nc"
    path.write_bytes(path.read_bytes()[:-9])


class TestList:
    def test_it_marks_the_current_one_and_says_what_the_gates_said(self, mine: str, refused: str) -> None:
        lines = output("list").splitlines()
        assert len([line for line in lines if line.startswith("*")]) == 2  # the current one, and what * means
        assert next(line for line in lines if line.startswith("*")).split()[1] == selection.reference().name
        assert any(refused in line and "R-hat 1.2 for compute" in line for line in lines)

    def test_json(self, mine: str) -> None:
        listed = json.loads(output("list", "--json"))
        assert {item["name"] for item in listed} == {entry.name for entry in selection.available()}
        (found,) = (item for item in listed if item["name"] == mine)
        assert (found["status"], found["origin"], found["draws"]) == ("FLAGGED", "state", 50)
        assert [item["origin"] for item in listed if item["current"]] == ["shipped"]

    def test_a_damaged_one_is_listed_with_its_fault(self, state: StateFolder, mine: str) -> None:
        (state.posteriors / f"{mine}.json").write_text("{")
        assert "DAMAGED" in output("list")
        assert "not JSON" in output("list")

    def test_a_spoilt_current_file_is_a_warning(self, state: StateFolder, mine: str) -> None:
        state.current_file.write_text("nonsense")
        result = run("list")
        assert result.exit_code == 0
        assert mine in result.stdout
        assert "Warning: " in result.stderr

    def test_without_any_it_says_how_to_make_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing")
        assert "timelines fit" in output("list")

    def test_it_makes_nothing(self, state: StateFolder) -> None:
        output("list")
        output("verify")
        output("show")
        assert not state.root.exists()


class TestShow:
    def test_without_a_name_the_current_one(self) -> None:
        assert selection.reference().name in output("show")

    def test_it_says_where_it_came_from(self, mine: str) -> None:
        text = output("show", mine)
        for part in (mine, "FLAGGED; nowcast .45", "2021-01-01", "seed 0", "rhat_max", "0.79", "g_spend", "synthetic"):
            assert part in text

    def test_a_prefix_is_enough(self, mine: str) -> None:
        assert mine in output("show", "2021")

    def test_json_is_the_manifest(self, mine: str) -> None:
        found = selection.find_entry(mine)
        assert json.loads(output("show", mine, "--json")) == json.loads(found.path.with_suffix(".json").read_text())

    def test_draws_are_summed_up_with_their_units(self, mine: str) -> None:
        text = output("show", mine, "--draws")
        assert all(f"{v.block}/{v.name}" in text for v in VARIABLES if v.block != "observed")
        assert "log10 2023 USD/FLOP" in text
        told = json.loads(output("show", mine, "--draws", "--json"))["quantiles"]["compute/g_spend"]
        assert told["unit"] == "oom/year"
        assert told["p05_p50_p95"] == sorted(told["p05_p50_p95"])

    def test_an_unknown_name_is_bad_input(self) -> None:
        result = run("show", "nonsense")
        assert result.exit_code == 2
        assert "2020-07-27" in result.stderr


class TestVerify:
    def test_all_sound(self, mine: str, refused: str) -> None:
        assert output("verify").count("sound") == 4

    def test_one_by_name(self, mine: str, refused: str) -> None:
        assert output("verify", mine[:8]).count("sound") == 1

    def test_a_damaged_one_fails_and_the_others_are_still_checked(self, state: StateFolder, mine: str) -> None:
        damage(state, mine)
        result = run("verify")
        assert result.exit_code == 1
        assert result.stdout.count("sound") == 2
        assert "the hash of the draws file" in result.stdout
        assert "1 check failed" in result.stderr

    def test_a_spoilt_current_file_fails(self, state: StateFolder, mine: str) -> None:
        state.current_file.write_text("nonsense")
        result = run("verify")
        assert result.exit_code == 1
        assert "current  FAILED" in result.stdout


class TestUse:
    def test_it_becomes_current(self, mine: str) -> None:
        text = output("use", "2021")
        assert mine in text
        assert "FLAGGED" in text
        assert "nowcast .45" in text
        assert selection.current().name == mine

    def test_the_catalogue_remembers(self, mine: str) -> None:
        from forecast.catalogue import Catalogue

        output("use", mine)
        output("use", "2026")
        with Catalogue.open() as catalogue:
            assert [change.name for change in catalogue.history()] == [selection.reference().name, mine]

    def test_without_sqlalchemy_the_file_alone_says_it(self, mine: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "forecast.catalogue.store", raising=False)
        monkeypatch.setitem(sys.modules, "sqlalchemy", None)
        output("use", mine)
        assert selection.current().name == mine

    def test_a_refused_one_is_bad_input(self, refused: str) -> None:
        result = run("use", refused)
        assert result.exit_code == 2
        assert "R-hat 1.2 for compute" in result.stderr

    def test_a_damaged_one_exits_with_one_and_changes_nothing(self, state: StateFolder, mine: str) -> None:
        damage(state, mine)
        result = run("use", mine)
        assert result.exit_code == 1
        assert not state.current_file.exists()


def test_schema_prints_the_registry() -> None:
    assert output("schema") == as_markdown()
