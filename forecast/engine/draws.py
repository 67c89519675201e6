"""The arrivals themselves, draw by draw, in the posterior's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import Provenance
from forecast.engine.arrival import ArrivalDistribution
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.compose import provenance
from forecast.engine.question import Question

if TYPE_CHECKING:
    from forecast.engine.parts import PosteriorStatus
    from forecast.engine.solver import Solver


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """One arrival for each draw.

    Attributes
    ----------
    decimal_year : ndarray, shape (draws,)
        Mid-month of arrival (the first month for `already`); +inf beyond the horizon and for never.
    outcome : ndarray of int8, shape (draws,)
        Where each lies, as an index of `forecast.engine.arrival.POSITIONS`.
    provenance : Provenance
        What would reproduce them.
    gate : PosteriorStatus
        The posterior's gates.
    """

    decimal_year: NDArray[np.float64]
    outcome: NDArray[np.int8]
    provenance: Provenance
    gate: PosteriorStatus


def draws(solver: Solver, question: Question, checkpoint: Checkpoint = proceed) -> Draws:
    """The arrivals that the answer to a question summarizes.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    question : Question
        What is asked.
    checkpoint : callable
        Called between the steps.

    Raises
    ------
    InputError
        When the question does not fit the posterior.
    """
    plan = solver.plan(question)
    arrivals = solver.outcome(plan, checkpoint).arrivals
    outcome = arrivals.classes
    source = provenance(solver.posterior, plan, arrivals.draws)
    return Draws(_decimal_years(arrivals, outcome), outcome, source, solver.status)


def _decimal_years(arrivals: ArrivalDistribution, outcome: NDArray[np.int8]) -> NDArray[np.float64]:
    months = np.minimum(arrivals.index, len(arrivals.years) - 1)
    years: NDArray[np.float64] = np.where(outcome < 2, arrivals.years[months], np.inf)
    return years
