"""What an answer depends on, without a refit: tornado, Shapley effects, value of information.

The outcome is Y = min(arrival, horizon), a decimal year that every draw has; the horizon is the last day of its month.
Nothing is drawn anew for the tornado and the value of information: they compare the draws as they are, so inputs that
depend on each other stay so. The Shapley effects exchange whole independent blocks between draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import Answer
from forecast.engine.arrival import ArrivalDistribution
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import checked_int
from forecast.engine.dependence import Influence, influences, observations
from forecast.engine.effects import Effect, effects
from forecast.engine.exchange import Exchange
from forecast.engine.information import Information, half_mean_difference, information
from forecast.engine.input_words import Now, swing_words
from forecast.engine.outcome import Outcome
from forecast.engine.question import Question
from forecast.engine.sensitivity_answer import InformationValue, Sensitivity, TornadoBar
from forecast.engine.solver import Solver
from forecast.engine.tornado import Swing, median, tornado

Array = NDArray[np.float64]

DEFAULT_INPUTS, MAX_INPUTS = 10, 100
SHAPLEY_DRAWS = 4_000
"""At most: of more, so many are used, evenly spaced."""

SHAPLEY_REPLICATES = 2
"""Pairings of all draws: two are as good as four for the error, which the draws themselves make by then."""

_TO_MONTH_END = 1 / 24 - 1 / 366


def sensitivity(
    solver: Solver,
    question: Question,
    checkpoint: Checkpoint = proceed,
    *,
    inputs: int = DEFAULT_INPUTS,
    shapley: bool = True,
) -> Sensitivity:
    """What the answer to a question depends on.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    question : Question
        What is asked.
    checkpoint : callable
        Called between the steps.
    inputs : int
        How many inputs to tell of, those that matter most, from 1 to 100.
    shapley : bool
        Whether to work out the effects of the blocks too, which takes a second or more.

    Raises
    ------
    InputError
        When the question does not fit the posterior, or `inputs` is out of bounds.
    """
    checked_int(inputs, "inputs", 1, MAX_INPUTS, "a number of inputs")
    answer = solver.ask(question, checkpoint)
    plan = solver.plan(question)
    outcome = solver.outcome(plan, checkpoint)
    study = _Study(outcome, answer)
    known = study.counted(influences(solver, plan, checkpoint))
    seen = study.counted(observations(solver, plan, checkpoint))
    checkpoint()
    exchanged = shapley and outcome.rows is None
    return study.told(known, seen, inputs, _effects(solver, outcome, known, checkpoint) if exchanged else ())


def outcome_years(arrivals: ArrivalDistribution, months: NDArray[np.int32] | None = None) -> Array:
    """min(arrival, horizon) of every draw, decimal years.

    Parameters
    ----------
    arrivals : ArrivalDistribution
        Of the question.
    months : ndarray of int, optional
        Months of arrival in place of the distribution's own; any number of draws.
    """
    index = arrivals.index if months is None else months
    capped = np.append(arrivals.years[: arrivals.within], horizon_year(arrivals))
    return capped[np.minimum(index, arrivals.within)]


def horizon_year(arrivals: ArrivalDistribution) -> float:
    """The horizon as a decimal year: the last day of its month."""
    return float(arrivals.years[arrivals.within - 1]) + _TO_MONTH_END


class _Study:
    """The outcome of one question, and what it comes to."""

    def __init__(self, outcome: Outcome, answer: Answer) -> None:
        self._outcome, self._answer = outcome, answer
        self._y = outcome_years(outcome.arrivals)
        self._cap = horizon_year(outcome.arrivals)
        self._now = Now(
            median(self._y), self._cap, float(outcome.arrivals.years[0]), float((self._y < self._cap).mean())
        )

    def counted(self, found: tuple[Influence, ...]) -> dict[str, Influence]:
        """By name, over the draws that count."""
        rows = self._outcome.rows
        if rows is None:
            return {one.name: one for one in found}
        return {one.name: Influence(one.name, one.unit, one.about, one.block, one.values[rows]) for one in found}

    def told(
        self, known: dict[str, Influence], seen: dict[str, Influence], count: int, shares: tuple[Effect, ...]
    ) -> Sensitivity:
        """Everything, put together."""
        answer, y = self._answer, self._y
        every = {**known, **seen}
        swings = {swing.input: swing for swing in tornado(y, _values(every), self._cap)}
        bars = [self._bar(swing, known[name]) for name, swing in swings.items() if name in known]
        worth = information(y, _values(every), answer.question.seed, self._cap)
        inputs_first = [row.input for row in worth if row.input in known][:count]
        return Sensitivity(
            answer=answer,
            median=self._now.median,
            horizon=self._cap,
            sd_years=float(y.std()),
            half_difference_years=half_mean_difference(y),
            width_80_years=self._width(),
            tornado=tuple(bars[:count]),
            shapley=shares,
            information=tuple(
                self._worth(row, swings[row.input], every[row.input])
                for row in worth
                if row.input in seen or row.input in inputs_first
            ),
        )

    def _width(self) -> float | None:
        low, high = np.quantile(self._y, (0.1, 0.9), method="inverted_cdf").tolist()
        return None if high >= self._cap else float(high - low)

    def _bar(self, swing: Swing, of: Influence) -> TornadoBar:
        return TornadoBar(
            of.name,
            of.unit,
            of.about,
            swing.low,
            swing.high,
            swing.median_low,
            swing.median_high,
            swing.p_low,
            swing.p_high,
        )

    def _worth(self, row: Information, swing: Swing, of: Influence) -> InformationValue:
        what = of.about if of.name.startswith("observed.") else f"{of.name} ({of.about})"
        words = swing_words(swing, what, of.unit, self._now)
        return InformationValue(row.input, row.fall_years, row.mcse_years, row.width_80_fall_years, words)


def _values(found: dict[str, Influence]) -> dict[str, Array]:
    return {name: one.values for name, one in found.items()}


def _effects(
    solver: Solver, outcome: Outcome, known: dict[str, Influence], checkpoint: Checkpoint
) -> tuple[Effect, ...]:
    arrivals = outcome.arrivals
    blocks = list(dict.fromkeys(one.block for one in known.values()))
    count = min(arrivals.draws, SHAPLEY_DRAWS)
    chosen = np.arange(count) * arrivals.draws // count
    exchange = Exchange(
        solver, outcome.plan, arrivals.within, chosen, lambda months: outcome_years(arrivals, months), checkpoint
    )
    return effects(outcome_years(arrivals)[chosen], exchange, blocks, outcome.plan.settled.seed, SHAPLEY_REPLICATES)
