"""How far one point moves a straight line: ordinary least squares with and without it.

    y = a + s t + e;   h = leverage;   r = e_i / (sd sqrt(1 - h));   Cook's D = r^2 / 2 x h / (1 - h)

A cheap stand-in for a refit without the point, which only the fit arm can do: slopes that drift would let one run bend
the last years more, and move the long-run rate less.

Reference: Cook 1977, "Detection of influential observation in linear regression", eq. 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Influence:
    """What one point does to a line.

    Attributes
    ----------
    slope, slope_without : float
        Slopes of the line with and without it, oom per year.
    above : float
        Its distance from the line without it, oom.
    residual_sd : float
        Standard deviation of the other points around that line, oom.
    cook : float
        Cook's distance; over 4 / n is usually called influential.
    points : int
        Number of points, itself included.
    """

    slope: float
    slope_without: float
    above: float
    residual_sd: float
    cook: float
    points: int


def slope(years: Array, values: Array) -> float:
    """Slope of the line through points, per year."""
    return float(np.polyfit(years - years.mean(), values, 1)[0])


def influence(years: Array, values: Array, index: int) -> Influence:
    """The influence of one point.

    Parameters
    ----------
    years, values : ndarray, shape (points,)
        Dates, and log10 values.
    index : int
        Which point.
    """
    centred = years - years.mean()
    line = np.polyfit(centred, values, 1)
    errors = values - np.polyval(line, centred)
    leverage = 1 / len(years) + centred[index] ** 2 / (centred @ centred)
    variance = errors @ errors / (len(years) - 2)
    share = errors[index] ** 2 / (2 * variance) if variance > 0 else 0.0  # a line without errors is moved by no point
    cook = share * leverage / (1 - leverage) ** 2
    kept = np.arange(len(years)) != index
    without = np.polyfit(centred[kept], values[kept], 1)
    others = values[kept] - np.polyval(without, centred[kept])
    above = values[index] - np.polyval(without, centred[index])
    return Influence(
        slope=float(line[0]),
        slope_without=float(without[0]),
        above=float(above),
        residual_sd=float(np.sqrt(others @ others / (len(others) - 2))),
        cook=float(cook),
        points=len(years),
    )
