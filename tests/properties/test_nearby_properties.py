"""What is counted from what is known nearby is what a look at every draw counts."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.arrival import distribution, envelope, first_passage
from forecast.engine.assumptions import Algorithms
from forecast.engine.envelope import Envelope, EnvelopeKey
from forecast.engine.nearby import SPACING_OOM, Nearby, grid_around, levels_around
from forecast.engine.outcome import leads
from forecast.engine.reasons import UNREACHABLE, late

DRAWS, MONTHS = 60, 90
PHYSICAL = ("chips", "power")

seeds, growths = st.integers(0, 2**32 - 1), st.floats(0.005, 0.1)
levels, shares, horizons = st.floats(-1, 4), st.floats(0, 1), st.integers(1, MONTHS)


def made(rng: np.random.Generator, growth: float, limits: tuple[str, ...]) -> Envelope:
    """Paths in single precision, some of which end and stay for ever."""
    steps = rng.normal(growth, 0.05, (DRAWS, MONTHS)) * (rng.random((DRAWS, MONTHS)) < 0.7)
    values = envelope(rng.normal(0, 0.5, (DRAWS, 1)) + np.cumsum(steps, axis=1)).astype(np.float32)
    eventual = np.where(rng.random(DRAWS) < 0.5, np.inf, values[:, -1] + rng.random(DRAWS))
    several = len(limits) > 1 or limits != ("money",)
    which = rng.integers(0, max(len(limits), 1), values.shape).astype(np.int8) if several else None
    return Envelope(np.arange(MONTHS) / 12 + 2027, values, eventual, False, which, limits)  # type: ignore[arg-type]


def beside(money: Envelope, others: Envelope, over: float, rng: np.random.Generator) -> Envelope:
    """The other limits so close to money that the sum decides between them: `over` is about what it brings."""
    values = money.values + over + rng.uniform(-SPACING_OOM, SPACING_OOM, (DRAWS, 1))
    return replace(others, values=values.astype(np.float32), eventual=np.full(DRAWS, np.inf))


def requirement(rng: np.random.Generator, per_draw: bool) -> np.ndarray:
    if not per_draw:
        return np.zeros(DRAWS)
    return np.where(rng.random(DRAWS) < 0.2, np.inf, rng.normal(0, 1, DRAWS))


def looked_at(
    made_of: tuple[Envelope, ...], required: np.ndarray, at: tuple[float, ...], within: int
) -> tuple[list[int], tuple[int, ...], list[int], list[int]]:
    """Draw by draw: arrivals by month, the masses, and the limits waited for and tightest."""
    limits = list(dict.fromkeys(name for one in made_of for name in one.limits))
    passed = [first_passage(one.values, required + level) for one, level in zip(made_of, at, strict=True)]
    index, waited, tight = np.maximum.reduce(passed), [0] * len(limits), [0] * len(limits)
    eventually = np.isfinite(required)
    for one, level in zip(made_of, at, strict=True):
        eventually &= one.eventual >= required + level
    arrivals = distribution(made_of[0].years, index, eventually, within)
    for draw in range(DRAWS):
        for counts, month in ((waited, max(index[draw] - 1, 0)), (tight, within - 1)):
            if counts is tight or index[draw] < within:
                gaps = [one.values[draw, month] - np.float64(level) for one, level in zip(made_of, at, strict=True)]
                last = made_of[-1]
                name = made_of[0].limits[0]
                if len(made_of) == 1 or gaps[1] < gaps[0]:
                    name = last.limits[0 if last.which is None else last.which[draw, month]]
                counts[limits.index(name)] += 1
    return arrivals.arrived, arrivals.counts, waited, tight


@given(
    seeds,
    growths,
    st.lists(levels, min_size=2, max_size=2),
    st.lists(shares, min_size=2, max_size=2),
    horizons,
    st.booleans(),
)
def test_counting_gives_what_looking_gives(
    seed: int, growth: float, asked: list[float], share: list[float], within: int, close: bool
) -> None:
    rng = np.random.default_rng(seed)
    for limits in ([("money",), PHYSICAL], [("money", *PHYSICAL)], [PHYSICAL]):
        for per_draw in (False, True):
            made_of, required = tuple(made(rng, growth, names) for names in limits), requirement(rng, per_draw)
            if close and len(made_of) == 2:
                made_of = made_of[0], beside(*made_of, asked[1] - asked[0], rng)
            lower, upper = between = levels_around(tuple(asked[: len(limits)]))
            at = tuple(low + part * (high - low) for low, high, part in zip(lower, upper, share, strict=False))
            nearby = nearby_of(made_of, required, between, within)
            found = nearby.at(at)
            assert (found.arrivals.arrived, found.arrivals.counts, found.waited_for, found.tightest) == looked_at(
                made_of, required, at, within
            )
            assert sum(found.never.values()) == found.arrivals.counts[3] and nearby.nbytes > 0
            assert found.never.get(UNREACHABLE, 0) == np.count_nonzero(np.isinf(required))
            everyone = late(planned(made_of), made_of, required, np.arange(len(required)))
            assert list(found.never.items()) == list(everyone.never(at).items())


def nearby_of(
    made_of: tuple[Envelope, ...],
    required: np.ndarray,
    between: tuple[tuple[float, ...], tuple[float, ...]],
    within: int,
) -> Nearby:
    found = [
        np.maximum.reduce(
            [first_passage(one.values, required + level) for one, level in zip(made_of, levels, strict=True)]
        )
        for levels in between
    ]
    ends = found[0], found[1]
    return Nearby(planned(made_of), made_of, required, ends, within, between, leads(made_of, within - 1))


def planned(made_of: tuple[Envelope, ...]) -> Any:
    return SimpleNamespace(keys=tuple(EnvelopeKey("money", Algorithms(), 0.0) for _ in made_of))


@given(st.floats(-60, 60))
def test_the_levels_around_one_are_neighbours_or_the_level_itself(level: float) -> None:
    low, high = grid_around(level)
    assert low <= level <= high and high - low in (0, SPACING_OOM)
    assert (low == high) == (level == low)
    assert grid_around(low) == (low, low)
