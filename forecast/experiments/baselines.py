"""The plain forecasters that every score stands beside: an ordinary straight line in log10, with normal errors.

    y_i = a + b t_i + e_i,   e ~ N(0, s^2),   (a, b) ~ N(least squares, s^2 (X'X)^-1)

`line` runs through the history of the quantity itself: the rows of a price, the quarter-ends of a maximum or of a
median of the ten largest. `runs_on_line` simulates runs around a line through the rows of the running top ten, at the
same rate as the model's runs, and takes the same maxima, medians and first passages of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.experiments.ahead import padded

Array = NDArray[np.float64]

FEWEST_ROWS = 5
"""A line through fewer rows is no forecast."""


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
