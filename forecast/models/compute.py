"""Spend, price and compute: two drifting trends and one identity.

A run's cost is its compute times the price of compute, row by row; so frontier compute is spend divided by price.

    u(t)   = m_S + integral from a to t of s(v) dv            latent log10 spend of the median frontier run
    K(t)   = share + log10(1.05e14) + log10(1.03) (t - 2023)  ceiling: a share of world GDP
    U(t)   = u - log10(1 + 10^(u - K))                        soft cap
    p(t)   = a_X - integral from a to t of rho(v) dv          log10 price of realised compute
    mu_F   = U - p
    compute  y_i ~ t7(mu_F(t_i), sqrt(sigma(t_i)^2 + (kappa d_i)^2 + h_i^2))
             sigma(t) = sigma exp(delta (t - 2018) / 5), frozen where the disclosed runs end
    price    log10 cost_i - log10 C_i ~ t4(p(t_i) + beta clip(log10 C_i - mu_F, -6, 2), sigma_X)
    slopes   s ~ drift(g_S, tau_S), rho ~ drift(r_X, tau_p)   `forecast.models.growth`
    hardware channels share their rate with r_X               `forecast.models.price`

==========  ================  ==============  ===============================================================
symbol      Python name       unit            prior, and why
==========  ================  ==============  ===============================================================
m_S         m_spend           log10 2023 $    N(5 + .5 (a - 2020), 1.5): weak, at the anchor
a_X         a_realised        log10 $/FLOP    N(-17.5 - .12 (a - 2020), 1): weak
g_S         g_spend           oom/year        N(.33, .25): compute growth then covers Moore's .2 to 1.06
r_X         r_realised        oom/year        pooled with the hardware channels
tau_S       tau_spend         oom/year        LogN(ln .12, .5)
tau_p       tau_price         oom/year        LogN(ln .015, .5): price drifts little
share       log10_gdp_share   log10           N(-3, .6): 0.1 % of GDP, 90 % .01-1 %: a judgement, never updated
sigma       sigma             log10           LogN(ln .45, .4): spread of top-10 runs in 2018
delta       delta             ln per 5 years  N(0, .25): the spread narrows
kappa       kappa                             Beta(2, 2): how much of the labelled error is real
beta        beta                              N(0, .1): economies of scale
sigma_X     sigma_cost        log10           LogN(ln .3, .5)
d_i         label_sd          log10           log10(3 | 10 | 30) / 1.645 by confidence label; .6 without one
h_i         hindsight_sd      log10           .3 where the value was recorded after the cutoff, else 0
==========  ================  ==============  ===============================================================

Why jointly: fitted apart, compute grew .70, spend .45 and price fell .126 oom/year, which does not add up; on
identical rows it does. Rows with a cost add nothing beyond compute and price, so there is no third likelihood.

Known failures: the posterior of `share` is its prior, so after about 2031 the answer is that judgement. An ordinary
straight line was sharper for compute on origins from 2016 on (CRPS .173 against .217) and failed by one to three
orders of magnitude on 2013-2015 (.913 against .374); the joint form is shipped for coherence.

References: Epoch AI, "Notable AI models" (2026-07-19); Cottier et al. 2024, "The rising costs of training frontier
AI models" (amortized hardware and energy, 2023 $).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from forecast.engine.drift import ar1_matrix, log10_world_gdp, soft_cap, year_weights
from forecast.models import price
from forecast.models.distributions import variable
from forecast.models.growth import drifting_slopes
from forecast.priors import AnchoredNormal, ComputePriors, PricePriors

Array = NDArray[np.float64]

FIRST_YEAR = 2010
ANCHOR_YEARS_BEFORE_ORIGIN = 3.0
SPREAD_YEAR = 2018.0
SCALE_ECONOMY_RANGE = (-6.0, 2.0)
LN10 = math.log(10)


@dataclass(frozen=True)
class ComputeData:
    """Observations of frontier compute and of realised price, with the dates that place them.

    Attributes
    ----------
    origin : float
        The as-of date, decimal years; slopes reach to its calendar year.
    disclosed_until : float
        Last decimal year of disclosed runs, at most the origin; the spread is frozen there.
    run_year, run_log10_flop, label_sd, hindsight_sd : ndarray, shape (n,)
        Runs in the running top 10 at publication.
    cost_year, cost_log10_price, cost_log10_flop : ndarray, shape (m,)
        Runs with a cost: log10 2023 $ per FLOP, and their compute.
    """

    origin: float
    disclosed_until: float
    run_year: Array
    run_log10_flop: Array
    label_sd: Array
    hindsight_sd: Array
    cost_year: Array
    cost_log10_price: Array
    cost_log10_flop: Array

    @property
    def anchor(self) -> float:
        """Decimal year at which the levels are stated."""
        return self.origin - ANCHOR_YEARS_BEFORE_ORIGIN

    @property
    def slope_years(self) -> int:
        """Number of calendar years with a slope, from 2010 to the origin's."""
        return math.floor(self.origin) - FIRST_YEAR + 1

    def weights(self, decimal_years: Array) -> Array:
        """Year weights of dates, from the anchor."""
        return year_weights(decimal_years, self.anchor, FIRST_YEAR, self.slope_years)


