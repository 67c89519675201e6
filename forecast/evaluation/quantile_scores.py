"""Scores of a forecast of which only quantiles are kept: standard library alone, so that every arm can score.

    CRPS    2 x integral over the levels a of (1[y < q_a] - a) (q_a - y), by the trapezoidal rule
    at      P(T <= y), linear between the points that are known of the distribution

What lies outside the first and the last quantile counts as if it lay on them. So a forecast that is sure of q scores
|q - y| exactly.

Reference: Gneiting & Ranjan 2011, "Comparing Density Forecasts Using Threshold- and Quantile-Weighted Scoring Rules",
eq. 12 (the CRPS as an integral of quantile losses).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

LEVELS: tuple[float, ...] = tuple(k / 20 for k in range(1, 20))
"""Levels that are kept of a forecast: 5, 10, ..., 95 %."""

LEAST = 1 / 8000
"""The smallest probability that a score takes a forecast at: half of one draw in 4,000."""

Point = tuple[float, float]


def crps(values: Sequence[float], observed: float, levels: Sequence[float] = LEVELS) -> float:
    """Continuous ranked probability score of quantiles, in the unit of the outcome; smaller is better.

    Parameters
    ----------
    values : sequence of float
        Quantiles at `levels`; finite.
    observed : float
        The outcome.
    levels : sequence of float
        Ascending probabilities above 0 and below 1.
    """
    nodes, ends = (0.0, *levels, 1.0), (values[0], *values, values[-1])
    losses = [(float(observed < q) - level) * (q - observed) for level, q in zip(nodes, ends, strict=True)]
    return math.fsum(
        (b - a) * (low + high) for (a, b), (low, high) in zip(pairwise(nodes), pairwise(losses), strict=True)
    )


def share_by(points: Iterable[Point], at: float) -> float:
    """The probability of an outcome at or before `at`, linear between points (value, probability) in any order.

    Before the first point it is 0, after the last one the largest probability; of several points at one value the
    highest counts.
    """
    known = sorted(points)
    after = bisect_right(known, (at, math.inf))
    if after == 0:
        return 0.0
    low, p = known[after - 1]
    p = max(probability for _, probability in known[:after])
    if after == len(known) or low == at:
        return p
    high, q = known[after]
    return p + max(q - p, 0.0) * (at - low) / (high - low)


def brier(probability: float, happened: bool) -> float:
    """Squared error of a probability; smaller is better, and .25 is what one half scores."""
    return (probability - happened) ** 2


def log_score(probability: float, happened: bool = True) -> float:
    """-ln of the probability that was given to what happened, at most -ln of `LEAST`; smaller is better."""
    return math.log(1 / max(probability if happened else 1 - probability, LEAST))
