"""Why two answers differ: the change shared out exactly between what differs in their questions and posteriors.

Every mixture of the two questions is asked, and each difference gets its Shapley value: the average, over all orders in
which the differences could have been introduced one by one, of the change that it makes. The parts sum to the change.
Differences that cannot be mixed (a budget with on trend) are one part. What is shared out is the median, where both
answers have one within their horizon, else the probability of arrival by the end of a year. A mixture may have no
median where both ends have one: it then counts as the end of the simulation.

A block of the posterior comes with its causes. Where only the data, the priors, the code of the model, the as-of date
or the sampling differ, that is the cause; where several do, only a refit tells them apart (`timelines explain
--refit`).

Reference: Shapley 1953, A value for n-person games, in Contributions to the Theory of Games II, 307.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from forecast.engine.arrival import ArrivalDistribution
from forecast.engine.blending import POSTERIOR, Parts
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import checked_int
from forecast.engine.coalitions import merged
from forecast.engine.difference_words import difference_words
from forecast.engine.differences import SCENARIO, Pair, Side
from forecast.engine.encode import posterior_dict
from forecast.engine.imported import ImportedScale
from forecast.engine.memory import Memory
from forecast.engine.parts import PosteriorStatus
from forecast.engine.question import MAX_MONTHS, Question
from forecast.engine.shapley import MAX_PLAYERS, shapley
from forecast.engine.solver import Solver
from forecast.errors import InputError
from forecast.posterior.artefact import Posterior
from forecast.units import grid_years

Measure = Literal["median", "p_by_year"]

DEFAULT_YEAR = 2040
_AMOUNTS = ("payer", "price_basis", "cost_scope")


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """One difference and its part of the change.

    Attributes
    ----------
    switch : str
        What differs, such as `payer`, `scenario.chips` or `posterior.compute`; joined by ` + ` where differences go
        together only.
    words : str
        From what to what.
    change : float
        Its part, years or probability.
    causes : tuple of str
        For a block of the posterior: which of as_of, data, priors, code and sampling differ. One is the cause; several
        need a refit to be told apart.
    """

    switch: str
    words: str
    change: float
    causes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The single cause, `refit needed` where there are several, else nothing."""
        return self.causes[0] if len(self.causes) == 1 else "refit needed" if self.causes else ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two answers differ.

    Attributes
    ----------
    measure : {"median", "p_by_year"}
        What is compared.
    year : int or None
        Of the probability; None for the median.
    value_before, value_after : float
        Decimal year of the median, or the probability of arrival by the end of the year.
    parts : tuple of ExplainedPart
        The largest change first; they sum to the change.
    gates : tuple of PosteriorStatus
        Of the posterior that answers both, or of each where two do.
    """

    measure: Measure
    year: int | None
    value_before: float
    value_after: float
    parts: tuple[ExplainedPart, ...]
    gates: tuple[PosteriorStatus, ...]

    @property
    def change(self) -> float:
        """From before to after: years or probability."""
        return self.value_after - self.value_before

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names."""
        told: dict[str, Any] = {"measure": f"EXPLAIN_MEASURE_{self.measure.upper()}"}
        if self.year is not None:
            told["year"] = self.year
        told |= {"value_before": self.value_before, "value_after": self.value_after}
        parts = [
            {"switch": part.switch, "words": part.words, "change": part.change}
            | ({"causes": list(part.causes)} if part.causes else {})
            for part in self.parts
        ]
        return told | ({"parts": parts} if parts else {}) | {"gates": [posterior_dict(gate) for gate in self.gates]}

    def to_json(self) -> str:
        """As JSON text, indented, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def explain(
    before: tuple[Solver, Question],
    after: tuple[Solver, Question],
    year: int | None = None,
    checkpoint: Checkpoint = proceed,
    parts: Parts | None = None,
) -> Explanation:
    """Why the answer to one question differs from the answer to another.

    Parameters
    ----------
    before, after : tuple of Solver and Question
        Each question with the solver on the posterior that answers it.
    year : int, optional
        For the probability, where a median is not within its horizon: from the later as-of year to the end of the
        earlier simulation. Default: 2040, or the nearest that both have.
    checkpoint : callable
        Called between the steps.
    parts : Parts, optional
        Of the posterior's change; by default its independent blocks.

    Raises
    ------
    InputError
        When a question does not fit its posterior, or the year lies outside both simulations.
    """
    pair = Pair.by_block(Side(*before), Side(*after))
    pair = pair if parts is None else replace(pair, parts=parts)
    asked = _Mixtures(pair, _checked_year(pair, year), checkpoint)
    groups = asked.groups()
    changes = shapley(lambda flipped: asked.value(_union(groups, flipped)), len(groups))
    told = [asked.part(group, change) for group, change in zip(groups, changes, strict=True)]
    return Explanation(
        measure=asked.measure,
        year=None if asked.measure == "median" else asked.year,
        value_before=asked.value(frozenset()),
        value_after=asked.value(_union(groups, frozenset(range(len(groups))))),
        parts=tuple(sorted(told, key=lambda part: (-abs(part.change), part.switch))),
        gates=tuple({solver.status.name: solver.status for solver, _ in (before, after)}.values()),
    )


def _union(groups: tuple[frozenset[str], ...], flipped: frozenset[int]) -> frozenset[str]:
    return frozenset().union(*(groups[i] for i in flipped))


def _checked_year(pair: Pair, year: int | None) -> int:
    sides = (pair.before.posterior, pair.after.posterior)
    first = max(posterior.as_of.year for posterior in sides)
    last = min(int(grid_years(posterior.as_of, MAX_MONTHS)[-1]) for posterior in sides) - 1
    if year is None:
        return min(max(DEFAULT_YEAR, first), last)
    return checked_int(year, "year", first, last, "the year of the probability")


class _Mixtures:
    """Every mixture of two questions, asked once."""

    def __init__(self, pair: Pair, year: int, checkpoint: Checkpoint) -> None:
        self._pair, self.year, self._checkpoint = pair, year, checkpoint
        ends = [side.solver.arrivals(side.question, checkpoint) for side in (pair.before, pair.after)]
        self.measure: Measure = "median" if all(_median(end) is not None for end in ends) else "p_by_year"
        self._cap = min(float(end.years[-1]) for end in ends)
        self._values = {
            flipped: self._measured(side.solver.arrivals(side.to_the_end(), checkpoint))
            for flipped, side in ((frozenset(), pair.before), (frozenset(pair.switches()), pair.after))
        }
        self._solvers: dict[str, Solver] = {}
        self._memory = Memory()

    def groups(self) -> tuple[frozenset[str], ...]:
        """Sets of switches that are flipped together; those that cost most to flip last."""
        players = _condensed(self._pair.switches())
        found = merged(lambda chosen: self._answerable(_union(players, chosen)), len(players))
        return tuple(_union(players, group) for group in sorted(found, key=max))

    def value(self, flipped: frozenset[str]) -> float:
        """The measure with some switches flipped."""
        if flipped not in self._values:
            self._checkpoint()
            posterior, question = self._pair.mixture(flipped)
            self._values[flipped] = self._measured(self._solver(posterior).arrivals(question, self._checkpoint))
        return self._values[flipped]

    def part(self, group: frozenset[str], change: float) -> ExplainedPart:
        """A group's part, in words."""
        names = [name for name in self._pair.switches() if name in group]
        told = [difference_words(name, self._pair) for name in names]
        found = dict.fromkeys(
            cause for name in names if name.startswith(POSTERIOR) for cause in self._pair.parts.causes(name)
        )
        label = "".join(f"{name}: " for name in names[:1]) if len(names) > 1 else ""
        joined = "; ".join([label + told[0], *(f"{n}: {w}" for n, w in zip(names[1:], told[1:], strict=True))])
        return ExplainedPart(" + ".join(names), joined, change, tuple(found))

    def _answerable(self, flipped: frozenset[str]) -> bool:
        try:
            posterior, question = self._pair.mixture(flipped)
            self._solver(posterior).plan(question)
            if question.condition is not None:
                self.value(flipped)  # whether enough draws remain is known no sooner
        except InputError:
            return False
        return True

    def _measured(self, arrivals: ArrivalDistribution) -> float:
        if self.measure == "p_by_year":
            return arrivals.p_by_year([self.year])[0]
        median = _median(arrivals)
        return self._cap if median is None else min(median, self._cap)

    def _solver(self, posterior: Posterior) -> Solver:
        if posterior.name not in self._solvers:
            self._solvers[posterior.name] = Solver(posterior, self._imported(), self._memory)
        return self._solvers[posterior.name]

    def _imported(self) -> Mapping[str, ImportedScale]:
        plans = (self._pair.before.plan, self._pair.after.plan)
        return {plan.imported.name: plan.imported for plan in plans if plan.imported is not None}


def _median(arrivals: ArrivalDistribution) -> float | None:
    return arrivals.quantiles([0.5])[0].decimal_year


def _condensed(switches: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """At most ten: where there are more, the scenario's become one, and then what an amount of money means."""
    groups = [frozenset({name}) for name in switches]
    for joins in (lambda name: name.startswith(SCENARIO), lambda name: name in _AMOUNTS):
        if len(groups) > MAX_PLAYERS:
            joined = frozenset(name for name in switches if joins(name))
            groups = [group for group in groups if not group <= joined] + [joined]
            groups.sort(key=lambda group: max(switches.index(name) for name in group))
    return tuple(groups)
