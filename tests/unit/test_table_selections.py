"""The selections over the shipped tables have the counts that the figures were made with."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.data import rules, selections, tables
from forecast.data.schemas import TABLES

OBSERVATIONS = sorted(set(TABLES) - {"refusals"})


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return tables.load("training_runs")


@pytest.fixture(scope="module")
def spend() -> pd.DataFrame:
    return tables.load("spend")


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
