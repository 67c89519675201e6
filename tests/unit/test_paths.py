"""Paths keep the identity of spend, price and compute, start where the posterior stands, and rise."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from forecast.engine import paths as p
from forecast.engine.drift import PHI, ar1_matrix, continue_slopes, log10_world_gdp, soft_cap, year_weights
from forecast.engine.streams import stream
from forecast.units import LOG10_2, decimal_year, grid_years
from tests.synthetic import synthetic_posterior

POSTERIOR = synthetic_posterior(draws=300)
LATENT = p.latent(POSTERIOR, seed=3)
FLOP, SPEND = (p.largest_so_far(POSTERIOR, LATENT, 3, quantity) for quantity in ("flop", "spend"))


def test_weights_integrate_a_constant_slope_to_elapsed_time() -> None:
    dates = np.array([2011.2, 2015.0, 2020.75])
    weights = year_weights(dates, anchor=2014.5, first_year=2010, years=12)
    assert weights.sum(axis=1) == pytest.approx(dates - 2014.5)


def test_weights_of_one_year_are_the_time_spent_in_it() -> None:
    weights = year_weights([2017.25], anchor=2014.5, first_year=2014, years=4)
    assert weights[0] == pytest.approx([0.5, 1, 1, 0.25])


def test_ar1_has_unit_variance_and_its_autocorrelation() -> None:
    covariance = ar1_matrix(8) @ ar1_matrix(8).T
    assert np.diag(covariance) == pytest.approx(np.ones(8))
    assert np.diag(covariance, 1) == pytest.approx(np.full(7, PHI))


def test_continued_slopes_keep_the_past_and_return_to_the_long_run() -> None:
    past, long_run, tau = np.full((20_000, 2), 0.9), np.full(20_000, 0.5), np.full(20_000, 0.1)
    slopes = continue_slopes(past, long_run, tau, 40, np.random.default_rng(0))
    assert np.array_equal(slopes[:, :2], past)
    assert slopes[:, 2].mean() == pytest.approx(0.5 + PHI * 0.4, abs=0.005)
    assert slopes[:, -1].mean() == pytest.approx(0.5, abs=0.005)
    assert slopes[:, -1].std() == pytest.approx(0.1, rel=0.03)


def test_soft_cap_is_the_level_far_under_the_ceiling_and_the_ceiling_far_over() -> None:
    assert soft_cap(np.array([5.0, 30.0]), np.array([11.0, 11.0])) == pytest.approx([5.0, 11.0], abs=1e-5)


def test_world_gdp_grows_three_percent() -> None:
    assert 10 ** (log10_world_gdp(2024.0) - log10_world_gdp(2023.0)) == pytest.approx(1.03)


def test_grid_starts_at_the_as_of_month_after_its_lead() -> None:
    assert LATENT.years[LATENT.lead :] == pytest.approx(grid_years(POSTERIOR.as_of, p.MONTHS))


def test_price_at_the_origin_is_the_posteriors() -> None:
    origin, block = decimal_year(POSTERIOR.as_of), POSTERIOR.blocks["compute"]
    month = LATENT.lead
    drifted = block["p_origin"] - block["price_slopes"][:, -1] * (LATENT.years[month] - origin)
    assert LATENT.log10_price[:, month] == pytest.approx(drifted)


def test_months_before_a_shorter_grid_are_the_same_draws() -> None:
    shorter = p.latent(POSTERIOR, seed=3, months=14)
    assert shorter.log10_price == pytest.approx(LATENT.log10_price[:, : shorter.log10_price.shape[1]])


@pytest.mark.parametrize("rows", [slice(0, 100), slice(100, 200), slice(290, 300), slice(7, 8)])
def test_paths_of_some_draws_are_those_of_all_to_the_byte(rows: slice) -> None:
    assert LATENT.price(rows).tobytes() == LATENT.log10_price[rows].tobytes()
    assert LATENT.spend(rows).tobytes() == LATENT.log10_spend[rows].tobytes()
    for basis in get_args(p.PriceBasis):
        of_all = p.price_path(POSTERIOR, LATENT, basis)
        assert p.price_path(POSTERIOR, LATENT, basis, rows).tobytes() == of_all[rows].tobytes()


def test_the_trend_of_spend_passes_its_ceiling_where_the_cap_has_taken_half() -> None:
    half = LATENT.log10_spend >= LATENT.log10_ceiling() - LOG10_2
    assert LATENT.share_capped() == pytest.approx(half.mean(axis=0), abs=1 / POSTERIOR.draws)


def test_frontier_rises_and_starts_at_the_largest_known_run() -> None:
    known = POSTERIOR.constants("compute")
    assert np.all(np.diff(FLOP, axis=1) >= 0) and np.all(np.diff(SPEND, axis=1) >= 0)
    assert np.all(FLOP[:, 0] >= known["largest_known_log10_flop"])


def test_spend_never_passes_ceiling_or_known_spend() -> None:
    ceiling = np.maximum(LATENT.log10_ceiling(), POSTERIOR.constants("compute")["largest_known_log10_spend"])
    assert np.all(np.maximum.accumulate(ceiling, axis=1)[:, LATENT.lead :] + 1e-12 >= SPEND)


def test_without_residuals_compute_is_spend_divided_by_price() -> None:
    block = dict(POSTERIOR.blocks["compute"])
    block["sigma_origin"] = block["sigma_cost"] = np.zeros(POSTERIOR.draws)
    exact = replace(POSTERIOR, blocks={**POSTERIOR.blocks, "compute": block})
    flop, spend = (p.monthly_largest(exact, LATENT, 3, quantity) for quantity in ("flop", "spend"))
    seen = np.isfinite(flop)
    assert flop[seen] == pytest.approx((spend - LATENT.log10_price)[seen])


def test_number_of_runs_is_poisson_of_the_stated_rate() -> None:
    flop = p.monthly_largest(POSTERIOR, LATENT, 3, "flop")
    rate = POSTERIOR.constants("compute")["runs_per_year"] / 12
    assert np.mean(~np.isfinite(flop)) == pytest.approx(np.exp(-rate), abs=0.005)


def test_raising_cells_agrees_with_a_loop() -> None:
    rng = np.random.default_rng(1)
    largest, values = rng.normal(size=(7, 9)), rng.normal(size=200)
    cell = rng.integers(largest.size, size=200)
    expected = largest.copy()
    for place, value in zip(cell, values, strict=True):
        expected.flat[place] = max(expected.flat[place], value)
    p._raise_to(largest, cell, values)
    assert np.array_equal(largest, expected)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    again = p.largest_so_far(POSTERIOR, p.latent(POSTERIOR, seed=3), 3, "flop")
    assert again.tobytes() == FLOP.tobytes()
    assert p.latent(POSTERIOR, seed=4).log10_price.tobytes() != LATENT.log10_price.tobytes()


def test_components_have_streams_of_their_own() -> None:
    assert stream(0, "spend slopes").random() != stream(0, "price slopes").random()


def test_algorithms_double_efficiency_in_one_halving_time() -> None:
    gain = p.algorithmic_progress(np.array([8.0]), 2020.0, [2019.0, 2020.0, 2020.0 + 8 / 12])
    assert 10 ** gain[0] == pytest.approx([1, 1, 2])


def test_purchase_price_agrees_with_arithmetic_by_hand() -> None:
    """A $10,000 chip of 312 TFLOP/s over four years: 4 x .9 x 31,557,600 s x 312e12 x .35 FLOP for $16,000."""
    flop = 4 * 0.9 * 31_557_600 * 312e12 * 0.35
    per_flop = np.log10(10_000 / 312e12) - p.log10_flop_per_purchased_flop_per_s()
    assert 10**per_flop == pytest.approx(16_000 / flop)
