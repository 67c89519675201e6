"""Parameters drawn from the shipped priors, under the names of the sampler, and data replicated from them.

The models' own `prior_draws` and `predictive` do the work. Two things are added: one set of pooled rates for spend,
price, compute and every hardware channel, and the levels of the very chips and vendors that were observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast.models import compute, price, price_predictive
from forecast.models.compute import ComputeData
from forecast.models.price import PriceData
from forecast.priors import ComputePriors, PricePriors

Array = NDArray[np.float64]
Draws = Mapping[str, Array]


def hardware_truth(data: PriceData, priors: PricePriors, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """Draws of the price model from its prior.

    Returns
    -------
    dict of str to ndarray
        Shape (draws,), `rate` (draws, rates), `a` and `sigma_purchase` (draws, channels), `rental_effects`
        (draws, chips + vendors - 1 + 1) as in `price.rental_design`.
    """
    drawn = price_predictive.prior_draws(priors, draws, rng)
    truth = {name: values for name, values in drawn.items() if name not in ("r", "r_rental", "sigma")}
    innovations = rng.standard_normal((draws, len(price.RATES)))
    truth["rate"] = truth["mu_r"][:, None] + truth["tau_r"][:, None] * innovations
    truth["sigma_purchase"] = drawn["sigma"]
    truth["rental_effects"] = _effects(truth, data, rng)
    return truth


def _effects(truth: Draws, data: PriceData, rng: np.random.Generator) -> Array:
    """Levels of the chips, zero-sum contrasts of the vendors, ageing."""
    draws = len(truth["q"])
    rate = truth["rate"][:, price.RENTAL, None]
    level = price.rental_chip_mean(truth["a_rental"][:, None], rate, data.chip_release_year)
    level = level + truth["tau_chip"][:, None] * rng.standard_normal((draws, len(data.chip_release_year)))
    contrast = truth["tau_vendor"][:, None] * rng.standard_normal((draws, len(data.vendors) - 1))
    return np.concatenate([level, contrast, truth["q"][:, None]], axis=1)


def joint_truth(
    data: ComputeData,
    hardware: PriceData,
    priors: ComputePriors,
    price_priors: PricePriors,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, Array]:
    """Draws of the joint model from its prior: spend, price and compute with the hardware's pooled rates."""
    pooled = hardware_truth(hardware, price_priors, draws, rng)
    block = compute.prior_draws(data, priors, price_priors, draws, rng)
    realised = pooled["rate"][:, price.REALISED]
    block["price_slopes"] = block["price_slopes"] + (realised - block["r_realised"])[:, None]
    truth = {**pooled, **block, "r_realised": realised}
    return truth | at_origin(truth, data)


def at_origin(draws: Draws, data: ComputeData) -> dict[str, Array]:
    """Latent spend, price and spread at the origin, as the model states them."""
    weights = data.weights(np.array([data.origin]))[0]
    return {
        "u_origin": draws["m_spend"] + draws["spend_slopes"] @ weights,
        "p_origin": draws["a_realised"] - draws["price_slopes"] @ weights,
        "sigma_origin": compute.spread(draws["sigma"], draws["delta"], data.disclosed_until),
    }


def purchases(draws: Draws, data: PriceData, rng: np.random.Generator) -> Array:
    """Launch prices of the rows, shape (draws, n)."""
    channels = slice(0, len(price.PURCHASE_CHANNELS))
    block = {"a": draws["a"], "r": draws["rate"][:, channels], "ten": draws["ten"], "sigma": draws["sigma_purchase"]}
    return price_predictive.purchases(block, data, rng)


def offers(draws: Draws, data: PriceData, rng: np.random.Generator) -> Array:
    """Offers of the very chips and vendors that were observed, shape (draws, m)."""
    mean = draws["rental_effects"] @ price.rental_design(data).T
    noise = np.hypot(price.RENTAL_NOISE_FLOOR, draws["sigma_rental"])[:, None]
    replicates: Array = mean + noise * rng.standard_t(4, mean.shape)
    return replicates


def replicated_hardware(truth: Draws, data: PriceData, rng: np.random.Generator) -> PriceData:
    """The same rows with prices simulated from the first draw."""
    return replace(
        data,
        purchase_log10_price=purchases(truth, data, rng)[0],
        rental_log10_price=offers(truth, data, rng)[0],
    )


def replicated_runs(truth: Draws, data: ComputeData, rng: np.random.Generator) -> ComputeData:
    """The same rows with compute and realised prices simulated from the first draw."""
    runs, costs = compute.predictive(truth, data, rng)
    return replace(data, run_log10_flop=runs[0], cost_log10_price=costs[0])
