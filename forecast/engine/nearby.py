"""What a scenario answers between two neighbouring levels, found by counting and without a look at most draws.

Between two levels that lie close together most draws arrive in the same month and most others in the next. A *step* is
a month that a draw may still have to wait for: it has to where the requirement lies above what some envelope has come
to in that month. At any level between, the draws that have arrived by each month are those at the lower levels, less
the steps that are taken; the limit that each draw waited for last changes with its steps alone.

With a fixed sum a question has two levels, of money and of the other limits; money is the tighter of the two in a month
where the others lie further above their level, whatever the target: that is decided by the sum alone.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from forecast.engine.envelope import Envelope
from forecast.engine.figures import Figures
from forecast.engine.outcome import Found, Leads, at, limits_of, place, tightest
from forecast.engine.plan import Plan
from forecast.engine.reasons import late

Array = NDArray[np.float64]
Places = NDArray[np.int8]
Months = NDArray[np.int32]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

SPACING_OOM = 1 / 256
"""Of the levels: under half a month of the slowest envelope's growth, the fall of the price of compute."""

MAX_STEPS = 4
"""How many steps of each draw are kept on average; rows that hardly rise would take hundreds."""


def grid_around(level: float) -> tuple[float, float]:
    """The levels of the grid around one: twice the same where it is one of them."""
    return math.floor(level / SPACING_OOM) * SPACING_OOM, math.ceil(level / SPACING_OOM) * SPACING_OOM


