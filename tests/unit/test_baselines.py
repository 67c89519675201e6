"""The plain forecasters are the closed forms that they claim to be, and know nothing of what came after the origin."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from forecast.evaluation.quantities import AUTO_ETS, LAST_LAW, LINE, RANDOM_WALK
from forecast.experiments import published_laws
from forecast.experiments.baselines import LawOnward, RandomWalk, smoothed
from forecast.experiments.origins import ORIGINS
from forecast.experiments.price_baselines import Quarters, Rows
from forecast.experiments.published_laws import LAWS
from forecast.experiments.run_targets import Known

DRAWS = 40_000
LEVELS = (0.1, 0.5, 0.9)
T9 = 1.383  # the .9 quantile of Student's t with 9 degrees of freedom


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_a_random_walk_has_the_student_t_of_its_steps() -> None:
    steps = np.array([0.1, 0.3, -0.1, 0.5, 0.2, 0.0, 0.4, 0.1, 0.3, 0.2])
    values, years = np.concatenate([[1.0], 1.0 + np.cumsum(steps)]), np.arange(11.0)
    walk = RandomWalk.fit(years, values)
    assert (walk.drift, walk.sd) == (pytest.approx(steps.mean()), pytest.approx(steps.std(ddof=1)))
    h, said = 3.0, walk.predict(np.array([13.0]), DRAWS, rng())[:, 0]
    centre, spread = values[-1] + h * steps.mean(), steps.std(ddof=1) * math.sqrt(h + h**2 / 10)
    assert np.quantile(said, LEVELS) == pytest.approx([centre - T9 * spread, centre, centre + T9 * spread], abs=0.02)


def test_unevenly_spaced_values_of_a_walk_give_what_its_even_steps_would() -> None:
    """A step over k years has k times the variance, so that its square counts 1 / k."""
    years, values = np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0, 1.0])
    walk = RandomWalk.fit(years, values)
    assert walk.drift == pytest.approx(0.25)
    assert walk.sd == pytest.approx(math.sqrt(0.75**2 + 0.75**2 / 3))


def test_errors_of_the_values_are_not_taken_for_steps() -> None:
    """A walk of steps under noise: its sd is found, and its forecast is as wide as drift and noise ask."""
    years, noise = np.arange(0, 100, 0.25), 0.1
    level = np.cumsum(0.05 + 0.1 * rng().standard_normal(400))
    values = level + noise * np.random.default_rng(8).standard_normal(400)
    walk = RandomWalk.fit(years, values, np.full(400, noise**2))
    assert RandomWalk.fit(years, values).sd > 1.4 * walk.sd
    assert walk.sd == pytest.approx(0.2, abs=0.05)  # a quarter's step of .1 is a year's of .2
    said = RandomWalk(2020.0, 1.0, 10.0, 400, 0.1, 0.0, 0.04, 0.09).predict(np.array([2025.0]), DRAWS, rng())
    assert said.std() == pytest.approx(math.sqrt(0.09 * 1.5**2 + 0.04 * 0.5**2), rel=0.02)


def test_a_walk_whose_steps_agree_is_sure() -> None:
    walk = RandomWalk.fit(np.arange(6) / 4, np.arange(6) / 2)
    assert walk.predict(np.array([2.25]), 10, rng()) == pytest.approx(np.full((10, 1), 4.5))


def test_a_published_law_goes_on_from_the_newest_value_with_the_scatter_around_it() -> None:
    dates, values = np.array([2018.0, 2019.0, 2020.0]), np.array([1.0, 2.5, 2.0])
    law = LawOnward.fit(dates, values, slope=1.0)
    around = np.array([1.0 + 2, 2.5 + 1, 2.0])  # what each value says of the level in 2020
    assert (law.start, law.level, law.sd) == (2020.0, 2.0, pytest.approx(around.std(ddof=1)))
    said = law.predict(np.array([2022.0]), DRAWS, rng())
    assert (said.mean(), said.std()) == (pytest.approx(4.0, abs=0.01), pytest.approx(law.sd, rel=0.02))
    assert LawOnward.fit(dates, values, 1.0, newest=2).level == pytest.approx((3.5 + 2.0) / 2)


def test_the_last_law_is_the_newest_in_print() -> None:
    doubling = {
        "2017-12-31": 24,
        "2018-05-15": 24,
        "2018-05-16": 3.4,
        "2021-12-31": 3.4,
        "2022-12-31": 6,
    }
    for day, months in doubling.items():
        rate = published_laws.rate("compute", date.fromisoformat(day))
        assert 12 * math.log10(2) / rate == pytest.approx(months), day


def test_cost_grows_as_compute_and_price_say_until_somebody_published_it() -> None:
    before, after = date(2020, 12, 31), date(2023, 12, 31)
    assert published_laws.last("cost", before) is None
    expected = 12 * math.log10(2) / 3.4 - 12 * math.log10(2) / 16
    assert published_laws.rate("cost", before) == pytest.approx(expected)
    assert published_laws.rate("cost", after) == 0.49
    with pytest.raises(LookupError, match="no law of loss"):
        published_laws.rate("loss", date(2019, 12, 31))


def test_every_law_says_where_it_stands_and_every_origin_has_one() -> None:
    assert len({(law.of, law.published_on) for law in LAWS}) == len(LAWS)
    assert all(":" in law.words for law in LAWS)
    for origin in ORIGINS:
        assert published_laws.rate("compute", origin) > 0 > published_laws.rate("price", origin)
    assert published_laws.exponent() == -0.048


@pytest.mark.parametrize("ahead", [1, 8])
def test_smoothing_follows_a_noisy_line(ahead: int) -> None:
    quarters = np.arange(48.0)
    values = 20 + 0.1 * quarters + 0.05 * rng().standard_normal(48)
    said = smoothed(values, np.array([ahead]), DRAWS, rng())[:, 0]
    assert said.mean() == pytest.approx(20 + 0.1 * (47 + ahead), abs=0.15)
    assert 0.03 < said.std() < 0.3


def test_smoothing_is_wider_farther_ahead_and_asks_for_columns_in_any_order() -> None:
    values = np.cumsum(0.2 * rng().standard_normal(40))
    far, near, again = smoothed(values, np.array([20, 1, 20]), DRAWS, rng()).T
    assert far.std() > 1.5 * near.std()
    assert again.mean() == pytest.approx(far.mean(), abs=0.05)


def test_quarters_have_medians_and_rows_scatter_around_them() -> None:
    years = np.array([2020.0, 2020.1, 2020.2, 2020.6, 2021.3, 2021.4])
    values = np.array([1.0, 2.0, 6.0, 4.0, 3.0, 5.0])
    quarters = Quarters.of(years, values)
    assert quarters.number.tolist() == [8080, 8082, 8085]
    assert quarters.median.tolist() == [2.0, 4.0, 4.0]
    assert quarters.filled.tolist() == [2.0, 3.0, 4.0, 4.0, 4.0, 4.0]
    assert quarters.scatter == pytest.approx(math.sqrt((1 + 16 + 1 + 1) / (5 - 2)))


def test_too_few_quarters_are_no_history() -> None:
    dates = np.array([2021.0])
    four, five = (Quarters.of(2019 + np.arange(n) / 4, np.arange(n) / 10) for n in (4, 5))
    assert four.plain(dates, 10, 0) == {}
    assert set(five.plain(dates, 10, 0)) == {RANDOM_WALK}
    assert set(Quarters.of(2017 + np.arange(12) / 4, rng().standard_normal(12)).plain(dates, 10, 0)) == {
        *(RANDOM_WALK, AUTO_ETS)
    }


def test_single_prices_scatter_as_the_rows_did_around_their_quarter() -> None:
    years = np.repeat(2010 + np.arange(40) / 4, 20)
    values = -17 - 0.1 * (years - 2010) + 0.4 * rng().standard_normal(len(years))
    dates = np.array([2021.1, 2022.1])
    said = Quarters.of(years, values).plain(dates, 4000, 0)
    assert said[AUTO_ETS].std(axis=0).min() > 0.35
    assert said[AUTO_ETS].mean(axis=0) == pytest.approx(-17 - 0.1 * (dates - 2010), abs=0.25)
    rows = Rows(years, values, "price").plain(date(2019, 12, 31), dates, 4000, 0)
    assert set(rows) == {LINE, LAST_LAW}
    assert rows[LINE].std(axis=0) == pytest.approx([0.4, 0.4], rel=0.1)


@pytest.mark.parametrize("origin", [date(2013, 12, 31), date(2020, 12, 31)])
def test_baselines_of_runs_apply_where_there_is_a_history(origin: date) -> None:
    day = date(origin.year + 2, 12, 31)
    compute, cost = (Known.of(name, origin).plain("largest", origin, day, 50, 0) for name in ("compute", "cost"))
    assert set(compute) == {LINE, LAST_LAW, RANDOM_WALK, AUTO_ETS}
    early = origin.year == 2013  # costs are known from 2013 on, by four quarters
    assert set(cost) == ({LINE, LAST_LAW} if early else {LINE, LAST_LAW, RANDOM_WALK, AUTO_ETS})
    assert all(np.isfinite(said).all() and said.shape == (50,) for said in (*compute.values(), *cost.values()))
