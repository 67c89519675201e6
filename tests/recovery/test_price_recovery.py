"""Prices simulated with a known rate give that rate back, and the prior predictive holds them."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest

from forecast.inference.sampling import SamplerSettings, compile_model, sample
from forecast.models import price
from forecast.models.price_predictive import offers, prior_draws, purchases
from forecast.posterior.artefact import read
from forecast.posterior.selection import reference
from forecast.priors import DEFAULT
from tests.simulated import PRICES, hardware


def test_prices_fitted_alone_give_back_what_they_were_simulated_with() -> None:
    data = hardware(purchases=120, offers=160)
    with pm.Model() as model:
        rate = price.rates(DEFAULT.price)
        price.purchase(data, DEFAULT.price, rate)
        price.rental(data, DEFAULT.price, rate)
    fitted = sample("price", compile_model(model), SamplerSettings(draws=400, tune=400, chains=2), seed=5)
    for name, true in PRICES.items():
        low, high = np.quantile(fitted.flat(name), [0.005, 0.995])
        assert low < true < high, name
    assert np.median(fitted.flat("rate"), axis=0) == pytest.approx(np.full(6, 0.12), abs=0.03)
    assert np.median(fitted.flat("a"), axis=0) == pytest.approx(np.full(4, -10.0), abs=0.25)


def test_the_prior_predictive_holds_the_simulated_prices() -> None:
    data = hardware()
    block = prior_draws(DEFAULT.price, 2_000, np.random.default_rng(1))
    low, high = np.quantile(purchases(block, data, np.random.default_rng(2)), [0.005, 0.995], axis=0)
    assert np.all((low < data.purchase_log10_price) & (data.purchase_log10_price < high))
    low, high = np.quantile(offers(block, data, np.random.default_rng(3)), [0.005, 0.995], axis=0)
    assert np.all((low < data.rental_log10_price) & (data.rental_log10_price < high))


def test_the_posterior_predictive_is_far_sharper_than_the_priors() -> None:
    data, posterior = hardware(), read(reference().path).blocks["price"]
    prior = prior_draws(DEFAULT.price, 2_000, np.random.default_rng(1))
    for replicate in (purchases, offers):
        before = np.median(replicate(prior, data, np.random.default_rng(4)).std(axis=0))
        after = np.median(replicate(posterior, data, np.random.default_rng(4)).std(axis=0))
        assert after < 0.5 * before
