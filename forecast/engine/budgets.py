"""What a payer can spend on one run: budgets by month, the ceiling of commoditization, what else a run's cost is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from forecast.engine.assumed import Assumed
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.payers import CostScope, Payer
from forecast.engine.simulation import Simulation
from forecast.engine.streams import stream
from forecast.families import Distribution
from forecast.units import decimal_year

Array = NDArray[np.float64]


def budget(simulation: Simulation, payer: Payer, capped: bool, assumed: Assumed, checkpoint: Checkpoint) -> Array:
    """What a payer can spend on one run by month, perhaps under what commoditization leaves, log10 2023 $.

    Returns
    -------
    ndarray, shape (draws or 1, months)
    """
    money = payer_budget(simulation, payer, assumed, checkpoint)
    return np.minimum(money, commoditized(assumed)) if capped else money


def commoditized(assumed: Assumed) -> Array:
    """The ceiling that commoditization sets to the budget of anyone, log10 2023 $, shape (draws, 1)."""
    return assumed.kept("commoditized", lambda: np.log10(assumed("commoditization.usd_2023"))[:, None])


def payer_budget(simulation: Simulation, payer: Payer, assumed: Assumed, checkpoint: Checkpoint = proceed) -> Array:
    """What a payer can spend on one run by month, log10 2023 $, shape (draws or 1, months)."""
    money: Array
    if payer.kind == "frontier_spend":
        money = simulation.largest("spend", checkpoint)
    else:
        money = np.full((1, len(simulation.years)), math.log10(payer.usd_2023 or 1.0))
    if payer.kind == "spend_path" and payer.from_date is not None and payer.growth is not None:
        growth = payer_growth(payer.growth, assumed)
        money = money + growth[:, None] * (simulation.years - decimal_year(payer.from_date))
    if payer.ceiling_usd_2023 is not None:
        money = np.minimum(money, math.log10(payer.ceiling_usd_2023))
    return money


def payer_growth(growth: Distribution, assumed: Assumed) -> Array:
    """Growth of a payer's budget, orders of magnitude per year, shape (draws,)."""
    return growth.sample(stream(assumed.seed, "payer growth"), assumed.draws)


def scope_oom(cost_scope: CostScope, assumed: Assumed) -> Array:
    """What staff and development add to the cost of the final run, log10, shape (draws,)."""
    staff = np.log10(assumed("cost_scope.staff"))
    return staff if cost_scope == "with_staff" else staff + np.log10(assumed("cost_scope.development"))
