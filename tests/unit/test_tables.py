"""The shipped tables: sound by their schemas, traceable to a source, known by date, and selected as the figures say."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.data import rules, tables
from forecast.data.columns import Column, Schema
from forecast.data.raw import Row
from forecast.data.schemas import TABLES
from forecast.data.sources import SOURCES
from forecast.errors import DataError, StorageError, UnknownNameError

OBSERVATIONS = sorted(set(TABLES) - {"refusals"})


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return tables.load("training_runs")


@pytest.fixture(scope="module")
def spend() -> pd.DataFrame:
    return tables.load("spend")


# --- schemas ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_shipped_table_fits_its_schema_and_is_in_canonical_text(name: str) -> None:
    text = (tables.SHIPPED / f"{name}.csv").read_text(encoding="utf-8")
    schema = TABLES[name]
    assert schema.to_text(schema.from_text(text, name)) == text


@pytest.mark.parametrize("name", OBSERVATIONS)
def test_every_row_names_a_known_source_with_its_licence_and_is_described_in_the_sources_page(name: str) -> None:
    frame = tables.load(name)
    page = (tables.SHIPPED / "SOURCES.md").read_text(encoding="utf-8")
    for source, licence in frame[["source", "licence"]].drop_duplicates().itertuples(index=False):
        assert SOURCES[source].licence == licence
        assert f"### `{source}`" in page


def test_the_sources_page_states_release_disclosure_and_credit() -> None:
    page = (tables.SHIPPED / "SOURCES.md").read_text(encoding="utf-8")
    assert str(tables.RELEASED_ON) == "2026-11-20"
    assert f"released on **{tables.RELEASED_ON}**" in page
    assert f"after **{tables.DISCLOSURE_DATE}**" in page
    assert "Data by Epoch AI" in page
    assert "CC BY 4.0" in page
    assert all(f"| {name} |" in page for name in TABLES)


def test_no_row_is_published_after_the_release_or_the_economy_in_another_price_level() -> None:
    for name in OBSERVATIONS:
        assert tables.load(name)["published_on"].max() <= pd.Timestamp(tables.RELEASED_ON)
    macro = tables.load("macro").set_index("year")
    assert macro.loc[2023, "usd_2023_per_usd"] == 1.0
    assert macro.loc[2020, "usd_2023_per_usd"] == pytest.approx(1.177, abs=5e-4)


def test_the_tables_stay_small() -> None:
    assert sum(path.stat().st_size for path in tables.SHIPPED.iterdir()) < 3_000_000


def broken(folder: Path, name: str, change: object) -> Path:
    rows = list(csv.reader((tables.SHIPPED / f"{name}.csv").open(encoding="utf-8", newline="")))
    change(rows)  # type: ignore[operator]
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


FAULTS = {
    "a column is missing": (lambda rows: [row.pop(4) for row in rows], r"row 1 lacks column 'training_flop'"),
    "a column is foreign": (lambda rows: [row.append("x") for row in rows], r"row 1 has the unknown column 'x'"),
    "columns are swapped": (lambda rows: rows[0].reverse(), r"another order"),
    "a cell is blank": (lambda rows: rows[4].__setitem__(4, ""), r"row 5, column 'training_flop' is blank"),
    "a cell is no number": (lambda rows: rows[4].__setitem__(4, "big"), r"row 5, column 'training_flop'.*'big'"),
    "a cell is not finite": (lambda rows: rows[4].__setitem__(4, "inf"), r"row 5.*not a finite number"),
    "a unit is off by 1e15": (lambda rows: rows[4].__setitem__(4, "1e39"), r"row 5.*is its unit right"),
    "a date is none": (lambda rows: rows[4].__setitem__(12, "soon"), r"row 5, column 'published_on'"),
    "a date is of another age": (lambda rows: rows[4].__setitem__(12, "1024-01-01"), r"row 5.*1024"),
    "a choice is unknown": (lambda rows: rows[4].__setitem__(11, "sure"), r"row 5, column 'confidence' is 'sure'"),
    "a row is twice": (lambda rows: rows.append(list(rows[4])), r"rows 5 and 531 repeat run_id"),
    "a row is cut": (lambda rows: rows[4].pop(), r"row 5 has 15 cells, not 16"),
    "nothing is in it": (lambda rows: rows.clear(), r"the table is empty"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_table_is_one_clear_error_that_names_file_row_and_column(tmp_path: Path, fault: str) -> None:
    change, message = FAULTS[fault]
    path = broken(tmp_path, "training_runs", change)
    with pytest.raises(DataError, match=message) as caught:
        tables.load("training_runs", tmp_path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_table_of_bytes_and_one_that_cannot_be_read_are_clear_errors(tmp_path: Path) -> None:
    (tmp_path / "laws.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not a text file"):
        tables.load("laws", tmp_path)
    (tmp_path / "spend.csv").mkdir()
    with pytest.raises(StorageError, match="cannot be read"):
        tables.load("spend", tmp_path)


def test_an_unknown_table_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="unknown table 'prices'; known: accelerators"):
        tables.load("prices")
    with pytest.raises(UnknownNameError, match="table with vintages"):
        tables.as_known(date(2024, 1, 1), "laws")


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.floats(1e-30, 1e30), st.dates(date(1950, 1, 1))),
        unique_by=lambda row: row[0],
    )
)
def test_canonical_text_reads_back_what_was_written_to_ten_digits(rows: list[tuple[int, float, date]]) -> None:
    schema = Schema("t", (Column("at", "integer"), Column("x", "number"), Column("day", "date")), ("at",))
    written: list[Row] = [{"at": at, "x": x, "day": min(day, date(2100, 1, 1))} for at, x, day in rows]
    text = schema.to_text(written)
    read = schema.from_text(text, "t")
    assert [row["at"] for row in read] == sorted(row["at"] for row in written)
    assert schema.to_text(reversed(read)) == text
    for row, source in zip(read, sorted(written, key=lambda row: row["at"]), strict=True):
        assert row["x"] == pytest.approx(source["x"], rel=1e-9)


# --- folders and digests ----------------------------------------------------------------------------------------------


def test_a_users_folder_wins_table_by_table_and_its_digest_follows(tmp_path: Path) -> None:
    broken(tmp_path, "training_runs", lambda rows: rows.pop())
    assert len(tables.load("training_runs", tmp_path)) == len(tables.load("training_runs")) - 1
    assert len(tables.load("spend", tmp_path)) == len(tables.load("spend"))
    own, shipped = tables.digests(tmp_path), tables.digests()
    assert {name for name in own if own[name] != shipped[name]} == {"training_runs"}
    assert "refusals" not in shipped


def test_a_digest_is_of_the_content_not_of_line_ends_or_row_order(tmp_path: Path) -> None:
    lines = (tables.SHIPPED / "laws.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "laws.csv").write_bytes("\r\n".join([lines[0], *reversed(lines[1:])]).encode())
    assert tables.digest("laws", tmp_path) == tables.digest("laws")
    (tmp_path / "laws.csv").write_text("\n".join(lines).replace("2.57", "2.58"))
    assert tables.digest("laws", tmp_path) != tables.digest("laws")


# --- as of ------------------------------------------------------------------------------------------------------------


def test_rows_published_by_a_day_include_that_day(runs: pd.DataFrame) -> None:
    gpt3 = runs[runs["system"].str.startswith("GPT-3 175B")]["published_on"].iloc[0].date()
    before = tables.published_by(runs, gpt3.replace(day=gpt3.day - 1))
    assert len(tables.published_by(runs, gpt3)) > len(before)
    assert before["published_on"].max() < pd.Timestamp(gpt3)


def test_today_nothing_is_hindsight_and_values_are_those_of_the_table(runs: pd.DataFrame) -> None:
    known = tables.as_known(tables.RELEASED_ON)
    assert not known["hindsight"].any()
    assert (known["revision_dex"] == 0).all()
    pd.testing.assert_frame_equal(known[runs.columns], runs)


def test_before_the_first_vintage_every_row_is_hindsight_and_widened() -> None:
    known = tables.as_known(date(2020, 7, 27))
    assert known["hindsight"].all()
    assert set(known["revision_dex"]) == {0.3}
    assert (known["published_on"] <= pd.Timestamp(2020, 7, 27)).all()


def test_between_vintages_the_newest_value_on_record_is_used() -> None:
    cutoff = date(2024, 6, 1)
    known = tables.as_known(cutoff)
    on_record = known[~known["hindsight"]]
    assert 300 < len(on_record) < len(known)
    assert (on_record["recorded_on"] <= pd.Timestamp(cutoff)).all()
    vintages = tables.load("vintages")
    newest = vintages[(vintages["recorded_on"] == pd.Timestamp(2024, 5, 26))].set_index("run_id")["training_flop"]
    expected = on_record["run_id"].map(newest).dropna()
    np.testing.assert_array_equal(on_record.loc[expected.index, "training_flop"], expected)


def test_a_renamed_and_revised_run_is_known_by_its_old_value(runs: pd.DataFrame) -> None:
    then = tables.as_known(date(2024, 1, 1)).set_index("run_id").loc["gemini-1-0-ultra"]
    assert (then["system"], then["training_flop"], bool(then["hindsight"])) == ("Gemini 1.0 Ultra", 9e25, False)
    assert runs.set_index("run_id").loc["gemini-1-0-ultra", "training_flop"] == 5e25


def test_costs_as_known_take_only_vintages_of_the_same_method() -> None:
    early, later = tables.as_known(date(2024, 6, 1), "spend"), tables.as_known(date(2025, 9, 1), "spend")
    early, later = (frame[frame["source"] == "epoch-notable"] for frame in (early, later))
    assert early["hindsight"].all()
    of_method = later["cost_method"] == "amortized_hardware_energy"
    assert (~later[of_method]["hindsight"]).sum() > 100
    assert later[~of_method]["hindsight"].all()


@settings(max_examples=15, deadline=None)
@given(st.dates(date(2010, 1, 1), date(2026, 11, 20)))
def test_knowledge_only_grows(cutoff: date) -> None:
    known = tables.as_known(cutoff)
    assert known["run_id"].is_unique
    assert (known["published_on"] <= pd.Timestamp(cutoff)).all()
    assert (known[~known["hindsight"]]["recorded_on"] <= pd.Timestamp(cutoff)).all()


def test_estimates_move_by_more_than_the_revision_noise() -> None:
    # data/README: of 305 values in the May 2024 file 56 changed more than twofold by now and 22 more than tenfold.
    vintages, today = tables.load("vintages"), tables.load("training_runs").set_index("run_id")["training_flop"]
    may = vintages[(vintages["recorded_on"] == pd.Timestamp(2024, 5, 26)) & vintages["training_flop"].notna()]
    may = may[may["run_id"].isin(today.index)]
    then, now = may["training_flop"].to_numpy(), today[may["run_id"]].to_numpy()
    moved = np.abs(np.log10(now / then))
    assert len(may) >= 305
    assert (moved > np.log10(2)).mean() == pytest.approx(56 / 305, abs=0.02)
    assert (moved > 1).mean() == pytest.approx(22 / 305, abs=0.01)
    assert rules.revision_dex(then, now) > tables.REVISION_NOISE_DEX
