"""What comes out of a plan: arrivals, and which limit each draw waited for last.

A draw waits for the limit that is the tightest in the month before its arrival, in the first month where it has arrived
already. Between a fixed sum and the other limits that is the one passed last; where both are passed in the same month,
the lower one the month before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast.engine import settle
from forecast.engine.arrival import ArrivalDistribution, distribution
from forecast.engine.envelope import Envelope
from forecast.engine.figures import Figures
from forecast.engine.plan import Plan
from forecast.engine.reasons import late

Array = NDArray[np.float64]
Months = NDArray[np.int32]
Rows = NDArray[np.int64]
Leads = tuple[Array, ...]


class Found(NamedTuple):
    """What an answer tells of the arrivals of all draws that count.

    Attributes
    ----------
    arrivals : Figures
        How many have arrived by each month.
    limits : tuple of str
        That are on, money first; empty where the criterion knows none.
    waited_for : list of int
        For each limit, in how many arrivals within the horizon it was waited for last.
    tightest : list of int
        For each limit, in how many draws it is the tightest at the horizon.
    never : dict of str to int
        In how many draws it never does, by the reason in words.
    outcome : Outcome or None
        Where each of the draws was looked at.
    """

    arrivals: Figures
    limits: tuple[str, ...]
    waited_for: list[int]
    tightest: list[int]
    never: dict[str, int]
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Arrivals of all draws, or of those under the question's condition, and what they rest on.

    Attributes
    ----------
    plan : Plan
        Of the question.
    arrivals : ArrivalDistribution
        Of the draws that count.
    required : ndarray, shape (draws,)
        log10 FLOP above the plan's levels, of all draws.
    envelopes : tuple of Envelope
        In the plan's order.
    passed : tuple of ndarray of int32, shape (draws,)
        Month in which each envelope passes the requirement, of all draws.
    rows : ndarray of int or None
        Positions of the draws that count; None for all.
    """

    plan: Plan
    arrivals: ArrivalDistribution
    required: Array
    envelopes: tuple[Envelope, ...]
    passed: tuple[Months, ...]
    rows: Rows | None

    @classmethod
    def of(
        cls,
        plan: Plan,
        years: Array,
        required: Array,
        envelopes: tuple[Envelope, ...],
        passed: tuple[Months, ...],
        rows: Rows | None,
    ) -> Outcome:
        """Put together what the solver found."""
        month = _last(passed, required, len(years))
        eventually = _eventually(plan, required, envelopes)
        if rows is not None:
            month = month[rows]
            eventually = eventually if isinstance(eventually, bool) else eventually[rows]
        within = settle.months_within(plan.settled, plan.settled.as_of)  # type: ignore[arg-type]
        arrivals = distribution(years, month, eventually, within)
        return cls(plan, arrivals, required, envelopes, passed, rows)

    def counted[Kind: np.generic](self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Of a value per draw, those that count."""
        return values if self.rows is None else values[self.rows]

    def unreachable(self) -> int:
        """Number of draws that count in which no compute is enough."""
        if self.plan.requirement is None:
            return 0
        return int(np.count_nonzero(np.isinf(self.counted(self.required))))

    def waited_for(self) -> list[int]:
        """For each limit that is on, in how many arrivals within the horizon it was waited for last."""
        counts: list[int] = np.bincount(self._not_for_first(), minlength=len(self.limits())).tolist()
        counts[0] += sum(self.arrivals.counts[:2]) - sum(counts)
        return counts

    def found(self, leads: Leads) -> Found:
        """What an answer tells of it."""
        limits, never = self.limits(), np.flatnonzero(self.arrivals.never)
        rows = never if self.rows is None else self.rows[never]
        lost = late(self.plan, self.envelopes, self.required, rows).never(self.plan.levels)
        if not limits:
            return Found(self.arrivals, limits, [], [], lost, self)
        return Found(self.arrivals, limits, self.waited_for(), self.tightest(leads), lost, self)

    def tightest(self, known: Leads | None = None) -> list[int]:
        """For each limit that is on, in how many of the draws that count it is the tightest at the horizon."""
        found = leads(self.envelopes, self.arrivals.within - 1, self.rows) if known is None else known
        return tightest(found, self.limits(), self.plan.levels, self.arrivals.draws)

    def limits(self) -> tuple[str, ...]:
        """Names of the limits, money first; empty where the criterion knows none."""
        return limits_of(self.envelopes)

    def _not_for_first(self) -> NDArray[np.int8]:
        """The limit that an arrival within the horizon waited for last, where that may be another than the first."""
        month = _month_of(self.passed)
        arrived = month < self.arrivals.within
        rows = np.flatnonzero(self._later(arrived) if len(self.passed) > 1 else arrived)
        if self.rows is not None:
            rows = np.intersect1d(rows, self.rows, assume_unique=True)
        return self._which(len(self.passed) - 1, _before(month, rows), rows)

    def _later(self, arrived: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Where draws that have arrived waited for the other limits and not for a fixed sum."""
        money, others = self.passed
        later = (others > money) & arrived
        same = np.flatnonzero((others == money) & arrived)
        before = _before(money, same)
        later[same] = self._value(1, before, same) < self._value(0, before, same)
        return later

    def _value(self, i: int, months: Months, rows: Rows) -> Array:
        """An envelope above its level, in one month of each of some draws."""
        values: Array = at(self.envelopes[i].values, rows, months) - np.float64(self.plan.levels[i])
        return values

    def _which(self, i: int, months: Months, rows: Rows) -> NDArray[np.int8]:
        """The lowest limit of an envelope in one month of each of some draws, as a position in `limits`."""
        which = self.envelopes[i].which
        return np.zeros(len(rows), np.int8) if which is None else at(which, rows, months) + place(self.envelopes)


def limits_of(envelopes: tuple[Envelope, ...]) -> tuple[str, ...]:
    """Names of the limits of all envelopes; money stands in both where commoditization caps a fixed sum."""
    return tuple(dict.fromkeys(name for made in envelopes for name in made.limits))


def place(envelopes: tuple[Envelope, ...]) -> np.int8:
    """Where the last envelope's limits begin among those of all."""
    return np.int8(0 if "money" in envelopes[-1].limits else len(envelopes) - 1)


def leads(envelopes: tuple[Envelope, ...], month: int, rows: Rows | None = None) -> Leads:
    """For each limit of the last envelope, how far money lies over it in a month, log10, sorted.

    Of all draws or of some, those in which it is the lowest of its envelope: +inf where money has none of its own.
    """
    limits = range(len(envelopes[-1].limits))
    lowest, columns = envelopes[-1].lowest(month), [made.column(month) for made in envelopes]
    if rows is not None:
        lowest, columns = lowest[rows], [column[rows] for column in columns]
    if len(envelopes) == 1:
        return tuple(np.full(np.count_nonzero(lowest == i), np.inf) for i in limits)
    money, others = (column.astype(float) for column in columns)
    return tuple(np.sort((money - others)[lowest == i]) for i in limits)


def tightest(leads: Leads, limits: tuple[str, ...], levels: tuple[float, ...], draws: int) -> list[int]:
    """For each limit, in how many draws it is the tightest, by how far money lies over it and the plan's levels."""
    level = levels[0] - levels[-1]
    return money_first([len(lead) - int(lead.searchsorted(level, "right")) for lead in leads], limits, draws)


def money_first(others: list[int], limits: tuple[str, ...], draws: int) -> list[int]:
    """Counts for all limits from those of the last ones: the first, which is money's, has all draws that are left."""
    counts = [0] * (len(limits) - len(others)) + others
    counts[0] += draws - sum(counts)
    return counts


def at[Kind: np.generic](values: NDArray[Kind], rows: Rows, months: NDArray[np.integer]) -> NDArray[Kind]:
    """One month of each of some rows, by a single flat index."""
    found: NDArray[Kind] = values.ravel().take(rows * values.shape[1] + months)
    return found


def _before(months: Months, rows: Rows) -> Months:
    """The month before, or the first, of some rows."""
    earlier: Months = np.maximum(months.take(rows) - 1, 0)
    return earlier


def _last(passed: tuple[Months, ...], required: Array, months: int) -> Months:
    """Month in which the last envelope is passed; where nothing limits a run, the first, if any compute is enough."""
    if not passed:
        return np.where(np.isinf(required), months, 0).astype(np.int32)
    return _month_of(passed)


def _month_of(passed: tuple[Months, ...]) -> Months:
    return passed[0] if len(passed) == 1 else np.maximum(passed[0], passed[1])


def _eventually(plan: Plan, required: Array, envelopes: tuple[Envelope, ...]) -> NDArray[np.bool_] | bool:
    """Whether each draw arrives in the end: the requirement is finite and every envelope comes to it."""
    bounded = [(made, level) for made, level in zip(envelopes, plan.levels, strict=True) if not made.endless]
    if plan.requirement is None and not bounded:
        return True
    reaches = np.isfinite(required)
    for made, level in bounded:
        reaches = reaches & (made.eventual >= required + level)
    return reaches
