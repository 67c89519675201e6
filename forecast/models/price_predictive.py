"""Replicates of launch prices and rental offers, from draws of the posterior or of the prior of `price.py`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecast.models import price
from forecast.models.price import PURCHASE_CHANNELS, PriceData
from forecast.priors import PricePriors

Array = NDArray[np.float64]

_SCALARS = ("ten", "a_rental", "q", "tau_chip", "tau_vendor", "sigma_rental")


def prior_draws(priors: PricePriors, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """Draws of every parameter from the prior, under the names of the posterior's price block.

    Returns
    -------
    dict of str to ndarray
        Shape (draws,), and (draws, channels) for `r`, `a` and `sigma`.
    """
    channels = len(PURCHASE_CHANNELS)
    block = {name: getattr(priors, name).sample(rng, draws) for name in ("mu_r", "tau_r", *_SCALARS)}
    rates = block["mu_r"][:, None] + block["tau_r"][:, None] * rng.standard_normal((draws, channels + 1))
    block["r"], block["r_rental"] = rates[:, :channels], rates[:, channels]
    for name, family in (("a", priors.a_purchase), ("sigma", priors.sigma)):
        block[name] = family.sample(rng, draws * channels).reshape(draws, channels)
    return block


def purchases(block: Mapping[str, Array], data: PriceData, rng: np.random.Generator) -> Array:
    """Launch prices of the rows' dates and channels, log10 2023 $ per peak FLOP/s, shape (draws, n)."""
    channel = data.purchase_channel
    ten = block["ten"][:, None]
    mean = price.purchase_mean(
        block["a"][:, channel], block["r"][:, channel], ten, data.purchase_year, data.purchase_tensor
    )
    replicates: Array = mean + block["sigma"][:, channel] * rng.standard_t(7, mean.shape)
    return replicates


def offers(block: Mapping[str, Array], data: PriceData, rng: np.random.Generator) -> Array:
    """Rental offers of chips and vendors not seen before, log10 2023 $ per peak FLOP, shape (draws, m).

    A chip has one level and a vendor one effect in a draw, both from their population.
    """
    of = {name: block[name][:, None] for name in ("r_rental", *_SCALARS)}
    draws = len(block["q"])
    level = price.rental_chip_mean(of["a_rental"], of["r_rental"], data.chip_release_year)
    level = level + of["tau_chip"] * rng.standard_normal((draws, len(data.chip_release_year)))
    vendor = of["tau_vendor"] * rng.standard_normal((draws, len(data.vendors)))
    mean = price.rental_mean(level[:, data.rental_chip], of["q"], data.rental_age_years, vendor[:, data.rental_vendor])
    noise = np.hypot(price.RENTAL_NOISE_FLOOR, of["sigma_rental"])
    replicates: Array = mean + noise * rng.standard_t(4, mean.shape)
    return replicates
