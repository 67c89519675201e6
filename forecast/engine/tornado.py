"""Tornado: how far each input moves the median, from the draws as they are.

The output's median among the draws in which an input lies in its lowest fifth, and among those in its highest: inputs
that depend on each other stay so, nothing is held fixed, and nothing is computed anew. Ranks decide, so it is the same
on any monotone scale of an input. Draws of equal value are never parted: where many are equal the fifth is larger.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FIFTH = 0.2


@dataclass(frozen=True, slots=True)
class Swing:
    """The output given one input low and high.

    Attributes
    ----------
    input : str
        Its name.
    low, high : float
        The input's median in its lowest and its highest fifth.
    low_edge, high_edge : float
        The input's largest value in the lowest fifth, and its smallest in the highest.
    median_low, median_high : float
        Median of the output there; the cap where half of the draws are at it.
    p_low, p_high : float
        Share of the draws there whose output is under the cap.
    """

    input: str
    low: float
    high: float
    low_edge: float
    high_edge: float
    median_low: float
    median_high: float
    p_low: float
    p_high: float

    @property
    def swing(self) -> float:
        """How far apart the two medians are."""
        return abs(self.median_high - self.median_low)


def tornado(y: Array, inputs: Mapping[str, Array], cap: float = math.inf) -> tuple[Swing, ...]:
    """Conditional medians of an output by the lowest and highest fifth of each input.

    Parameters
    ----------
    y : ndarray, shape (draws,)
        The output, min(arrival, horizon) in years; finite.
    inputs : mapping of str to ndarray, shape (draws,)
        Values of each input; one that does not vary is left out.
    cap : float
        The horizon: an output that is not under it counts as not arrived.

    Returns
    -------
    tuple of Swing
        The widest swing first; equal ones by the difference of the shares under the cap, then by name.
    """
    swings = [_swing(name, values, y, cap) for name, values in inputs.items() if np.ptp(values) > 0]
    return tuple(sorted(swings, key=lambda row: (-row.swing, -abs(row.p_high - row.p_low), row.input)))


def fifths(values: Array) -> tuple[Mask, Mask]:
    """Draws in the lowest and in the highest fifth of an input that varies.

    Parameters
    ----------
    values : ndarray, shape (draws,)
        Not all equal.

    Returns
    -------
    low, high : ndarray of bool, shape (draws,)
        They share no draw, and neither is empty.
    """
    ranked = np.sort(values)
    count = max(round(FIFTH * len(ranked)), 1)
    low, high = ranked[count - 1], ranked[-count]
    if low < high:
        return values <= low, values >= high
    under, over = values < low, values > low  # most draws are equal: set them against the rest
    return (under if under.any() else values == low), (over if over.any() else values == low)


def median(y: Array) -> float:
    """The smallest value that at least half of the draws do not exceed: the order statistic that answers use."""
    rank = math.ceil(0.5 * len(y) - 1e-9)
    return float(np.partition(y, rank - 1)[rank - 1])


def _swing(name: str, values: Array, y: Array, cap: float) -> Swing:
    low, high = fifths(values)
    return Swing(
        input=name,
        low=median(values[low]),
        high=median(values[high]),
        low_edge=float(values[low].max()),
        high_edge=float(values[high].min()),
        median_low=median(y[low]),
        median_high=median(y[high]),
        p_low=float((y[low] < cap).mean()),
        p_high=float((y[high] < cap).mean()),
    )
