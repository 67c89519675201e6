"""`timelines data` on the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli import data as command
from forecast.cli.main import main
from forecast.data import tables
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import state_folder
from tests.synthetic import synthetic_posterior

DOWNLOAD = "compute/epoch_notable_ai_models_2026-07-19.csv"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty state folder, and a package that ships no posterior."""
    monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing")
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["data", *arguments])


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def fitted_on(digests: dict[str, str]) -> str:
    name = write(synthetic_posterior(50, data_digests=digests), state_folder().posteriors).stem
    selection.set_current(name)
    return name


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (tables.SHIPPED / f"{name}.csv").read_text()
    assert old in text
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text(text.replace(old, new, 1))


class TestList:
    def test_every_table_with_its_rows_and_digest(self) -> None:
        text = output("list")
        for name in tables.TABLES:
            assert f"\n{name} " in text
            assert tables.digest(name)[:12] in text

    def test_json(self) -> None:
        listed = {item["table"]: item for item in json.loads(output("list", "--json"))}
        assert set(listed) == set(tables.TABLES)
        runs = tables.load("training_runs")
        assert listed["training_runs"]["rows"] == len(runs)
        assert listed["training_runs"]["newest"] == f"{runs['published_on'].max():%Y-%m-%d}"
        assert listed["training_runs"]["sources"] == sorted(set(runs["source"]))

    def test_own_tables_stand_in_for_the_shipped(self, tmp_path: Path) -> None:
        text = (tables.SHIPPED / "laws.csv").read_text().splitlines(keepends=True)
        (tmp_path / "laws.csv").write_text("".join(text[:3]))
        listed = {item["table"]: item for item in json.loads(output("list", "--json", "--tables", str(tmp_path)))}
        assert listed["laws"]["rows"] == 2
        assert listed["macro"]["rows"] == len(tables.load("macro"))

    def test_a_folder_that_is_not_there_is_bad_input(self, tmp_path: Path) -> None:
        result = run("list", "--tables", str(tmp_path / "absent"))
        assert result.exit_code == 2
        assert "is not a folder" in result.stderr


class TestShow:
    def test_it_says_what_the_table_is_and_shows_its_first_rows(self) -> None:
        lines = output("show", "training_runs", "--head", "3").splitlines()
        assert lines[0] == "training_runs: Training runs with published or estimated compute."
        assert lines[1].startswith(f"3 of {len(tables.load('training_runs'))} rows")
        assert len(lines) == 7

    def test_one_source(self) -> None:
        rows = json.loads(output("show", "spend", "--source", "training-costs-2024", "--json"))
        assert rows
        assert {row["source"] for row in rows} == {"training-costs-2024"}

    def test_an_unknown_source_lists_the_known(self) -> None:
        result = run("show", "spend", "--source", "rumours")
        assert result.exit_code == 2
        assert "epoch-notable" in result.stderr

    def test_an_unknown_table_lists_the_known(self) -> None:
        result = run("show", "secrets")
        assert result.exit_code == 2
        assert "training_runs" in result.stderr

    @pytest.mark.parametrize("name", list(tables.TABLES))
    def test_csv_is_the_whole_table(self, name: str) -> None:
        assert output("show", name, "--csv") == (tables.SHIPPED / f"{name}.csv").read_text()

    def test_csv_takes_a_head(self) -> None:
        assert len(list(csv.reader(io.StringIO(output("show", "laws", "--csv", "--head", "2"))))) == 3

    def test_csv_and_json_at_once_are_bad_input(self) -> None:
        assert run("show", "laws", "--csv", "--json").exit_code == 2

    def test_json_has_numbers_flags_and_dates(self) -> None:
        (row,) = json.loads(output("show", "accelerators", "--head", "1", "--json"))
        assert isinstance(row["peak_flop_per_s"], float)
        assert row["published_on"][4] == "-"

    def test_a_narrow_terminal_gets_the_key_the_figures_and_the_source_first(self) -> None:
        schema = tables.TABLES["training_runs"]
        cells = {column.name: ["x" * 10] for column in schema.columns}
        assert command._fitting(schema, cells, None) == list(cells)
        assert command._fitting(schema, cells, 60) == ["run_id", "training_flop", "published_on", "source"]


