"""The default priors with their sources; the families themselves are in `forecast.families`.

Every set of priors is a frozen value: replace one with
`dataclasses.replace(COMPUTE, g_spend=Normal(0.4, 0.1, source="..."))`.
Rates are orders of magnitude per year, never doubling times: a doubling time passes through infinity when a rate
crosses zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from forecast.families import Z95, AnchoredNormal, Array, Beta, Family, LogNormal, Normal

__all__ = [
    "Normal",
    "LogNormal",
    "Beta",
    "AnchoredNormal",
    "Family",
    "Array",
    "Z95",
    "ComputePriors",
    "PricePriors",
    "LossPriors",
    "Priors",
    "DEFAULT",
    "ALGORITHMS",
    "ALGORITHMS_PUBLISHED_ON",
]


@dataclass(frozen=True, slots=True)
class ComputePriors:
    """Priors of the joint model of spend, price and compute (`forecast.models.compute`)."""

    m_spend: AnchoredNormal = AnchoredNormal(5.0, 0.5, 1.5, "weak: $1e5 in 2020 within 3 oom either way at 95 %")
    a_realised: AnchoredNormal = AnchoredNormal(-17.5, -0.12, 1.0, "V100-era price of realised compute, 1 oom sd")
    g_spend: Normal = Normal(0.33, 0.25, "with price: compute growth from Moore's 0.2 to the 3.4-month claim's 1.06")
    tau_spend: LogNormal = LogNormal(0.12, 0.5, "yearly slopes differ by a factor of about 1.3; zero is excluded")
    tau_price: LogNormal = LogNormal(0.015, 0.5, "yearly price slopes move little")
    log10_gdp_share: Normal = Normal(-3.0, 0.6, "a judgement: 0.1 % of world GDP, 90 % 0.01-1 %")
    sigma: LogNormal = LogNormal(0.45, 0.4, "spread of frontier runs in 2018")
    delta: Normal = Normal(0.0, 0.25, "drift of the spread, ln per 5 years")
    kappa: Beta = Beta(2, 2, "share of the confidence labels' nominal error that is real")
    beta: Normal = Normal(0.0, 0.1, "economies of scale in price")
    sigma_cost: LogNormal = LogNormal(0.3, 0.5, "spread of realised price between runs")


@dataclass(frozen=True, slots=True)
class PricePriors:
    """Priors of the hardware price channels (`forecast.models.price`)."""

    mu_r: Normal = Normal(0.12, 0.05, "halving every 2.5 years, 1.6-6 years at 90 %")
    tau_r: LogNormal = LogNormal(0.025, 0.6, "channels share their rate to about a fifth")
    a_purchase: Normal = Normal(-10.0, 1.5, "log10 $ per peak FLOP/s in 2020, weak")
    sigma: LogNormal = LogNormal(0.25, 0.6, "spread of list prices around the trend")
    ten: Normal = Normal(-0.5, 0.3, "a tensor figure is about three times the plain one")
    a_rental: Normal = Normal(-17.5, 1.5, "log10 $ per peak FLOP rented, chips released mid-2021, weak")
    sigma_rental: LogNormal = LogNormal(0.25, 0.6, "spread of rental offers")
    q: Normal = Normal(0.05, 0.07, "a chip's own price falls slowly as it ages")
    tau_chip: LogNormal = LogNormal(0.2, 0.5, "spread between chips of one age")
    tau_vendor: LogNormal = LogNormal(0.2, 0.5, "spread between vendors")


@dataclass(frozen=True, slots=True)
class LossPriors:
    """Priors of the hierarchical scaling law (`forecast.models.loss`)."""

    mu_b: Normal = Normal(math.log(0.1), 0.5, "compute exponents of 0.04-0.25 were published")
    tau_b: LogNormal = LogNormal(0.3, 0.5, "exponents differ by a third between studies")
    mu_e: Normal = Normal(0.6, 0.7, "the floor is 30-85 % of the loss at 1e21 FLOP")
    tau_e: LogNormal = LogNormal(0.6, 0.5, "studies differ in their floor")
    mu_s: Normal = Normal(math.log(0.004), 0.7, "fits scatter by a few tenths of a percent")
    tau_s: LogNormal = LogNormal(0.6, 0.4, "studies differ in scatter")
    log_l0_sd: float = 0.1
    noise_floor: float = 0.003
    omega: float = 0.010


@dataclass(frozen=True, slots=True)
class Priors:
    """Every prior of a fit."""

    compute: ComputePriors = ComputePriors()
    price: PricePriors = PricePriors()
    loss: LossPriors = LossPriors()


DEFAULT = Priors()

ALGORITHMS: dict[str, LogNormal] = {
    "8mo": LogNormal(8.0, 0.729, "Ho et al. 2024: 8 months; 90 % 2-22 months, here 2.4-26.5"),
    "16mo": LogNormal(16.0, 0.25, "Hernandez & Brown 2020: 16 months on ImageNet; the spread is a judgement"),
}
"""Halving time in months of the compute that a fixed loss requires."""

ALGORITHMS_PUBLISHED_ON: dict[str, str] = {"8mo": "2024-03-09", "16mo": "2020-05-05"}
