"""The plain forecasters that every score stands beside.

    line         y_i = a + b t_i + e_i,  e ~ N(0, s^2),  (a, b) ~ N(least squares, s^2 (X'X)^-1)
    last_law     y(t) = y_n + c (t - t_n) + e,  e ~ N(0, s^2),  c as published
    random_walk  y(t) = y_n + d h + sqrt(s^2 (h + h^2 / T) + v_n (1 + h / T)^2 + v_1 (h / T)^2) t_(m-1),  h = t - t_n
    auto_ets     exponential smoothing with additive errors, its form chosen by AICc (ETSModel of statsmodels)

`line` runs through the history of the quantity itself: the rows of a price, the quarter-ends of a maximum or of a
median of the ten largest. `runs_on_line` simulates runs around a line through the rows of the running top ten, at the
same rate as the model's runs, and takes the same maxima, medians and first passages of them.

A published law has no noise of its own: s is the scatter of the history around it, and where it starts is the newest
value, or the mean of the newest rows where single rows scatter.

The random walk has steps d k_i + s sqrt(k_i) z over the k_i years between values. Least squares gives d = (y_n - y_1)
/ T over the T years in all, with variance s^2 / T, and s^2 = sum (step - d k_i)^2 / k_i / (m - 1) over m steps; the
Student t is what an unknown s makes of them. A value that is itself a median of few rows has an error of variance v_i,
else it is 0: what two of them add to every step is taken off its square, so that noise is not taken for steps.

Smoothing knows no uncertainty of its parameters, and no more than a history that grows by steps: intervals of both are
the method's own.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.experiments.ahead import padded

Array = NDArray[np.float64]

FEWEST_ROWS = 5
"""A line through fewer rows is no forecast."""

FEWEST_QUARTERS = 8
"""Smoothing with fewer has more parameters than it can tell apart."""

QUARTERS = 4


@dataclass(frozen=True)
class Line:
    """A fitted line.

    Attributes
    ----------
    centre : float
        Mean of the dates, decimal years.
    level, slope : float
        Value at the centre, and change per year.
    sd, level_sd, slope_sd : float
        Of the residuals, and of level and slope, which are independent at the centre.
    """

    centre: float
    level: float
    slope: float
    sd: float
    level_sd: float
    slope_sd: float

    @classmethod
    def fit(cls, decimal_years: Array, values: Array) -> Line:
        """Least squares through at least three rows of at least two dates."""
        centre, n = float(decimal_years.mean()), len(values)
        x = decimal_years - centre
        slope = float(x @ values / (x @ x))
        residuals = values - values.mean() - slope * x
        sd = float(np.sqrt(residuals @ residuals / (n - 2)))
        return cls(centre, float(values.mean()), slope, sd, sd / np.sqrt(n), sd / np.sqrt(float(x @ x)))

    def means(self, decimal_years: Array, draws: int, rng: np.random.Generator) -> Array:
        """Draws of the line at the given dates, shape (draws, dates)."""
        level = self.level + self.level_sd * rng.standard_normal(draws)
        slope = self.slope + self.slope_sd * rng.standard_normal(draws)
        return level[:, None] + slope[:, None] * (decimal_years - self.centre)

    def predict(self, decimal_years: Array, draws: int, rng: np.random.Generator) -> Array:
        """Draws of new rows at the given dates, shape (draws, dates)."""
        noise = self.sd * rng.standard_normal((draws, len(decimal_years)))
        return self.means(decimal_years, draws, rng) + noise

    def simulate(self, month_years: Array, per_year: float, draws: int, rng: np.random.Generator) -> Array:
        """Runs around the line in each month, shape (draws, months, slots), padded with -inf."""
        means = self.means(month_years, draws, rng)
        counts = rng.poisson(per_year / 12, means.shape)
        centres = np.repeat(means.ravel(), counts.ravel())
        return padded(centres + self.sd * rng.standard_normal(len(centres)), counts)


@dataclass(frozen=True)
class LawOnward:
    """A published rate, drawn on from what was known last.

    Attributes
    ----------
    start, level : float
        Newest date, decimal years (of a loss, log10 FLOP), and the level there.
    slope : float
        What the law says, per unit of the dates.
    sd : float
        Scatter of the history around the law.
    """

    start: float
    level: float
    slope: float
    sd: float

    @classmethod
    def fit(cls, dates: Array, values: Array, slope: float, newest: int = 1) -> LawOnward:
        """Through the mean of the newest values; the scatter is that of all, around the law at its best level."""
        start = float(dates.max())
        level = values - slope * (dates - start)
        latest = np.argsort(dates, kind="stable")[-newest:]
        return cls(start, float(level[latest].mean()), slope, float(level.std(ddof=1)))

    def predict(self, dates: Array, draws: int, rng: np.random.Generator) -> Array:
        """Draws at later dates, shape (draws, dates)."""
        noise = self.sd * rng.standard_normal((draws, len(dates)))
        result: Array = self.level + self.slope * (dates - self.start) + noise
        return result


@dataclass(frozen=True)
class RandomWalk:
    """A random walk with drift, seen with errors.

    Attributes
    ----------
    start, level : float
        Newest date, decimal years, and the value there.
    years, steps : float, int
        Length of the history, and its number of steps.
    drift, sd : float
        Change per year, and sd of a year's step.
    first_variance, last_variance : float
        Of the errors of the first value and of the newest.
    """

    start: float
    level: float
    years: float
    steps: int
    drift: float
    sd: float
    first_variance: float = 0.0
    last_variance: float = 0.0

    @classmethod
    def fit(cls, decimal_years: Array, values: Array, variances: Array | None = None) -> RandomWalk:
        """From at least three values in order of their dates, which may be unevenly spaced, and their errors."""
        years, change = np.diff(decimal_years), np.diff(values)
        error = np.zeros(len(values)) if variances is None else variances
        total, steps = float(years.sum()), len(years)
        drift = float(change.sum()) / total
        squares = ((change - drift * years) ** 2 - error[:-1] - error[1:]) / years
        sd = float(np.sqrt(max(squares.sum() / (steps - 1), 0.0)))
        ends = float(error[0]), float(error[-1])
        return cls(float(decimal_years[-1]), float(values[-1]), total, steps, drift, sd, *ends)

    def predict(self, decimal_years: Array, draws: int, rng: np.random.Generator) -> Array:
        """Draws at later dates, shape (draws, dates)."""
        h = decimal_years - self.start
        along = h / self.years
        variance = self.sd**2 * (h + h * along)
        variance += self.last_variance * (1 + along) ** 2 + self.first_variance * along**2
        noise = np.sqrt(variance) * rng.standard_t(self.steps - 1, (draws, len(h)))
        result: Array = self.level + self.drift * h + noise
        return result


def smoothed(quarterly: Array, quarters_ahead: NDArray[np.int64], draws: int, rng: np.random.Generator) -> Array:
    """Draws of exponential smoothing, one column for each number of quarters ahead, shape (draws, n).

    Parameters
    ----------
    quarterly : ndarray, shape (quarters,)
        The history, at least `FEWEST_QUARTERS` of it.
    quarters_ahead : ndarray of int, shape (n,)
        From 1 on.
    draws : int
        Number of draws.
    rng : numpy.random.Generator
        Source of the noise.
    """
    mean, sd = _smoothing(tuple(quarterly.tolist()), int(quarters_ahead.max()))
    at = quarters_ahead - 1
    result: Array = mean[at] + sd[at] * rng.standard_normal((draws, len(at)))
    return result


@lru_cache(maxsize=64)
def _smoothing(quarterly: tuple[float, ...], ahead: int) -> tuple[Array, Array]:
    """Mean and sd of the quarters ahead, by the form of the least AICc: without trend, with one, with a damped one."""
    from pandas import Series
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # seconds to import, for one baseline

    history = Series(quarterly)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a history that does not move at all has no likelihood, but a forecast
        fits = [
            ETSModel(history, error="add", trend=trend, damped_trend=damped).fit(disp=False)
            for trend, damped in ((None, False), ("add", False), ("add", True))
        ]
        best: Any = min(fits, key=lambda fit: np.nan_to_num(fit.aicc, nan=np.inf))
        found = best.get_prediction(start=len(history), end=len(history) + ahead - 1)
        variance = np.maximum(np.nan_to_num(np.asarray(found.forecast_variance)), 0)
    return np.asarray(found.predicted_mean), np.sqrt(variance)
