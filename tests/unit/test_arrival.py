"""First passage is exact, and the distribution that follows counts every draw once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast.engine.arrival import POSITIONS, ArrivalDistribution, distribution, envelope, first_passage
from forecast.units import grid_years

YEARS = grid_years(date(2026, 11, 20), 600)


def rising(draws: int, months: int, seed: int = 0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.05, 0.1, (draws, months)).cumsum(axis=1)
    return envelope(25 + rng.normal(0, 1, (draws, 1)) + steps)


def plain_loop(paths: NDArray[np.float64], requirement: NDArray[np.float64]) -> list[int]:
    found = []
    for path, goal in zip(paths.tolist(), requirement.tolist(), strict=True):
        month = 0
        while month < len(path) and path[month] < goal:
            month += 1
        found.append(month)
    return found


@pytest.mark.parametrize("months", [1, 2, 3, 7, 64, 410, 599, 600])
def test_first_passage_is_that_of_a_plain_loop(months: int) -> None:
    paths = rising(97, months, seed=months)
    requirement = np.random.default_rng(1).normal(27, 4, 97)
    requirement[:3] = np.inf, -np.inf, paths[2, -1]
    found = first_passage(paths, requirement)
    assert found.dtype == np.int32
    assert found.tolist() == plain_loop(paths, requirement)


def test_first_passage_of_a_plateau_is_its_first_month() -> None:
    paths = np.repeat([[1.0, 2.0, 3.0]], 5, axis=1)
    assert first_passage(paths, np.array([2.0])).tolist() == [5]
    assert first_passage(paths, np.array([2.0 + 1e-15 * 4])).tolist() == [10]


def test_first_passage_over_the_envelope_is_that_over_the_path() -> None:
    path = np.array([[3.0, 1.0, 5.0, 2.0, 4.0]])
    assert envelope(path).tolist() == [[3.0, 3.0, 5.0, 5.0, 5.0]]
    assert first_passage(envelope(path), np.array([4.0])).tolist() == [2]


def four_outcomes(within: int = 24) -> ArrivalDistribution:
    index = np.array([0] * 10 + list(range(1, 41)) + [100] * 20 + [600] * 30, np.int32)
    eventually = np.arange(100) < 90
    return distribution(YEARS, index, eventually, within)


def test_every_draw_has_one_outcome() -> None:
    arrivals = four_outcomes()
    assert arrivals.counts == (10, 23, 57, 10)
    assert arrivals.p_already + arrivals.p_within + arrivals.p_beyond + arrivals.p_never == pytest.approx(1, abs=1e-15)
    assert np.bincount(arrivals.classes).tolist() == list(arrivals.counts)
    assert arrivals.cdf[0] == arrivals.p_already
    assert arrivals.cdf[-1] == arrivals.p_already + arrivals.p_within


def test_a_longer_horizon_takes_from_beyond_and_not_from_never() -> None:
    near, far = four_outcomes(24), four_outcomes(600)
    assert near.p_never == far.p_never == 0.1
    assert far.counts == (10, 60, 20, 10)


def test_quantiles_run_over_all_draws_in_the_order_of_outcomes() -> None:
    arrivals = four_outcomes()
    found = arrivals.quantiles((0.05, 0.1, 0.11, 0.33, 0.34, 0.9, 0.91))
    positions = [quantile.position for quantile in found]
    assert positions == [*POSITIONS[:1] * 2, *POSITIONS[1:2] * 2, *POSITIONS[2:3] * 2, POSITIONS[3]]
    assert [quantile.decimal_year for quantile in found[:4]] == [YEARS[0], YEARS[0], YEARS[1], YEARS[23]]
    assert all(quantile.decimal_year is None and quantile.mcse_years is None for quantile in found[4:])


def test_the_quantile_of_one_draw_is_that_draw() -> None:
    arrivals = distribution(YEARS, np.array([7], np.int32), True, 410)
    assert [quantile.decimal_year for quantile in arrivals.quantiles((0.001, 0.999))] == [YEARS[7], YEARS[7]]


def test_the_error_of_a_date_is_that_of_linear_interpolation_between_the_months() -> None:
    index = np.random.default_rng(5).integers(0, 500, 1000).astype(np.int32)
    arrivals, counted = distribution(YEARS, index, True, 410), np.cumsum(np.bincount(index, minlength=601)[:410])
    for quantile in arrivals.quantiles((0.01, 0.3, 0.5, 0.7)):
        p, rank = quantile.probability, np.ceil(quantile.probability * 1000 - 1e-9)
        spread = np.sqrt(p * (1 - p) * 1000)
        low, high = np.interp([rank - spread, rank + spread], counted, YEARS[:410])
        assert quantile.mcse_years == pytest.approx((high - low) / 2, rel=1e-12)


def test_the_stated_error_is_the_spread_of_medians_over_repetitions() -> None:
    rng = np.random.default_rng(3)
    medians, stated = [], []
    for _ in range(300):
        index = np.clip(rng.normal(150, 40, 1000), 1, 599).astype(np.int32)
        (found,) = distribution(YEARS, index, True, 410).quantiles((0.5,))
        medians.append(found.decimal_year)
        stated.append(found.mcse_years)
    assert np.mean(np.array(stated, float)) == pytest.approx(np.std(np.array(medians, float)), rel=0.2)


def test_answers_on_the_same_months_share_them_and_others_do_not() -> None:
    index, other = np.array([3], np.int32), YEARS + 1
    first, second = (distribution(YEARS, index, True, 410).months for _ in range(2))
    assert first is second and first == tuple(YEARS[:410])
    assert distribution(other, index, True, 410).months == tuple(other[:410])
    assert distribution(YEARS, index, True, 5).months == first[:5]


def test_by_the_end_of_a_year_counts_its_december() -> None:
    arrivals = distribution(YEARS, np.array([0, 1, 2, 13, 14], np.int32), True, 410)
    assert arrivals.p_by_year((2025, 2026, 2027, 2028)) == [0.0, 0.4, 0.8, 1.0]


def test_what_no_simulated_month_reaches_is_never_unless_the_long_run_reaches_it() -> None:
    index = np.array([600, 600, 5], np.int32)
    assert distribution(YEARS, index, np.array([True, False, False]), 410).counts == (0, 1, 1, 1)
