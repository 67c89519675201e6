"""Scores of quantiles against closed forms."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from forecast.evaluation import scores
from forecast.evaluation.quantile_scores import LEAST, LEVELS, brier, crps, log_score, share_by

FINE = tuple((k + 0.5) / 2000 for k in range(2000))
NORMAL = NormalDist()


def normal_crps(y: float) -> float:
    """Gneiting & Raftery 2007, eq. 21: z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)."""
    return y * (2 * NORMAL.cdf(y) - 1) + 2 * NORMAL.pdf(y) - 1 / math.sqrt(math.pi)


@pytest.mark.parametrize("y", [-2.5, -0.3, 0.0, 1.0, 3.0])
def test_many_quantiles_of_a_normal_score_its_closed_form(y: float) -> None:
    assert crps([NORMAL.inv_cdf(p) for p in FINE], y, FINE) == pytest.approx(normal_crps(y), abs=0.002)


@pytest.mark.parametrize("y", [-1.0, 0.0, 0.7, 1.5])
def test_the_nineteen_that_are_stored_score_nearly_the_same(y: float) -> None:
    assert crps([NORMAL.inv_cdf(p) for p in LEVELS], y) == pytest.approx(normal_crps(y), rel=0.05)


@pytest.mark.parametrize("y", [0.0, 0.25, 0.5, 1.0])
def test_a_uniform_forecast_scores_its_closed_form(y: float) -> None:
    assert crps(FINE, y, FINE) == pytest.approx(y * y - y + 1 / 3, abs=1e-4)


def test_a_forecast_that_is_sure_scores_its_absolute_error() -> None:
    assert crps([2030.0] * len(LEVELS), 2027.5) == pytest.approx(2.5)
    assert crps([2030.0] * len(LEVELS), 2030.0) == 0


def test_it_is_the_score_that_the_backtest_gives_to_draws() -> None:
    draws = np.random.default_rng(3).normal(2027, 2, 4000)
    mine = crps(np.quantile(draws, FINE).tolist(), 2028.2, FINE)
    assert mine == pytest.approx(float(scores.crps(draws[:, None], [2028.2])[0]), rel=0.01)


def test_a_share_is_linear_between_points_and_flat_outside_them() -> None:
    points = [(2030.0, 0.5), (2028.0, 0.1), (2040.0, 0.9)]
    assert share_by(points, 2027.0) == 0
    assert share_by(points, 2028.0) == 0.1
    assert share_by(points, 2029.0) == pytest.approx(0.3)
    assert share_by(points, 2035.0) == pytest.approx(0.7)
    assert share_by(points, 2050.0) == 0.9
    assert share_by([], 2050.0) == 0


def test_several_points_at_one_value_are_a_jump() -> None:
    points = [(2026.9, 0.05), (2026.9, 0.8), (2027.9, 0.9)]
    assert share_by(points, 2026.9) == 0.8
    assert share_by(points, 2027.4) == pytest.approx(0.85)


def test_events_are_scored_by_their_probability() -> None:
    assert brier(0.8, True) == pytest.approx(0.04) and brier(0.8, False) == pytest.approx(0.64)
    assert log_score(0.8) == pytest.approx(-math.log(0.8))
    assert log_score(0.8, False) == pytest.approx(-math.log(0.2))


def test_a_probability_of_nought_is_taken_as_half_a_draw() -> None:
    assert log_score(0.0) == log_score(1.0, False) == pytest.approx(-math.log(LEAST))
