"""The restated Direct Approach arrives where its authors' program does, and its two ways agree."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.benchmarks.peers import direct_approach
from tests.benchmarks.peers.direct_approach import FIRST_YEAR, YEARS, Forecast, Interval


@pytest.fixture(scope="module")
def found() -> Forecast:
    return direct_approach.forecast(20_000, np.random.default_rng(1))


def by(forecast: Forecast, year: int) -> float:
    return float(forecast.cdf[year - FIRST_YEAR])


def test_it_arrives_at_the_published_probabilities(found: Forecast) -> None:
    """The program's read-me, as read on 2026-11-21: 29 % by 2030, 69 % by 2050, 79 % by 2100."""
    said = [by(found, year) for year in (2030, 2050, 2100)]
    assert said == pytest.approx([0.29, 0.69, 0.79], abs=0.05)


def test_it_arrives_at_the_published_quantiles(found: Forecast) -> None:
    """As there: 10 % by 2026, the median in 2036, 90 % after 2100."""
    assert found.quantile(0.1) == pytest.approx(2026, abs=1)
    assert found.quantile(0.5) == pytest.approx(2036, abs=2)
    assert found.quantile(0.9) == math.inf


def test_hardware_keeps_to_its_limits() -> None:
    """Hobbhahn and Besiroglu: growth ends between 2027 and 2035 at 1e14 to 1e15 FLOP/s; 4e17 FLOP per $ in 2023."""
    given = direct_approach.sample(4000, np.random.default_rng(2))
    speed = direct_approach.best_gpu(given, YEARS.astype(float))
    last = FIRST_YEAR + (speed < speed[:, -1:]).sum(axis=1)
    assert np.quantile(last, 0.05) > 2025 and np.quantile(last, 0.95) < 2036
    assert 14 < np.median(speed[:, -1]) < 15
    assert 10 ** np.median(direct_approach.flop_per_usd(given)[:, 0]) == pytest.approx(4e17, rel=0.5)


def test_spending_grows_until_its_share_of_the_world() -> None:
    given = direct_approach.sample(2000, np.random.default_rng(3))
    spent = direct_approach.spending(given)
    ceiling = math.log10(1.17e14) + given.world_share + len(YEARS) * given.world_growth
    assert np.median(spent[:, 0]) == pytest.approx(math.log10(60e6 * 1.627), abs=0.02)
    assert (spent[:, -1] <= ceiling + 1e-9).all()


def test_a_rollout_at_a_time_is_the_same() -> None:
    together = direct_approach.forecast(300, np.random.default_rng(4))
    alone = direct_approach.forecast_by_rollout(300, np.random.default_rng(4))
    assert np.array_equal(together.first, alone.first)
    assert alone.cdf == pytest.approx(together.cdf)


def test_an_interval_is_central() -> None:
    drawn = Interval(80, 2.25, 12.1, lognormal=True).sample(np.random.default_rng(5), 100_000)
    assert np.quantile(drawn, (0.1, 0.9)) == pytest.approx([2.25, 12.1], rel=0.02)
