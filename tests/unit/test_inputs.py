"""The unfitted inputs: named, dated, sourced, and drawn from streams of their own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.engine.inputs import draw
from forecast.engine.streams import stream
from forecast.errors import UnknownNameError
from forecast.families import Normal, Point, Tabulated
from forecast.inputs import INPUTS, Input
from forecast.priors import ALGORITHMS

EVERY = pytest.mark.parametrize("entry", INPUTS.values(), ids=INPUTS)


@EVERY
def test_each_says_what_it_is_where_it_comes_from_and_since_when(entry: Input) -> None:
    assert entry.name.count(".") == 1 and entry.unit and entry.about and len(entry.prior.source) > 5
    assert date(2019, 1, 1) < date.fromisoformat(entry.published_on) < date(2026, 11, 20)
    assert entry.low < entry.high


@EVERY
def test_each_lies_inside_its_bounds_at_95_percent(entry: Input) -> None:
    low, high = entry.prior.ppf([0.025, 0.975])
    assert high <= entry.high and (low >= entry.low or low == pytest.approx(entry.low, abs=0.02))


@EVERY
def test_draws_are_inside_the_bounds_and_the_same_again(entry: Input) -> None:
    drawn = draw(entry.name, 500, seed=3)
    assert drawn.shape == (500,) and drawn.min() >= entry.low and drawn.max() <= entry.high
    assert np.array_equal(drawn, draw(entry.name, 500, seed=3))


def test_inputs_are_independent_of_each_other() -> None:
    spread = [name for name in INPUTS if not isinstance(INPUTS[name].prior, Point)]
    drawn = np.array([draw(name, 4000, seed=1) for name in spread])
    ranks = drawn.argsort(axis=1).argsort(axis=1)
    assert np.abs(np.corrcoef(ranks) - np.eye(len(spread))).max() < 0.07


def test_a_chosen_prior_is_drawn_instead_and_clipped() -> None:
    assert np.unique(draw("run.utilization", 50, 0, Point(0.7))).tolist() == [0.7]
    assert np.unique(draw("run.utilization", 50, 0, Point(7))).tolist() == [1.0]
    open_ended = Tabulated((2027.0, 2030.0), (0.1, 0.6))
    assert draw("algorithmic_jump.decimal_year", 2000, 0, open_ended).max() == 2200


def test_two_normal_priors_share_their_innovations() -> None:
    default, shifted = draw("power.growth_oom_per_year", 400, 0), Normal(0.65, 0.07)
    assert draw("power.growth_oom_per_year", 400, 0, shifted)[default > 0] == pytest.approx(default[default > 0] + 0.5)


def test_the_halving_time_is_the_one_that_paths_use() -> None:
    by_paths = ALGORITHMS["8mo"].sample(stream(5, "algorithms halving time"), 300)
    assert np.array_equal(draw("algorithms.halving_months", 300, 5), by_paths)


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown input 'run.hours'; known: .*run.months"):
        draw("run.hours", 10, 0)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("judge.slowdown", 9.84, 290),
        ("brain.flop_per_s", 1e13, 1e17),
        ("data.tokens_2030", 4e14, 2e16),
        ("power.watts_2030", 1e9, 4.5e10),
        ("cost_scope.development", 1.2, 4),
    ],
)
def test_published_90_percent_intervals(name: str, low: float, high: float) -> None:
    assert INPUTS[name].prior.ppf([0.05, 0.95]) == pytest.approx([low, high], rel=1e-9)


def test_the_cost_with_staff_follows_from_its_share() -> None:
    assert INPUTS["cost_scope.staff"].prior.ppf([0.05, 0.95]) == pytest.approx([1 / 0.71, 1 / 0.51], rel=0.005)
