"""Which limit was the last obstacle, and by how much each limit moves the answer.

A limit is waited for (`forecast.engine.outcome`); a change of the question (a break of scaling, a longer context,
commoditization) moves the requirement or the budget of some draws. What either does to the median is found by asking
again without it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import BindingLimit
from forecast.engine.apart import without_each
from forecast.engine.arrival import ArrivalDistribution
from forecast.engine.budgets import commoditized, payer_budget
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.outcome import Found, Outcome
from forecast.engine.scenario import CHANGERS

if TYPE_CHECKING:
    from forecast.engine.plan import Plan
    from forecast.engine.solver import Solver

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def binding_limits(solver: Solver, found: Found, plan: Plan, checkpoint: Checkpoint) -> tuple[BindingLimit, ...]:
    """Every limit and change that is on, money first.

    Parameters
    ----------
    solver : Solver
        That found the outcome.
    found : Found
        Of the question.
    plan : Plan
        Of the question.
    checkpoint : callable
        Called between the steps.
    """
    limits, outcome = _limits(found), found.outcome
    if outcome is None:
        return tuple(limits)
    limits += _changes(solver, outcome, checkpoint)
    if plan.settled.limit_effects:
        apart = without_each(solver, outcome, checkpoint)
        limits = [
            _with_effect(outcome, limit, apart.get(limit.limit) or _asked_without(solver, outcome, limit, checkpoint))
            for limit in limits
        ]
    return tuple(limits)


def _limits(found: Found) -> list[BindingLimit]:
    draws, arrived = found.arrivals.draws, sum(found.arrivals.counts[:2])
    each = zip(found.limits, found.waited_for, found.tightest, strict=True)
    return [BindingLimit(name, last / arrived if arrived else 0.0, tight / draws) for name, last, tight in each]


def _changes(solver: Solver, outcome: Outcome, checkpoint: Checkpoint) -> list[BindingLimit]:
    changes = [change for change in CHANGERS if change in outcome.plan.on]
    return [_change(solver, outcome, change, checkpoint) for change in changes]


def _change(solver: Solver, outcome: Outcome, change: str, checkpoint: Checkpoint) -> BindingLimit:
    arrivals = outcome.arrivals
    if change == "commoditization":
        moved, at_horizon = _caps(solver, outcome, checkpoint)
    else:
        moved = at_horizon = _moves_requirement(solver, outcome, change, checkpoint)
    arrived = arrivals.index < arrivals.within
    both, came, later = (int(np.count_nonzero(flags)) for flags in (moved & arrived, arrived, at_horizon))
    return BindingLimit(change, both / came if came else 0.0, later / arrivals.draws)


def _caps(solver: Solver, outcome: Outcome, checkpoint: Checkpoint) -> tuple[Flags, Flags]:
    """Where the ceiling lies under what the payer could spend, at arrival and at the horizon."""
    plan, arrivals = outcome.plan, outcome.arrivals
    assumed = solver.assumed(plan)
    free = payer_budget(solver.simulation(plan), plan.settled.payer, assumed, checkpoint)
    ceiling = outcome.counted(commoditized(assumed)[:, 0])
    if len(free) == 1:
        free = np.broadcast_to(free, (assumed.draws, free.shape[1]))
    rows = np.arange(assumed.draws) if outcome.rows is None else outcome.rows
    at_arrival = free[rows, np.minimum(arrivals.index, free.shape[1] - 1)]
    return ceiling < at_arrival, ceiling < free[rows, arrivals.within - 1]


def _moves_requirement(solver: Solver, outcome: Outcome, change: str, checkpoint: Checkpoint) -> Flags:
    without = solver.required_without(outcome.plan, change, checkpoint)
    moved: Flags = outcome.counted(outcome.required != without)
    return moved


def _asked_without(
    solver: Solver, outcome: Outcome, change: BindingLimit, checkpoint: Checkpoint
) -> ArrivalDistribution:
    """The arrivals without a change of the question."""
    plan = solver.replan(outcome.plan, outcome.plan.on - {change.limit})
    return solver.outcome(plan, checkpoint).arrivals


def _with_effect(outcome: Outcome, limit: BindingLimit, without: ArrivalDistribution) -> BindingLimit:
    median, other = _median(outcome.arrivals), _median(without)
    return replace(
        limit,
        median_without=other,
        years_moved=None if median is None or other is None else median - other,
        p_by_horizon_without=without.arrived[-1] / without.draws,
    )


def _median(arrivals: ArrivalDistribution) -> float | None:
    return arrivals.quantiles((0.5,))[0].decimal_year
