"""The graph of the joint model and its NumPy equations agree, and the equations have the limits they should."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import graph_replace
from scipy import stats

from forecast.engine.drift import ar1_matrix
from forecast.models import compute, price
from forecast.priors import DEFAULT
from tests.simulated import compute_dates, hardware

RNG = np.random.default_rng(3)
DATA = replace(
    compute_dates(),
    run_log10_flop=20 + RNG.normal(0, 1, 60),
    cost_log10_price=-17 + RNG.normal(0, 1, 50),
)
HARDWARE = hardware()


@pytest.fixture(scope="module")
def model() -> pm.Model:
    return compute.build(DATA, HARDWARE, DEFAULT.compute, DEFAULT.price)


@pytest.fixture(scope="module")
def draw(model: pm.Model) -> dict[str, Any]:
    """One draw of every free variable and deterministic from the prior."""
    flat = model["rental_whitened"]  # has no generator of its own: its prior is a potential
    whitened = np.random.default_rng(12).normal(size=flat.shape.eval())
    names = [v.name for v in (*model.free_RVs, *model.deterministics) if v is not flat]
    graphs = graph_replace([model[name] for name in names], {flat: pt.constant(whitened)}, strict=False)
    values = pm.draw(graphs, random_seed=11, mode="FAST_COMPILE")
    return dict(zip(names, values, strict=True)) | {"rental_whitened": whitened}


def _logp(model: pm.Model, draw: dict[str, Any], name: str) -> np.ndarray:
    """Pointwise log likelihood of an observed variable in the graph, with every free variable set to a draw."""
    logp = pm.logp(model[name], model.rvs_to_values[model[name]])
    fixed = {variable: pt.constant(draw[variable.name], dtype=variable.dtype) for variable in model.free_RVs}
    return np.asarray(graph_replace(logp, fixed, strict=False).eval(mode="FAST_COMPILE"))


def _block(draw: dict[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.asarray(value)[None] for name, value in draw.items()} | {
        "r_realised": np.asarray(draw["rate"])[None, price.REALISED]
    }


def test_frontier_likelihood_agrees_with_the_equations(model: pm.Model, draw: dict[str, Any]) -> None:
    block = _block(draw)
    mean = compute.frontier_mean(compute.trend_of(block), DATA.weights(DATA.run_year), DATA.run_year)[0]
    spread = compute.spread(draw["sigma"], draw["delta"], DATA.run_year)
    scale = np.sqrt(spread**2 + (draw["kappa"] * DATA.label_sd) ** 2 + DATA.hindsight_sd**2)
    expected = stats.t.logpdf(DATA.run_log10_flop, 7, mean, scale)
    assert _logp(model, draw, "runs") == pytest.approx(expected, abs=1e-7)


def test_price_likelihood_agrees_with_the_equations(model: pm.Model, draw: dict[str, Any]) -> None:
    trend, weights = compute.trend_of(_block(draw)), DATA.weights(DATA.cost_year)
    mean = compute.price_mean(trend, weights, DATA.cost_year, np.array([draw["beta"]]), DATA.cost_log10_flop)[0]
    expected = stats.t.logpdf(DATA.cost_log10_price, 4, mean, draw["sigma_cost"])
    assert _logp(model, draw, "costs") == pytest.approx(expected, abs=1e-7)


def test_purchase_likelihood_agrees_with_the_equations(model: pm.Model, draw: dict[str, Any]) -> None:
    channel = HARDWARE.purchase_channel
    mean = price.purchase_mean(
        draw["a"][channel], draw["rate"][channel], draw["ten"], HARDWARE.purchase_year, HARDWARE.purchase_tensor
    )
    expected = stats.t.logpdf(HARDWARE.purchase_log10_price, 7, mean, draw["sigma_purchase"][channel])
    assert _logp(model, draw, "purchase") == pytest.approx(expected, abs=1e-7)


def _rental_effects(draw: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Chip levels and zero-sum vendor effects behind the whitened coordinates."""
    _, centre, root = price.whitening(HARDWARE)
    effects = centre + root @ draw["rental_whitened"]
    chips = len(HARDWARE.chip_release_year)
    return effects[:chips], price.zero_sum_basis(len(HARDWARE.vendors)) @ effects[chips:-1]


