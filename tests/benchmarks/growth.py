"""How a cost grows with a size: the power of it, over a range and between neighbours.

A cost is `start + each * size**power`. The start is measured apart, at a size next to nothing, and taken off before the
logarithms: with it every curve looks flatter than it is where the sizes are small.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import linear_regression
from typing import Any


@dataclass(frozen=True)
class Growth:
    """The power by least squares over all sizes, and between each and the next."""

    power: float
    between: tuple[float, ...]


def growth(costs: Mapping[int, float], start: float = 0.0) -> Growth:
    """Fit the power to costs by size.

    Raises
    ------
    ValueError
        For fewer than two sizes, or a cost that is not above the start.
    """
    if len(costs) < 2 or min(costs.values()) <= start:
        raise ValueError(f"two sizes at least, each dearer than the start of {start:g}: {dict(costs)}")
    points = [(math.log(size), math.log(cost - start)) for size, cost in sorted(costs.items())]
    return Growth(_slope(points), tuple((y - b) / (x - a) for (a, b), (x, y) in pairwise(points)))


def _slope(points: Sequence[tuple[float, float]]) -> float:
    return linear_regression([x for x, _ in points], [y for _, y in points]).slope


def noted(costs: Mapping[int, float], start: float = 0.0) -> dict[str, Any]:
    """What the row of the largest size keeps: the powers, the range, and the cost that was taken off."""
    found = growth(costs, start)
    return {
        "exponent": found.power,
        "exponent_last": found.between[-1],
        "exponents_between": found.between,
        "exponent_over": f"{min(costs):,} to {max(costs):,}",
        "start_s": start,
    }
