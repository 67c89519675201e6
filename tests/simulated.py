"""Simulated observations for the models: known truth, real shapes."""

from __future__ import annotations

import numpy as np

from forecast.models.compute import ComputeData
from forecast.models.price import PriceData

ORIGIN = 2024.5

PRICES = {"mu_r": 0.12, "ten": -0.5, "q": 0.03, "a_rental": -17.5, "sigma_rental": 0.14}
"""What `hardware` simulates with, by the names of the model."""


def compute_dates(runs: int = 60, costs: int = 50, seed: int = 1) -> ComputeData:
    """Dates, labels and compute of runs, with zeros for the outcomes."""
    rng = np.random.default_rng(seed)
    run_year = np.sort(rng.uniform(2012, ORIGIN, runs))
    cost_year = np.sort(rng.uniform(2013, ORIGIN, costs))
    return ComputeData(
        origin=ORIGIN,
        disclosed_until=ORIGIN,
        run_year=run_year,
        run_log10_flop=np.zeros(runs),
        label_sd=rng.choice([0.29, 0.61, 0.9], runs),
        hindsight_sd=np.where(rng.random(runs) < 0.3, 0.3, 0.0),
        cost_year=cost_year,
        cost_log10_price=np.zeros(costs),
        cost_log10_flop=18 + 0.6 * (cost_year - 2012) + rng.normal(0, 1, costs),
    )


def hardware(purchases: int = 40, offers: int = 60, seed: int = 2) -> PriceData:
    """Launch prices and rental offers that halve every 2.5 years, with chip and vendor effects."""
    rng = np.random.default_rng(seed)
    year, channel = rng.uniform(2010, ORIGIN, purchases), rng.integers(0, 4, purchases)
    tensor = (year > 2018) & (rng.random(purchases) < 0.5)
    release, vendor = np.sort(rng.uniform(2014, 2023, 6)), rng.integers(0, 5, offers)
    chip, age = rng.integers(0, 6, offers), rng.uniform(0, 5, offers)
    level = -17.5 - 0.12 * (release - 2021.5) + rng.normal(0, 0.15, 6)
    effect = rng.normal(0, 0.2, 5)
    return PriceData(
        purchase_year=year,
        purchase_log10_price=-10 - 0.12 * (year - 2020) - 0.5 * tensor + 0.2 * rng.standard_t(7, purchases),
        purchase_channel=channel,
        purchase_tensor=tensor.astype(float),
        rental_age_years=age,
        rental_log10_price=level[chip]
        - 0.03 * (age - 2.5)
        + (effect - effect.mean())[vendor]
        + 0.15 * rng.standard_t(4, offers),
        rental_chip=chip,
        rental_vendor=vendor,
        chip_release_year=release,
        vendors=tuple("abcde"),
    )