def test_rental_likelihood_agrees_with_the_equations(model: pm.Model, draw: dict[str, Any]) -> None:
    level, vendor = _rental_effects(draw)
    mean = price.rental_mean(
        level[HARDWARE.rental_chip], draw["q"], HARDWARE.rental_age_years, vendor[HARDWARE.rental_vendor]
    )
    scale = np.hypot(price.RENTAL_NOISE_FLOOR, draw["sigma_rental"])
    expected = stats.t.logpdf(HARDWARE.rental_log10_price, 4, mean, scale)
    assert _logp(model, draw, "rental") == pytest.approx(expected, abs=1e-7)


def test_whitening_keeps_the_rental_prior(model: pm.Model, draw: dict[str, Any]) -> None:
    level, vendor = _rental_effects(draw)
    assert vendor.sum() == pytest.approx(0, abs=1e-12)
    chip_mean = price.rental_chip_mean(draw["a_rental"], draw["rate"][price.RENTAL], HARDWARE.chip_release_year)
    expected = {
        "rental_chip_prior": stats.norm.logpdf(level, chip_mean, draw["tau_chip"]).sum(),
        # an orthonormal basis keeps lengths, so the contrasts' density is that of the vendors on their hyperplane
        "rental_vendor_prior": -0.5 * (vendor @ vendor) / draw["tau_vendor"] ** 2
        - (len(vendor) - 1) * np.log(draw["tau_vendor"] * np.sqrt(2 * np.pi)),
        "rental_ageing_prior": stats.norm.logpdf(draw["q"], DEFAULT.price.q.mean, DEFAULT.price.q.sd),
    }
    potentials = {potential.name: potential for potential in model.potentials}
    fixed = {variable: pt.constant(draw[variable.name], dtype=variable.dtype) for variable in model.free_RVs}
    for name, value in expected.items():
        graph = graph_replace(potentials[name], fixed, strict=False)
        assert float(graph.eval(mode="FAST_COMPILE")) == pytest.approx(value, abs=1e-6)


def test_slopes_in_the_graph_are_the_ar1_of_the_engine(draw: dict[str, Any]) -> None:
    deviation = ar1_matrix(DATA.slope_years) @ draw["spend_slopes_innovations"]
    assert draw["spend_slopes"] == pytest.approx(draw["g_spend"] + draw["tau_spend"] * deviation)


def test_levels_at_the_origin_are_those_of_the_equations(draw: dict[str, Any]) -> None:
    weights = DATA.weights(np.array([DATA.origin]))
    assert draw["p_origin"] == pytest.approx(compute.latent_price(compute.trend_of(_block(draw)), weights)[0, 0])
    assert draw["u_origin"] == pytest.approx(draw["m_spend"] + weights[0] @ draw["spend_slopes"])


def test_compute_is_spend_divided_by_price_far_under_the_ceiling() -> None:
    trend = compute.Trend(
        m_spend=np.array([6.0]),
        a_realised=np.array([-17.0]),
        spend_slopes=np.full((1, DATA.slope_years), 0.5),
        price_slopes=np.full((1, DATA.slope_years), 0.1),
        log10_gdp_share=np.array([5.0]),
    )
    later = DATA.anchor + 1.0
    assert compute.frontier_mean(trend, DATA.weights(np.array([later])), np.array([later]))[0, 0] == pytest.approx(
        6.0 + 0.5 + 17.0 + 0.1
    )


def test_spend_never_passes_its_ceiling() -> None:
    trend = compute.Trend(np.array([20.0]), np.array([-17.0]), np.zeros((1, 15)), np.zeros((1, 15)), np.array([-3.0]))
    mean = compute.frontier_mean(trend, DATA.weights(np.array([2023.0])), np.array([2023.0]))
    assert mean[0, 0] + -17.0 == pytest.approx(np.log10(1.05e14) - 3, abs=1e-6)


def test_prior_predictive_covers_moores_law_and_the_three_month_claim() -> None:
    block = compute.prior_draws(DATA, DEFAULT.compute, DEFAULT.price, 4_000, np.random.default_rng(5))
    growth = block["g_spend"] + block["r_realised"]
    low, high = np.quantile(growth, [0.05, 0.95])
    assert low < 0.2 and high > 0.8
    runs, costs = compute.predictive(block, DATA, np.random.default_rng(6))
    assert runs.shape == (4_000, 60) and costs.shape == (4_000, 50)
    assert np.quantile(runs[:, -1], 0.05) < 24 < np.quantile(runs[:, -1], 0.95)
