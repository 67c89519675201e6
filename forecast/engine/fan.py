"""Fans: monthly quantiles of one driver over time, with the observed points they continue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import checked_choice
from forecast.engine.condition import Driver as Driver
from forecast.engine.progress import Progress
from forecast.engine.question import Algorithms, Question
from forecast.engine.settle import months_within, newest_algorithms
from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.engine.assumed import Assumed
    from forecast.engine.simulation import Simulation
    from forecast.engine.solver import Solver

Array = NDArray[np.float64]

UNITS: dict[Driver, str] = {
    "frontier_compute": "log10 FLOP",
    "price": "log10 2023 USD per FLOP",
    "algorithms": "log10 multiplier since the as-of date",
    "spend": "log10 2023 USD",
}
_OBSERVED: dict[Driver, tuple[str, str]] = {
    "frontier_compute": ("compute", "log10_flop"),
    "price": ("price", "log10_usd_per_flop"),
    "spend": ("spend", "log10_usd"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Bands of one driver.

    Attributes
    ----------
    driver : {"frontier_compute", "price", "algorithms", "spend"}
        What it follows.
    unit : str
        Unit of `values` and `observed`.
    decimal_year : ndarray, shape (months,)
        Mid-months up to the horizon.
    probability : tuple of float
        Of the bands, ascending.
    values : ndarray, shape (len(probability), months)
        log10 quantiles over all draws.
    observed_year, observed : ndarray, shape (points,)
        Dates and log10 values of what the model was fitted on; empty for algorithms, which have no usable data, and
        for prices other than the realised.
    observed_name : tuple of str
        What each point is.
    posterior, as_of : str
        Name of the posterior, and the start of the forecast as `YYYY-MM-DD`.
    draws, seed : int
        How many draws it used, and the seed of the simulation.
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


def fan(solver: Solver, driver: Driver, asked: Question, checkpoint: Checkpoint = proceed) -> Fan:
    """Bands of one driver on the paths that the answers run on.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    driver : {"frontier_compute", "price", "algorithms", "spend"}
        What to follow.
    asked : Question
        Whose quantiles, horizon, price basis, algorithms, seed and draws count; its target does not.
    checkpoint : callable
        Called between the steps.

    Raises
    ------
    UnknownNameError
        For a driver that is not there.
    InputError
        When algorithms or a price basis are chosen for a driver that has none.
    """
    _check(driver, asked)
    if asked.algorithms is None:
        asked = replace(asked, algorithms=Algorithms(newest_algorithms(solver.posterior.as_of)))
    plan = solver.plan(asked)
    settled, simulation = plan.settled, solver.simulation(plan)
    months = months_within(settled, solver.posterior.as_of)
    paths = _paths(simulation, solver.assumed(plan), driver, settled, checkpoint)[:, :months]
    checkpoint()
    year, value, name = _observed(solver, driver, settled)
    return Fan(
        driver=driver,
        unit=UNITS[driver],
        decimal_year=simulation.years[:months],
        probability=settled.quantiles,
        values=np.quantile(paths, settled.quantiles, axis=0),
        observed_year=year,
        observed=value,
        observed_name=name,
        posterior=solver.posterior.name,
        as_of=solver.posterior.as_of.isoformat(),
        draws=simulation.posterior.draws,
        seed=settled.seed,
    )


def _check(driver: Driver, asked: Question) -> None:
    checked_choice(driver, "driver", get_args(Driver))
    if driver != "price" and asked.price_basis != "realised":
        message = f"price_basis {asked.price_basis} has no part in the driver {driver}; leave it out"
        raise InputError(message, field="price_basis")
    if driver != "algorithms" and asked.algorithms is not None:
        message = f"algorithms {asked.algorithms.kind} have no part in the driver {driver}; leave them out"
        raise InputError(message, field="algorithms")


def _paths(
    simulation: Simulation, assumed: Assumed, driver: Driver, settled: Question, checkpoint: Checkpoint
) -> Array:
    if driver == "price":
        return simulation.price(settled.price_basis)
    if driver == "algorithms":
        years = simulation.years
        jumps = dict(settled.scenario.switches).get("algorithmic_jump", False)
        gained = Progress(settled.algorithms or Algorithms(), float(years[0]), jumps, assumed).path(years)
        return np.zeros((1, len(years))) if gained is None else gained
    frontier = simulation.simulated(checkpoint)
    return frontier.log10_flop if driver == "frontier_compute" else frontier.log10_spend


def _observed(solver: Solver, driver: Driver, settled: Question) -> tuple[Array, Array, tuple[str, ...]]:
    if driver not in _OBSERVED or (driver == "price" and settled.price_basis != "realised"):
        return np.empty(0), np.empty(0), ()
    (block, value), points = _OBSERVED[driver], solver.posterior.observed
    names = tuple(str(name) for name in points[f"{block}_name"])
    return points[f"{block}_year"], points[f"{block}_{value}"], names
