"""Fans: monthly quantiles of one driver over time, with the observed points they continue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from forecast.engine.checks import checked_choice
from forecast.engine.question import Algorithms, Question
from forecast.engine.settle import months_within, newest_algorithms, settle

if TYPE_CHECKING:
    from forecast.engine.envelope import Simulation
    from forecast.engine.solver import Solver

Array = NDArray[np.float64]
Driver = Literal["frontier_compute", "price", "algorithms", "spend"]

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
    """

    driver: Driver
    unit: str
    decimal_year: Array
    probability: tuple[float, ...]
    values: Array
    observed_year: Array
    observed: Array
    observed_name: tuple[str, ...]


def fan(solver: Solver, driver: Driver, asked: Question) -> Fan:
    """Bands of one driver on the paths that the answers run on.

    Parameters
    ----------
    solver : Solver
        On the posterior.
    driver : {"frontier_compute", "price", "algorithms", "spend"}
        What to follow.
    asked : Question
        Whose quantiles, horizon, price basis, algorithms, seed and draws count; its target does not.

    Raises
    ------
    UnknownNameError
        For a driver that is not there.
    """
    checked_choice(driver, "driver", get_args(Driver))
    if asked.algorithms is None:
        asked = replace(asked, algorithms=Algorithms(newest_algorithms(solver.posterior.as_of)))
    settled = settle(asked, solver.posterior)
    simulation = solver.simulation(settled)
    months = months_within(settled, solver.posterior.as_of)
    paths = _paths(simulation, driver, settled)[:, :months]
    year, value, name = _observed(solver, driver, settled)
    bands = np.quantile(paths, settled.quantiles, axis=0)
    return Fan(driver, UNITS[driver], simulation.years[:months], settled.quantiles, bands, year, value, name)


def _paths(simulation: Simulation, driver: Driver, settled: Question) -> Array:
    if driver == "price":
        return simulation.price(settled.price_basis)
    if driver == "algorithms":
        chosen = settled.algorithms or Algorithms()
        years = simulation.years
        off = chosen.kind == "off"
        return np.zeros((1, len(years))) if off else simulation.progress(chosen, float(years[0]))
    frontier = simulation.frontier
    return frontier.log10_flop if driver == "frontier_compute" else frontier.log10_spend


def _observed(solver: Solver, driver: Driver, settled: Question) -> tuple[Array, Array, tuple[str, ...]]:
    if driver not in _OBSERVED or (driver == "price" and settled.price_basis != "realised"):
        return np.empty(0), np.empty(0), ()
    (block, value), points = _OBSERVED[driver], solver.posterior.observed
    names = tuple(str(name) for name in points[f"{block}_name"])
    return points[f"{block}_year"], points[f"{block}_{value}"], names
