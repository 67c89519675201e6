"""The arrivals without each limit in turn, from when each of them alone is passed.

Every limit is a running maximum, so a draw arrives in the month in which the last of them is passed, and comes to its
requirement in the end where all of them do. Without one limit it is the last of the others: each is looked at once, and
no envelope of the others together is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast.engine.arrival import ArrivalDistribution, distribution
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.outcome import Outcome
from forecast.engine.physical import Physical
from forecast.engine.progress import Progress
from forecast.engine.scenario import PHYSICAL_LIMITS

if TYPE_CHECKING:
    from forecast.engine.solver import Solver

Gate = tuple[NDArray[np.int32], NDArray[np.bool_]]
"""Of every draw: the month in which a limit is passed, and whether it is in the end."""


def without_each(solver: Solver, outcome: Outcome, checkpoint: Checkpoint) -> dict[str, ArrivalDistribution]:
    """The arrivals without each limit in turn.

    Parameters
    ----------
    solver : Solver
        That found the outcome.
    outcome : Outcome
        With every limit that is on.
    checkpoint : callable
        Called between the steps.

    Returns
    -------
    dict of str to ArrivalDistribution
        By the limit's name, of the draws that count; empty where the criterion knows no limits.
    """
    if not outcome.limits():
        return {}
    gates = dict([*_money(solver, outcome, checkpoint), *_physical(solver, outcome, checkpoint)])
    return {left: _through(outcome, [gate for name, gate in gates.items() if name != left]) for left in gates}


def _money(solver: Solver, outcome: Outcome, checkpoint: Checkpoint) -> Iterator[tuple[str, Gate]]:
    """Money by itself, under what commoditization leaves of it."""
    plan, required = outcome.plan, outcome.required
    if "money" not in plan.on:
        return
    alone = solver.outcome(solver.replan(plan, plan.on.difference(PHYSICAL_LIMITS)), checkpoint)
    reached = [
        made.eventual >= required + level for made, level in zip(alone.envelopes, alone.plan.levels, strict=True)
    ]
    yield "money", (np.maximum.reduce(alone.passed), np.logical_and.reduce(reached))


def _physical(solver: Solver, outcome: Outcome, checkpoint: Checkpoint) -> Iterator[tuple[str, Gate]]:
    """Each physical limit by itself."""
    plan = outcome.plan
    if not plan.on.intersection(PHYSICAL_LIMITS):
        return
    key, goal, assumed = plan.keys[-1], outcome.required + plan.levels[-1], solver.assumed(plan)
    progress = Progress(key.algorithms, key.t_ref, "algorithmic_jump" in key.on, assumed)
    physical = Physical(solver.simulation(plan), key.on, assumed, progress)
    for place, name in enumerate(physical.named):
        checkpoint()
        yield name, (physical.passed(place, goal), physical.eventual_of(place) >= goal)


def _through(outcome: Outcome, gates: Iterable[Gate]) -> ArrivalDistribution:
    """The arrivals where these limits alone are left."""
    arrivals, eventually = outcome.arrivals, np.isfinite(outcome.required)
    month = np.where(eventually, 0, len(arrivals.years)).astype(np.int32)
    for passed, reached in gates:
        month, eventually = np.maximum(month, passed), eventually & reached
    return distribution(arrivals.years, outcome.counted(month), outcome.counted(eventually), arrivals.within)
