"""Shapley effects agree with variances known in closed form, sum to one and know their error."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast.engine.effects import Effect, Evaluate, effects

Array = NDArray[np.float64]
Blocks = dict[str, Array]
DRAWS = 4_000


def normal_blocks(*widths: int, seed: int = 0, draws: int = DRAWS) -> Blocks:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=(draws, width)) for name, width in zip("abcdef", widths, strict=False)}


def model(blocks: Blocks, f: Callable[..., Array]) -> tuple[Array, Evaluate]:
    def evaluate(rows: Mapping[str, NDArray[np.int64]]) -> Array:
        return f(*(values[rows[name]] for name, values in blocks.items()))

    return f(*blocks.values()), evaluate


def run(blocks: Blocks, f: Callable[..., Array], seed: int = 1, replicates: int = 1) -> tuple[Effect, ...]:
    return effects(*model(blocks, f), list(blocks), seed, replicates)


def close(found: float, expected: float, mcse: float) -> bool:
    return abs(found - expected) < 4 * mcse + 1e-9


def test_an_additive_model_has_the_shares_of_its_variances() -> None:
    found = run(normal_blocks(1, 1, 1), lambda a, b, c: (3 * a + 2 * b + c)[:, 0])
    for effect, share in zip(found, (9 / 14, 4 / 14, 1 / 14), strict=True):
        assert close(effect.effect, share, effect.mcse)
        assert close(effect.first_order, share, effect.first_order_mcse)
        assert 0 < effect.mcse < 0.03


def test_an_interaction_is_shared_equally_and_belongs_to_no_first_order() -> None:
    a, b, c = run(normal_blocks(1, 1, 1), lambda a, b, c: (a * b + c)[:, 0])
    for effect, share, alone in ((a, 0.25, 0.0), (b, 0.25, 0.0), (c, 0.5, 0.5)):
        assert close(effect.effect, share, effect.mcse)
        assert close(effect.first_order, alone, effect.first_order_mcse)


def test_ishigami() -> None:
    rng = np.random.default_rng(3)
    blocks = {name: rng.uniform(-math.pi, math.pi, (DRAWS, 1)) for name in "abc"}
    found = run(blocks, lambda a, b, c: (np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))[:, 0], replicates=4)
    # V = 13.8446, V_a = 4.3459, V_b = 6.125, V_ac = 3.3737 (Ishigami and Homma 1990)
    expected = ((4.3459 + 3.3737 / 2) / 13.8446, 6.125 / 13.8446, 3.3737 / 2 / 13.8446)
    assert all(close(effect.effect, share, effect.mcse) for effect, share in zip(found, expected, strict=True))


def test_dependence_within_a_block_stays() -> None:
    rng = np.random.default_rng(4)
    shared = rng.normal(size=(DRAWS, 1))
    blocks = {"pair": np.hstack([shared, -shared]), "other": rng.normal(size=(DRAWS, 1))}
    pair, other = run(blocks, lambda p, o: p.sum(axis=1) + o[:, 0])
    assert pair.effect == pytest.approx(0.0, abs=4 * pair.mcse + 1e-9)  # its two columns cancel
    assert close(other.effect, 1.0, other.mcse)


def test_effects_sum_to_one_whatever_the_noise() -> None:
    found = run(normal_blocks(1, 2, 1, 1, draws=100), lambda a, b, c, d: np.exp(a[:, 0] * b[:, 1]) + (c * d)[:, 0])
    assert math.fsum(effect.effect for effect in found) == pytest.approx(1.0, abs=1e-12)


def test_the_stated_error_is_the_scatter_over_seeds() -> None:
    runs = [run(normal_blocks(1, 1, seed=s), lambda a, b: (a + b + a * b)[:, 0], seed=s) for s in range(40)]
    scatter = np.std([found[0].effect for found in runs])
    stated = np.mean([found[0].mcse for found in runs])
    assert 0.6 < stated / scatter < 1.6


def test_replicates_lower_the_error() -> None:
    blocks = normal_blocks(1, 1)
    once, often = (run(blocks, lambda a, b: (a * b)[:, 0], replicates=n)[0].first_order_mcse for n in (1, 16))
    assert often < 0.8 * once


def test_one_block_has_everything_and_a_constant_has_no_effects() -> None:
    blocks = normal_blocks(1)
    assert run(blocks, lambda a: a[:, 0]) == (Effect("a", 1.0, 0.0, 1.0, 0.0),)
    assert run(normal_blocks(1, 1), lambda a, b: np.full(len(a), 2060.0)) == ()


def test_the_same_seed_gives_the_same_effects_and_a_level_of_years_does_no_harm() -> None:
    blocks = normal_blocks(1, 1)
    one = run(blocks, lambda a, b: (a + b)[:, 0])
    assert one == run(blocks, lambda a, b: (a + b)[:, 0])
    shifted = run(blocks, lambda a, b: (a + b)[:, 0] + 2030)
    assert [e.effect for e in shifted] == pytest.approx([e.effect for e in one], abs=1e-9)


def test_blocks_cost_half_of_their_subsets() -> None:
    blocks, calls = normal_blocks(1, 1, 1, 1), []
    y, evaluate = model(blocks, lambda a, b, c, d: (a + b + c + d)[:, 0])

    def counted(rows: Mapping[str, NDArray[np.int64]]) -> Array:
        calls.append(rows)
        return evaluate(rows)

    effects(y, counted, list(blocks), seed=0)
    assert len(calls) == 7