@dataclass(frozen=True)
class Trend:
    """Parameters of the two trends: tensors in the model, arrays with the draws first in NumPy."""

    m_spend: Any
    a_realised: Any
    spend_slopes: Any
    price_slopes: Any
    log10_gdp_share: Any


def latent_price(trend: Trend, weights: Array) -> Array:
    """p(t) = a_X - w @ rho, log10 2023 $ per FLOP, shape (draws, dates)."""
    price_level: Array = np.asarray(trend.a_realised)[..., None] - trend.price_slopes @ weights.T
    return price_level


def frontier_mean(trend: Trend, weights: Array, decimal_years: Array) -> Array:
    """mu_F(t) = soft_cap(m_S + w @ s, K(t)) - p(t), log10 FLOP, shape (draws, dates)."""
    spend = np.asarray(trend.m_spend)[..., None] + trend.spend_slopes @ weights.T
    ceiling = np.asarray(trend.log10_gdp_share)[..., None] + log10_world_gdp(decimal_years)
    return soft_cap(spend, ceiling) - latent_price(trend, weights)


def price_mean(trend: Trend, weights: Array, decimal_years: Array, beta: Any, log10_flop: Array) -> Array:
    """p(t) + beta clip(log10 C - mu_F(t), -6, 2), log10 2023 $ per FLOP, shape (draws, dates)."""
    relative = np.clip(log10_flop - frontier_mean(trend, weights, decimal_years), *SCALE_ECONOMY_RANGE)
    return latent_price(trend, weights) + np.asarray(beta)[..., None] * relative


def spread(sigma: Any, delta: Any, decimal_years: Any, exp: Any = np.exp) -> Any:
    """sigma(t) = sigma exp(delta (t - 2018) / 5), log10."""
    return sigma * exp(delta * (decimal_years - SPREAD_YEAR) / 5)


def build(data: ComputeData, hardware: price.PriceData, priors: ComputePriors, price_priors: PricePriors) -> pm.Model:
    """The joint model of spend, price and compute with the hardware channels.

    Parameters
    ----------
    data : ComputeData
        Runs and costs.
    hardware : PriceData
        Launch prices and rental offers.
    priors, price_priors : ComputePriors, PricePriors
        Frozen prior values.

    Returns
    -------
    pymc.Model
        With deterministics `u_origin`, `p_origin` and `sigma_origin` stated at the origin.
    """
    with pm.Model() as model:
        rate = price.rates(price_priors)
        price.purchase(hardware, price_priors, rate)
        price.rental(hardware, price_priors, rate)
        trend = _trend(data, priors, rate[price.REALISED])
        _runs(data, priors, trend)
        _costs(data, priors, trend)
        _at_origin(data, trend)
    return model


def _trend(data: ComputeData, priors: ComputePriors, r_realised: Any) -> Trend:
    g_spend = variable("g_spend", priors.g_spend)
    spend = drifting_slopes("spend_slopes", g_spend, variable("tau_spend", priors.tau_spend), data.slope_years)
    fall = drifting_slopes("price_slopes", r_realised, variable("tau_price", priors.tau_price), data.slope_years)
    return Trend(
        variable("m_spend", priors.m_spend.at(data.anchor)),
        variable("a_realised", priors.a_realised.at(data.anchor)),
        spend,
        fall,
        variable("log10_gdp_share", priors.log10_gdp_share),
    )


def _frontier_graph(trend: Trend, weights: Any, log10_gdp: Any) -> Any:
    """`frontier_mean` as a graph: softplus is the stable form of the soft cap."""
    u = trend.m_spend + pt.dot(weights, trend.spend_slopes)
    capped = u - pt.softplus((u - trend.log10_gdp_share - log10_gdp) * LN10) / LN10
    return capped - (trend.a_realised - pt.dot(weights, trend.price_slopes))


def _dates(name: str, data: ComputeData, decimal_years: Array) -> tuple[Any, Any]:
    weights = pm.Data(f"{name}_weights", data.weights(decimal_years))
    return weights, pm.Data(f"{name}_log10_gdp", log10_world_gdp(decimal_years))


