from __future__ import annotations

import math

import numpy as np
import pytest
from arviz_stats.base import array_stats
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.reweigh import ess, psis, reweighed_rows, systematic_rows
from forecast.errors import UnansweredError
from forecast.families import LogNormal, Normal


@pytest.mark.parametrize("draws", [30, 100, 226, 1_000, 4_000])
@pytest.mark.parametrize("spread", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("family", ["normal", "student", "exponential"])
def test_weights_agree_with_arviz(draws: int, spread: float, family: str) -> None:
    rng = np.random.default_rng(draws)
    sample = {"normal": rng.normal, "student": lambda size: rng.standard_t(3, size), "exponential": rng.exponential}
    log_ratios = spread * sample[family](size=draws)
    # It takes the log-likelihoods that are to be left out: ratios with the other sign.
    expected, khat = array_stats.psislw(-log_ratios)
    log_weights, ours = psis(log_ratios)
    assert ours == pytest.approx(float(khat), rel=1e-9)
    assert np.allclose(log_weights, expected, rtol=1e-9, atol=1e-9)


def test_equal_ratios_change_nothing() -> None:
    log_weights, khat = psis(np.full(1_000, 3.0))
    assert khat == -math.inf
    assert ess(log_weights) == pytest.approx(1_000)
    assert np.array_equal(reweighed_rows(np.full(1_000, 3.0), 1, "any"), np.arange(1_000))


@pytest.mark.parametrize(
    "log_ratios",
    [
        [],
        [0.0],
        [0.0, -1.0, -2.0],
        np.full(1_000, -np.inf),
        np.append(np.zeros(999), np.nan),
        np.append(np.zeros(999), np.inf),
        np.append(np.full(999, -np.inf), 0.0),
        np.append(np.full(900, -np.inf), np.zeros(100)),
        np.linspace(0, 5_000, 1_000),
    ],
)
def test_what_cannot_be_weighed_is_refused(log_ratios: object) -> None:
    log_weights, _ = psis(log_ratios)  # type: ignore[arg-type]
    assert np.exp(log_weights).sum() == pytest.approx(1.0) or len(log_weights) == 0
    with pytest.raises(UnansweredError, match="k-hat"):
        reweighed_rows(log_ratios, 1, "any")  # type: ignore[arg-type]


def test_a_truncated_prior_keeps_its_half() -> None:
    draws = np.random.default_rng(0).normal(size=4_000)
    rows = reweighed_rows(np.where(draws > 0, 0.0, -np.inf), 5, "half")
    assert draws[rows].min() > 0 and len(rows) == 4_000


def test_reweighed_draws_have_the_new_distribution() -> None:
    old, new = LogNormal(8.0, 0.729), LogNormal(6.0, 0.5)
    draws = old.sample(np.random.default_rng(2), 4_000)
    rows = reweighed_rows(new.logpdf(draws) - old.logpdf(draws), 3, "halving")
    assert np.all(np.diff(rows) >= 0)
    assert np.log(draws[rows]).mean() == pytest.approx(math.log(6.0), abs=0.05)
    assert np.log(draws[rows]).std() == pytest.approx(0.5, abs=0.05)
    assert np.array_equal(rows, reweighed_rows(new.logpdf(draws) - old.logpdf(draws), 3, "halving"))


def test_a_prior_far_away_is_refused_with_its_numbers() -> None:
    old, new = Normal(0.0, 1.0), Normal(4.0, 1.0)
    draws = old.sample(np.random.default_rng(2), 4_000)
    with pytest.raises(UnansweredError) as caught:
        reweighed_rows(new.logpdf(draws) - old.logpdf(draws), 3, "far")
    for words in ("k-hat is ", "(at most 0.7)", "of 4000 draws are effective (at least 400)", "FitRequest"):
        assert words in caught.value.message
    assert caught.value.field == "scenario.overrides"


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=50).filter(lambda weights: sum(weights) > 1e-6),
    st.integers(1, 400),
    st.integers(0, 2**32 - 1),
)
def test_systematic_rows_keep_shares(weights: list[float], draws: int, seed: int) -> None:
    rows = systematic_rows(weights, draws, np.random.default_rng(seed))
    share = np.array(weights) / np.sum(weights)
    counts = np.bincount(rows, minlength=len(weights))
    assert len(rows) == draws and np.all(np.diff(rows) >= 0)
    assert np.all(np.abs(counts - draws * share) < 1 + 1e-6)
    assert np.all(share[rows] > 0)
