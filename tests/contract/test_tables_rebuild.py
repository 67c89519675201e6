"""The shipped tables are what the importers make of the public files, byte for byte; and the files hold their traps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forecast.data import rules, tables
from forecast.data.epoch_models import FLOP, PUBLISHED, read_models
from forecast.data.importers import rebuild
from forecast.data.loss_extras import loss_runs
from forecast.data.raw import RawRow, number, read_csv
from forecast.data.sources import SOURCES

VARIABLE = "TIMELINES_SOURCE_DATA"


def source_folder() -> Path:
    """The folder with the source files: named by the environment, else `shared/data` beside the checkout."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def source() -> Path:
    folder = source_folder()
    if not (folder / SOURCES["epoch-notable"].file).exists():
        reason = f"the source files are not in {folder}; set {VARIABLE} to their folder"
        if os.environ.get("CI"):
            pytest.fail(f"{reason} (they must be there in CI)")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="module")
def notable(source: Path) -> list[RawRow]:
    return read_models(source / SOURCES["epoch-notable"].file)


def test_the_rebuild_gives_an_empty_diff(source: Path, tmp_path: Path) -> None:
    rebuild(source, tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in tables.SHIPPED.iterdir()}
    assert sorted(made) == sorted(shipped)
    differing = [name for name in made if made[name] != shipped[name]]
    assert differing == [], "run `python -m forecast.data.importers SOURCE_FOLDER forecast/data/tables`"


def test_every_row_of_the_notable_file_is_a_run_or_a_refusal(notable: list[RawRow]) -> None:
    refused = tables.load("refusals").query("table == 'training_runs'")
    assert len(notable) == 1036
    assert len(tables.load("training_runs")) + len(refused) == len(notable)


def test_every_source_with_a_file_is_read_from_it(source: Path) -> None:
    assert [key for key, entry in SOURCES.items() if entry.file and not (source / entry.file).exists()] == []


@pytest.mark.parametrize(
    ("developer", "disclosed", "published"), [("OpenAI", 4, 38), ("Anthropic", 2, 13), ("Google DeepMind", 4, 25)]
)
def test_frontier_compute_is_missing_since_2024(
    notable: list[RawRow], developer: str, disclosed: int, published: int
) -> None:
    rows = [row for row in notable if row[PUBLISHED] >= "2024" and developer in row["Organization"]]
    assert len(rows) == published
    assert sum(bool(row[FLOP]) for row in rows) == disclosed


def test_6nd_holds_within_3x_for_under_half_of_language_rows_since_2023(notable: list[RawRow]) -> None:
    fits = []
    for row in notable:
        if row[PUBLISHED] < "2023" or "Language" not in row["Domain"]:
            continue
        try:
            values = [number(row[name]) for name in ("Parameters", "Training dataset size (total)", FLOP)]
        except ValueError:
            continue
        if None not in values:
            parameters, size, flop = (value or 0.0 for value in values)
            fits.append(1 / 3 < rules.six_n_d(parameters, size) / flop < 3)
    assert sum(fits) / len(fits) == pytest.approx(0.47, abs=0.01)


def test_consumer_cards_list_fp16_at_a_64th_of_fp32(source: Path) -> None:
    rows = read_csv(source / SOURCES["epoch-hardware"].file)
    card = next(row for row in rows if row["Hardware name"] == "NVIDIA GeForce GTX 1080")
    fp16, fp32 = (float(card[name]) for name in card.cells if name.startswith(("FP16", "FP32")))
    assert fp32 / fp16 == pytest.approx(64, rel=0.01) or fp16 / fp32 == pytest.approx(64, rel=0.01)
    ours = tables.load("accelerators").query("name == 'NVIDIA GeForce GTX 1080'").iloc[0]
    assert (ours["peak_flop_per_s"], ours["precision"]) == (max(fp16, fp32), "fp32")


def test_the_size_of_every_repeated_data_run_is_rebuilt_from_its_name(source: Path) -> None:
    runs = [run for run in loss_runs(source / "loss").rows if run["group"] == "datablations-c4"]
    raw = {f"datablations-{row.number:04d}": row for row in read_csv(source / SOURCES["datablations"].file)}
    assert len(runs) == 65
    for run in runs:
        assert run["tokens"] == pytest.approx(float(raw[run["run_id"]]["token_num"]), rel=0.01)
        assert float(raw[run["run_id"]]["epochs"]) < 4.3


def test_alphabets_third_quarter_of_2014_is_cumulative_so_the_total_of_the_year_is_used(source: Path) -> None:
    rows = read_csv(source / SOURCES["big-tech-capex"].file)
    alphabet = {
        int(row["quarter"]): float(row["payments_usd"])
        for row in rows
        if row["ticker"] == "GOOG" and row["year"] == "2014"
    }
    assert alphabet[3] > alphabet[0] / 2
    assert rules.full_year(alphabet) == (alphabet[0], False)
