"""Prior families in NumPy, and the default priors with their sources.

A family knows its log density, its quantiles and how to be sampled; the models turn it into PyMC. Every set of priors
is a frozen value: replace one with `dataclasses.replace(COMPUTE, g_spend=Normal(0.4, 0.1, source="..."))`.
Rates are orders of magnitude per year, never doubling times: a doubling time passes through infinity when a rate
crosses zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_STANDARD = NormalDist()
_normal_ppf = np.vectorize(_STANDARD.inv_cdf, otypes=[float])
Z95 = _STANDARD.inv_cdf(0.95)


def _normal_logpdf(z: Array) -> Array:
    density: Array = -0.5 * z**2 - 0.5 * math.log(2 * math.pi)
    return density


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal(mean, sd)."""

    mean: float
    sd: float
    source: str = ""

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at `x`."""
        return _normal_logpdf((np.asarray(x, float) - self.mean) / self.sd) - math.log(self.sd)

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`."""
        quantiles: Array = self.mean + self.sd * _normal_ppf(np.asarray(p, float))
        return quantiles

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return rng.normal(self.mean, self.sd, size)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """LogNormal with a median, and the standard deviation of the natural logarithm."""

    median: float
    sd_ln: float
    source: str = ""

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at `x` > 0."""
        ln_x = np.log(np.asarray(x, float))
        return _normal_logpdf((ln_x - math.log(self.median)) / self.sd_ln) - math.log(self.sd_ln) - ln_x

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`."""
        quantiles: Array = self.median * np.exp(self.sd_ln * _normal_ppf(np.asarray(p, float)))
        return quantiles

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return self.median * np.exp(self.sd_ln * rng.standard_normal(size))

    @classmethod
    def from_interval(cls, low: float, high: float, source: str = "") -> LogNormal:
        """The log-normal whose 5 % and 95 % points are `low` and `high`."""
        return cls(math.sqrt(low * high), math.log(high / low) / (2 * Z95), source)


@dataclass(frozen=True, slots=True)
class Beta:
    """Beta(a, b) on (0, 1)."""

    a: float
    b: float
    source: str = ""

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at 0 < `x` < 1."""
        x = np.asarray(x, float)
        log_norm = math.lgamma(self.a) + math.lgamma(self.b) - math.lgamma(self.a + self.b)
        density: Array = (self.a - 1) * np.log(x) + (self.b - 1) * np.log1p(-x) - log_norm
        return density

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`, from the distribution function on a fine grid (error under 1e-6)."""
        edges = np.linspace(0, 1, 100_001)
        middle = (edges[1:] + edges[:-1]) / 2
        mass = np.concatenate([[0.0], np.cumsum(np.exp(self.logpdf(middle)))])
        quantiles: Array = np.interp(np.asarray(p, float), mass / mass[-1], edges)
        return quantiles

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return rng.beta(self.a, self.b, size)


Family = Normal | LogNormal | Beta


@dataclass(frozen=True, slots=True)
class AnchoredNormal:
    """A Normal level whose mean moves with the date at which it is stated: mean_2020 + per_year (t - 2020)."""

    mean_2020: float
    per_year: float
    sd: float
    source: str = ""

    def at(self, decimal_year: float) -> Normal:
        """The prior of the level at `decimal_year`."""
        return Normal(self.mean_2020 + self.per_year * (decimal_year - 2020), self.sd, self.source)


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
