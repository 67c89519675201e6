"""Answers questions on one posterior, and remembers what the next question shares with the last.

A question is settled (defaults, refusals) and planned: a requirement per draw, and one or two envelopes per month,
money and the physical limits, that have to pass it. A draw arrives in the month in which the last of them does.
Envelopes do not depend on the target or on a fixed sum, requirements not on the payer: each is kept by its content.

Questions that differ by numbers alone are a family (`forecast.engine.family`), settled and planned once; where one was
asked for nearby, the next is answered by counting (`forecast.engine.nearby`), in about a tenth of a millisecond.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
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
from forecast.engine.family import Family, numbers, shared
from forecast.engine.imported import NONE_IMPORTED, ImportedScale
from forecast.engine.memory import Memory
from forecast.engine.nearby import MAX_STEPS, Nearby, levels_around
from forecast.engine.outcome import Found, Leads, Outcome, Rows, leads, limits_of
from forecast.engine.overrides import overridden
from forecast.engine.passages import Keep, passage
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
        self._scales = frozenset(laws.known_scales(posterior))
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
        told = self.recall(question)
        return self._answer(self.family(question), question, checkpoint) if told is None else told

    def recall(self, question: Question) -> Answer | None:
        """The answer if it needs only what is remembered, and so comes in well under a millisecond; else None.

        A requirement that was never asked for counts as remembered where its law is.

        Raises
        ------
        InputError
            As `ask`.
        """
        key, memory = (family := self.family(question), numbers(question)), self._memory
        told = memory.answers.find(key) or memory.counted.find(key)
        if told is not None:
            return told
        plan = family.plan(question)
        counts = family.counts and family.choices is not None
        nearby = memory.nearby.find(_place(family, plan)) if counts else None
        if nearby is not None:
            return memory.counted.keep(key, compose(self, family, question, plan, nearby.at(plan.levels), proceed))
        return self._answer(family, question, proceed, plan) if self._remembers(plan) else None

    def family(self, question: Question) -> Family:
        """What a question has in common with those that differ by numbers alone; errors as for `ask`."""
        scale, imported = question.target.scale, None
        if scale is not None and scale not in self._scales:
            imported = laws.imported_scale(self.posterior, self._imported, question.target)
        key = (self.posterior.name, imported and imported.digest, shared(question))
        return self._memory.families.get(key, lambda: self._made_family(question, imported))

    def plan(self, question: Question) -> Plan:
        """What follows from a question before anything is simulated; errors as for `ask`."""
        return self.family(question).plan(question)

    def replan(self, plan: Plan, on: frozenset[str]) -> Plan:
        """The same question with other limits and changes switched on."""
        return plan_of(plan.settled, self.posterior, plan.imported, on)

    def arrivals(self, question: Question, checkpoint: Checkpoint = proceed) -> ArrivalDistribution:
        """Outcomes of all draws, under the question's condition; the checkpoint is called as by `ask`."""
        return self.outcome(self.plan(question), checkpoint).arrivals

    def found(self, family: Family, plan: Plan, checkpoint: Checkpoint = proceed) -> Found:
        """What an answer tells of the arrivals: by counting from what is known of them nearby, where that is enough."""
        known = plan.requirement is None or self._met((family.ground, plan.value))
        nearby = self._nearby(family, plan, checkpoint) if known and family.counts else None
        if nearby is not None:
            return nearby.at(plan.levels)
        outcome = self.outcome(plan, checkpoint, family if known else None)
        return outcome.found(self._leads(family, outcome.envelopes, outcome.rows))

    def outcome(self, plan: Plan, checkpoint: Checkpoint = proceed, family: Family | None = None) -> Outcome:
        """Outcomes of all draws, with the months in which each envelope passes the requirement.

        Parameters
        ----------
        plan : Plan
            Of a question.
        checkpoint : callable
            As by `ask`.
        family : Family, optional
            Of the question: then what is known of other levels helps.
        """
        required = self.required(plan, checkpoint)
        made = tuple(self.envelope(plan, key, checkpoint) for key in plan.keys)
        if family is None:
            passed = tuple(first_passage(o.values, required + at) for o, at in zip(made, plan.levels, strict=True))
        else:
            passed = self._passed(family, plan, plan.levels, made, required)
        rows = conditional.rows_under(plan.settled, self.simulation(plan), self.assumed(plan), checkpoint)
        return Outcome.of(plan, self.simulation(plan).years, required, made, passed, rows)

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
        if plan.settled.limit_effects or memory.simulations.find(plan.paths) is None:
            return False
        if any(memory.envelopes.find((plan.paths, key)) is None for key in plan.keys):
            return False
        return plan.law is None or any(
            kept.find(key) is not None
            for kept, key in ((memory.laws, plan.law), (memory.requirements, plan.requirement))
        )

    def _made_family(self, question: Question, imported: ImportedScale | None) -> Family:
        plan = plan_of(settle.settle(question, self.posterior, imported), self.posterior, imported)
        within = settle.months_within(plan.settled, self.posterior.as_of)
        return Family(plan, within, self._memory.grounds.get((plan.ground, within), object))

    def _answer(self, family: Family, question: Question, checkpoint: Checkpoint, plan: Plan | None = None) -> Answer:
        def made() -> Answer:
            """Worked out, and composed."""
            planned = plan or family.plan(question)
            return compose(self, family, question, planned, self.found(family, planned, checkpoint), checkpoint)

        return self._memory.answers.get((family, numbers(question)), made)

    def _nearby(self, family: Family, plan: Plan, checkpoint: Checkpoint) -> Nearby | None:
        """What is known between the levels of the grid around a plan's, from the second question there on."""
        place, memory = _place(family, plan), self._memory.nearby
        known = memory.find(place) is not None or self._met(place)
        return memory.get(place, lambda: self._made_nearby(family, plan, checkpoint)) if known else None

    def _made_nearby(self, family: Family, plan: Plan, checkpoint: Checkpoint) -> Nearby | None:
        required, between = self.required(plan, checkpoint), levels_around(plan.levels)
        made = tuple(self.envelope(plan, key, checkpoint) for key in plan.keys)
        early, latest = (np.maximum.reduce(self._passed(family, plan, levels, made, required)) for levels in between)
        if (latest - early).sum() > MAX_STEPS * len(early):
            return None
        return Nearby(plan, made, required, (early, latest), family.within, between, self._leads(family, made))

    def _passed(
        self, family: Family, plan: Plan, levels: Sequence[float], envelopes: tuple[Envelope, ...], required: Array
    ) -> tuple[Months, ...]:
        """Month in which each envelope passes the requirement at its level, by what is known of other levels."""
        kept, value = self._memory.levels, plan.value

        def keep(i: int) -> Keep:
            return lambda number, make: kept.get((family.ground, value, i, number), make)

        found = enumerate(zip(levels, envelopes, strict=True))
        return tuple(passage(level, made.values, required, keep(i)) for i, (level, made) in found)

    def _leads(self, family: Family, envelopes: tuple[Envelope, ...], rows: Rows | None = None) -> Leads:
        if not limits_of(envelopes):
            return ()
        if rows is not None:
            return leads(envelopes, family.within - 1, rows)
        return self._memory.leads.get(family.ground, lambda: leads(envelopes, family.within - 1))

    def _met(self, key: Hashable) -> bool:
        """Whether it was asked for before."""
        met = self._memory.met.find(key) is not None
        self._memory.met.keep(key, True)
        return met


def _place(family: Family, plan: Plan) -> Hashable:
    """Among what is known of the neighbourhoods of levels."""
    return family.ground, plan.value, *levels_around(plan.levels)


@lru_cache(4)
def _zeros(draws: int) -> Array:
    zeros = np.zeros(draws)
    zeros.flags.writeable = False
    return zeros
