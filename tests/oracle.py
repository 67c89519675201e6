"""An independent, slow answer: a plain loop over draws and months, written from the equations, sharing no engine code.

Chance is an input. The paths that only random numbers make (price, largest spend and compute, the run's residual, the
halving time, the law's discrepancy) are handed in as lists; everything that is arithmetic is done again here:

    C*(l)  smallest C with [E + (L0 - E)(C / C0)^-b] 10^(...) <= l, by bisection on the falling part of the curve
    A(t)   12 log10(2) / T_h x max(t - t_ref, 0), at most the ceiling
    X(t)   A + budget - p - q   |   A + S - p - q   |   A + F
    T      the first month with X(t) >= C*
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ALREADY, WITHIN, BEYOND, NEVER = "already", "within_horizon", "beyond_horizon", "never"
_ORDER = (ALREADY, WITHIN, BEYOND, NEVER)
REACH = 120.0


@dataclass
class Draw:
    """One draw's numbers; a path has one value a month. Logs are base 10 but for `log_l0`."""

    price: Sequence[float]
    spend: Sequence[float]
    flop: Sequence[float]
    residual: float
    halving_months: float | None
    price_fall: float
    spend_growth: float
    log_l0: float = 0.0
    log10_c0: float = 0.0
    exponent: float = 1.0
    floor: float = 0.0
    log10_c_max: float = 0.0
    omega_z: float = 0.0


@dataclass
class Asked:
    """The question in plain numbers; `budget` is None where the frontier's spend pays."""

    loss: float | None
    flop: float | None
    budget: float | None
    on_trend: bool
    t_ref: float
    ceiling_oom: float | None
    months_within: int


def required(draw: Draw, asked: Asked) -> float:
    """C*, log10 FLOP."""
    if asked.loss is None:
        return math.log10(asked.flop)
    goal = math.log(asked.loss)
    if goal >= _log_loss(draw, draw.log10_c_max):
        reducible = (asked.loss - draw.floor) / (math.exp(draw.log_l0) - draw.floor)
        return draw.log10_c0 - math.log10(reducible) / draw.exponent
    low, high = draw.log10_c_max, _lowest_point(draw)
    if _log_loss(draw, high) > goal:
        return math.inf
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if _log_loss(draw, middle) <= goal else (middle, high)
    return high


def _log_loss(draw: Draw, x: float) -> float:
    reducible = (math.exp(draw.log_l0) - draw.floor) * 10 ** (-draw.exponent * (x - draw.log10_c0))
    return math.log(draw.floor + reducible) + draw.omega_z * max(x - draw.log10_c_max, 0.0)


def _lowest_point(draw: Draw) -> float:
    """Where the loss is lowest within reach: thirds of a convex curve."""
    low, high = draw.log10_c_max, REACH
    for _ in range(300):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if _log_loss(draw, a) <= _log_loss(draw, b) else (a, high)
    return high if draw.omega_z > 0 else REACH


def efficiency(draw: Draw, asked: Asked, year: float) -> float:
    """A(t), log10."""
    if draw.halving_months is None:
        return 0.0
    gained = 12 * math.log10(2) / draw.halving_months * max(year - asked.t_ref, 0.0)
    return gained if asked.ceiling_oom is None else min(gained, asked.ceiling_oom)


def effective_compute(draw: Draw, asked: Asked, month: int, year: float) -> float:
    """X(t), log10 FLOP."""
    if asked.on_trend:
        return efficiency(draw, asked, year) + draw.flop[month]
    money = draw.spend[month] if asked.budget is None else math.log10(asked.budget)
    return efficiency(draw, asked, year) + money - draw.price[month] - draw.residual


def outcome(draw: Draw, asked: Asked, years: Sequence[float]) -> tuple[str, int]:
    """Class of a draw and its month of arrival (the number of months where there is none)."""
    goal = required(draw, asked)
    for month, year in enumerate(years):
        if effective_compute(draw, asked, month, year) >= goal:
            return (ALREADY if month == 0 else WITHIN if month < asked.months_within else BEYOND), month
    growth = draw.price_fall
    if asked.budget is None:
        growth += min(max(draw.spend_growth, 0.0), math.log10(1.03))
    if draw.halving_months is not None and asked.ceiling_oom is None:
        growth += 12 * math.log10(2) / draw.halving_months
    return (BEYOND if growth > 0 and math.isfinite(goal) else NEVER), len(years)


@dataclass
class Told:
    """What the oracle says."""

    outcomes: list[tuple[str, int]]
    years: Sequence[float]

    def mass(self, name: str) -> float:
        """Share of draws of one class."""
        return sum(found == name for found, _ in self.outcomes) / len(self.outcomes)

    def quantile(self, probability: float) -> tuple[str, float | None]:
        """Class and date of the draw at that rank."""
        ranked = sorted(self.outcomes, key=lambda found: (_ORDER.index(found[0]), found[1]))
        name, month = ranked[max(math.ceil(probability * len(ranked) - 1e-9), 1) - 1]
        return name, self.years[month] if name in (ALREADY, WITHIN) else None

    def p_by_end_of(self, year: int) -> float:
        """Share of draws that have arrived, within the horizon, by the end of a calendar year."""
        arrived = [m for name, m in self.outcomes if name in (ALREADY, WITHIN) and self.years[m] < year + 1]
        return len(arrived) / len(self.outcomes)


def tell(draws: Sequence[Draw], asked: Asked, years: Sequence[float]) -> Told:
    """Loop over the draws."""
    return Told([outcome(draw, asked, years) for draw in draws], years)