def levels_around(levels: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The lower and the upper levels of the grid around some."""
    around = [grid_around(level) for level in levels]
    return tuple(low for low, _ in around), tuple(high for _, high in around)


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """The limit that is the tightest in some months of some draws.

    Attributes
    ----------
    place : ndarray of int8
        Of the last envelope's lowest limit among all limits.
    over_money : ndarray, or None
        How far that lies over money at levels 0, log10; None where money is no envelope of its own.
    """

    place: Places
    over_money: Array | None

    @classmethod
    def of(cls, envelopes: tuple[Envelope, ...], rows: Rows, months: Rows) -> Tags:
        """In one month of each of some rows."""
        last, first = envelopes[-1], place(envelopes)
        found = np.full(len(rows), first) if last.which is None else at(last.which, rows, months) + first
        if len(envelopes) == 1:
            return cls(found, None)
        return cls(found, at(last.values, rows, months).astype(float) - at(envelopes[0].values, rows, months))


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What draws may still have to wait for, month by month, within the horizon.

    Attributes
    ----------
    month : ndarray, shape (steps,)
        The month that each step leaves.
    heights : tuple of ndarray, shape (steps,)
        What each envelope has come to by then.
    needed : ndarray, shape (steps,), or None
        The requirement at levels 0; None where that is 0 in all draws.
    place : ndarray of int8, shape (2, steps)
        Of the limit that the draw waited for last if the step is taken, and if it is not; the first as a place beyond
        all limits where the step leaves the horizon.
    over_money : ndarray, shape (2, steps), or None
        As `Tags.over_money`.
    """

    month: NDArray[np.int16]
    heights: tuple[Array, ...]
    needed: Array | None
    place: Places
    over_money: Array | None

    def taken(self, levels: Sequence[float]) -> Flags:
        """Which are taken at some levels: some envelope is still under its goal."""
        goals = levels if self.needed is None else [self.needed + level for level in levels]
        taken: Flags = self.heights[0] < goals[0]
        return taken | (self.heights[1] < goals[1]) if len(goals) > 1 else taken


class Nearby:
    """Arrivals at the lower levels, and the steps to the upper ones.

    Parameters
    ----------
    plan : Plan
        Of one question between them.
    envelopes : tuple of Envelope
        One, or money and the other limits; they are not kept.
    required : ndarray, shape (draws,)
        The requirement at levels 0.
    ends : tuple of two ndarray, shape (draws,)
        Month in which the last envelope passes it, at the lower and at the upper levels.
    within : int
        Months up to the horizon.
    between : tuple of two tuples of float
        The lower and the upper levels.
    leads : tuple of ndarray
        Of the envelopes at the horizon (`forecast.engine.outcome.leads`).
    """

    def __init__(
        self,
        plan: Plan,
        envelopes: tuple[Envelope, ...],
        required: Array,
        ends: tuple[Months, Months],
        within: int,
        between: tuple[tuple[float, ...], tuple[float, ...]],
        leads: Leads,
    ) -> None:
        early, latest = ends
        lower, upper = between
        self.years, self.draws, self.limits, self._leads = envelopes[0].years, len(early), limits_of(envelopes), leads
        self._counted = np.bincount(early, minlength=within)[:within].cumsum()
        all_late = late(plan, envelopes, required, np.flatnonzero(latest == len(self.years)))
        self._never, self._late = all_late.between(lower, upper)
        self._steps = _steps(envelopes, required, ends, within)
        arrived = np.flatnonzero(early < within)
        tags = Tags.of(envelopes, arrived, _before(early[arrived]))
        sums = lower[-1] - upper[0], upper[-1] - lower[0]  # the least and the most that money lies under the others
        self._at_first = [_at_first(tags, i, sums) for i in range(len(self.limits))]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, but for the leads, which are remembered by themselves."""
        steps = self._steps
        arrays = chain(steps.heights, (steps.month, steps.place, steps.needed, steps.over_money))
        return self._counted.nbytes + self._late.nbytes + sum(array.nbytes for array in arrays if array is not None)

    def at(self, levels: tuple[float, ...]) -> Found:
        """What an answer tells of the arrivals at some levels between the lower and the upper ones."""
        taken = self._steps.taken(levels)
        counted = self._counted - np.bincount(self._steps.month.compress(taken), minlength=len(self._counted))
        never = self._never if not len(self._late.required) else self._late.never(levels, self._never)
        figures = Figures(self.years, counted, sum(never.values()), self.draws)
        if not self.limits:
            return Found(figures, (), [], [], never)
        waited_for = self._waited_for(taken, levels[-1] - levels[0], counted.item(-1))
        return Found(figures, self.limits, waited_for, tightest(self._leads, self.limits, levels, self.draws), never)

    def _waited_for(self, taken: Flags, money_over: float, arrived: int) -> list[int]:
        """For each limit, in how many arrivals it was waited for last; `money_over` is what a fixed sum brings."""
        steps, limits = self._steps, len(self.limits)
        places = steps.place
        if steps.over_money is not None:
            places = places * (steps.over_money < money_over)  # else it is money, in place 0
        gained, lost = (np.bincount(p.compress(taken), minlength=limits + 1).tolist() for p in places)
        first = [sure + bisect_left(open_, money_over) for sure, open_ in self._at_first]
        counts = [n + more - less for n, more, less in zip(first, gained, lost, strict=False)]
        counts[0] += arrived - sum(counts)
        return counts


def _steps(envelopes: tuple[Envelope, ...], required: Array, ends: tuple[Months, Months], within: int) -> Steps:
    early, latest = ends
    rows = np.flatnonzero(early < np.minimum(latest, within))
    first = early[rows].astype(np.int64)
    each = np.minimum(latest[rows], within) - first
    row = rows.repeat(each)
    month = np.arange(len(row)) - (each.cumsum() - each - first).repeat(each)
    tags = [Tags.of(envelopes, row, months) for months in (month, _before(month))]
    place = np.stack([tag.place for tag in tags])
    over = None if tags[0].over_money is None else np.stack([tag.over_money for tag in tags])  # type: ignore[misc]
    beyond = month + 1 == within
    place[0, beyond] = len(limits_of(envelopes))
    if over is not None:
        over[0, beyond] = -np.inf
    heights = tuple(at(made.values, row, month).astype(float) for made in envelopes)
    return Steps(month.astype(np.int16), heights, required[row] if required.any() else None, place, over)


def _before(months: NDArray[np.integer]) -> Rows:
    """The month before, or the first."""
    return np.maximum(months.astype(np.int64) - 1, 0)


def _at_first(tags: Tags, limit: int, sums: tuple[float, float]) -> tuple[int, list[float]]:
    """In how many draws a limit is the tightest for any sum between two; and, of the others, over which sums it is."""
    mine = tags.place == limit
    if tags.over_money is None:
        return int(np.count_nonzero(mine)), []
    over = tags.over_money[mine]
    return int(np.count_nonzero(over < sums[0])), np.sort(over[(over >= sums[0]) & (over < sums[1])]).tolist()
