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
from forecast.engine.outcome import Found, Leads, at, limits_of, place
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
    heights : tuple of ndarray, shape (steps,)
        What each envelope has come to in the month that a step leaves.
    needed : ndarray, shape (steps,), or None
        The requirement at levels 0; None where that is 0 in all draws.
    bins : ndarray of int16, shape (3, steps)
        Where a step counts in one histogram of months, limits and limits again: in the month that it leaves; by the
        limit that the draw waited for last if it is taken, or behind all limits if it leaves the horizon; and by the
        limit that it waited for last if it is not.
    over_money : ndarray, shape (2, steps), or None
        As `Tags.over_money` for these two limits; None where that decides nothing between the levels.
    within : int
        Months up to the horizon.
    """

    heights: tuple[Array, ...]
    needed: Array | None
    bins: NDArray[np.int16]
    over_money: Array | None
    within: int

    def taken(self, levels: Sequence[float]) -> Flags:
        """Which are taken at some levels: some envelope is still under its goal."""
        goals = levels if self.needed is None else [self.needed + level for level in levels]
        taken: Flags = self.heights[0] < goals[0]
        return taken | (self.heights[1] < goals[1]) if len(goals) > 1 else taken

    def counted(self, levels: Sequence[float], limits: int) -> NDArray[np.int64]:
        """The histogram of those that are taken at some levels."""
        bins = self.bins if self.over_money is None else self._at_sum(levels[-1] - levels[0], limits)
        return np.bincount(bins.compress(self.taken(levels), axis=1).ravel(), minlength=self.within + 2 * (limits + 1))

    def _at_sum(self, money_over: float, limits: int) -> NDArray[np.int16]:
        """The bins where a fixed sum brings `money_over`: money is the limit where the others lie further above it."""
        money = np.array([[self.within], [self.within + limits + 1]], np.int16)
        return np.concatenate([self.bins[:1], np.where(self.over_money < money_over, self.bins[1:], money)])


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
        self.years, self.draws, self.limits = envelopes[0].years, len(early), limits_of(envelopes)
        self._counted = np.bincount(early, minlength=within)[:within].cumsum()
        all_late = late(plan, envelopes, required, np.flatnonzero(latest == len(self.years)))
        self._never, self._late = all_late.between(lower, upper)
        sums = lower[-1] - upper[0], upper[-1] - lower[0]  # the least and the most that money lies under the others
        self._steps = _steps(envelopes, required, ends, within, sums)
        arrived = np.flatnonzero(early < within)
        tags = Tags.of(envelopes, arrived, _before(early[arrived]))
        self._at_first = [_of_limit(tags, i, sums) for i in range(len(self.limits))]
        self._at_horizon = [Under.of(-lead, *sums) for lead in leads]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        steps = self._steps
        arrays = chain(steps.heights, (steps.bins, steps.needed, steps.over_money))
        return self._counted.nbytes + self._late.nbytes + sum(array.nbytes for array in arrays if array is not None)

    def at(self, levels: tuple[float, ...]) -> Found:
        """What an answer tells of the arrivals at some levels between the lower and the upper ones."""
        within, limits = len(self._counted), len(self.limits)
        steps = self._steps.counted(levels, limits)
        counted = self._counted - steps[:within]
        never = self._never if not len(self._late.required) else self._late.never(levels, self._never)
        figures = Figures(self.years, counted, sum(never.values()), self.draws)
        if not self.limits:
            return Found(figures, (), [], [], never)
        gained, lost = steps[within:].reshape(2, limits + 1).tolist()
        money_over = levels[-1] - levels[0]  # what a fixed sum brings
        first = [under.count(money_over) for under in self._at_first]
        waited_for = [n + more - less for n, more, less in zip(first, gained, lost, strict=False)]
        waited_for[0] += counted.item(-1) - sum(waited_for)
        return Found(figures, self.limits, waited_for, self._tightest(money_over), never)

    def _tightest(self, money_over: float) -> list[int]:
        """For each limit, in how many draws it is the tightest at the horizon: money in all that no other is."""
        others = [under.count(money_over) for under in self._at_horizon]
        counts = [0] * (len(self.limits) - len(others)) + others
        counts[0] += self.draws - sum(counts)
        return counts


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
    month = np.arange(len(row)) - (each.cumsum() - each - first).repeat(each)
    places, over = _places(envelopes, row, month, within, sums)
    limits = len(limits_of(envelopes))
    bins = np.stack([month, *(places + [[within], [within + limits + 1]])]).astype(np.int16)
    heights = tuple(at(made.values, row, month).astype(float) for made in envelopes)
    return Steps(heights, required[row] if required.any() else None, bins, over, within)


def _places(
    envelopes: tuple[Envelope, ...], row: Rows, month: Rows, within: int, sums: tuple[float, float]
) -> tuple[Places, Array | None]:
    """The limits of each step (`Steps.bins`), and how far they lie over money where some sums are above that."""
    tags = [Tags.of(envelopes, row, months) for months in (month, _before(month))]
    places, beyond = np.stack([tag.place for tag in tags]), month + 1 == within
    places[0, beyond] = len(limits_of(envelopes))
    if len(envelopes) == 1:
        return places, None
    over = np.stack([tag.over_money for tag in tags])  # type: ignore[misc]
    over[0, beyond] = -np.inf
    least, most = (over < bound for bound in sums)  # under them it is not money
    return (places * least, None) if (least == most).all() else (places, over)


def _before(months: NDArray[np.integer]) -> Rows:
    """The month before, or the first."""
    return np.maximum(months.astype(np.int64) - 1, 0)


def _of_limit(tags: Tags, limit: int, sums: tuple[float, float]) -> Under:
    """In how many draws a limit is the tightest: where it lies over money by less than a fixed sum brings."""
    mine = tags.place == limit
    return Under.of(np.full(len(mine), -np.inf)[mine] if tags.over_money is None else tags.over_money[mine], *sums)
