"""First passages between remembered levels are those that a search of the whole path finds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.arrival import envelope, first_passage
from forecast.engine.passages import SPACING_OOM, Bounds, bounds_between, passage_at, passage_within

DRAWS, MONTHS = 40, 600


def rising_and_required(seed: int, growth: float, precision: type = np.float64) -> tuple[np.ndarray, np.ndarray]:
    """Paths with plateaus and jumps, and requirements of which some are out of reach."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(growth, 0.05, (DRAWS, MONTHS)) * (rng.random((DRAWS, MONTHS)) < 0.5)
    required = rng.normal(2.0, 3.0, DRAWS)
    required[rng.random(DRAWS) < 0.2] = np.inf
    return envelope(np.cumsum(steps, axis=1).astype(precision)), required


seeds, growths, precisions = st.integers(0, 2**32 - 1), st.floats(-0.02, 0.2), st.sampled_from([np.float64, np.float32])


@given(seeds, growths, st.lists(st.floats(-5, 5), min_size=1, max_size=8), precisions)
def test_a_level_between_two_that_are_kept_gives_the_same_months(
    seed: int, growth: float, levels: list[float], precision: type
) -> None:
    rising, required = rising_and_required(seed, growth, precision)
    kept: dict[int, Bounds] = {}

    def keep(number: int, make: Callable[[], Bounds]) -> Bounds:
        return kept.setdefault(number, make())

    for level in [*levels, round(levels[0] / SPACING_OOM) * SPACING_OOM]:
        assert np.array_equal(passage_at(level, rising, required, keep), first_passage(rising, required + level))


@given(seeds, growths, precisions, st.floats(-9, 9), st.floats(0, 18), st.floats(0, 1))
def test_levels_may_lie_far_apart(
    seed: int, growth: float, precision: type, low: float, width: float, share: float
) -> None:
    rising, required = rising_and_required(seed, growth, precision)
    known = bounds_between(low, low + width, rising, required)
    assert known.nbytes >= known.earliest.nbytes == 2 * DRAWS
    for level in (low, low + share * width, low + width):
        assert np.array_equal(passage_within(known, level, rising, required), first_passage(rising, required + level))


@given(seeds, growths, st.floats(-5, 5))
def test_a_path_of_half_the_precision_is_compared_in_whole(seed: int, growth: float, level: float) -> None:
    rising, required = rising_and_required(seed, growth, np.float32)
    assert rising.dtype == np.float32
    required[:9] = rising[:9, 300].astype(float) + [0, 1e-12, -1e-12] * 3 - level
    found, whole = first_passage(rising, required + level), rising.astype(float)
    assert np.array_equal(found, (whole < (required + level)[:, None]).sum(axis=1))
