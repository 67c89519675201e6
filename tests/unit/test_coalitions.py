"""Switches that contradict each other are merged, and no others."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.coalitions import Switches, merged


def groups(*members: set[int]) -> tuple[Switches, ...]:
    return tuple(frozenset(group) for group in members)


def test_nothing_is_merged_where_every_mixture_has_an_answer() -> None:
    assert merged(lambda _: True, 3) == groups({0}, {1}, {2})
    assert merged(lambda _: True, 0) == ()


def test_two_switches_that_go_together_only_are_merged() -> None:
    assert merged(lambda flipped: (0 in flipped) == (2 in flipped), 4) == groups({0, 2}, {1}, {3})


def test_a_switch_that_needs_another_is_merged_with_it() -> None:
    assert merged(lambda flipped: 1 not in flipped or 2 in flipped, 3) == groups({0}, {1, 2})


def test_a_switch_that_needs_two_others_is_merged_with_both() -> None:
    assert merged(lambda flipped: 0 not in flipped or {1, 2} <= flipped, 4) == groups({0, 1, 2}, {3})


def test_no_mixture_at_all_leaves_one_switch() -> None:
    assert merged(lambda _: False, 5) == groups({0, 1, 2, 3, 4})


@given(st.integers(1, 5).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.frozensets(st.integers(0, n - 1))))))
def test_every_union_of_groups_has_an_answer(case: tuple[int, set[Switches]]) -> None:
    players, refused = case
    found = merged(lambda flipped: flipped not in refused, players)
    assert sorted(chain(*found)) == list(range(players))
    for size in range(1, len(found)):
        for chosen in combinations(found, size):
            assert frozenset(chain(*chosen)) not in refused