class TestCheck:
    def test_without_a_posterior_it_says_so(self) -> None:
        text = output("check")
        assert text.count("sound") == len(tables.TABLES)
        assert "No current posterior" in text

    def test_yes(self) -> None:
        name = fitted_on(tables.digests())
        assert f"The current posterior {name} was fitted on these tables: yes." in output("check")

    def test_no_names_the_tables_that_differ(self) -> None:
        fitted_on({**tables.digests(), "spend": "0" * 64})
        text = output("check")
        assert "no (spend differ" in text
        assert "`timelines fit`" in text

    def test_own_tables_are_compared_too(self, tmp_path: Path) -> None:
        fitted_on(tables.digests())
        lines = (tables.SHIPPED / "laws.csv").read_text().splitlines(keepends=True)
        (tmp_path / "laws.csv").write_text("".join(lines[:3]))
        assert f"`timelines fit --tables {tmp_path}`" in output("check", "--tables", str(tmp_path))

    def test_a_broken_table_is_bad_input_and_the_others_are_still_checked(self, tmp_path: Path) -> None:
        spoil(tmp_path / "own", "macro", "us_cpi,", "cpi,")
        spoil(tmp_path / "own", "laws", "kaplan-webtext2", "")
        result = run("check", "--tables", str(tmp_path / "own"))
        assert result.exit_code == 2
        assert result.stdout.count("FAILED") == 2
        assert result.stdout.count("sound") == len(tables.TABLES) - 2
        assert "us_cpi" in result.stdout
        assert "2 tables break their schema" in result.stderr


class TestImport:
    def test_a_download_goes_into_the_state_folder(self, source_data: Path, home: Path) -> None:
        text = output("import", "epoch", str(source_data / DOWNLOAD))
        assert str(home / "tables") in text
        assert (home / "tables" / "training_runs.csv").is_file()
        assert "refused because" in text
        assert f"timelines fit --tables {home / 'tables'}" in text
        assert "recorded on 2026-07-19" in text

    def test_into_another_folder_as_json(self, source_data: Path, home: Path, tmp_path: Path) -> None:
        report = json.loads(
            output("import", "epoch", str(source_data / DOWNLOAD), "--into", str(tmp_path / "x"), "--json")
        )
        assert report["counts"]["training_runs"] == len(tables.load("training_runs", tmp_path / "x"))
        assert {"table", "row", "name", "reason"} == set(report["refused"][0])
        assert not home.exists()

    def test_every_refused_row_can_be_seen(self, source_data: Path) -> None:
        report = json.loads(output("import", "epoch", str(source_data / DOWNLOAD), "--json"))
        text = output("import", "epoch", str(source_data / DOWNLOAD), "--refused")
        assert all(refusal["reason"] in text for refusal in report["refused"])
        assert len(text.splitlines()) > len(report["refused"])

    def test_a_file_that_is_not_there_is_bad_input(self, tmp_path: Path, home: Path) -> None:
        assert run("import", "epoch", str(tmp_path / "absent.csv")).exit_code == 2
        assert not home.exists()

    def test_a_file_of_another_kind_is_bad_input(self, tmp_path: Path, home: Path) -> None:
        (tmp_path / "other.csv").write_text("a,b\n1,2\n")
        result = run("import", "epoch", str(tmp_path / "other.csv"))
        assert result.exit_code == 2
        assert "Error: " in result.stderr
        assert not home.exists()

    def test_a_wrong_date_is_bad_input(self, tmp_path: Path) -> None:
        result = run("import", "epoch", str(tmp_path / "x.csv"), "--recorded-on", "yesterday")
        assert result.exit_code == 2
        assert "YYYY-MM-DD" in result.stderr