def _runs(data: ComputeData, priors: ComputePriors, trend: Trend) -> None:
    sigma, delta = variable("sigma", priors.sigma), variable("delta", priors.delta)
    pm.Deterministic("sigma_origin", spread(sigma, delta, data.disclosed_until, pt.exp))
    label_sd, hindsight_sd = pm.Data("label_sd", data.label_sd), pm.Data("hindsight_sd", data.hindsight_sd)
    labelled = variable("kappa", priors.kappa) * label_sd
    spread_then = spread(sigma, delta, pm.Data("run_year", data.run_year), pt.exp)
    scale = pt.sqrt(spread_then**2 + labelled**2 + hindsight_sd**2)
    mean = _frontier_graph(trend, *_dates("run", data, data.run_year))
    pm.StudentT("runs", nu=7, mu=mean, sigma=scale, observed=pm.Data("run_log10_flop", data.run_log10_flop))


def _costs(data: ComputeData, priors: ComputePriors, trend: Trend) -> None:
    weights, log10_gdp = _dates("cost", data, data.cost_year)
    log10_flop = pm.Data("cost_log10_flop", data.cost_log10_flop)
    relative = pt.clip(log10_flop - _frontier_graph(trend, weights, log10_gdp), *SCALE_ECONOMY_RANGE)
    level = trend.a_realised - pt.dot(weights, trend.price_slopes)
    mean = level + variable("beta", priors.beta) * relative
    sigma = variable("sigma_cost", priors.sigma_cost)
    pm.StudentT("costs", nu=4, mu=mean, sigma=sigma, observed=pm.Data("cost_log10_price", data.cost_log10_price))


def _at_origin(data: ComputeData, trend: Trend) -> None:
    weights = data.weights(np.array([data.origin]))[0]
    pm.Deterministic("u_origin", trend.m_spend + pt.dot(weights, trend.spend_slopes))
    pm.Deterministic("p_origin", trend.a_realised - pt.dot(weights, trend.price_slopes))


def trend_of(block: Mapping[str, Array]) -> Trend:
    """The trends in a posterior's compute block, or in draws from the prior."""
    return Trend(**{name.name: block[name.name] for name in fields(Trend)})


def predictive(block: Mapping[str, Array], data: ComputeData, rng: np.random.Generator) -> tuple[Array, Array]:
    """Replicate the observations from draws of the parameters.

    Parameters
    ----------
    block : mapping of str to ndarray
        Draws by Python name, from the posterior or from `prior_draws`.
    data : ComputeData
        The dates and covariates of the rows; their outcomes are not looked at.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    run_log10_flop : ndarray, shape (draws, n)
        Frontier compute, log10 FLOP.
    cost_log10_price : ndarray, shape (draws, m)
        Realised price, log10 2023 $ per FLOP.
    """
    trend, draws = trend_of(block), len(block["sigma"])
    spread_then = spread(block["sigma"][:, None], block["delta"][:, None], data.run_year)
    labelled = block["kappa"][:, None] * data.label_sd
    scale = np.sqrt(spread_then**2 + labelled**2 + data.hindsight_sd**2)
    runs = frontier_mean(trend, data.weights(data.run_year), data.run_year)
    runs = runs + scale * rng.standard_t(7, (draws, len(data.run_year)))
    costs = price_mean(trend, data.weights(data.cost_year), data.cost_year, block["beta"], data.cost_log10_flop)
    return runs, costs + block["sigma_cost"][:, None] * rng.standard_t(4, (draws, len(data.cost_year)))


def prior_draws(
    data: ComputeData, priors: ComputePriors, price_priors: PricePriors, draws: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Draws of every parameter from the prior, by Python name, for prior-predictive checks and recovery tests.

    Returns
    -------
    dict of str to ndarray
        Shape (draws,) each, slopes (draws, years).
    """
    block = {
        item.name: (prior.at(data.anchor) if isinstance(prior, AnchoredNormal) else prior).sample(rng, draws)
        for item in fields(priors)
        for prior in [getattr(priors, item.name)]
    }
    rate = price_priors.mu_r.sample(rng, draws) + price_priors.tau_r.sample(rng, draws) * rng.standard_normal(draws)
    block["r_realised"] = rate
    for name, long_run, tau in (("spend", "g_spend", "tau_spend"), ("price", "r_realised", "tau_price")):
        deviation = rng.standard_normal((draws, data.slope_years)) @ ar1_matrix(data.slope_years).T
        block[f"{name}_slopes"] = block[long_run][:, None] + block[tau][:, None] * deviation
    return block
