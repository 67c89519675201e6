"""Slopes that drift: a trend whose yearly slope wanders around a long-run mean.

    mu(t) = m + integral from a to t of s(u) du,    s constant within a calendar year
    s_k   = g + tau x_k
    x_k   = phi x_(k-1) + sqrt(1 - phi^2) z_k,      x_0, z_k ~ N(0, 1)

===========  =================  ==========  =======================================================
symbol       Python name        unit        prior, and why
===========  =================  ==========  =======================================================
m            level              log10       set by the model that uses the trend; stated at a
g            long_run           oom/year    the same; a rate, never a doubling time
tau          tau                oom/year    log-normal: a half-normal lets the slope be exactly
                                            constant, and brought divergences and false certainty
phi          PHI                            0.7, fixed: fifteen slopes do not identify it; 0.5 or
                                            0.9 move the interval of g, not its median
a            anchor             year        inside the data, three years before the origin, where
                                            the level is best known
===========  =================  ==========  =======================================================

The AR(1) goes on past the data (`forecast.engine.paths`), so uncertainty about growth widens with the horizon.

Known failures: with growth as steady as that of 2016-2024 an ordinary straight line is sharper; in 2013-2015, when
growth changed, the straight line was wrong by one to three orders of magnitude. Student-t slopes, constant slopes,
groups by developer and groups by domain were no better out of sample.

References: Harvey, "Forecasting, Structural Time Series Models and the Kalman Filter" (1989), section 2.3 (stochastic
trends), here with a stationary slope.
"""

from __future__ import annotations

from typing import Any

import pymc as pm
import pytensor.tensor as pt

from forecast.engine.drift import ar1_matrix


def drifting_slopes(name: str, long_run: Any, tau: Any, years: int) -> Any:
    """Register yearly slopes g + tau L z, non-centred.

    Parameters
    ----------
    name : str
        Name of the slopes in the model; the innovations are `<name>_innovations`.
    long_run, tau : TensorVariable
        Mean and standard deviation of the slopes, oom per year.
    years : int
        Number of calendar years.

    Returns
    -------
    TensorVariable, shape (years,)
        Slopes in oom per year.
    """
    innovations = pm.Normal(f"{name}_innovations", 0.0, 1.0, shape=years)
    return pm.Deterministic(name, long_run + tau * pt.dot(ar1_matrix(years), innovations))
