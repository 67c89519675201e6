"""What the oracle says of all draws: masses, order statistics, which limit was waited for, what moved the question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.oracle import (
    ALREADY,
    BEYOND,
    NEVER,
    WITHIN,
    Asked,
    Draw,
    Found,
    follow,
    free_budget,
    names_of,
    required,
)

ORDER = (ALREADY, WITHIN, BEYOND, NEVER)
CHANGERS = ("scaling_break", "context_length", "commoditization")


@dataclass
class Event:
    """A condition in plain numbers: which driver, which side, the value and the month in which it is looked at."""

    driver: str
    comparison: str
    value: float
    month: int

    def holds(self, draw: Draw, asked: Asked, years: Sequence[float]) -> bool:
        """Whether it does in one draw."""
        if self.driver == "algorithms":
            reached = 0.0
            if draw.halving_months is not None:
                reached = 12 * math.log10(2) / draw.halving_months * (years[self.month] - years[0])
                reached = reached if asked.ceiling_oom is None else min(reached, asked.ceiling_oom)
        else:
            path = {"frontier_compute": draw.flop, "price": draw.price, "spend": draw.spend}[self.driver]
            reached = path[self.month]
        above = reached - math.log10(self.value)
        return above >= 0 if self.comparison == "at_least" else above <= 0


@dataclass
class Told:
    """What the oracle says."""

    asked: Asked
    years: Sequence[float]
    draws: Sequence[Draw]
    found: Sequence[Found]

    def mass(self, name: str) -> float:
        """Share of draws of one class."""
        return self._share([one.name == name for one in self.found])

    def quantile(self, probability: float) -> tuple[str, float | None]:
        """Class and date of the draw at that rank."""
        ranked = sorted((ORDER.index(one.name), one.month) for one in self.found)
        place, month = ranked[max(math.ceil(probability * len(ranked) - 1e-9), 1) - 1]
        return ORDER[place], self.years[month] if place < 2 else None

    def median(self) -> float | None:
        """Date of the middle draw."""
        return self.quantile(0.5)[1]

    def p_by_end_of(self, year: int) -> float:
        """Share of draws that have arrived, within the horizon, by the end of a calendar year."""
        return self._share([one.name in (ALREADY, WITHIN) and self.years[one.month] < year + 1 for one in self.found])

    def p_within(self) -> float:
        """Share of draws that have arrived by the horizon."""
        return self._share([one.name in (ALREADY, WITHIN) for one in self.found])

    def binding(self) -> list[tuple[str, float, float]]:
        """Every limit and change that is on, its share of the arrivals and of all draws in the horizon's last month."""
        limits = [name for name in names_of(self.asked) if name not in ("on_trend", "inference")]
        arrived = [one for one in self.found if one.name in (ALREADY, WITHIN)]
        told = [
            (
                name,
                self._share([one.waited_for == name for one in arrived]),
                self._share([one.tightest_at_horizon == name for one in self.found]),
            )
            for name in limits
        ]
        return told + [(name, *self._changed(name)) for name in CHANGERS if name in self.asked.on]

    def _changed(self, name: str) -> tuple[float, float]:
        at_arrival, at_horizon = [], []
        for draw, one in zip(self.draws, self.found, strict=True):
            last = len(self.years) - 1
            if one.name in (ALREADY, WITHIN):
                at_arrival.append(self._moved(draw, name, min(one.month, last)))
            at_horizon.append(self._moved(draw, name, self.asked.months_within - 1))
        return self._share(at_arrival), self._share(at_horizon)

    def _moved(self, draw: Draw, name: str, month: int) -> bool:
        """Whether a change changes the budget in a month, or the requirement."""
        if name != "commoditization":
            return required(draw, self.asked) != required(draw, without(self.asked, name))
        if "money" not in self.asked.on:
            return False
        free = free_budget(draw, self.asked, month, self.years[month])
        return math.log10(draw.inputs["commoditization.usd_2023"]) < free

    @staticmethod
    def _share(holds: Sequence[bool]) -> float:
        return sum(holds) / len(holds) if holds else 0.0


def without(asked: Asked, name: str) -> Asked:
    """The same question with a limit or a change switched off."""
    return replace(asked, on=asked.on - {name})


def tell(draws: Sequence[Draw], asked: Asked, years: Sequence[float], event: Event | None = None) -> Told:
    """Loop over the draws, or those in which an event holds."""
    counted = [draw for draw in draws if event is None or event.holds(draw, asked, years)]
    return Told(asked, years, counted, [follow(draw, asked, years) for draw in counted])
