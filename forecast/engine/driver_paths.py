"""The paths of the drivers that a fan can follow, and the observed points of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.engine import limits
from forecast.engine.assumptions import Algorithms
from forecast.engine.budgets import budget, scope_oom
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.progress import Progress
from forecast.engine.requirement import context_oom, log10_compute
from forecast.engine.scenario import PhysicalLimit
from forecast.engine.stock import ChipStock
from forecast.errors import InputError

if TYPE_CHECKING:
    from forecast.engine.plan import Plan
    from forecast.engine.solver import Solver

Array = NDArray[np.float64]
Points = tuple[Array, Array, tuple[str, ...]]
Driver = Literal[
    "frontier_compute",
    "price",
    "algorithms",
    "spend",
    "cost_of_target",
    "limit_money",
    "limit_chips",
    "limit_power",
    "limit_data",
    "limit_data_movement",
]

UNITS: dict[Driver, str] = {
    "frontier_compute": "log10 FLOP",
    "price": "log10 2023 USD per FLOP",
    "algorithms": "log10 multiplier since the as-of date",
    "spend": "log10 2023 USD",
    "cost_of_target": "log10 2023 USD",
    "limit_money": "log10 FLOP",
    "limit_chips": "log10 FLOP",
    "limit_power": "log10 FLOP",
    "limit_data": "log10 FLOP",
    "limit_data_movement": "log10 FLOP",
}
LIMIT_OF: dict[Driver, PhysicalLimit] = {
    "limit_chips": "chips",
    "limit_power": "power",
    "limit_data": "data",
    "limit_data_movement": "data_movement",
}
_OBSERVED: dict[Driver, tuple[str, str]] = {
    "frontier_compute": ("compute", "log10_flop"),
    "price": ("price", "log10_usd_per_flop"),
    "spend": ("spend", "log10_usd"),
}


def path(solver: Solver, plan: Plan, driver: Driver, checkpoint: Checkpoint) -> Array:
    """A driver by month, in its unit.

    Parameters
    ----------
    solver, plan : Solver and Plan
        Of the question whose choices count.
    driver : str
        Which.
    checkpoint : callable
        Called between the steps.

    Returns
    -------
    ndarray, shape (draws or 1, months)

    Raises
    ------
    InputError
        For a limit that is off, or was not known by the as-of date.
    """
    if driver in LIMIT_OF:
        return _limit(solver, plan, LIMIT_OF[driver])
    if driver == "cost_of_target":
        return _cost(solver, plan, checkpoint)
    if driver == "limit_money":
        commoditized = "commoditization" in plan.on
        payer, assumed = plan.settled.payer, solver.assumed(plan)
        return budget(solver.simulation(plan), payer, commoditized, assumed, checkpoint) - _price(solver, plan)
    simulation = solver.simulation(plan)
    if driver == "price":
        return simulation.price(plan.settled.price_basis)
    if driver == "algorithms":
        return _gained(solver, plan, float(simulation.years[0]))
    return simulation.largest("flop" if driver == "frontier_compute" else "spend", checkpoint)


def observed(solver: Solver, plan: Plan, driver: Driver) -> Points:
    """Dates, values and names of what was observed of a driver; empty where it is not the same quantity."""
    points = solver.posterior.observed
    if driver == "limit_chips":
        return _observed_chips(solver, plan)
    if driver not in _OBSERVED or (driver == "price" and plan.settled.price_basis != "realised"):
        return np.empty(0), np.empty(0), ()
    block, value = _OBSERVED[driver]
    names = tuple(str(name) for name in points[f"{block}_name"])
    return points[f"{block}_year"], points[f"{block}_{value}"], names


def _price(solver: Solver, plan: Plan) -> Array:
    """Price of the asked run with what else is paid for, log10 2023 $ per FLOP, shape (draws, months)."""
    simulation, scope = solver.simulation(plan), plan.settled.cost_scope
    price = simulation.price(plan.settled.price_basis) + simulation.run_residual[:, None]
    return price if scope == "final_run" else price + scope_oom(scope, solver.assumed(plan))[:, None]


def _cost(solver: Solver, plan: Plan, checkpoint: Checkpoint) -> Array:
    known = plan.requirement is None
    compute = log10_compute(plan.settled.target) if known else solver.required(plan, checkpoint)[:, None]
    return compute - _gained(solver, plan, plan.keys[0].t_ref) + _price(solver, plan)


def _gained(solver: Solver, plan: Plan, since: float) -> Array:
    years, algorithms = solver.simulation(plan).years, plan.settled.algorithms or Algorithms()
    gained = Progress(algorithms, since, "algorithmic_jump" in plan.on, solver.assumed(plan)).path(years)
    return np.zeros((1, len(years))) if gained is None else gained


def _limit(solver: Solver, plan: Plan, limit: PhysicalLimit) -> Array:
    if limit not in plan.on:
        raise InputError(
            f"limit {limit} is off, or nothing had been published of it by {solver.posterior.as_of}; choose a later "
            "as-of date, or switch it on",
            field="driver",
        )
    assumed, years = solver.assumed(plan), solver.simulation(plan).years
    inputs = {name: assumed(name) for name in limits.INPUTS_OF[limit]}
    longer = context_oom(assumed) if "context_length" in plan.on else None
    return limits.path(limit, years, inputs, ChipStock.of(solver.posterior), longer)


def _observed_chips(solver: Solver, plan: Plan) -> Points:
    """The counted stock of chips as the run that it allows at the medians of share, length and utilization."""
    points, assumed = solver.posterior.observed, solver.assumed(plan)
    stock = ChipStock.of(solver.posterior)
    if stock is None:
        return np.empty(0), np.empty(0), ()
    inputs = {name: np.median(assumed(name), keepdims=True) for name in limits.INPUTS_OF["chips"]}
    inputs["chips.stock_error_oom"] = np.zeros(1)
    at_count = limits.path("chips", np.array([stock.year]), inputs, stock)[0, 0] - stock.log10_h100e
    names = tuple(f"chips by {name}, at the median share" for name in points["chips_name"])
    return points["chips_year"], points["chips_log10_h100e"] + at_count, names
