"""Answers questions on one posterior, and remembers what the next question shares with the last.

A question is settled (defaults, refusals), turned into a requirement per draw and an envelope per month, and the first
passage of one over the other gives the arrivals. Envelopes do not depend on the target or on a fixed sum, requirements
not on the payer: each is kept by its content, so another budget or another loss is answered in a fraction of a
millisecond.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from forecast.engine import laws, settle
from forecast.engine.answer import Answer
from forecast.engine.arrival import ArrivalDistribution, distribution, first_passage
from forecast.engine.compose import Basis, compose
from forecast.engine.envelope import Envelope, EnvelopeKey, Simulation
from forecast.engine.question import Question
from forecast.engine.recent import Recent
from forecast.engine.scaling import LossLaw
from forecast.posterior.artefact import Posterior

Array = NDArray[np.float64]

ENVELOPE_BYTES = 80_000_000
REQUIREMENT_BYTES = 4_000_000
KEPT_LAWS = 16


class Solver:
    """Answers on one posterior.

    Parameters
    ----------
    posterior : Posterior
        Verified draws.
    """

    def __init__(self, posterior: Posterior) -> None:
        self.posterior = posterior
        self._simulations: Recent[Simulation] = Recent(1, lambda _: 1)  # the newest only: it is the largest thing here
        self._envelopes: Recent[Envelope] = Recent(ENVELOPE_BYTES, lambda kept: kept.nbytes)
        self._laws: Recent[LossLaw] = Recent(KEPT_LAWS, lambda _: 1)
        self._requirements: Recent[Array] = Recent(REQUIREMENT_BYTES, lambda kept: kept.nbytes)

    def ask(self, question: Question) -> Answer:
        """The answer to one question.

        Raises
        ------
        InputError
            When the question does not fit the posterior (see `forecast.engine.settle`).
        """
        settled = settle.settle(question, self.posterior)
        key = settle.envelope_key(settled, self.posterior)
        simulation, required = self.simulation(settled), self.required_flop(settled)
        return compose(
            Basis(
                asked=question,
                settled=settled,
                posterior=simulation.posterior,
                key=key,
                arrivals=self._arrivals(settled, key, required),
                p_unreachable=float(np.count_nonzero(np.isinf(required))) / len(required),
                ceiling_share=simulation.ceiling_share,
                ceiling_year=None if settled.payer.usd_2023 else simulation.ceiling_year,
            )
        )

    def arrivals(self, question: Question) -> ArrivalDistribution:
        """Outcomes of all draws."""
        settled = settle.settle(question, self.posterior)
        return self._arrivals(settled, settle.envelope_key(settled, self.posterior), self.required_flop(settled))

    def simulation(self, question: Question) -> Simulation:
        """The paths that a question runs on."""
        draws, seed = self._draws(question), question.seed
        return self._simulations.get((seed, draws), lambda: Simulation(self.posterior.thin(draws), seed))

    def required_flop(self, settled: Question) -> Array:
        """Physical compute that the target needs, log10 FLOP, shape (draws,); +inf where it is out of reach."""
        key = (settled.target, settled.law, settled.seed, self._draws(settled))
        return self._requirements.get(key, lambda: self._required_flop(settled))

    def law(self, settled: Question) -> LossLaw | None:
        """The law of every draw on the target's scale; None for compute as such."""
        scale, law, seed = settled.target.scale, settled.law, settled.seed
        if law is None or scale is None:
            return None
        posterior = self.simulation(settled).posterior
        return self._laws.get((scale, law, seed, posterior.draws), lambda: laws.resolve(posterior, scale, law, seed))

    def _required_flop(self, settled: Question) -> Array:
        return laws.required_flop(settled.target, self.law(settled), self._draws(settled))

    def _draws(self, question: Question) -> int:
        return min(question.max_draws, self.posterior.draws)

    def _arrivals(self, settled: Question, key: EnvelopeKey, required: Array) -> ArrivalDistribution:
        simulation = self.simulation(settled)
        made = self._envelopes.get((key, settled.seed, len(required)), lambda: simulation.envelope(key))
        shifted = required - math.log10(settled.payer.usd_2023) if settled.payer.usd_2023 else required
        eventually = np.isfinite(required) & (made.rate > 0)
        within = settle.months_within(settled, self.posterior.as_of)
        return distribution(made.years, first_passage(made.values, shifted), eventually, within)
