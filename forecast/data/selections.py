"""Which rows each model sees: pure selections over loaded tables, so that every figure can be traced to its rows.

All take a frame from `tables.load`, `tables.published_by` or `tables.as_known`, so they work as of any date, and add
the columns that the models read: decimal years, logs, and measurement errors.
"""

from __future__ import annotations

import re
from bisect import insort
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.data.rules import DISCLOSURE_DATE, confidence_dex
from forecast.families import Z95
from forecast.units import decimal_year

FRONTIER_SINCE = date(2010, 1, 1)
FRONTIER_TOP = 10
REALISED_SINCE = date(2012, 1, 1)
PURCHASE_CHANNELS = ("consumer", "workstation", "datacentre", "historical_fp32")
REALISED_SOURCE, REALISED_METHOD = "epoch-notable", "amortized_hardware_energy"
RENTAL_FAMILIES = (
    "A100",
    "H100",
    "H200",
    "H800",
    "V100",
    "P100",
    "K80",
    "TPU",
    "A40",
    "L40",
    "A10G",
    "A30",
    "B200",
    "B300",
    "MI300X",
)
"""Datacentre chips whose rent the price model follows, as whole words of the chip's name (A40 is not RTX A4000)."""


def decimal_years(dates: pd.Series) -> NDArray[np.float64]:
    """Dates as decimal years, shape (n,)."""
    return np.array([decimal_year(when.date()) for when in dates], dtype=np.float64)


def frontier_runs(runs: pd.DataFrame, until: date = DISCLOSURE_DATE, since: date = FRONTIER_SINCE) -> pd.DataFrame:
    """Runs in the running top ten by compute when they were published.

    Rows are taken in order of publication, the largest of a day first; one is kept when fewer than ten earlier values
    are strictly larger. Runs before `since` count among the earlier values. Rows after the disclosure date are
    censored: the largest runs are no longer published, so their absence says nothing.

    Parameters
    ----------
    runs : DataFrame
        training_runs, also from `as_known`.
    until, since : date
        First and last day of publication, both included.

    Returns
    -------
    DataFrame
        The rows with `decimal_year`, `log10_flop` and `measurement_dex` (log10: the confidence label and, for values
        used with hindsight, revision noise, in quadrature).
    """
    order = ["published_on", "training_flop", "run_id"]
    ordered = runs.sort_values(order, ascending=[True, False, True], kind="stable")
    kept = ordered[_in_running_top(ordered["training_flop"].to_numpy(), FRONTIER_TOP)]
    return _with_compute(_published_between(kept, since, until))


def _in_running_top(values: NDArray[np.float64], top: int) -> NDArray[np.bool_]:
    largest: list[float] = []
    keep = np.zeros(len(values), dtype=np.bool_)
    for at, value in enumerate(values):
        keep[at] = len(largest) < top or value >= largest[0]
        insort(largest, value)
        del largest[:-top]
    return keep


def _published_between(frame: pd.DataFrame, since: date, until: date) -> pd.DataFrame:
    inside = (frame["published_on"] >= pd.Timestamp(since)) & (frame["published_on"] <= pd.Timestamp(until))
    return frame[inside].reset_index(drop=True)


def _with_compute(frame: pd.DataFrame) -> pd.DataFrame:
    label = np.array([confidence_dex(label) for label in frame["confidence"]], dtype=np.float64)
    revision = frame["revision_dex"].to_numpy() if "revision_dex" in frame else np.zeros(len(frame))
    return frame.assign(
        decimal_year=decimal_years(frame["published_on"]),
        log10_flop=np.log10(frame["training_flop"].to_numpy()),
        measurement_dex=np.hypot(label, revision),
    )


def admissions_per_year(runs: pd.DataFrame, until: date = DISCLOSURE_DATE, years: int = 4) -> float:
    """Runs a year that enter the running top ten, over the last `years`."""
    end = decimal_year(until)
    admitted = frontier_runs(runs, until)["decimal_year"]
    return float((admitted > end - years).sum()) / years


def realised_price_rows(spend: pd.DataFrame, since: date = REALISED_SINCE, until: date | None = None) -> pd.DataFrame:
    """Runs with compute and an amortized cost, from the newest notable-models file: what compute cost when used.

    Other methods and older values of the cost are other quantities, and are left out.

    Parameters
    ----------
    spend : DataFrame
        The spend table, also from `as_known(cutoff, "spend")`.
    since, until : date
        First and last day of publication, both included; no last day when `until` is None.

    Returns
    -------
    DataFrame
        The rows with `decimal_year`, `log10_flop`, `log10_usd` and `log10_usd_per_flop` (2023 dollars).
    """
    of_use = (spend["source"] == REALISED_SOURCE) & (spend["cost_method"] == REALISED_METHOD)
    rows = spend[of_use & spend["training_flop"].notna() & (spend["cost_usd_2023"] > 0)]
    rows = _published_between(rows, since, until or date.max.replace(year=2261))
    rows = rows.sort_values(["published_on", "training_flop", "run_id"], kind="stable").reset_index(drop=True)
    log10_usd = np.log10(rows["cost_usd_2023"].to_numpy())
    rows = _with_compute(rows)
    return rows.assign(log10_usd=log10_usd, log10_usd_per_flop=log10_usd - rows["log10_flop"])


