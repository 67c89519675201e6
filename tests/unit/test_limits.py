"""Limits of one run by hand arithmetic, the least of them by a plain loop, and the figures that they imply for 2030."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast.engine import limits
from forecast.engine.courses import DATA_MOVEMENT_YEAR, GROWTH_DECAY_YEARS, REFERENCE_YEAR
from forecast.engine.inputs import draw
from forecast.engine.limits import INPUTS_OF
from forecast.engine.scenario import PHYSICAL_LIMITS, SWITCHES, PhysicalLimit
from forecast.engine.stock import ChipStock
from forecast.errors import InputError
from forecast.inputs import INPUTS

DRAWS = 4000
STOCK = ChipStock(2025 + 364 / 365.25, math.log10(19_737_835), 0.0386, 0.48)
YEARS = 2026.875 + np.arange(600) / 12
DRAWN = {name: draw(name, DRAWS, seed=0) for names in INPUTS_OF.values() for name in names}
SECONDS_PER_MONTH = 365.25 * 86_400 / 12

ONE = {
    "run.months": 6.0,
    "run.utilization": 0.4,
    "chips.share_of_stock": 0.2,
    "chips.growth_oom_per_year": 0.5,
    "chips.long_run_growth_oom_per_year": 0.1,
    "chips.stock_error_oom": 0.05,
    "power.watts_2030": 5e9,
    "power.growth_oom_per_year": 0.15,
    "power.flop_per_joule_2030": 4e12,
    "power.efficiency_oom_per_year": 0.1,
    "data.tokens_2030": 1e15,
    "data.growth_oom_per_year": 0.03,
    "data.tokens_per_parameter": 20.0,
    "data_movement.wall_log10_flop": 30.5,
    "data_movement.growth_oom_per_year": 0.1,
}
INPUT = {name: np.array([value]) for name, value in ONE.items()}


def at(limit: PhysicalLimit, year: float, context_oom: NDArray[np.float64] | None = None) -> float:
    path = limits.path(limit, np.array([year]), INPUT, STOCK, context_oom)
    return float(path[0, 0])


def plain(progress: NDArray[np.float64], which: tuple[PhysicalLimit, ...]) -> NDArray[np.float64]:
    """Every limit with progress as a running maximum, month by month."""
    paths = [limits.path(limit, YEARS, DRAWN, STOCK) + progress for limit in which]
    return np.array([np.maximum.accumulate(path, axis=1) for path in paths])


class TestByHand:
    def test_power_in_its_year_is_watts_by_efficiency_by_time(self) -> None:
        expected = 5e9 * 4e12 * 0.4 * 6 * SECONDS_PER_MONTH
        assert at("power", REFERENCE_YEAR) == pytest.approx(math.log10(expected))
        assert at("power", REFERENCE_YEAR + 4) == pytest.approx(math.log10(expected) + 4 * 0.25)
        assert at("power", REFERENCE_YEAR - 2) == pytest.approx(math.log10(expected) - 2 * 0.25)

    def test_chips_at_the_count_and_after_it(self) -> None:
        one_run = 19_737_835 * 10**0.05 * 0.2 * 9.895e14 * 0.4 * 6 * SECONDS_PER_MONTH
        assert at("chips", STOCK.year) == pytest.approx(math.log10(one_run))
        grown = 0.1 * 4 + 0.4 * GROWTH_DECAY_YEARS * (1 - math.exp(-4 / GROWTH_DECAY_YEARS))
        assert at("chips", STOCK.year + 4) == pytest.approx(math.log10(one_run) + grown)

    def test_the_growth_of_chips_decays_from_now_to_the_long_run(self) -> None:
        def growth(year: float) -> float:
            return (at("chips", year + 1e-4) - at("chips", year)) / 1e-4

        assert growth(STOCK.year) == pytest.approx(0.5, abs=1e-3)
        assert growth(STOCK.year + GROWTH_DECAY_YEARS) == pytest.approx(0.1 + 0.4 / math.e, abs=1e-3)
        assert growth(STOCK.year + 60) == pytest.approx(0.1, abs=1e-3)

    def test_data_are_the_optimal_compute_for_all_tokens(self) -> None:
        parameters = 1e15 / 20
        assert at("data", REFERENCE_YEAR) == pytest.approx(math.log10(6 * parameters * 1e15))
        assert at("data", REFERENCE_YEAR + 10) == pytest.approx(at("data", REFERENCE_YEAR) + 2 * 0.3)
        assert at("data", REFERENCE_YEAR, np.array([0.25])) == pytest.approx(at("data", REFERENCE_YEAR) + 0.25)

    def test_data_movement_grows_with_the_run_and_with_time(self) -> None:
        assert at("data_movement", DATA_MOVEMENT_YEAR) == pytest.approx(30.5 + math.log10(2))
        assert at("data_movement", DATA_MOVEMENT_YEAR + 5) == pytest.approx(31.0 + math.log10(2))

    def test_beyond_a_break_each_order_of_loss_costs_more(self) -> None:
        required, crossover = np.array([24.0, 26.0, np.inf]), np.full(3, 25.0)
        assert limits.after_break(required, crossover, np.full(3, 0.5)).tolist() == [24.0, 27.0, np.inf]

    def test_a_context_of_eight_thousand_at_gpt3s_width(self) -> None:
        m = limits.context_multiplier_oom(np.array([8192.0, 2048.0]), np.array([12_288.0, 12_288.0]))
        assert m == pytest.approx([math.log10((1 + 8192 / 147_456) / (1 + 2048 / 147_456)), 0.0])


class TestTightest:
    progress = np.cumsum(np.random.default_rng(1).exponential(0.02, (DRAWS, len(YEARS))), axis=1)

    def test_it_is_the_least_of_the_running_maxima(self) -> None:
        paths = plain(self.progress, PHYSICAL_LIMITS)
        least, which = limits.tightest(PHYSICAL_LIMITS, YEARS, DRAWN, STOCK, self.progress)
        assert np.array_equal(least, paths.min(axis=0))
        assert np.array_equal(which, paths.argmin(axis=0))

    def test_a_limit_that_falls_is_kept_at_its_maximum(self) -> None:
        falling = {**DRAWN, "power.growth_oom_per_year": np.full(DRAWS, -0.4)}
        least, which = limits.tightest(("power",), YEARS, falling)
        assert np.array_equal(least, np.repeat(least[:, :1], len(YEARS), axis=1)) and not which.any()

    def test_it_writes_where_it_is_told(self) -> None:
        out = np.empty((DRAWS, len(YEARS)))
        least, _ = limits.tightest(("data", "power"), YEARS, DRAWN, out=out)
        assert least is out and np.array_equal(out, plain(np.zeros(out.shape), ("data", "power")).min(axis=0))

    def test_chips_need_a_stock(self) -> None:
        with pytest.raises(InputError, match="knows no stock of chips") as caught:
            limits.tightest(PHYSICAL_LIMITS, YEARS, DRAWN)
        assert caught.value.field == "scenario.switches"


class TestFiguresOf2030:
    """The interval of each limit (5, 50, 95 %) and of the least in mid-2030, beside the published ones."""

    middle = int(np.argmin(np.abs(YEARS - REFERENCE_YEAR)))

    def interval(self, limit: PhysicalLimit) -> NDArray[np.float64]:
        return np.quantile(limits.path(limit, YEARS[[self.middle]], DRAWN, STOCK), [0.05, 0.5, 0.95])

    @pytest.mark.parametrize(
        ("limit", "expected"),
        [
            ("chips", [29.1, 29.7, 30.3]),  # published: 29.0 to 30.7
            ("power", [28.2, 29.1, 30.1]),  # one campus: 28.0 to 29.5, a network more
            ("data", [28.7, 30.4, 32.1]),  # published: 28.8 to 32.3
            ("data_movement", [29.5, 31.2, 32.8]),  # utilization falls over 28, infeasible over 31
        ],
    )
    def test_each(self, limit: PhysicalLimit, expected: list[float]) -> None:
        assert self.interval(limit) == pytest.approx(expected, abs=0.1)

    def test_the_least_is_within_a_factor_of_two_of_the_published_2e29(self) -> None:
        least, which = limits.tightest(PHYSICAL_LIMITS, np.array([REFERENCE_YEAR, 2031.0]), DRAWN, STOCK)
        assert np.quantile(least[:, 0], [0.05, 0.5, 0.95]) == pytest.approx([28.1, 29.0, 29.8], abs=0.06)
        assert np.median(least, axis=0) == pytest.approx(np.log10([1.1e29, 1.4e29]), abs=0.03)
        assert abs(np.median(least[:, 0]) - math.log10(2e29)) < math.log10(2)
        assert np.bincount(which[:, 0], minlength=4) / DRAWS == pytest.approx([0.13, 0.72, 0.13, 0.02], abs=0.01)

    def test_one_campus_gives_the_published_1e28_to_3e29(self) -> None:
        campus = {**DRAWN, "power.watts_2030": np.geomspace(1e9, 5e9, DRAWS)}
        low, high = np.quantile(limits.path("power", np.array([REFERENCE_YEAR]), campus), [0.05, 0.95])
        assert low == pytest.approx(28.0, abs=0.25) and high == pytest.approx(math.log10(3e29), abs=0.35)

    def test_the_chips_of_one_run_hold_the_published_1e8(self) -> None:
        chips = self.interval("chips") - np.log10(9.895e14 * 0.387 * 4.24 * SECONDS_PER_MONTH)
        assert chips[0] < 8 < chips[2]


def test_every_switch_reads_known_inputs() -> None:
    assert set(INPUTS_OF) == set(SWITCHES)
    assert {name for names in INPUTS_OF.values() for name in names} <= set(INPUTS)


def test_dates_of_publication() -> None:
    assert {limit: limits.published_on(limit) for limit in PHYSICAL_LIMITS} == {
        "chips": "2026-04-03",
        "power": "2024-08-20",
        "data": "2024-08-20",
        "data_movement": "2024-11-02",
    }


@pytest.mark.parametrize("limit", PHYSICAL_LIMITS)
def test_the_long_run_rate_is_the_growth_at_the_end(limit: PhysicalLimit) -> None:
    far = limits.path(limit, np.array([2400.0, 2401.0]), DRAWN, STOCK)
    assert limits.course(limit, DRAWN, STOCK).rate == pytest.approx(far[:, 1] - far[:, 0], abs=1e-9)
