"""Fans: monthly quantiles of one driver over time, with the observed points they continue.

cost of a target   log B(t) = C* - A(t) + p(t) + q + scope
limit by money     log C(t) = budget(t) - p(t) - q - scope
other limits       as in `forecast.engine.limits`, without algorithms
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from forecast.engine import driver_paths
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import checked_choice
from forecast.engine.conditional import rows_under
from forecast.engine.driver_paths import UNITS, Driver
from forecast.engine.question import Algorithms, Question
from forecast.engine.settle import months_within, newest_algorithms
from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.engine.parts import PosteriorStatus
    from forecast.engine.plan import Plan
    from forecast.engine.solver import Solver

__all__ = ["UNITS", "Driver", "Fan", "fan"]

Array = NDArray[np.float64]

_PRICED = ("price", "cost_of_target", "limit_money")
_PACED = ("algorithms", "cost_of_target")


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Bands of one driver.

    Attributes
    ----------
    driver : str
        What it follows: a key of `UNITS`.
    unit : str
        Unit of `values` and `observed`.
    decimal_year : ndarray, shape (months,)
        Mid-months up to the horizon.
    probability : tuple of float
        Of the bands, ascending.
    values : ndarray, shape (len(probability), months)
        log10 quantiles over all draws; +inf where no sum is enough for the target.
    observed_year, observed : ndarray, shape (points,)
        Dates and log10 values of what the model was fitted on; empty where there are none.
    observed_name : tuple of str
        What each point is.
    posterior, as_of : str
        Name of the posterior, and the start of the forecast as `YYYY-MM-DD`.
    draws, seed : int
        How many draws it used, and the seed of the simulation.
    gate : PosteriorStatus
        The posterior's gates.
    """

    driver: Driver
    unit: str
    decimal_year: Array
    probability: tuple[float, ...]
    values: Array
    observed_year: Array
    observed: Array
    observed_name: tuple[str, ...]
    posterior: str
    as_of: str
    draws: int
    seed: int
    gate: PosteriorStatus


def fan(solver: Solver, driver: Driver, asked: Question, checkpoint: Checkpoint = proceed) -> Fan:
    """Bands of one driver on the paths that the answers run on.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    driver : str
        What to follow: a key of `UNITS`.
    asked : Question
        Whose quantiles, horizon, scenario, condition, seed and draws count, and what else the driver depends on; its
        target counts only for `cost_of_target`.
    checkpoint : callable
        Called between the steps.

    Raises
    ------
    UnknownNameError
        For a driver that is not there.
    InputError
        When something is chosen that has no part in the driver, or the limit is not known by the as-of date.
    """
    _check(driver, asked)
    if driver == "algorithms" and asked.algorithms is None:
        asked = replace(asked, algorithms=Algorithms(newest_algorithms(solver.posterior.as_of)))
    plan = solver.plan(asked)
    simulation, months = solver.simulation(plan), months_within(plan.settled, solver.posterior.as_of)
    paths = driver_paths.path(solver, plan, driver, checkpoint)[:, :months]
    rows = rows_under(plan.settled, simulation, solver.assumed(plan), checkpoint)
    checkpoint()
    year, value, name = driver_paths.observed(solver, plan, driver)
    draws = simulation.posterior.draws if rows is None else len(rows)
    return Fan(
        driver=driver,
        unit=UNITS[driver],
        decimal_year=simulation.years[:months],
        probability=plan.settled.quantiles,
        values=_bands(paths if rows is None or len(paths) == 1 else paths[rows], plan),
        observed_year=year,
        observed=value,
        observed_name=name,
        posterior=solver.posterior.name,
        as_of=solver.posterior.as_of.isoformat(),
        draws=draws,
        seed=plan.settled.seed,
        gate=solver.status,
    )


def _bands(paths: Array, plan: Plan) -> Array:
    """Quantiles by month: order statistics where some values are infinite, else interpolated."""
    finite = bool(np.isfinite(paths[:, 0]).all())
    # To sort a month's draws where they lie side by side is quicker than to choose among them: some 50 ms become 20.
    by_month = np.sort(np.ascontiguousarray(paths.T), axis=1)
    levels = np.asarray(plan.settled.quantiles)
    made: Array = np.quantile(
        by_month, levels, axis=1, method="linear" if finite else "inverted_cdf", overwrite_input=True
    )
    return made


def _check(driver: Driver, asked: Question) -> None:
    checked_choice(driver, "driver", get_args(Driver))
    refusals: tuple[tuple[str, bool, str], ...] = (
        ("price_basis", driver not in _PRICED and asked.price_basis != "realised", asked.price_basis),
        ("algorithms", driver not in _PACED, asked.algorithms.kind if asked.algorithms else ""),
        ("payer", driver != "limit_money" and asked.payer.kind != "frontier_spend", asked.payer.kind),
        ("law", driver != "cost_of_target", asked.law.kind if asked.law else ""),
    )
    for name, wrong, value in refusals:
        if wrong and name in asked.given:
            message = f"{name} {value} has no part in the driver {driver}; leave it out"
            raise InputError(message, field=name)
    if driver == "limit_money" and asked.payer.kind == "unlimited":
        raise InputError("payer unlimited has no limit to follow; name another", field="payer.unlimited")
