"""Hardware price: how fast a dollar buys more compute, by channel, with partially pooled rates.

    purchase  y_i ~ t7(a_c - r_c (t_i - 2020) + ten * tensor_i,  sigma_c)           log10 2023 $ per peak FLOP/s
    rental    y_i ~ t4(lam_h - q (age_i - 2.5) + ven_v,  sqrt(0.05^2 + sigma_R^2))  log10 2023 $ per peak FLOP
              lam_h ~ N(a_R - r_R (rel_h - 2021.5), tau_chip),   ven ~ zero-sum N(tau_v)
    rates     r_c = mu_r + tau_r z_c,   z_c ~ N(0, 1);  c = the four purchase channels, rental, and realised cost

===========  ==============  =============================  ====================================================
symbol       Python name     unit                           prior, and why
===========  ==============  =============================  ====================================================
mu_r         mu_r            oom/year                       N(.12, .05): price halves every 2.5 years, 1.6-6
tau_r        tau_r           oom/year                       LogN(ln .025, .6): channels differ by a fifth
r_c          r               oom/year                       pooled; the last two are rental and realised
a_c          a               log10 2023 $ per FLOP/s, 2020  N(-10, 1.5): weak
sigma_c      sigma           log10                          LogN(ln .25, .6): list prices around a trend
ten          ten             log10                          N(-.5, .3): a tensor figure is about 3x the plain one
a_R          a_rental        log10 2023 $ per FLOP          N(-17.5, 1.5): a chip released in mid-2021
lam_h        rental_chip     log10 2023 $ per FLOP          pooled by release date; stated at an age of 2.5 years
q            q               oom/year                       N(.05, .07): a chip's own rent falls slowly with age
ven_v        rental_vendor   log10                          zero-sum: the vendor mix drives raw averages
tau_chip     tau_chip        log10                          LogN(ln .2, .5)
tau_v        tau_vendor      log10                          LogN(ln .2, .5)
sigma_R      sigma_rental    log10                          LogN(ln .25, .6)
===========  ==============  =============================  ====================================================

Why: the fleet's price-performance improves by new chips; an old chip barely gets cheaper (about .02 oom/year).
Regressing rental prices on their date mixes the two, so rental has chip effects by release date and an ageing term.
Each channel keeps its own Student nu: a shared one is dragged under 1 by exact list prices.

Known failures: the level of a channel differs from another's by up to thirtyfold, so the basis of a price is part of
the question; export-control variants of a chip carry the price of the chip that they cripple.

References: Hobbhahn & Besiroglu 2022 (FP32 per dollar doubles every 2.46 years [2.24, 2.72]); Epoch AI, machine
learning hardware data (2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from forecast.models.distributions import variable
from forecast.priors import PricePriors

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PURCHASE_CHANNELS = ("consumer", "workstation", "datacentre", "historical_fp32")
RENTAL, REALISED = 4, 5
RATES = (*PURCHASE_CHANNELS, "rental", "realised")
REFERENCE_YEAR = 2020.0
RENTAL_RELEASE_YEAR = 2021.5
RENTAL_AGE_YEARS = 2.5
RENTAL_NOISE_FLOOR = 0.05


@dataclass(frozen=True)
class PriceData:
    """Observations of the hardware channels, one element a row.

    Attributes
    ----------
    purchase_year : ndarray, shape (n,)
        Release date, decimal years.
    purchase_log10_price : ndarray, shape (n,)
        log10 2023 $ per peak FLOP/s at launch.
    purchase_channel : ndarray of int, shape (n,)
        Position in `PURCHASE_CHANNELS`.
    purchase_tensor : ndarray, shape (n,)
        1 where the peak is a tensor FP16/BF16 figure.
    rental_age_years, rental_log10_price : ndarray, shape (m,)
        Age of the chip at the offer, and log10 2023 $ per peak FLOP.
    rental_chip, rental_vendor : ndarray of int, shape (m,)
        Positions in `chip_release_year` and `vendors`.
    chip_release_year : ndarray, shape (chips,)
        Decimal years.
    vendors : tuple of str
        Vendor names; at least two where there are rental rows.
    """

    purchase_year: Array
    purchase_log10_price: Array
    purchase_channel: Index
    purchase_tensor: Array
    rental_age_years: Array
    rental_log10_price: Array
    rental_chip: Index
    rental_vendor: Index
    chip_release_year: Array
    vendors: tuple[str, ...]

    @property
    def rental_rows(self) -> int:
        """Number of rental offers."""
        return len(self.rental_log10_price)


def purchase_mean(a: Any, r: Any, ten: Any, decimal_year: Any, tensor: Any) -> Any:
    """Mean log10 2023 $ per peak FLOP/s at launch: a - r (t - 2020) + ten * tensor."""
    return a - r * (decimal_year - REFERENCE_YEAR) + ten * tensor


def rental_chip_mean(a_rental: Any, r_rental: Any, release_year: Any) -> Any:
    """Mean log10 2023 $ per peak FLOP of a chip 2.5 years old: a_R - r_R (release - 2021.5)."""
    return a_rental - r_rental * (release_year - RENTAL_RELEASE_YEAR)


def rental_mean(chip_level: Any, q: Any, age_years: Any, vendor_effect: Any) -> Any:
    """Mean log10 2023 $ per peak FLOP of an offer: lam - q (age - 2.5) + ven."""
    return chip_level - q * (age_years - RENTAL_AGE_YEARS) + vendor_effect


def rates(priors: PricePriors) -> Any:
    """Register the pooled rates of fall; returns the vector over `RATES`, oom per year."""
    mu_r, tau_r = variable("mu_r", priors.mu_r), variable("tau_r", priors.tau_r)
    z = pm.Normal("rate_innovations", 0.0, 1.0, shape=len(RATES))
    return pm.Deterministic("rate", mu_r + tau_r * z)


def purchase(data: PriceData, priors: PricePriors, rate: Any) -> None:
    """Register the likelihood of launch prices."""
    a = variable("a", priors.a_purchase, shape=len(PURCHASE_CHANNELS))
    sigma = variable("sigma_purchase", priors.sigma, shape=len(PURCHASE_CHANNELS))
    ten = variable("ten", priors.ten)
    channel = pm.Data("purchase_channel", data.purchase_channel)
    year, tensor = pm.Data("purchase_year", data.purchase_year), pm.Data("purchase_tensor", data.purchase_tensor)
    mean = purchase_mean(a[channel], rate[channel], ten, year, tensor)
    observed = pm.Data("purchase_log10_price", data.purchase_log10_price)
    pm.StudentT("purchase", nu=7, mu=mean, sigma=sigma[channel], observed=observed)


def rental(data: PriceData, priors: PricePriors, rate: Any) -> None:
    """Register the rental channel; its parameters come from their priors where there are no offers."""
    a_rental, sigma = variable("a_rental", priors.a_rental), variable("sigma_rental", priors.sigma_rental)
    tau_chip, tau_vendor = variable("tau_chip", priors.tau_chip), variable("tau_vendor", priors.tau_vendor)
    if not data.rental_rows:
        variable("q", priors.q)
        return
    chips, vendors = len(data.chip_release_year), len(data.vendors) - 1
    design, centre, root = whitening(data)
    effects = pm.Data("rental_centre", centre) + pt.dot(
        pm.Data("rental_root", root), pm.Flat("rental_whitened", shape=len(centre), initval=np.zeros(len(centre)))
    )
    level, contrast, q = effects[:chips], effects[chips : chips + vendors], pm.Deterministic("q", effects[-1])
    chip_mean = rental_chip_mean(a_rental, rate[RENTAL], pm.Data("chip_release_year", data.chip_release_year))
    _prior("rental_chip", level, chip_mean, tau_chip)
    _prior("rental_vendor", contrast, 0.0, tau_vendor)
    _prior("rental_ageing", q, priors.q.mean, priors.q.sd)
    scale = pt.sqrt(RENTAL_NOISE_FLOOR**2 + sigma**2)
    mean = pt.dot(pm.Data("rental_design", design), effects)
    pm.StudentT("rental", nu=4, mu=mean, sigma=scale, observed=pm.Data("rental_log10_price", data.rental_log10_price))


def rental_design(data: PriceData) -> Array:
    """Design matrix of chip levels, zero-sum vendor contrasts and ageing, so that `rental_mean` = design @ effects.

    The contrasts are an orthonormal basis of the zero-sum vectors: independent N(0, tau) contrasts are a zero-sum
    normal with scale tau.

    Returns
    -------
    ndarray, shape (offers, chips + vendors - 1 + 1)
    """
    chip = np.eye(len(data.chip_release_year))[data.rental_chip]
    ageing = -(data.rental_age_years - RENTAL_AGE_YEARS)
    return np.column_stack([chip, zero_sum_basis(len(data.vendors))[data.rental_vendor], ageing])


def zero_sum_basis(size: int) -> Array:
    """Orthonormal columns that span the vectors of length `size` with sum zero, shape (size, size - 1)."""
    centred = np.eye(size) - 1 / size
    basis, _, _ = np.linalg.svd(centred)
    return np.asarray(basis[:, : size - 1])


def whitening(data: PriceData) -> tuple[Array, Array, Array]:
    """Coordinates in which the rental effects are about independent with unit scale.

    A vendor and the chips that it alone offers move together, which a diagonal mass matrix cannot follow: sampled
    directly, the vendor effects had an effective size of 110 in 4,000. So the sampler moves in whitened coordinates
    z, effects = centre + root @ z, where root comes from the precision of the same regression with typical scales.
    This changes no density, only its coordinates (the determinant of root is a constant).

    Returns
    -------
    design : ndarray, shape (offers, effects)
    centre : ndarray, shape (effects,)
        Reweighted ridge estimate of the effects.
    root : ndarray, shape (effects, effects)
        Inverse transposed Cholesky factor of their precision.
    """
    design, observed = rental_design(data), data.rental_log10_price
    prior = np.eye(design.shape[1]) / _TYPICAL_EFFECT**2
    start = np.where(np.arange(design.shape[1]) < len(data.chip_release_year), observed.mean(), 0.0)
    centre = start
    for _ in range(_REWEIGHTINGS):
        standardised = (observed - design @ centre) / _TYPICAL_NOISE
        weighted = design.T * (5 / (4 + standardised**2) / _TYPICAL_NOISE**2)  # the weights of a t4 likelihood
        precision = weighted @ design + prior
        centre = start + np.linalg.solve(precision, weighted @ (observed - design @ start))
    return design, centre, np.linalg.inv(np.linalg.cholesky(precision)).T


_TYPICAL_NOISE, _TYPICAL_EFFECT, _REWEIGHTINGS = 0.055, 0.25, 20


def _prior(name: str, value: Any, mean: Any, sd: Any) -> None:
    """Add a normal prior of a quantity that is computed from whitened coordinates."""
    pm.Potential(f"{name}_prior", pm.logp(pm.Normal.dist(mean, sd), value).sum())
