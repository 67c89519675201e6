"""Limits under Hypothesis: more of anything never lowers one, and one more limit never raises the least."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine import limits
from forecast.engine.inputs import draw
from forecast.engine.limits import INPUTS_OF
from forecast.engine.scenario import PHYSICAL_LIMITS, PhysicalLimit
from forecast.engine.stock import ChipStock
from tests.chips import GROWTH, LOG10_H100E, SD_OOM

NAMES = sorted({name for limit in PHYSICAL_LIMITS for name in INPUTS_OF[limit]})
STOCK = ChipStock(2026.0, LOG10_H100E, SD_OOM, GROWTH)
YEARS = 2026.875 + np.arange(120) / 12
LESS_IS_MORE = "data.tokens_per_parameter"

seeds = st.integers(0, 10_000)
some_limits = st.lists(st.sampled_from(PHYSICAL_LIMITS), min_size=1, max_size=4, unique=True)
factors = st.floats(1, 3)


def inputs_of(seed: int, **changed: float) -> Mapping[str, np.ndarray]:
    return {name: draw(name, 70, seed) * changed.get(name, 1.0) for name in NAMES}


@given(seeds, some_limits, st.sampled_from(PHYSICAL_LIMITS), st.booleans())
def test_one_more_limit_never_raises_the_least(
    seed: int, some: list[PhysicalLimit], another: PhysicalLimit, gaining: bool
) -> None:
    drawn = inputs_of(seed)
    progress = np.linspace(0, 3, len(YEARS)) * np.ones((70, 1)) if gaining else None
    least, which = limits.tightest(some, YEARS, drawn, STOCK, progress)
    less, _ = limits.tightest([*some, another], YEARS, drawn, STOCK, progress)
    assert (less <= least).all()
    assert (np.diff(least, axis=1) >= 0).all()
    assert set(np.unique(which)) <= set(range(len(some)))


@given(seeds, some_limits)
def test_the_order_of_limits_does_not_matter(seed: int, some: list[PhysicalLimit]) -> None:
    drawn = inputs_of(seed)
    least, which = limits.tightest(some, YEARS, drawn, STOCK)
    again, reverse = limits.tightest(some[::-1], YEARS, drawn, STOCK)
    assert np.array_equal(least, again)
    assert np.array_equal(np.array(some)[which], np.array(some[::-1])[reverse])


@given(seeds, some_limits, st.sampled_from(NAMES), factors)
def test_more_of_an_input_never_lowers_the_least(
    seed: int, some: list[PhysicalLimit], name: str, factor: float
) -> None:
    if name == "chips.stock_error_oom":
        return  # an error has either sign
    factor = 1 / factor if name == LESS_IS_MORE else factor
    years = YEARS[YEARS >= 2030.5]  # growth from a level in 2030 lowers what lies before it
    least, _ = limits.tightest(some, years, inputs_of(seed), STOCK)
    more, _ = limits.tightest(some, years, inputs_of(seed, **{name: factor}), STOCK)
    assert (more >= least - 1e-12).all()


@given(st.floats(20, 60), st.floats(20, 40), st.floats(0.05, 1), st.floats(0, 5))
def test_a_break_never_helps_and_keeps_the_order(required: float, crossover: float, share: float, more: float) -> None:
    both = limits.after_break(np.array([required, required + more]), np.full(2, crossover), np.full(2, share))
    assert both[0] >= required - 1e-9 and both[1] >= both[0] - 1e-9


@given(st.floats(2048, 1e9), st.floats(64, 1e6), factors)
def test_a_longer_context_costs_more_and_a_wider_model_less(tokens: float, width: float, factor: float) -> None:
    m = limits.context_multiplier_oom(np.array([tokens, tokens * factor, tokens]), np.array([width, width, 2 * width]))
    assert m[0] >= -1e-12 and m[1] >= m[0] - 1e-12 and m[2] <= m[0] + 1e-12
