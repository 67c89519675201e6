"""Shapley values are those of the definition: averages over all orders in which players can join."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.shapley import MAX_PLAYERS, shapley, subsets
from forecast.errors import InputError

Game = Callable[[frozenset[int]], float]


def by_permutation(value: Game, players: int) -> list[float]:
    parts = [0.0] * players
    orders = list(permutations(range(players)))
    for order in orders:
        joined: frozenset[int] = frozenset()
        for i in order:
            parts[i] += value(joined | {i}) - value(joined)
            joined |= {i}
    return [part / len(orders) for part in parts]


def random_game(players: int, seed: int) -> Game:
    values = np.random.default_rng(seed).normal(size=2**players).tolist()
    return lambda subset: values[sum(1 << i for i in subset)]


def test_an_additive_game_gives_each_player_its_own_worth() -> None:
    worth = [3.0, -1.0, 0.0, 7.5]
    assert shapley(lambda subset: 10 + sum(worth[i] for i in subset), 4) == pytest.approx(worth)


def test_equal_players_share_equally() -> None:
    assert shapley(lambda subset: float(len(subset) == 3), 3) == pytest.approx([1 / 3] * 3)


def test_a_player_who_changes_nothing_gets_nothing() -> None:
    assert shapley(lambda subset: float(len(subset - {1})) ** 2, 3) == pytest.approx([2.0, 0.0, 2.0])


def test_the_glove_game() -> None:
    def pairs(subset: frozenset[int]) -> float:
        """Player 0 holds a left glove, 1 and 2 hold right ones; only a pair is worth something."""
        return float(0 in subset and len(subset) > 1)

    assert shapley(pairs, 3) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_a_game_of_no_or_one_player() -> None:
    assert shapley(lambda _: 5.0, 0) == []
    assert shapley(lambda subset: 2.0 + 3.0 * len(subset), 1) == [3.0]


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_any_game_agrees_with_the_average_over_orders(players: int, seed: int) -> None:
    game = random_game(players, seed)
    assert shapley(game, players) == pytest.approx(by_permutation(game, players), abs=1e-12)


@given(st.integers(1, MAX_PLAYERS), st.integers(0, 2**32 - 1))
def test_parts_sum_to_the_whole_change(players: int, seed: int) -> None:
    game = random_game(players, seed)
    change = game(frozenset(range(players))) - game(frozenset())
    assert math.fsum(shapley(game, players)) == pytest.approx(change, abs=1e-12)


def test_every_subset_is_valued_once() -> None:
    seen: list[frozenset[int]] = []
    shapley(lambda subset: float(len(seen.append(subset) or seen)), 5)
    assert sorted(map(sorted, seen)) == sorted(map(sorted, subsets(5)))
    assert seen[0] == frozenset()


def test_more_than_ten_players_are_refused() -> None:
    with pytest.raises(InputError, match="11 causes to share out between; give at most 10"):
        shapley(lambda _: 0.0, 11)
