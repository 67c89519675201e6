"""Switches that cannot be flipped one without the other, merged into one.

Two questions may differ in ways that go together only: a budget in one goes with affordable, no budget in the other
with on trend, and a mixture of them is no question at all. Pairs are merged, the one that settles most mixtures first,
until every mixture that remains has an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from forecast.engine.shapley import subsets

Switches = frozenset[int]


def merged(answerable: Callable[[Switches], bool], players: int) -> tuple[Switches, ...]:
    """Groups of switches such that every union of groups has an answer.

    Parameters
    ----------
    answerable : callable
        Whether there is an answer with just these switches flipped; called at most once for each subset. There has to
        be one with none and with all of them.
    players : int
        Number of switches, at most ten.

    Returns
    -------
    tuple of frozenset of int
        Every switch is in one group; groups in the order of their first switch.
    """
    groups = [frozenset({i}) for i in range(players)]
    whole = frozenset(range(players))
    refused = [flipped for flipped in subsets(players) if flipped and flipped != whole and not answerable(flipped)]
    while refused:
        pair = max(combinations(groups, 2), key=lambda pair: sum(_parts(pair, flipped) for flipped in refused))
        groups = [group for group in groups if group not in pair]
        groups = sorted([*groups, pair[0] | pair[1]], key=min)
        refused = [flipped for flipped in refused if all(_whole_or_none(group, flipped) for group in groups)]
    return tuple(groups)


def _parts(pair: tuple[Switches, Switches], flipped: Switches) -> bool:
    """Whether one of the pair is flipped and the other is not."""
    return (pair[0] <= flipped) != (pair[1] <= flipped)


def _whole_or_none(group: Switches, flipped: Switches) -> bool:
    return group <= flipped or not group & flipped
