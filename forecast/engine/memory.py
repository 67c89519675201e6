"""What solvers remember between questions, bounded in bytes; solvers of several posteriors may share one memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import Answer
from forecast.engine.assumed import Assumed
from forecast.engine.envelope import Envelope
from forecast.engine.family import Family
from forecast.engine.nearby import Nearby
from forecast.engine.passages import Kept
from forecast.engine.recent import Recent
from forecast.engine.scaling import LossLaw
from forecast.engine.simulation import Simulation

Array = NDArray[np.float64]

SIMULATION_BYTES = 100_000_000
"""One posterior of 4,000 draws and one of 1,000; the newest stays however large it is."""

ENVELOPE_BYTES = 66_000_000
"""Six of 4,000 draws: two for each of three questions; a limit is switched off without an envelope of its own."""

REQUIREMENT_BYTES = 4_000_000
LEVEL_BYTES = 10_000_000
"""Over 1,150, of 8 kB each: those of the grid over nine orders of magnitude of two envelopes, and as many between."""

NEARBY_BYTES = 6_000_000
"""About 100."""

NOTE_BYTES = 1_000
"""Of a note that there is nothing to keep, with its key."""

ENTRY_BYTES = 500
"""Of what stands round an array: its object, its key, its place. Of a posterior of few draws it is the larger part."""

LEAD_BYTES = 2_000_000
KEPT_ANSWERS = 256
"""Of about 7 kB each: what they tell of months and shares they have in common."""

KEPT_COUNTED = 16
"""Of the answers that were found by counting: more of them push out of the processor's caches what finds the next."""

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
    families : Recent
        What questions have in common that differ by numbers alone.
    grounds : Recent
        What stands for the draws of families in the keys of the next four.
    levels : Recent
        First passages at levels of a grid and between (`forecast.engine.passages`).
    nearby : Recent
        What is between two such levels (`forecast.engine.nearby`); None where it is too much to keep.
    met : Recent
        Scenarios that were asked for at least once.
    leads : Recent
        By how much each limit is the tightest at a horizon.
    assumed : Recent
        Draws of the inputs that nothing was fitted to.
    answers, counted : Recent
        By question; the same question has the same answer. Those that were found by counting (`forecast.engine.nearby`)
        stand apart: they are many, and found again as quickly.
    """

    def __init__(self, envelope_bytes: int = ENVELOPE_BYTES, kept_answers: int = KEPT_ANSWERS) -> None:
        self.simulations: Recent[Simulation] = Recent(SIMULATION_BYTES, lambda kept: kept.nbytes)
        self.envelopes: Recent[Envelope] = Recent(envelope_bytes, lambda kept: kept.nbytes)
        self.laws: Recent[LossLaw] = Recent(KEPT_LAWS, lambda _: 1)
        self.requirements: Recent[Array] = Recent(REQUIREMENT_BYTES, _held)
        self.families: Recent[Family] = Recent(KEPT_SCENARIOS, lambda _: 1)
        self.grounds: Recent[object] = Recent(KEPT_SCENARIOS, lambda _: 1)
        self.levels: Recent[Kept] = Recent(LEVEL_BYTES, _held)
        self.nearby: Recent[Nearby | None] = Recent(
            NEARBY_BYTES, lambda kept: NOTE_BYTES if kept is None else kept.nbytes
        )
        self.met: Recent[bool] = Recent(KEPT_SCENARIOS, lambda _: 1)
        self.leads: Recent[tuple[Array, ...]] = Recent(LEAD_BYTES, lambda kept: sum(map(_held, kept)))
        self.assumed: Recent[Assumed] = Recent(KEPT_LAWS, lambda _: 1)
        self.answers: Recent[Answer] = Recent(kept_answers, lambda _: 1)
        self.counted: Recent[Answer] = Recent(min(kept_answers, KEPT_COUNTED), lambda _: 1)


def _held(kept: NDArray[np.generic]) -> int:
    return kept.nbytes + ENTRY_BYTES
