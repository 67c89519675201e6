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

from forecast.data import rules, selections, tables
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


# --- selections: the counts of the specification ----------------------------------------------------------------------


def test_the_frontier_has_122_rows_to_the_disclosure_date_and_admits_11_75_a_year(runs: pd.DataFrame) -> None:
    frontier = selections.frontier_runs(runs)
    assert len(runs) == 529
    assert len(frontier) == 122
    assert selections.admissions_per_year(runs) == 11.75
    assert frontier["log10_flop"].max() == pytest.approx(np.log10(5e26))
    assert frontier["published_on"].max() <= pd.Timestamp(tables.DISCLOSURE_DATE)


def test_every_running_maximum_is_a_frontier_row_and_no_row_has_ten_larger_before_it(runs: pd.DataFrame) -> None:
    frontier = set(selections.frontier_runs(runs)["run_id"])
    for run in runs[runs["run_id"].isin(frontier)].itertuples():
        earlier = runs[runs["published_on"] < run.published_on]["training_flop"]
        assert (earlier > run.training_flop).sum() < 10
    dated = runs[runs["published_on"].between("2010-01-01", "2025-07-31")].sort_values("published_on")
    largest = dated[dated["training_flop"] > runs[runs["published_on"] < "2010"]["training_flop"].max()]
    records = largest[largest["training_flop"] == largest["training_flop"].cummax()]
    assert set(records.drop_duplicates("published_on", keep="last")["run_id"]) <= frontier


def test_measurement_error_joins_confidence_and_revision(runs: pd.DataFrame) -> None:
    now = selections.frontier_runs(runs).set_index("run_id")
    then = selections.frontier_runs(tables.as_known(date(2020, 7, 27))).set_index("run_id")
    assert now.loc["grok-4", "measurement_dex"] == pytest.approx(np.log10(30) / 1.645)
    alphago = "alphago-zero"
    expected = np.hypot(rules.confidence_dex(then.loc[alphago, "confidence"]), 0.3)
    assert then.loc[alphago, "measurement_dex"] == pytest.approx(expected)


def test_realised_prices_have_178_rows_of_one_method(spend: pd.DataFrame) -> None:
    rows = selections.realised_price_rows(spend)
    assert len(rows) == 178
    assert set(rows["cost_method"]) == {"amortized_hardware_energy"}
    assert rows["run_id"].is_unique
    assert rows["decimal_year"].min() >= 2012
    np.testing.assert_allclose(rows["log10_usd"] - rows["log10_flop"], rows["log10_usd_per_flop"])
    assert 0 < len(selections.realised_price_rows(spend, until=date(2020, 7, 27))) < 178
    assert len(selections.realised_price_rows(tables.as_known(date(2020, 7, 27), "spend"))) > 5


def test_accelerators_count_18_14_25_and_413_by_channel() -> None:
    rows = selections.accelerator_rows(tables.load("accelerators"))
    counts = rows["channel"].value_counts().to_dict()
    assert counts == {"consumer": 18, "workstation": 14, "datacentre": 25, "historical_fp32": 413}
    assert len(selections.accelerator_rows(rows, "datacentre")) == 25
    assert rows["tensor_peak"].sum() == 19
    assert not rows[rows["channel"] == "historical_fp32"]["tensor_peak"].any()


def test_rented_datacentre_chips_are_359_offers_of_24_chips_by_40_vendors() -> None:
    offers = tables.load("rental_prices")
    rows = selections.rental_rows(offers)
    assert (len(rows), rows["chip"].nunique(), rows["vendor_key"].nunique()) == (359, 24, 40)
    assert (rows["age_years"] > 0).all()
    # SCIENCE.md counts 376, 24 and 39: that is `A40` matched inside the workstation card RTX A4000, and no MI300X.
    loose = pd.concat([rows, offers[offers["chip"] == "NVIDIA RTX A4000"]])
    loose = loose[loose["chip"] != "AMD Instinct MI300X"]
    vendors = (loose["vendor"] + loose["vendor_set"]).nunique()
    assert (len(loose), loose["chip"].nunique(), vendors) == (376, 24, 39)


def test_the_loss_model_sees_13_groups_and_99_points() -> None:
    groups = selections.loss_groups(tables.load("loss_points"))
    assert {name: len(rows) for name, rows in groups.items()} == {
        "cerebras-pile": 7,
        "chinchilla-massivetext": 6,
        "gadre-c4-c4val": 6,
        "gadre-rpj-c4val": 6,
        "gadre-rw-c4val": 6,
        "marin-comma": 6,
        "marin-dclm": 6,
        "marin-nemotron": 6,
        "misfitting-c4": 14,
        "olmo-10xc-c4": 7,
        "olmo-1xc-c4": 5,
        "porian-openwebtext2": 12,
        "porian-refinedweb": 12,
    }
    for rows in groups.values():
        assert (np.diff(rows["loss_nats_per_token"]) < 0).all()


def test_an_incomplete_quarter_is_flagged_and_left_out() -> None:
    stock = tables.load("chip_stock")
    complete = selections.complete_quarters(stock)
    assert set(stock[stock["incomplete"]]["quarter_end"]) == {pd.Timestamp(2026, 3, 31)}
    assert complete["quarter_end"].max() < stock["quarter_end"].max()
    for level in ("h100_equivalents", "units"):
        assert (stock[f"{level}_p05"] <= stock[f"{level}_p50"]).all()
        assert (stock[f"{level}_p50"] <= stock[f"{level}_p95"]).all()


def test_cost_methods_are_kept_apart(spend: pd.DataFrame) -> None:
    gpt4 = spend[spend["run_id"] == "gpt-4-mar-2023"].set_index(["source", "cost_method"])["cost_usd_2023"]
    assert gpt4["epoch-notable", "amortized_hardware_energy"] == pytest.approx(3.73e7, rel=0.01)
    assert gpt4["epoch-notable", "cloud"] > 2 * gpt4["epoch-notable", "amortized_hardware_energy"]
    assert gpt4["epoch-notable", "upfront_hardware"] > 20 * gpt4["epoch-notable", "amortized_hardware_energy"]
    assert gpt4["training-costs-2025", "amortized_hardware_energy"] == pytest.approx(6.88e7, rel=0.01)


def test_flop_conventions_and_units_are_stored_in_every_loss_row() -> None:
    for name in ("loss_runs", "loss_points"):
        frame = tables.load(name)
        assert set(frame["flop_convention"]) <= set(rules.FLOP_CONVENTIONS)
        assert frame.groupby("group")["flop_convention"].nunique().max() == 1
        assert frame.groupby("group")["eval_set"].nunique().max() == 1


def test_laws_know_when_they_were_published() -> None:
    laws = tables.load("laws").set_index("name")
    kaplan = laws.loc["kaplan"]
    assert tuple(kaplan[["floor_nats", "coefficient_nats", "flop_unit", "exponent"]]) == (0.0, 2.57, 8.64e19, 0.048)
    assert list(tables.published_by(tables.load("laws"), date(2020, 5, 28))["name"]) == ["kaplan"]
    assert list(tables.published_by(tables.load("laws"), date(2020, 5, 27))["name"]) == []
    assert set(laws.index) == {"kaplan", "hoffmann", "besiroglu", "cerebras"}
