"""What solvers remember between questions, bounded in bytes; solvers of several posteriors may share one memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import Answer
from forecast.engine.assumed import Assumed
from forecast.engine.envelope import Envelope
from forecast.engine.passages import Bounds
from forecast.engine.recent import Recent
from forecast.engine.scaling import LossLaw
from forecast.engine.simulation import Simulation

Array = NDArray[np.float64]

SIMULATION_BYTES = 100_000_000
"""One posterior of 4,000 draws and one of 1,000; the newest stays however large it is."""

ENVELOPE_BYTES = 110_000_000
"""Ten of 4,000 draws: what one question asks with each of its limits off in turn, and another beside it."""

REQUIREMENT_BYTES = 4_000_000
LEVEL_BYTES = 16_000_000
LEAD_BYTES = 2_000_000
KEPT_ANSWERS = 256
"""Of about 30 kB each."""

KEPT_LAWS = 16
KEPT_SCENARIOS = 256


class Memory:
    """Results by their content keys, the name of the posterior first; what was used longest ago goes first.

    Parameters
    ----------
    envelope_bytes : int
        What envelopes may take; those of one question are two at most, unless it asks what each limit does.
    kept_answers : int
        How many answers are kept.

    Attributes
    ----------
    simulations, envelopes, laws, requirements : Recent
        By posterior, seed, number of draws, and what else they depend on.
    levels : Recent
        First passages at levels of a grid (`forecast.engine.passages`).
    met : Recent
        Scenarios that were asked for at least once.
    leads : Recent
        By how much each limit is the tightest at a horizon.
    assumed : Recent
        Draws of the inputs that nothing was fitted to.
    answers : Recent
        By question; the same question has the same answer.
    """

    def __init__(self, envelope_bytes: int = ENVELOPE_BYTES, kept_answers: int = KEPT_ANSWERS) -> None:
        self.simulations: Recent[Simulation] = Recent(SIMULATION_BYTES, lambda kept: kept.nbytes)
        self.envelopes: Recent[Envelope] = Recent(envelope_bytes, lambda kept: kept.nbytes)
        self.laws: Recent[LossLaw] = Recent(KEPT_LAWS, lambda _: 1)
        self.requirements: Recent[Array] = Recent(REQUIREMENT_BYTES, lambda kept: kept.nbytes)
        self.levels: Recent[Bounds] = Recent(LEVEL_BYTES, lambda kept: kept.nbytes)
        self.met: Recent[bool] = Recent(KEPT_SCENARIOS, lambda _: 1)
        self.leads: Recent[tuple[Array, ...]] = Recent(LEAD_BYTES, lambda kept: sum(lead.nbytes for lead in kept))
        self.assumed: Recent[Assumed] = Recent(KEPT_LAWS, lambda _: 1)
        self.answers: Recent[Answer] = Recent(kept_answers, lambda _: 1)
