"""Simulate from the joint model, prices and all, fit what was simulated, and find the truth inside the intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from forecast.inference.sampling import Sampled, SamplerSettings, compile_model, sample
from forecast.models import compute, price
from forecast.priors import DEFAULT, LogNormal, Normal
from tests.simulated import PRICES, compute_dates, hardware

pytestmark = pytest.mark.long  # compiling the model takes minutes where no cache holds it

# Truths come from priors about as narrow as the real posterior; the fit uses the default, wide ones.
TRUTH = replace(
    DEFAULT.compute,
    m_spend=replace(DEFAULT.compute.m_spend, sd=0.3),
    a_realised=replace(DEFAULT.compute.a_realised, sd=0.2),
    g_spend=Normal(0.5, 0.1),
    tau_spend=LogNormal(0.1, 0.3),
    sigma=LogNormal(0.45, 0.2),
    sigma_cost=LogNormal(0.3, 0.2),
)
# The simulated hardware halves in price every 2.5 years, so the realised rate is drawn around the same .12.
TRUE_RATE = replace(DEFAULT.price, mu_r=Normal(0.12, 0.005))
SETTINGS = SamplerSettings(draws=300, tune=400, chains=2)
SCALARS = (
    "g_spend",
    "tau_spend",
    "tau_price",
    "a_realised",
    "m_spend",
    "sigma_cost",
    "beta",
    "log10_gdp_share",
    "kappa",
)


@dataclass(frozen=True)
class Recovered:
    """Rank of each true value among the posterior draws, shape (simulations, quantities), and the last fit."""

    ranks: np.ndarray
    fitted: Sampled


def _recovered(simulations: int) -> Recovered:
    rng = np.random.default_rng(8)
    dates, chips = compute_dates(runs=90, costs=80), hardware(purchases=120, offers=160)
    truths = compute.prior_draws(dates, TRUTH, TRUE_RATE, simulations, rng)
    runs, costs = compute.predictive(truths, dates, rng)
    first = replace(dates, run_log10_flop=runs[0], cost_log10_price=costs[0])
    compiled = compile_model(compute.build(first, chips, DEFAULT.compute, DEFAULT.price))
    ranks = []
    for k in range(simulations):
        swapped = compiled.with_data(run_log10_flop=runs[k], cost_log10_price=costs[k])
        fitted = sample("compute", swapped, SETTINGS, seed=k)
        draws = {name: fitted.flat(name) for name in SCALARS}
        draws["r_realised"] = fitted.flat("rate")[:, price.REALISED]
        draws["growth last year"] = (fitted.flat("spend_slopes") + fitted.flat("price_slopes"))[:, -1]
        truth = {name: truths[name][k] for name in (*SCALARS, "r_realised")}
        truth["growth last year"] = truths["spend_slopes"][k, -1] + truths["price_slopes"][k, -1]
        ranks.append([np.mean(draws[name] < truth[name]) for name in draws])
    return Recovered(np.array(ranks), fitted)


@pytest.fixture(scope="module")
def many() -> Recovered:
    """To compile the model takes a minute, a fit a second."""
    return _recovered(40)


def test_truth_lies_inside_the_intervals(many: Recovered) -> None:
    ranks = many.ranks
    inside_80 = np.mean((ranks > 0.1) & (ranks < 0.9))
    assert np.mean((ranks < 0.01) | (ranks > 0.99)) < 0.1, f"too many truths in the far tails: {ranks}"
    assert 0.72 < inside_80 < 0.88, f"80 % intervals cover {inside_80:.2f}"


@pytest.mark.parametrize("name", PRICES)
def test_the_truth_of_the_prices_lies_inside_the_99_percent_interval(many: Recovered, name: str) -> None:
    low, high = np.quantile(many.fitted.flat(name), [0.005, 0.995])
    assert low < PRICES[name] < high


def test_every_channel_finds_its_rate_and_level(many: Recovered) -> None:
    rates, levels = many.fitted.flat("rate"), many.fitted.flat("a")
    assert np.median(rates, axis=0) == pytest.approx(np.full(6, 0.12), abs=0.03)
    assert np.median(levels, axis=0) == pytest.approx(np.full(4, -10.0), abs=0.25)
