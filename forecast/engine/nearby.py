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
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast.engine.envelope import Envelope
from forecast.engine.figures import Figures, months_listed
from forecast.engine.outcome import Found, Leads, at, limits_of, money_first, place
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

_LISTED_BYTES = 32
"""Of a number in a list."""


def grid_around(level: float) -> tuple[float, float]:
    """The levels of the grid around one: twice the same where it is one of them."""
    return math.floor(level / SPACING_OOM) * SPACING_OOM, math.ceil(level / SPACING_OOM) * SPACING_OOM


@lru_cache(64)  # a question is looked for among what is remembered, and then found there
def levels_around(levels: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The lower and the upper levels of the grid around some."""
    around = [grid_around(level) for level in levels]
    return tuple(low for low, _ in around), tuple(high for _, high in around)


class Tags(NamedTuple):
    """The limit that is the tightest in some months of some draws.

    Attributes
    ----------
    place : ndarray of int8
        Of the last envelope's lowest limit among all limits.
    over_money : ndarray
        How far that lies over money at levels 0, log10; -inf where money is no envelope of its own.
    """

    place: Places
    over_money: Array

    @classmethod
    def of(cls, envelopes: tuple[Envelope, ...], rows: Rows, months: Rows) -> Tags:
        """In one month of each of some rows."""
        last, first = envelopes[-1], place(envelopes)
        found = np.full(len(rows), first) if last.which is None else at(last.which, rows, months) + first
        if len(envelopes) == 1:
            return cls(found, np.full(len(rows), -np.inf))
        return cls(found, at(last.values, rows, months).astype(float) - at(envelopes[0].values, rows, months))


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What draws may still have to wait for, month by month, within the horizon.

    Attributes
    ----------
    heights : tuple of ndarray, shape (steps,)
        What each envelope has come to in the month that a step leaves.
    needed : ndarray, shape (steps,), or None
        The requirement at levels 0; None where that is 0 in all draws.
    bins : ndarray of int16, shape (3, steps)
        Where a step counts in one histogram of months, limits and limits again: in the month that it leaves; by the
        limit that the draw waited for last if it is taken, or behind all limits if it leaves the horizon; and by the
        limit that it waited for last if it is not. Where that hangs on a fixed sum, it is put down to money.
    all : ndarray of int, shape (bins,)
        That histogram of all steps.
    hanging : Hanging or None
        What does hang on it.
    """

    heights: tuple[Array, ...]
    needed: Array | None
    bins: NDArray[np.int16]
    all: NDArray[np.int64]
    hanging: Hanging | None

    def taken(self, levels: Sequence[float]) -> Flags:
        """Which are taken at some levels: some envelope is still under its goal."""
        goals = levels if self.needed is None else [self.needed + level for level in levels]
        taken: Flags = self.heights[0] < goals[0]
        return taken | (self.heights[1] < goals[1]) if len(goals) > 1 else taken

    def counted(self, levels: Sequence[float]) -> NDArray[np.int64]:
        """The histogram of those that are taken at some levels; what is money's in it is not counted in full."""
        taken = self.taken(levels)
        if 2 * np.count_nonzero(taken) <= len(taken):
            counts = self._histogram(taken)
        else:
            counts = self.all - self._histogram(~taken)  # they are fewer
        if self.hanging is None:
            return counts
        return counts + self.hanging.counted(taken, levels[-1] - levels[0], len(self.all))

    def _histogram(self, some: Flags) -> NDArray[np.int64]:
        return np.bincount(self.bins.compress(some, axis=1).ravel(), minlength=len(self.all))

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All that it holds."""
        needed = () if self.needed is None else (self.needed,)
        hanging = () if self.hanging is None else (self.hanging.step, self.hanging.over_money, self.hanging.bins)
        return (*self.heights, self.bins, self.all, *needed, *hanging)


class Hanging(NamedTuple):
    """Where it hangs on a fixed sum whether a step counts for money or for another limit.

    Attributes
    ----------
    step : ndarray of int, shape (hanging,)
        Position among the steps.
    over_money : ndarray, shape (hanging,)
        As `Tags.over_money`: it counts for the other limit where the sum brings more.
    bins : ndarray of int16, shape (hanging,)
        Of the other limit.
    """

    step: Rows
    over_money: Array
    bins: NDArray[np.int16]

    def counted(self, taken: Flags, money_over: float, bins: int) -> NDArray[np.int64]:
        """The histogram of those that count for another limit, given which steps are taken."""
        others = taken.take(self.step) & (self.over_money < money_over)
        return np.bincount(self.bins.compress(others), minlength=bins)


@dataclass(frozen=True, slots=True)
class Under:
    """How many of some numbers lie under another one between two bounds.

    Attributes
    ----------
    sure : int
        How many lie under both bounds.
    open : list of float
        Those between the bounds, ascending.
    """

    sure: int
    open: list[float]

    @classmethod
    def of(cls, numbers: Array, low: float, high: float) -> Under:
        """Of some numbers, between two bounds."""
        return cls(int(np.count_nonzero(numbers < low)), np.sort(numbers[(numbers >= low) & (numbers < high)]).tolist())

    def count(self, bound: float) -> int:
        """How many lie under a number between the bounds."""
        return self.sure + bisect_left(self.open, bound)


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
        years, self.draws, self.limits = envelopes[0].years, len(early), limits_of(envelopes)
        self._months = months_listed(years, within)
        self._counted = np.bincount(early, minlength=within)[:within].cumsum()
        all_late = late(plan, envelopes, required, np.flatnonzero(latest == len(years)))
        self._never, self._late = all_late.between(lower, upper)
        sums = lower[-1] - upper[0], upper[-1] - lower[0]  # the least and the most that money lies under the others
        self._steps = _steps(envelopes, required, ends, within, sums)
        arrived = np.flatnonzero(early < within)
        tags = Tags.of(envelopes, arrived, _before(early[arrived]))
        self._at_first = [Under.of(tags.over_money[tags.place == i], *sums) for i in range(len(self.limits))]
        self._at_horizon = [Under.of(-lead, *sums) for lead in leads]

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        listed = sum(len(under.open) for under in (*self._at_first, *self._at_horizon)) * _LISTED_BYTES
        return self._counted.nbytes + self._late.nbytes + sum(array.nbytes for array in self._steps.arrays) + listed

    def at(self, levels: tuple[float, ...]) -> Found:
        """What an answer tells of the arrivals at some levels between the lower and the upper ones."""
        within, limits = len(self._counted), len(self.limits)
        histogram = self._steps.counted(levels)
        counted = self._counted - histogram[:within]
        never = self._never if not len(self._late.required) else self._late.never(levels, self._never)
        figures = Figures(self._months, counted, sum(never.values()), self.draws)
        if not self.limits:
            return Found(figures, (), [], [], never)
        gained, lost = histogram[within:].reshape(2, limits + 1).tolist()
        money_over = levels[-1] - levels[0]  # what a fixed sum brings
        first = [under.count(money_over) for under in self._at_first]
        waited_for = [n + more - less for n, more, less in zip(first, gained, lost, strict=False)]
        waited_for[0] += counted.item(-1) - sum(waited_for)
        return Found(figures, self.limits, waited_for, self._tightest(money_over), never)

    def _tightest(self, money_over: float) -> list[int]:
        """For each limit, in how many draws it is the tightest at the horizon: money in all that no other is."""
        others = [under.count(money_over) for under in self._at_horizon]
        return money_first(others, self.limits, self.draws)


def _steps(
    envelopes: tuple[Envelope, ...],
    required: Array,
    ends: tuple[Months, Months],
    within: int,
    sums: tuple[float, float],
) -> Steps:
    early, latest = ends
    rows = np.flatnonzero(early < np.minimum(latest, within))
    first = early[rows].astype(np.int64)
    each = np.minimum(latest[rows], within) - first
    row = rows.repeat(each)
    month, limits = np.arange(len(row)) - (each.cumsum() - each - first).repeat(each), len(limits_of(envelopes))
    tags = zip(*(Tags.of(envelopes, row, months) for months in (month, _before(month))), strict=True)
    places, over = (np.stack(both) for both in tags)
    beyond = month + 1 == within
    places[0, beyond], over[0, beyond] = limits, -np.inf
    heights = tuple(at(made.values, row, month).astype(float) for made in envelopes)
    of_limits, hanging = _bins(places, over, within, limits, sums)
    bins = np.stack([month.astype(np.int16), *of_limits])
    all_of_them = np.bincount(bins.ravel(), minlength=within + 2 * (limits + 1))
    return Steps(heights, required[row] if required.any() else None, bins, all_of_them, hanging)


def _bins(
    places: Places, over_money: Array, first: int, limits: int, sums: tuple[float, float]
) -> tuple[NDArray[np.int16], Hanging | None]:
    """Where steps count behind the first bins, for the limits and again, and what of that hangs on the sum."""
    money = np.array([[first], [first + limits + 1]], np.int16)
    others = money + places
    least, most = (over_money < bound for bound in sums)
    hangs = np.nonzero(most & ~least)
    hanging = Hanging(hangs[1], over_money[hangs], others[hangs]) if len(hangs[1]) else None
    return np.where(least, others, money), hanging


def _before(months: NDArray[np.integer]) -> Rows:
    """The month before, or the first."""
    return np.maximum(months.astype(np.int64) - 1, 0)
