"""A user's newer Epoch download: whole into a folder of their own, or one clear error and nothing written."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.data import importers, tables, writing
from forecast.data.epoch_models import COST, FLOP, NOTABLE_COLUMNS, PUBLISHED
from forecast.data.importers import import_epoch
from forecast.errors import DataError, StorageError

EXTRA = ("Training compute cost (cloud)", "Training compute cost (upfront)", "Training dataset size (total)")
HEADER = [*NOTABLE_COLUMNS, *EXTRA]
NEW_RUN = {
    "Model": "Colossus 1\n",
    "Organization": "Example Lab,Other Lab",
    PUBLISHED: "2026-09-01",
    "Domain": "Language",
    FLOP: "9e26",
    "Parameters": "2e12",
    "Confidence": "Likely",
    "Notability criteria": "SOTA improvement",
    COST: "500000000",
}


def download(known: int = 12) -> list[dict[str, str]]:
    """Rows as Epoch would publish them: some that the shipped tables know, and a new one."""
    costs = tables.load("spend").query(
        "source == 'epoch-notable' and cost_method == 'amortized_hardware_energy' and training_flop > 0"
    )
    cost_of = costs.set_index("run_id")["cost_usd_2023"]
    runs = tables.load("training_runs").set_index("run_id").loc[list(cost_of.index[:known])]
    rows = [
        {
            "Model": run.system,
            "Organization": run.developer,
            PUBLISHED: str(run.published_on.date()),
            "Domain": run.domain,
            FLOP: repr(float(run.training_flop)),
            "Confidence": run.confidence.title(),
            "Notability criteria": "SOTA improvement",
            COST: repr(float(cost_of[run.Index])),
        }
        for run in runs.itertuples()
    ]
    return [*rows, dict(NEW_RUN)]


def write(folder: Path, rows: list[dict[str, str]], header: list[str] | None = None, name: str = "models.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header or HEADER, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def changed(at: int, **cells: str) -> Callable[[list[dict[str, str]]], Any]:
    return lambda rows: rows[at].update(cells)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


# --- what works -------------------------------------------------------------------------------------------------------


def test_a_newer_download_adds_its_runs_and_leaves_the_shipped_tables_alone(tmp_path: Path) -> None:
    shipped = contents(tables.SHIPPED)
    own = tmp_path / "state" / "tables"
    report = import_epoch(write(tmp_path, download()), own)
    assert contents(tables.SHIPPED) == shipped
    assert report.added == ["colossus-1"]
    assert report.changed == []
    assert len(report.gone) == 529 - 12
    assert report.counts["training_runs"] == 13
    assert report.recorded_on == date(2026, 9, 1)
    run = tables.load("training_runs", own).set_index("run_id").loc["colossus-1"]
    assert (run["system"], run["developer"], run["training_flop"]) == ("Colossus 1", "Example Lab; Other Lab", 9e26)
    assert sorted(path.name for path in own.iterdir()) == [
        "refusals.csv",
        "spend.csv",
        "training_runs.csv",
        "vintages.csv",
    ]


def test_what_was_known_before_becomes_a_vintage_so_that_as_of_still_finds_it(tmp_path: Path) -> None:
    rows = download()
    name, before = rows[0]["Model"], float(rows[0][FLOP])
    rows[0][FLOP] = repr(before * 3)
    report = import_epoch(write(tmp_path, rows), tmp_path / "own")
    assert len(report.changed) == 1
    then = tables.as_known(date(2026, 8, 1), folder=tmp_path / "own").set_index("system").loc[name]
    now = tables.as_known(date(2026, 9, 2), folder=tmp_path / "own").set_index("system").loc[name]
    assert then["training_flop"] == pytest.approx(before)
    assert now["training_flop"] == pytest.approx(3 * before)
    assert not then["hindsight"]


def test_costs_of_other_sources_are_kept(tmp_path: Path) -> None:
    import_epoch(write(tmp_path, download()), tmp_path / "own")
    own, shipped = tables.load("spend", tmp_path / "own"), tables.load("spend")
    other = shipped[shipped["source"] != "epoch-notable"]
    assert len(own) == len(other) + 13


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, download())
    import_epoch(path, tmp_path / "own")
    once = contents(tmp_path / "own")
    again = import_epoch(path, tmp_path / "own")
    assert contents(tmp_path / "own") == once
    assert (again.added, again.changed, again.gone) == ([], [], [])


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("epoch_notable_ai_models_2026-10-05.csv", None, date(2026, 10, 5)),
        ("models.csv", None, date(2026, 9, 1)),
        ("models_2026-10-05.csv", date(2026, 10, 7), date(2026, 10, 7)),
    ],
)
def test_a_download_stands_for_the_day_given_or_in_its_name_or_of_its_newest_row(
    tmp_path: Path, name: str, given: date | None, expected: date
) -> None:
    report = import_epoch(write(tmp_path, download(), name=name), tmp_path / "own", recorded_on=given)
    assert report.recorded_on == expected


REFUSED = {
    "no compute": (changed(0, **{FLOP: ""}), "no training compute"),
    "compute is words": (changed(0, **{FLOP: "a lot"}), "unreadable"),
    "compute is zero": (changed(0, **{FLOP: "0"}), "not positive"),
    "no date": (changed(0, **{PUBLISHED: ""}), "no publication date"),
    "the date is words": (changed(0, **{PUBLISHED: "last spring"}), "unreadable"),
    "not notable": (changed(0, **{"Notability criteria": ""}), "not a notable model"),
    "no name": (changed(0, Model=" "), "no name"),
    "too many parameters": (changed(0, Parameters="1e30"), "column 'parameters'"),
    "cost is words": (changed(0, **{COST: "dear"}), "unreadable"),
    "cost is negative": (changed(0, **{COST: "-5"}), "not positive"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_row_that_cannot_be_used_is_listed_with_its_number_name_and_reason(tmp_path: Path, case: str) -> None:
    change, reason = REFUSED[case]
    rows = download()
    name = rows[0]["Model"]
    change(rows)
    report = import_epoch(write(tmp_path, rows), tmp_path / "own")
    found = [refusal for refusal in report.refused if reason in refusal.reason]
    assert found
    assert found[0].row == 2
    assert found[0].name in (name, "")
    listed = tables.load("refusals", tmp_path / "own")
    assert len(listed) == len(report.refused)
    assert listed["reason"].str.contains(reason, regex=False).any()


# --- what is broken ---------------------------------------------------------------------------------------------------

BROKEN: dict[str, tuple[Callable[[list[dict[str, str]]], Any], str]] = {
    "compute in petaFLOP": (
        lambda rows: [row.update({FLOP: repr(float(row[FLOP]) / 1e15)}) for row in rows],
        r"column 'Training compute \(FLOP\)' is off by about a factor 1e-15.*give it in FLOP",
    ),
    "one compute in petaFLOP": (
        lambda rows: rows[3].update({FLOP: repr(float(rows[3][FLOP]) / 1e15)}),
        r"row 5 \(.*\), column 'Training compute \(FLOP\)' is .* is known; give it in FLOP",
    ),
    "a new run in petaFLOP": (changed(-1, **{FLOP: "9e11"}), r"row 14 \(Colossus 1\), column 'Training compute"),
    "a new run 1e15 too large": (changed(-1, **{FLOP: "9e41"}), r"row 14 \(Colossus 1\).*no run is that large"),
    "cost in millions": (
        lambda rows: [row.update({COST: repr(float(row[COST]) / 1e6)}) for row in rows],
        r"column 'Training compute cost \(2023 USD\)' is off by about a factor 1e-6.*2023 US dollars",
    ),
    "one cost beyond a trillion": (changed(-1, **{COST: "5e20"}), r"row 14.*more than a trillion dollars"),
    "a row twice": (lambda rows: rows.append(dict(rows[1])), r"rows 3 and 15, column 'Model', are both .*remove one"),
    "no compute at all": (lambda rows: [row.update({FLOP: ""}) for row in rows], r"holds no value"),
    "no rows": (lambda rows: rows.clear(), r"holds no value"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_download_is_one_clear_error_and_nothing_is_lost(tmp_path: Path, case: str) -> None:
    own = tmp_path / "own"
    import_epoch(write(tmp_path, download()[:-1], name="good.csv"), own)
    before = contents(own)
    change, message = BROKEN[case]
    rows = download()
    change(rows)
    path = write(tmp_path, rows)
    with pytest.raises(DataError, match=message) as caught:
        import_epoch(path, own)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 2
    assert contents(own) == before


@pytest.mark.parametrize("column", NOTABLE_COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    path = write(tmp_path, download(), [name for name in HEADER if name != column])
    with pytest.raises(DataError, match="row 1 has no column") as caught:
        import_epoch(path, tmp_path / "own")
    assert repr(column) in str(caught.value)
    assert caught.value.field == column
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "not a text file"),
        (b"<!DOCTYPE html><html>, </html>", "not a CSV table"),
        (b'{"models": [1, 2]}', "not a CSV table"),
        (b"just words", "not a CSV table"),
        (b'Model,Domain\n"open quote,x\n', "not a CSV table"),
        (b"Model,Model\na,b\n", "names column 'Model' twice"),
    ],
)
def test_what_is_no_table_is_said_so(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "models.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        import_epoch(path, tmp_path / "own")


def test_a_cut_row_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, download())
    path.write_text(path.read_text(encoding="utf-8").rstrip().rsplit(",", 2)[0] + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"row 14 has 10 cells where the header has 12"):
        import_epoch(path, tmp_path / "own")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        import_epoch(tmp_path / "none.csv", tmp_path / "own")
    with pytest.raises(DataError, match="is a folder"):
        import_epoch(tmp_path, tmp_path / "own")


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_full_disk_leaves_every_table_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own"
    path = write(tmp_path, download())
    import_epoch(path, own)
    before = contents(own)
    real, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", "spend.csv")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"cannot be written.*No space left.*free space"):
        import_epoch(write(tmp_path, download(5)), own)
    assert contents(own) == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("a file")
    with pytest.raises(StorageError, match="own"):
        import_epoch(write(tmp_path, download()), tmp_path / "own")


def test_files_are_written_readable_and_without_leftovers(tmp_path: Path) -> None:
    writing.write_all(tmp_path / "a" / "b", {"x.csv": "1\n", "y.md": "ü\n"})
    assert contents(tmp_path / "a" / "b") == {"x.csv": b"1\n", "y.md": "ü\n".encode()}


# --- the command line of the module -----------------------------------------------------------------------------------


def test_the_rebuild_command_says_what_it_needs_and_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert importers.main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert importers.main([str(tmp_path), str(tmp_path / "out")]) == 2
    assert "no such file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
