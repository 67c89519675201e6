"""The tornado compares whole fifths by rank; the value of information is unbiased and knows its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.information import GROUPS, half_mean_difference, information, rank_bins
from forecast.engine.streams import stream
from forecast.engine.tornado import fifths, median, tornado

DRAWS = 4_000


def test_the_input_that_moves_the_output_comes_first_with_the_medians_of_its_fifths() -> None:
    x = np.arange(100.0)
    row, other = tornado(2030 + x / 10, {"weak": np.tile([0.0, 1.0], 50), "strong": x})
    assert (row.input, other.input) == ("strong", "weak")
    assert (row.low, row.high, row.low_edge, row.high_edge) == (9.0, 89.0, 19.0, 80.0)
    assert (row.median_low, row.median_high) == pytest.approx((2030.9, 2038.9))
    assert row.swing == pytest.approx(8.0)


def test_dependent_inputs_stay_dependent() -> None:
    rng = np.random.default_rng(0)
    cause = rng.normal(size=DRAWS)
    follower = cause + 0.1 * rng.normal(size=DRAWS)
    rows = {row.input: row.swing for row in tornado(cause, {"cause": cause, "follower": follower})}
    assert rows["follower"] == pytest.approx(rows["cause"], rel=0.05)


def test_a_constant_input_is_left_out_and_order_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 4, DRAWS).astype(float), rng.normal(size=DRAWS)
    order = rng.permutation(DRAWS)
    assert tornado(y, {"x": x, "same": np.ones(DRAWS)}) == tornado(y[order], {"x": x[order]})


def test_a_monotone_scale_changes_no_swing() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=DRAWS), rng.normal(size=DRAWS)
    (one,), (other,) = tornado(y + x, {"x": x}), tornado(y + x, {"x": np.exp(x)})
    assert (one.median_low, one.median_high) == (other.median_low, other.median_high)


def test_what_is_not_under_the_cap_has_not_arrived() -> None:
    x = np.arange(100.0)
    (row,) = tornado(np.minimum(2030 + x, 2060.0), {"x": x}, cap=2060.0)
    assert (row.median_low, row.median_high, row.p_low, row.p_high) == (2039.0, 2060.0, 1.0, 0.0)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=60).filter(lambda listed: len(set(listed)) > 1))
def test_fifths_never_overlap_part_equal_draws_or_come_out_empty(listed: list[int]) -> None:
    values = np.array(listed, float)
    low, high = fifths(values)
    assert low.any() and high.any() and not (low & high).any()
    assert values[low].max() < values[high].min()
    for mask in (low, high):
        assert not set(values[mask]) & set(values[~mask])


def test_the_median_is_the_order_statistic_of_answers() -> None:
    assert [median(np.array(y, float)) for y in ([3, 1], [3, 1, 2], [4, 3, 2, 1])] == [1.0, 2.0, 2.0]


def half_of_all_pairs(y: np.ndarray) -> float:
    return float(np.abs(y[:, None] - y[None, :]).sum() / (len(y) * (len(y) - 1)) / 2)


@given(st.lists(st.floats(2020, 2100), min_size=2, max_size=40))
def test_half_the_mean_difference_is_that_of_all_pairs(listed: list[float]) -> None:
    y = np.array(listed)
    assert half_mean_difference(y) == pytest.approx(half_of_all_pairs(y), abs=1e-9)


@given(st.lists(st.integers(0, 30), min_size=2, max_size=80), st.integers(1, 20))
def test_rank_bins_ascend_keep_equal_values_together_and_hold_two(listed: list[int], bins: int) -> None:
    values = np.array(listed, float)
    found = rank_bins(values, bins)
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    assert (np.diff(found[order])[np.diff(values[order]) == 0] == 0).all()
    assert np.bincount(found).min() >= 2


@pytest.mark.parametrize("correlation", [0.3, 0.6, 0.9])
def test_the_value_of_a_normal_input_is_known_in_closed_form(correlation: float) -> None:
    falls, widths = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, noise = rng.normal(size=(2, DRAWS))
        y = 2035 + 5 * (correlation * x + math.sqrt(1 - correlation**2) * noise)
        (row,) = information(y, {"x": x}, seed)
        falls.append(row.fall_years)
        widths.append(row.width_80_fall_years)
    told = 5 * (1 - math.sqrt(1 - correlation**2))
    assert np.mean(falls) == pytest.approx(told / math.sqrt(math.pi), rel=0.03, abs=0.01)
    assert np.mean(widths) == pytest.approx(told * 2 * 1.28155, rel=0.05, abs=0.05)


def fall_by_all_pairs(y: np.ndarray, bins: np.ndarray) -> float:
    """Bin by bin and pair by pair; a bin of one draw has no pair."""
    parts = [part for part in (y[bins == one] for one in np.unique(bins)) if len(part) > 1]
    inside = sum(len(part) * half_of_all_pairs(part) for part in parts) / sum(map(len, parts))
    return half_of_all_pairs(y) - inside


@pytest.mark.parametrize("kind", ["continuous", "of three values", "nearly constant"])
def test_falls_and_their_errors_are_those_of_all_pairs(kind: str) -> None:
    rng, draws = np.random.default_rng(4), 230
    y = 2030 + rng.gamma(2.0, 4.0, draws)
    x = {
        "continuous": y + rng.normal(0, 5, draws),
        "of three values": rng.integers(0, 3, draws).astype(float),
        "nearly constant": np.r_[np.zeros(2), np.ones(draws - 2)],
    }[kind]
    (row,) = information(y, {"x": x}, seed=3)
    bins, groups = rank_bins(x, 4), stream(3, "groups of the value of information").permutation(draws) % GROUPS
    left_out = np.array([fall_by_all_pairs(y[groups != one], bins[groups != one]) for one in range(GROUPS)])
    jackknife = math.sqrt((GROUPS - 1) / GROUPS * ((left_out - left_out.mean()) ** 2).sum())
    assert row.fall_years == pytest.approx(fall_by_all_pairs(y, bins), abs=1e-10)
    assert row.mcse_years == pytest.approx(jackknife, rel=1e-8)


def test_an_input_that_tells_nothing_is_worth_nothing() -> None:
    rng = np.random.default_rng(5)
    y = 2030 + rng.gamma(2.0, 4.0, DRAWS)
    rows = information(y, {f"x{i}": rng.normal(size=DRAWS) for i in range(40)}, seed=0)
    falls = np.array([row.fall_years for row in rows])
    assert abs(falls.mean()) < 0.01
    assert np.mean([abs(row.fall_years) < 2.5 * row.mcse_years for row in rows]) > 0.9
    assert abs(np.mean([row.width_80_fall_years or 0.0 for row in rows])) < 0.1


def test_an_input_that_tells_everything_takes_nearly_all_of_it() -> None:
    x = np.random.default_rng(6).normal(size=DRAWS)
    (row,) = information(2030 + x, {"x": x, "same": np.zeros(DRAWS)}, seed=0)
    assert 0.94 < row.fall_share < 1  # the rest is the spread within a bin, widest in the two outermost


def test_a_switch_of_two_values_makes_two_bins() -> None:
    rng = np.random.default_rng(7)
    x = (rng.random(DRAWS) < 0.5).astype(float)
    (row,) = information(2030 + 10 * x, {"x": x}, seed=0)
    assert row.fall_share == pytest.approx(1.0)


def test_no_width_is_told_where_an_end_lies_at_the_horizon() -> None:
    x = np.random.default_rng(8).normal(size=DRAWS)
    (row,) = information(np.minimum(2050 + 10 * x, 2060.0), {"x": x}, seed=0, cap=2060.0)
    assert row.width_80_fall_years is None
    assert row.fall_years > 0
    assert information(np.full(DRAWS, 2060.0), {"x": x}, seed=0, cap=2060.0) == ()
