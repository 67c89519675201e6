"""Our posterior as the peers take it: an interval for each input, or draws of all that the model samples.

Somebody with a notebook would be told a 90 % interval for each input, as of the posterior's date. Draw by draw the
inputs hang together; intervals of each alone do not keep that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine.drift import PHI, ar1_matrix, log10_world_gdp
from forecast.engine.question import Question
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year

Array = NDArray[np.float64]

YEARS_AHEAD = 4
"""Over which growth is told: about until the question's median."""


NUMBERS = ("m_spend", "a_realised", "g_spend", "tau_spend", "tau_price", "log10_gdp_share", "sigma", "delta")


def intervals(posterior: Posterior, solver: Solver, question: Question) -> dict[str, tuple[float, float]]:
    """5 and 95 % points of spend (the largest so far) and price, of how they go on, and of the ceiling of spend."""
    block = posterior.blocks["compute"]
    price = block["p_origin"]
    values = {
        "spend": _affordable_now(solver, question) + price,
        "spend_growth": _mean_slope(block["spend_slopes"], block["g_spend"]),
        "price": price,
        "price_fall": _mean_slope(block["price_slopes"], block["r_realised"]),
        "spend_slope": block["spend_slopes"][:, -1],
        "spend_long_run": block["g_spend"],
        "spend_drift": block["tau_spend"],
        "price_slope": block["price_slopes"][:, -1],
        "price_long_run": block["r_realised"],
        "price_drift": block["tau_price"],
        "ceiling": block["log10_gdp_share"] + log10_world_gdp(decimal_year(posterior.as_of)),
    }
    return {name: _interval(drawn) for name, drawn in values.items()}


def _interval(drawn: Array) -> tuple[float, float]:
    low, high = np.quantile(drawn, (0.05, 0.95))
    return float(low), float(high)


def _affordable_now(solver: Solver, question: Question) -> Array:
    """log10 FLOP of the largest run that money buys in the first month."""
    plan = solver.plan(question)
    first = np.array([solver.envelope(plan, key).values[:, 0] for key in plan.keys])
    least: Array = first.min(axis=0)
    return least


def _mean_slope(slopes: Array, long_run: Array) -> Array:
    """Expected yearly slope over the years ahead, as it returns to the long run."""
    kept = float(np.mean(PHI ** np.arange(1, YEARS_AHEAD + 1)))
    return long_run + kept * (slopes[:, -1] - long_run)


def sampled(posterior: Posterior) -> dict[str, Array]:
    """What the compute model samples, by its names, the draws first; innovations are found back from slopes."""
    block, price = posterior.blocks["compute"], posterior.blocks["price"]
    rates = np.column_stack([price["r"], price["r_rental"], block["r_realised"]])
    return {
        "mu_r": price["mu_r"],
        "tau_r": price["tau_r"],
        "rate_innovations": (rates - price["mu_r"][:, None]) / price["tau_r"][:, None],
        "spend_slopes_innovations": _innovations(block["spend_slopes"], block["g_spend"], block["tau_spend"]),
        "price_slopes_innovations": _innovations(block["price_slopes"], block["r_realised"], block["tau_price"]),
        **{name: block[name] for name in NUMBERS},
    }


def _innovations(slopes: Array, long_run: Array, tau: Array) -> Array:
    deviation = (slopes - long_run[:, None]) / tau[:, None]
    innovations: Array = np.linalg.solve(ar1_matrix(slopes.shape[1]), deviation.T).T
    return innovations
