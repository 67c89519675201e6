"""Slopes that drift: yearly slopes by an AR(1), their integral over constant calendar years, and the ceiling of spend.

    s_k = g + tau x_k,   x_k = phi x_(k-1) + sqrt(1 - phi^2) z_k,   z, x_0 ~ N(0, 1)

The models fit the past slopes (`forecast.models.growth`), the engine continues them (`forecast.engine.paths`); both
take their arithmetic from here, so that past and future cannot disagree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.units import decimal_year

Array = NDArray[np.float64]

PHI = 0.7
"""Yearly autocorrelation of a slope. Fixed: fifteen slopes do not identify it."""

_FEWEST_ROWS = 50
"""Of a product: BLAS takes another way with fewer, whose last digits differ."""

_FAR_OVER = 34.0
"""From here on log(1 + exp(x)) is x in double precision: it lacks exp(-34) = 1.7e-15, under half a step of x."""

WORLD_GDP_2023_USD = 1.05e14
WORLD_GDP_GROWTH = 1.03


def year_weights(decimal_years: ArrayLike, anchor: float, first_year: int, years: int) -> Array:
    """Signed time from `anchor` to each date that falls into each calendar year.

    Parameters
    ----------
    decimal_years : array_like, shape (n,)
        Dates.
    anchor : float
        Decimal year at which the integral is zero.
    first_year, years : int
        The calendar years of the slopes.

    Returns
    -------
    ndarray, shape (n, years)
        Weights w such that the integral of the slopes s from `anchor` to each date is w @ s.
    """
    starts = first_year + np.arange(years)
    dates = np.asarray(decimal_years, float).reshape(-1, 1)
    weights: Array = np.clip(dates - starts, 0, 1) - np.clip(anchor - starts, 0, 1)
    return weights


def ar1_matrix(years: int, phi: float = PHI) -> Array:
    """Lower-triangular L such that x = L z is the AR(1) of innovations z, with x_0 = z_0.

    Returns
    -------
    ndarray, shape (years, years)
        L[k, j] = phi^(k-j), times sqrt(1 - phi^2) for j > 0.
    """
    lag = np.subtract.outer(np.arange(years), np.arange(years))
    matrix = np.where(lag >= 0, phi ** np.maximum(lag, 0), 0.0)
    matrix[:, 1:] *= math.sqrt(1 - phi**2)
    return matrix


def continue_slopes(past: Array, long_run: Array, tau: Array, years: int, rng: np.random.Generator) -> Array:
    """Append simulated slopes for the years after the last fitted one.

    Parameters
    ----------
    past : ndarray, shape (draws, fitted_years)
        Fitted slopes, oom per year.
    long_run, tau : ndarray, shape (draws,)
        Mean and standard deviation of the AR(1), oom per year.
    years : int
        How many years to append.
    rng : numpy.random.Generator
        Source of the innovations.

    Returns
    -------
    ndarray, shape (draws, fitted_years + years)
        Past and future slopes, oom per year.
    """
    innovations = rng.standard_normal((years, len(long_run)))
    deviation = (past[:, -1] - long_run) / tau
    columns = [past]
    for innovation in innovations:
        deviation = PHI * deviation + math.sqrt(1 - PHI**2) * innovation
        columns.append((long_run + tau * deviation)[:, None])
    return np.concatenate(columns, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """The integral of drifting slopes from the as-of date to each month of a grid, asked for by draws.

    Attributes
    ----------
    slopes : ndarray, shape (draws, years)
        Past and future, oom per year.
    weights : ndarray, shape (years, months)
        What each month takes of them, years.
    """

    slopes: Array
    weights: Array

    @classmethod
    def of(cls, past: Array, long_run: Array, tau: Array, as_of: date, years: Array, rng: np.random.Generator) -> Drift:
        """Continue slopes whose last year is the as-of date's to the end of a grid of mid-month decimal years."""
        slopes = continue_slopes(past, long_run, tau, math.floor(years[-1]) - as_of.year, rng)
        weights = year_weights(years, decimal_year(as_of), as_of.year - past.shape[1] + 1, slopes.shape[1])
        first = int(weights.any(axis=0).argmax())  # no month needs the years before it
        return cls(slopes[:, first:], weights[:, first:].T)

    def over(self, rows: slice) -> Array:
        """Their integral for some of the draws, oom, shape (rows, months): the same whichever rows are asked."""
        start, stop, _ = rows.indices(len(self.slopes))
        first = max(min(start, stop - _FEWEST_ROWS), 0)
        integral: Array = (self.slopes[first:stop] @ self.weights)[start - first :]
        return integral


def soft_cap(log10_level: Array, log10_ceiling: Array) -> Array:
    """Level that approaches a ceiling smoothly: u - log10(1 + 10^(u - K)), in log10."""
    over = np.asarray((log10_level - log10_ceiling) * math.log(10))
    capped: Array = np.exp(np.minimum(over, _FAR_OVER))
    np.log(np.add(capped, 1.0, out=capped), out=capped)  # of such numbers half as long as logaddexp
    capped += np.maximum(np.subtract(over, _FAR_OVER, out=over), 0.0, out=over)
    return log10_level - np.divide(capped, math.log(10), out=capped)


def log10_world_gdp(decimal_years: ArrayLike) -> Array:
    """World GDP in 2023 $, growing 3 % a year, log10."""
    years = np.asarray(decimal_years, float)
    return math.log10(WORLD_GDP_2023_USD) + math.log10(WORLD_GDP_GROWTH) * (years - 2023)
