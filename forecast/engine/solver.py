"""Answers questions on one posterior, and remembers what the next question shares with the last.

A question is settled (defaults, refusals), turned into a requirement per draw and an envelope per month, and the first
passage of one over the other gives the arrivals. Envelopes do not depend on the target or on a fixed sum, requirements
not on the payer: each is kept by its content, so another budget or another loss is answered in a fraction of a
millisecond.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast.engine import laws, settle
from forecast.engine.answer import Answer
from forecast.engine.arrival import ArrivalDistribution, distribution, first_passage
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.compose import Basis, compose
from forecast.engine.envelope import Envelope, EnvelopeKey, Simulation
from forecast.engine.imported import NONE_IMPORTED, ImportedScale
from forecast.engine.memory import Memory
from forecast.engine.passages import passage_at
from forecast.engine.question import Question
from forecast.engine.scaling import LossLaw
from forecast.posterior.artefact import Posterior

Array = NDArray[np.float64]


class _Case(NamedTuple):
    """A question and what follows from it before anything is simulated."""

    asked: Question
    settled: Question
    key: EnvelopeKey
    imported: ImportedScale | None


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
    """

    def __init__(
        self,
        posterior: Posterior,
        imported: Mapping[str, ImportedScale] = NONE_IMPORTED,
        memory: Memory | None = None,
    ) -> None:
        self.posterior, self._imported = posterior, imported
        self._memory = Memory() if memory is None else memory

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
        return self._answer(self._case(question), checkpoint)

    def recall(self, question: Question) -> Answer | None:
        """The answer if it needs only what is remembered, and so comes in well under a millisecond; else None.

        A requirement that was never asked for counts as remembered where its law is.

        Raises
        ------
        InputError
            As `ask`.
        """
        case = self._case(question)
        if self._memory.answers.peek(self._answer_key(case)) is None and not self._remembers(case):
            return None
        return self._answer(case, proceed)

    def arrivals(self, question: Question, checkpoint: Checkpoint = proceed) -> ArrivalDistribution:
        """Outcomes of all draws; the checkpoint is called as by `ask`."""
        case = self._case(question)
        return self._arrivals(case, self._required(case.settled, case.imported, checkpoint), checkpoint)

    def _case(self, question: Question) -> _Case:
        imported = self._imported_scale(question)
        settled = settle.settle(question, self.posterior, imported)
        return _Case(question, settled, settle.envelope_key(settled, self.posterior, imported), imported)

    def _remembers(self, case: _Case) -> bool:
        settled, memory, paths = case.settled, self._memory, self._paths_key(case.settled)
        if memory.envelopes.peek((paths, case.key)) is None or memory.simulations.peek(paths) is None:
            return False
        return (
            settled.law is None
            or memory.laws.peek(self._law_key(settled, case.imported)) is not None
            or memory.requirements.peek(self._requirement_key(settled, case.imported)) is not None
        )

    def _answer(self, case: _Case, checkpoint: Checkpoint) -> Answer:
        return self._memory.answers.get(self._answer_key(case), lambda: self._composed(case, checkpoint))

    def _answer_key(self, case: _Case) -> Hashable:
        return case.asked, self.posterior.name, case.imported and case.imported.digest

    def _composed(self, case: _Case, checkpoint: Checkpoint) -> Answer:
        simulation = self.simulation(case.settled)
        required = self._required(case.settled, case.imported, checkpoint)
        return compose(
            Basis(
                asked=case.asked,
                settled=case.settled,
                posterior=simulation.posterior,
                key=case.key,
                arrivals=self._arrivals(case, required, checkpoint),
                p_unreachable=float(np.count_nonzero(np.isinf(required))) / len(required),
                ceiling_share=simulation.ceiling_share,
                ceiling_year=None if case.settled.payer.usd_2023 else simulation.ceiling_year,
                imported=case.imported,
            )
        )

    def simulation(self, question: Question) -> Simulation:
        """The paths that a question runs on."""
        draws, seed = self._draws(question), question.seed
        made = self._memory.simulations
        return made.get(self._paths_key(question), lambda: Simulation(self.posterior.thin(draws), seed))

    def required_flop(self, settled: Question) -> Array:
        """Physical compute that the target needs, log10 FLOP, shape (draws,); +inf where it is out of reach."""
        return self._required(settled, self._imported_scale(settled), proceed)

    def law(self, settled: Question) -> LossLaw | None:
        """The law of every draw on the target's scale; None for compute as such."""
        return self._law(settled, self._imported_scale(settled), proceed)

    def _imported_scale(self, question: Question) -> ImportedScale | None:
        return laws.imported_scale(self.posterior, self._imported, question.target.scale)

    def _required(self, settled: Question, imported: ImportedScale | None, checkpoint: Checkpoint) -> Array:
        draws = self._draws(settled)
        return self._memory.requirements.get(
            self._requirement_key(settled, imported),
            lambda: laws.required_flop(settled.target, self._law(settled, imported, checkpoint), draws),
        )

    def _law(self, settled: Question, imported: ImportedScale | None, checkpoint: Checkpoint) -> LossLaw | None:
        scale, law, seed = settled.target.scale, settled.law, settled.seed
        if law is None or scale is None:
            return None
        posterior = self.simulation(settled).posterior
        return self._memory.laws.get(
            self._law_key(settled, imported),
            lambda: laws.resolve(posterior, scale, law, seed, imported, checkpoint),
        )

    def _requirement_key(self, settled: Question, imported: ImportedScale | None) -> Hashable:
        return settled.target, settled.law, self._paths_key(settled), imported and imported.digest

    def _law_key(self, settled: Question, imported: ImportedScale | None) -> Hashable:
        return settled.target.scale, settled.law, self._paths_key(settled), imported and imported.digest

    def _paths_key(self, question: Question) -> Hashable:
        return self.posterior.name, question.seed, self._draws(question)

    def _draws(self, question: Question) -> int:
        return min(question.max_draws, self.posterior.draws)

    def _arrivals(self, case: _Case, required: Array, checkpoint: Checkpoint) -> ArrivalDistribution:
        settled, simulation = case.settled, self.simulation(case.settled)
        key = (self._paths_key(settled), case.key)
        made = self._memory.envelopes.get(key, lambda: simulation.envelope(case.key, checkpoint))
        eventually = np.isfinite(required) & (made.rate > 0)
        within = settle.months_within(settled, self.posterior.as_of)
        return distribution(made.years, self._first_passage(case, made, required), eventually, within)

    def _first_passage(self, case: _Case, made: Envelope, required: Array) -> NDArray[np.int32]:
        """By the levels that are kept of the scenario, unless its requirement is met for the first time."""
        settled, level, levels = case.settled, _log10_budget(case.settled), self._memory.levels
        base: Hashable = None
        if settled.law is None:  # compute as such: targets differ by a level too
            required, level = np.zeros(len(required)), float(required[0]) + level
        else:
            base = self._requirement_key(settled, case.imported)
        scenario = (self._paths_key(settled), case.key, base)
        if base is not None and not self._met_before(scenario):
            return first_passage(made.values, required + level)
        return passage_at(level, made.values, required, lambda number, make: levels.get((scenario, number), make))

    def _met_before(self, scenario: Hashable) -> bool:
        if self._memory.met.peek(scenario) is not None:
            return True
        self._memory.met.get(scenario, lambda: True)
        return False


def _log10_budget(settled: Question) -> float:
    """What a fixed sum adds to the requirement, log10 of 1 / 2023 US dollars; 0 where the frontier's spend pays."""
    return -math.log10(settled.payer.usd_2023) if settled.payer.usd_2023 else 0.0
