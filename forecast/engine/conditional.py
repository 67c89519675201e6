"""The draws in which an event on a driver holds."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from forecast.engine.assumed import Assumed
from forecast.engine.assumptions import Algorithms
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.condition import LEAST_DRAWS, Condition
from forecast.engine.progress import Progress
from forecast.engine.question import MAX_MONTHS, Question
from forecast.engine.simulation import Simulation
from forecast.errors import InputError
from forecast.units import months_until

Array = NDArray[np.float64]


def rows_under(
    settled: Question, simulation: Simulation, assumed: Assumed, checkpoint: Checkpoint
) -> NDArray[np.int64] | None:
    """Positions of the draws in which a question's condition holds, ascending; None where it has none.

    Raises
    ------
    InputError
        When its date lies outside the simulation, or under 400 draws remain.
    """
    condition = settled.condition
    if condition is None:
        return None
    month = _month(condition, simulation)
    reached = _driver(condition, settled, simulation, assumed, checkpoint, month) - math.log10(condition.value)
    holds = reached >= 0 if condition.comparison == "at_least" else reached <= 0
    rows = np.flatnonzero(holds)
    if len(rows) < LEAST_DRAWS:
        raise InputError(
            f"the condition holds in {len(rows)} of {len(holds)} draws, and an answer needs {LEAST_DRAWS}; choose a "
            "likelier event, or fit more draws",
            field="condition",
        )
    return rows


def _month(condition: Condition, simulation: Simulation) -> int:
    as_of = simulation.posterior.as_of
    month = months_until(as_of, condition.by) - 1
    if not 0 <= month < MAX_MONTHS:
        raise InputError(
            f"condition.by is {condition.by}; give a date from the as-of month {as_of:%Y-%m} on, within {MAX_MONTHS} "
            "months",
            field="condition.by",
        )
    return month


def _driver(
    condition: Condition,
    settled: Question,
    simulation: Simulation,
    assumed: Assumed,
    checkpoint: Checkpoint,
    month: int,
) -> Array:
    """log10 of the driver in a month, shape (draws,)."""
    if condition.driver == "price":
        return simulation.price(settled.price_basis)[:, month]
    if condition.driver == "algorithms":
        algorithms, years = settled.algorithms or Algorithms(), simulation.years
        gained = Progress(algorithms, float(years[0]), False, assumed).path(years[month : month + 1])
        return np.zeros(assumed.draws) if gained is None else gained[:, 0]
    return simulation.largest("flop" if condition.driver == "frontier_compute" else "spend", checkpoint)[:, month]
