"""Answers questions on one posterior, and remembers what the next question shares with the last.

A question is settled (defaults, refusals) and planned: a requirement per draw, and one or two envelopes per month,
money and the physical limits, that have to pass it. A draw arrives in the month in which the last of them does.
Envelopes do not depend on the target or on a fixed sum, requirements not on the payer: each is kept by its content, so
another budget or another loss is answered in a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forecast.engine import conditional, laws, requirement, settle
from forecast.engine.answer import Answer
from forecast.engine.arrival import ArrivalDistribution, first_passage
from forecast.engine.assumed import NOTHING_KNOWN, Assumed
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.compose import compose, posterior_status
from forecast.engine.envelope import Envelope, EnvelopeKey, make_envelope
from forecast.engine.imported import NONE_IMPORTED, ImportedScale
from forecast.engine.memory import Memory
from forecast.engine.outcome import Outcome
from forecast.engine.overrides import overridden
from forecast.engine.passages import passage_at
from forecast.engine.plan import CHANGES_LAW, Plan, plan_of, split
from forecast.engine.question import Question
from forecast.engine.scaling import LossLaw
from forecast.engine.simulation import Simulation
from forecast.engine.stock import ChipStock
from forecast.posterior.artefact import Posterior

Array = NDArray[np.float64]
Months = NDArray[np.int32]


class Solver:
    """Answers on one posterior.

    Parameters
    ----------
    posterior : Posterior
        Verified draws.
    imported : mapping, optional
        Scales that a user imported, by name; looked into only for a scale that the posterior does not know.
    memory : Memory, optional
        What is remembered, perhaps together with other solvers; by default a memory of its own.

    Attributes
    ----------
    status : PosteriorStatus
        What the gates said of the posterior.
    """

    def __init__(
        self,
        posterior: Posterior,
        imported: Mapping[str, ImportedScale] = NONE_IMPORTED,
        memory: Memory | None = None,
    ) -> None:
        self.posterior, self._imported = posterior, imported
        self._memory = Memory() if memory is None else memory
        self.status = posterior_status(posterior)
        stock = ChipStock.of(posterior)
        self._known = NOTHING_KNOWN if stock is None else stock.priors

    def ask(self, question: Question, checkpoint: Checkpoint = proceed) -> Answer:
        """The answer to one question.

        Parameters
        ----------
        question : Question
            What is asked.
        checkpoint : callable
            Called between the steps of what is not remembered, every 100 ms or so.

        Raises
        ------
        InputError
            When the question does not fit the posterior (see `forecast.engine.settle`).
        """
        return self._answer(question, self.plan(question), checkpoint)

    def recall(self, question: Question) -> Answer | None:
        """The answer if it needs only what is remembered, and so comes in well under a millisecond; else None.

        A requirement that was never asked for counts as remembered where its law is.

        Raises
        ------
        InputError
            As `ask`.
        """
        plan = self.plan(question)
        if self._memory.answers.peek(self._answer_key(question, plan)) is None and not self._remembers(plan):
            return None
        return self._answer(question, plan, proceed)

    def plan(self, question: Question) -> Plan:
        """What follows from a question before anything is simulated; errors as for `ask`."""
        imported = laws.imported_scale(self.posterior, self._imported, question.target)
        settled = settle.settle(question, self.posterior, imported)
        return plan_of(settled, self.posterior, imported)

    def replan(self, plan: Plan, on: frozenset[str]) -> Plan:
        """The same question with other limits and changes switched on."""
        return plan_of(plan.settled, self.posterior, plan.imported, on)

    def arrivals(self, question: Question, checkpoint: Checkpoint = proceed) -> ArrivalDistribution:
        """Outcomes of all draws, under the question's condition; the checkpoint is called as by `ask`."""
        return self.outcome(self.plan(question), checkpoint).arrivals

    def outcome(self, plan: Plan, checkpoint: Checkpoint = proceed) -> Outcome:
        """Outcomes of all draws, with the months in which each envelope passes the requirement."""
        required = self.required(plan, checkpoint)
        made = tuple(self.envelope(plan, key, checkpoint) for key in plan.keys)
        passed = tuple(self._passage(plan, i, made[i], required) for i in range(len(made)))
        rows = conditional.rows_under(plan.settled, self.simulation(plan), self.assumed(plan), checkpoint)
        return Outcome.of(plan, self.simulation(plan).years, required, made, passed, rows)

    def tightest(self, outcome: Outcome) -> list[int]:
        """For each limit that is on, in how many of the draws that count it is the tightest at the horizon."""
        if outcome.rows is not None:
            return outcome.tightest(outcome.leads())
        key = (outcome.plan.paths, outcome.plan.keys, outcome.arrivals.within)
        return outcome.tightest(self._memory.leads.get(key, outcome.leads))

    def simulation(self, plan: Plan) -> Simulation:
        """The paths that a question runs on."""
        return self._memory.simulations.get(plan.paths, lambda: self._simulate(plan.settled))

    def envelope(self, plan: Plan, key: EnvelopeKey, checkpoint: Checkpoint = proceed) -> Envelope:
        """One of a plan's envelopes."""
        return self._memory.envelopes.get(
            (plan.paths, key), lambda: make_envelope(self.simulation(plan), key, self.assumed(plan), checkpoint)
        )

    def assumed(self, plan: Plan) -> Assumed:
        """Draws of the inputs that nothing was fitted to."""
        overrides, draws, seed = split(plan.settled)[1], self.draws(plan.settled), plan.settled.seed
        key = (self.posterior.name, overrides, draws, seed)
        return self._memory.assumed.get(key, lambda: Assumed(draws, seed, overrides, self._known))

    def required(self, plan: Plan, checkpoint: Checkpoint = proceed) -> Array:
        """Compute that the target needs, log10 FLOP, shape (draws,): +inf where out of reach, 0 for compute as such.

        Compute as such is in the plan's levels: questions of it differ by a level alone.
        """
        if plan.requirement is None:
            return _zeros(self.draws(plan.settled))
        if plan.requirement == plan.unchanged:
            return self._unchanged(plan, checkpoint)
        return self._memory.requirements.get(
            plan.requirement,
            lambda: requirement.after_changes(self._unchanged(plan, checkpoint), plan.on, self.assumed(plan)),
        )

    def required_without(self, plan: Plan, change: str, checkpoint: Checkpoint = proceed) -> Array:
        """What the target would need if one of the changes of its law were off, as `required`."""
        if plan.requirement is None:
            return self.required(plan, checkpoint)
        unchanged, left = self._unchanged(plan, checkpoint), plan.on - {change}
        return requirement.after_changes(unchanged, left, self.assumed(plan)) if left & CHANGES_LAW else unchanged

    def law(self, plan: Plan, checkpoint: Checkpoint = proceed) -> LossLaw | None:
        """The law of every draw on the target's scale; None for compute as such."""
        scale, law, seed = plan.settled.target.scale, plan.settled.law, plan.settled.seed
        if law is None or scale is None:
            return None
        return self._memory.laws.get(
            plan.law,
            lambda: laws.resolve(self.simulation(plan).posterior, scale, law, seed, plan.imported, checkpoint),
        )

    def draws(self, question: Question) -> int:
        """How many draws a question uses, before its condition."""
        return min(question.max_draws, self.posterior.draws)

    def _simulate(self, settled: Question) -> Simulation:
        fitted = split(settled)[0]
        posterior = overridden(self.posterior, fitted, settled.seed) if fitted else self.posterior
        return Simulation(posterior.thin(self.draws(settled)), settled.seed)

    def _unchanged(self, plan: Plan, checkpoint: Checkpoint) -> Array:
        """The requirement before anything changes it, so that each change asks for the law's inverse only once."""
        return self._memory.requirements.get(
            plan.unchanged,
            lambda: requirement.required_flop(plan.settled.target, self.law(plan, checkpoint), self.assumed(plan)),
        )

    def _remembers(self, plan: Plan) -> bool:
        memory = self._memory
        if any(memory.envelopes.peek((plan.paths, key)) is None for key in plan.keys):
            return False
        if memory.simulations.peek(plan.paths) is None or plan.settled.limit_effects:
            return False
        return plan.law is None or any(
            kept.peek(key) is not None
            for kept, key in ((memory.laws, plan.law), (memory.requirements, plan.requirement))
        )

    def _answer(self, question: Question, plan: Plan, checkpoint: Checkpoint) -> Answer:
        key = self._answer_key(question, plan)
        return self._memory.answers.get(key, lambda: compose(self, question, plan, checkpoint))

    def _answer_key(self, question: Question, plan: Plan) -> Hashable:
        return question, self.posterior.name, plan.imported and plan.imported.digest

    def _passage(self, plan: Plan, i: int, made: Envelope, required: Array) -> Months:
        """By the levels that are kept of the scenario, unless its requirement is met for the first time."""
        scenario, level, levels = (plan.paths, plan.keys[i], plan.requirement), plan.levels[i], self._memory.levels
        if plan.requirement is not None and not self._met_before(scenario):
            return first_passage(made.values, required + level)
        return passage_at(level, made.values, required, lambda number, make: levels.get((scenario, number), make))

    def _met_before(self, scenario: Hashable) -> bool:
        if self._memory.met.peek(scenario) is not None:
            return True
        self._memory.met.get(scenario, lambda: True)
        return False


@lru_cache(4)
def _zeros(draws: int) -> Array:
    zeros = np.zeros(draws)
    zeros.flags.writeable = False
    return zeros
