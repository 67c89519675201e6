"""What was known by a cutoff, in the form that the models read, with the constants that travel in the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.data import selections, tables
from forecast.data.rules import DISCLOSURE_DATE, confidence_dex
from forecast.models.compute import FIRST_YEAR, ComputeData
from forecast.models.loss import LossData
from forecast.models.price import PURCHASE_CHANNELS, PriceData
from forecast.priors import LossPriors
from forecast.units import decimal_year

Array = NDArray[np.float64]

FEWEST_ROWS = 5
"""A part with fewer rows is sampled from its prior and named in `prior_only`."""

LAW_FIELDS = (
    "name",
    "scale",
    "floor_nats",
    "coefficient_nats",
    "flop_unit",
    "exponent",
    "flop_low",
    "flop_high",
    "source",
)


@dataclass(frozen=True)
class Observations:
    """Rows known by a cutoff, as data of the models.

    Attributes
    ----------
    as_of, cutoff : date
        Start of the forecast, and last day of knowledge.
    compute, price, loss : ComputeData, PriceData, LossData
        What the models fit.
    observed : mapping of str to ndarray
        Points for the fans, as `forecast.posterior.schema` names them.
    laws : tuple of mapping
        Published laws of that day.
    compute_constants, loss_dates : mapping
        Fixed numbers of the compute block; publication date of each loss group and `t_ref`.
    hindsight_rows : mapping of str to int
        Rows whose value was recorded after the cutoff, by table.
    prior_only : tuple of str
        `loss` or `rental` where there are too few rows.
    data_digests : mapping of str to str
        Content digest of each table.
    """

    as_of: date
    cutoff: date
    compute: ComputeData
    price: PriceData
    loss: LossData
    observed: Mapping[str, NDArray[Any]]
    laws: tuple[Mapping[str, Any], ...]
    compute_constants: Mapping[str, float]
    loss_dates: Mapping[str, Any]
    hindsight_rows: Mapping[str, int]
    prior_only: tuple[str, ...]
    data_digests: Mapping[str, str]

    @property
    def data_digest(self) -> str:
        """One digest over all tables."""
        lines = "\n".join(f"{name} {digest}" for name, digest in sorted(self.data_digests.items()))
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def coords(self) -> dict[str, Any]:
        """Labels of the posterior's dimensions; the scales' come from the laws."""
        years = np.arange(FIRST_YEAR, FIRST_YEAR + self.compute.slope_years)
        return {
            "spend_year": years,
            "price_year": years,
            "channel": list(PURCHASE_CHANNELS),
            "group": list(self.loss.groups),
            "scale": [law["scale"] for law in self.laws],
        }

    def loss_constants(self, priors: LossPriors) -> dict[str, Any]:
        """Fixed numbers of the loss block."""
        return {
            "log10_c0": self.loss.log10_c0,
            "log10_c_max": self.loss.log10_c_max,
            **self.loss_dates,
            "omega": priors.omega,
            "noise_floor": priors.noise_floor,
        }


def observe(as_of: date, cutoff: date, folder: Path | None = None) -> Observations:
    """Select and convert the rows that were known by `cutoff`.

    Parameters
    ----------
    as_of : date
        Start of the forecast.
    cutoff : date
        Last day of publication.
    folder : Path, optional
        A user's own tables; the shipped ones by default.

    Raises
    ------
    DataError
        If a table breaks its schema.
    """
    last = min(cutoff, DISCLOSURE_DATE)
    known = tables.as_known(cutoff, "training_runs", folder)
    spend = tables.as_known(cutoff, "spend", folder)
    runs, costs = selections.frontier_runs(known, last), selections.realised_price_rows(spend, until=cutoff)
    points = tables.published_by(tables.load("loss_points", folder), cutoff)
    hardware, loss = _price_data(cutoff, folder), _loss_data(points)
    chips = _chip_quarters(cutoff, folder)
    thin = {"loss": len(loss.log_loss) == 0, "rental": hardware.rental_rows == 0}
    return Observations(
        as_of=as_of,
        cutoff=cutoff,
        compute=_compute_data(decimal_year(as_of), decimal_year(last), runs, costs),
        price=hardware,
        loss=loss,
        observed={**_observed(runs, costs), **_chips(chips)},
        laws=_laws(cutoff, folder),
        compute_constants=_compute_constants(known, costs, last, decimal_year(as_of)),
        loss_dates=_loss_dates(points, loss, decimal_year(as_of)),
        hindsight_rows={
            "training_runs": int(runs["hindsight"].sum()),
            "spend": int(costs["hindsight"].sum()),
            "chip_stock": int((chips["revision_dex"] > 0).sum()),
        },
        prior_only=tuple(name for name, few in thin.items() if few),
        data_digests=tables.digests(folder),
    )


def _compute_data(origin: float, disclosed_until: float, runs: pd.DataFrame, costs: pd.DataFrame) -> ComputeData:
    return ComputeData(
        origin=origin,
        disclosed_until=disclosed_until,
        run_year=_floats(runs["decimal_year"]),
        run_log10_flop=_floats(runs["log10_flop"]),
        label_sd=np.array([confidence_dex(label) for label in runs["confidence"]]),
        hindsight_sd=_floats(runs["revision_dex"]),
        cost_year=_floats(costs["decimal_year"]),
        cost_log10_price=_floats(costs["log10_usd_per_flop"]),
        cost_log10_flop=_floats(costs["log10_flop"]),
    )


def _compute_constants(known: pd.DataFrame, costs: pd.DataFrame, last: date, as_of: float) -> dict[str, float]:
    return {
        "largest_known_log10_flop": float(np.log10(known["training_flop"].max())),
        "largest_known_log10_spend": float(costs["log10_usd"].max()),
        "runs_per_year": selections.admissions_per_year(known, last),
        "simulate_from": decimal_year(last),
        "anchor": as_of - 3.0,
    }


def _price_data(cutoff: date, folder: Path | None) -> PriceData:
    chips = selections.accelerator_rows(tables.published_by(tables.load("accelerators", folder), cutoff))
    offers = selections.rental_rows(tables.published_by(tables.load("rental_prices", folder), cutoff))
    if len(offers) < FEWEST_ROWS:
        offers = offers.iloc[:0]
    release = offers.groupby("chip", sort=True)["chip_release_year"].first()
    vendors = tuple(sorted(set(offers["vendor_key"])))
    return PriceData(
        purchase_year=_floats(chips["decimal_year"]),
        purchase_log10_price=_floats(chips["log10_usd_per_flop_per_s"]),
        purchase_channel=np.array([PURCHASE_CHANNELS.index(name) for name in chips["channel"]], dtype=np.int64),
        purchase_tensor=_floats(chips["tensor_peak"]),
        rental_age_years=_floats(offers["age_years"]),
        rental_log10_price=_floats(offers["log10_usd_per_flop"]),
        rental_chip=np.searchsorted(release.index.to_numpy(str), offers["chip"].to_numpy(str)),
        rental_vendor=np.array([vendors.index(name) for name in offers["vendor_key"]], dtype=np.int64),
        chip_release_year=_floats(release),
        vendors=vendors,
    )


def _loss_data(points: pd.DataFrame) -> LossData:
    rows = points if len(points) >= FEWEST_ROWS else points.iloc[:0]
    flop, loss_nats = _floats(rows["training_flop"]), _floats(rows["loss_nats_per_token"])
    return LossData.from_points(list(rows["group"]), flop, loss_nats)


def _loss_dates(points: pd.DataFrame, loss: LossData, as_of: float) -> dict[str, Any]:
    """Publication date of each group, and the median one of all rows, from which algorithms count."""
    if not loss.groups:
        return {"published_on": [], "t_ref": as_of}
    newest = points.groupby("group", sort=True)["published_on"].max()
    dates = [str(newest[name].date()) for name in loss.groups]
    return {"published_on": dates, "t_ref": float(np.median(selections.decimal_years(points["published_on"])))}


def _laws(cutoff: date, folder: Path | None) -> tuple[Mapping[str, Any], ...]:
    laws = tables.published_by(tables.load("laws", folder), cutoff)
    return tuple(
        {**{name: row[name] for name in LAW_FIELDS}, "published_on": str(row["published_on"].date())}
        for row in laws.sort_values("name").to_dict("records")
    )


def _observed(runs: pd.DataFrame, costs: pd.DataFrame) -> dict[str, NDArray[Any]]:
    year, name = _floats(costs["decimal_year"]), costs["system"].to_numpy(str)
    return {
        "compute_year": _floats(runs["decimal_year"]),
        "compute_log10_flop": _floats(runs["log10_flop"]),
        "compute_name": runs["system"].to_numpy(str),
        "price_year": year,
        "price_log10_usd_per_flop": _floats(costs["log10_usd_per_flop"]),
        "price_name": name,
        "spend_year": year,
        "spend_log10_usd": _floats(costs["log10_usd"]),
        "spend_name": name,
    }


def _chip_quarters(cutoff: date, folder: Path | None) -> pd.DataFrame:
    """Counts of chips that were published by the cutoff; one recorded later is widened like any other hindsight."""
    stock = tables.published_by(tables.load("chip_stock", folder), cutoff)
    later = stock["recorded_on"] > pd.Timestamp(cutoff)
    widened = stock.assign(revision_dex=np.where(later, tables.REVISION_NOISE_DEX, 0.0))
    return selections.installed_chips(widened)


def _chips(quarters: pd.DataFrame) -> dict[str, NDArray[Any]]:
    return {
        "chips_year": _floats(quarters["decimal_year"]),
        "chips_log10_h100e": _floats(quarters["log10_h100e"]),
        "chips_sd_oom": _floats(quarters["sd_oom"]),
        "chips_name": quarters["quarter"].to_numpy(str),
    }


def _floats(column: pd.Series) -> Array:
    values: Array = column.to_numpy(np.float64)
    return values
