"""Pointwise log-likelihoods of every model from draws of its parameters, in NumPy.

They are computed when they are wanted and never stored: they would be 94 % of an artefact's bytes. A congruence test
holds them to the log-probability of the PyMC graphs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.models import compute, loss, price
from forecast.models.compute import ComputeData
from forecast.models.loss import LossData
from forecast.models.price import PriceData
from forecast.priors import LossPriors

Array = NDArray[np.float64]
Draws = Mapping[str, Array]


@dataclass(frozen=True)
class Terms:
    """Student t terms of a likelihood: residuals and scales, shape (draws, rows), and degrees of freedom."""

    residual: Array
    scale: Array
    nu: float

    @property
    def log_density(self) -> Array:
        """Of every row, shape (draws, rows)."""
        constant = math.lgamma((self.nu + 1) / 2) - math.lgamma(self.nu / 2) - 0.5 * math.log(self.nu * math.pi)
        kernel: Array = -(self.nu + 1) / 2 * np.log1p((self.residual / self.scale) ** 2 / self.nu)
        return constant - np.log(self.scale) + kernel

    @property
    def total(self) -> Array:
        """Log-likelihood of the rows together, shape (draws,)."""
        found: Array = self.log_density.sum(axis=-1)
        return found

    @property
    def probability(self) -> Array:
        """Of a value under the observed one, shape (draws, rows)."""
        from scipy.stats import t

        found: Array = t.cdf(self.residual / self.scale, self.nu)
        return found

    def rows(self, kept: NDArray[np.bool_]) -> Terms:
        """Those of some rows."""
        scale = np.broadcast_to(self.scale, self.residual.shape)
        return Terms(self.residual[:, kept], scale[:, kept], self.nu)


def points(draws: Draws, data: LossData, priors: LossPriors) -> Terms:
    """Of the loss points."""
    scale = np.hypot(priors.noise_floor, draws["s"][:, data.group])
    return Terms(data.log_loss - loss.mean(draws, data, data.group, data.log10_flop), scale, loss.NU)


def runs(draws: Draws, data: ComputeData) -> Terms:
    """Of frontier compute."""
    spread = compute.spread(draws["sigma"][:, None], draws["delta"][:, None], data.run_year)
    scale = np.sqrt(spread**2 + (draws["kappa"][:, None] * data.label_sd) ** 2 + data.hindsight_sd**2)
    mean = compute.frontier_mean(compute.trend_of(draws), data.weights(data.run_year), data.run_year)
    return Terms(data.run_log10_flop - mean, scale, 7.0)


def costs(draws: Draws, data: ComputeData) -> Terms:
    """Of realised prices."""
    trend, weights = compute.trend_of(draws), data.weights(data.cost_year)
    mean = compute.price_mean(trend, weights, data.cost_year, draws["beta"], data.cost_log10_flop)
    return Terms(data.cost_log10_price - mean, draws["sigma_cost"][:, None], 4.0)


def purchases(draws: Draws, data: PriceData) -> Terms:
    """Of launch prices; the rates are those of `price.RATES`."""
    of_row = {name: draws[name][:, data.purchase_channel] for name in ("a", "rate", "sigma_purchase")}
    ten = draws["ten"][:, None]
    mean = price.purchase_mean(of_row["a"], of_row["rate"], ten, data.purchase_year, data.purchase_tensor)
    return Terms(data.purchase_log10_price - mean, of_row["sigma_purchase"], 7.0)


def offers(draws: Draws, data: PriceData) -> Terms:
    """Of rental offers; `rental_effects` are those of `price.rental_design`."""
    mean = draws["rental_effects"] @ price.rental_design(data).T
    scale = np.hypot(price.RENTAL_NOISE_FLOOR, draws["sigma_rental"])[:, None]
    return Terms(data.rental_log10_price - mean, scale, 4.0)


def of_joint(draws: Draws, runs_data: ComputeData, hardware: PriceData) -> dict[str, Terms]:
    """Of every data set of the joint model, by name."""
    return {
        "training runs": runs(draws, runs_data),
        "realised price": costs(draws, runs_data),
        "launch prices": purchases(draws, hardware),
        "rental offers": offers(draws, hardware),
    }
