"""First passages between remembered levels are those that a search of the whole path finds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.arrival import envelope, first_passage
from forecast.engine.passages import COARSE, SPACING_OOM, Kept, passage, passage_at

DRAWS, MONTHS = 40, 600


def rising_and_required(seed: int, growth: float, precision: type = np.float64) -> tuple[np.ndarray, np.ndarray]:
    """Paths with plateaus and jumps, and requirements of which some are out of reach."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(growth, 0.05, (DRAWS, MONTHS)) * (rng.random((DRAWS, MONTHS)) < 0.5)
    required = rng.normal(2.0, 3.0, DRAWS)
    required[rng.random(DRAWS) < 0.2] = np.inf
    return envelope(np.cumsum(steps, axis=1).astype(precision)), required


seeds, growths, precisions = st.integers(0, 2**32 - 1), st.floats(-0.02, 0.2), st.sampled_from([np.float64, np.float32])


class Levels:
    """A memory of levels that forgets nothing."""

    def __init__(self) -> None:
        self.levels: dict[float, Kept] = {}

    def __call__(self, number: float, make: Callable[[], Kept]) -> Kept:
        if number not in self.levels:
            self.levels[number] = make()
        return self.levels[number]


@given(seeds, growths, st.lists(st.floats(-5, 5), min_size=1, max_size=8), precisions)
def test_a_level_between_two_that_are_kept_gives_the_same_months(
    seed: int, growth: float, levels: list[float], precision: type
) -> None:
    rising, required = rising_and_required(seed, growth, precision)
    keep = Levels()
    for level in [*levels, round(levels[0] / SPACING_OOM) * SPACING_OOM]:
        assert np.array_equal(passage(level, rising, required, keep), first_passage(rising, required + level))


@given(seeds, growths, precisions, st.integers(-200, 200))
def test_a_level_of_the_grid_is_found_once_between_those_of_the_coarser_one(
    seed: int, growth: float, precision: type, number: int
) -> None:
    rising, required = rising_and_required(seed, growth, precision)
    keep = Levels()
    found = passage_at(number, rising, required, keep)
    assert np.array_equal(found, first_passage(rising, required + number * SPACING_OOM))
    assert all(kept.dtype == np.int16 for kept in keep.levels.values())
    below = number - number % COARSE
    assert set(keep.levels) == ({number} if below == number else {number, below, below + COARSE})
    keep.levels[number] = found + np.int16(1)
    assert np.array_equal(passage_at(number, rising, required, keep), found + 1)  # it is not looked for again


@given(seeds, growths, st.floats(-5, 5))
def test_a_level_that_is_asked_for_again_is_not_looked_for_again(seed: int, growth: float, level: float) -> None:
    rising, required = rising_and_required(seed, growth)
    keep = Levels()
    found = passage(level, rising, required, keep)
    assert np.array_equal(passage(level, np.full_like(rising, np.nan), required, keep), found)


def test_rows_that_hardly_rise_are_bisected() -> None:
    rising, required = np.full((3, MONTHS), 2.0) + np.arange(MONTHS) * 1e-9, np.array([1.0, 2.0, 3.0])
    for level in (0.0, 3e-7, -1.0, -0.9999999):
        found = passage(level, rising, required, Levels())
        assert np.array_equal(found, first_passage(rising, required + level))


@given(seeds, growths, st.floats(-5, 5))
def test_a_path_of_half_the_precision_is_compared_in_whole(seed: int, growth: float, level: float) -> None:
    rising, required = rising_and_required(seed, growth, np.float32)
    assert rising.dtype == np.float32
    required[:9] = rising[:9, 300].astype(float) + [0, 1e-12, -1e-12] * 3 - level
    found, whole = first_passage(rising, required + level), rising.astype(float)
    assert np.array_equal(found, (whole < (required + level)[:, None]).sum(axis=1))
    assert np.array_equal(found, passage(level, rising, required, Levels()))