def accelerator_rows(accelerators: pd.DataFrame, channel: str | None = None) -> pd.DataFrame:
    """Launch prices per peak FLOP/s, of one channel or of all four.

    Returns
    -------
    DataFrame
        The rows with `decimal_year` and `log10_usd_per_flop_per_s` (2023 dollars).
    """
    rows = accelerators if channel is None else accelerators[accelerators["channel"] == channel]
    rows = rows.sort_values(["channel", "published_on", "accelerator_id"], kind="stable").reset_index(drop=True)
    price = rows["launch_price_usd_2023"].to_numpy() / rows["peak_flop_per_s"].to_numpy()
    return rows.assign(decimal_year=decimal_years(rows["published_on"]), log10_usd_per_flop_per_s=np.log10(price))


def rental_rows(offers: pd.DataFrame) -> pd.DataFrame:
    """On-demand offers of the datacentre chips in `RENTAL_FAMILIES`.

    Returns
    -------
    DataFrame
        The rows with `decimal_year`, `chip_release_year`, `age_years`, `vendor_key` (a vendor of 2026 is kept apart
        from the one of the same name before) and `log10_usd_per_flop` (2023 dollars per peak FLOP).
    """
    followed = offers["chip"].map(_is_followed).astype(bool)  # an empty column maps to objects
    rows = offers[(offers["channel"] == "datacentre") & followed].reset_index(drop=True)
    year, released = decimal_years(rows["published_on"]), decimal_years(rows["chip_released_on"])
    price = rows["price_usd_2023_per_chip_hour"].to_numpy() / 3600.0 / rows["peak_flop_per_s"].to_numpy()
    return rows.assign(
        decimal_year=year,
        chip_release_year=released,
        age_years=year - released,
        vendor_key=rows["vendor"] + " " + rows["vendor_set"],
        log10_usd_per_flop=np.log10(price),
    )


def _is_followed(chip: str) -> bool:
    return bool(set(re.split(r"[ /]", chip)) & set(RENTAL_FAMILIES))


def loss_groups(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Compute-efficient points by group, each ordered by compute."""
    ordered = points.sort_values(["group", "training_flop"], kind="stable")
    return {str(group): rows.reset_index(drop=True) for group, rows in ordered.groupby("group", sort=True)}


def complete_quarters(stock: pd.DataFrame) -> pd.DataFrame:
    """Chip counts of complete quarters: the newest quarter in the file is partly counted."""
    return stock[~stock["incomplete"]].reset_index(drop=True)


def installed_chips(stock: pd.DataFrame) -> pd.DataFrame:
    """All installed AI chips by quarter, as the sum over manufacturers.

    Only the rows of all chips and all owners of a manufacturer count: the table has its single chips and its owners
    beside them. A quarter counts when every manufacturer of the table has one, so that none enters later as growth.

    Parameters
    ----------
    stock : DataFrame
        chip_stock, also from `published_by`; `revision_dex` (log10), where it is there, widens the error.

    Returns
    -------
    DataFrame
        One row a quarter with `decimal_year`, `log10_h100e`, `sd_oom` (from the 5 and 95 % points; manufacturers err
        together, since all are counted from sales), `revision_dex` and `quarter` such as 2025 Q4.
    """
    rows = complete_quarters(stock)
    rows = rows[(rows["chip"] == "total") & (rows["owner"] == "all")]
    quarters = rows.groupby("quarter_end", sort=True)
    levels = [f"h100_equivalents_{level}" for level in ("p05", "p50", "p95")]
    low, middle, high = (np.log10(quarters[level].sum().to_numpy(np.float64)) for level in levels)
    revision = quarters["revision_dex"].max().to_numpy(np.float64) if "revision_dex" in rows else np.zeros(len(middle))
    ends = pd.Series(quarters["quarter_end"].first().index, dtype="datetime64[ns]")
    counted = pd.DataFrame(
        {
            "decimal_year": decimal_years(ends),
            "log10_h100e": middle,
            "sd_oom": np.hypot((high - low) / (2 * Z95), revision),
            "revision_dex": revision,
            "quarter": [f"{end.year} Q{end.quarter}" for end in ends],
        }
    )
    everyone = quarters["manufacturer"].nunique().to_numpy() == rows["manufacturer"].nunique()
    return counted[everyone].reset_index(drop=True)
