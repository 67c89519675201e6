"""The physical limits of one run together: the least of them by month, and what it comes to in the end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine import limits
from forecast.engine.arrival import first_passage
from forecast.engine.assumed import Assumed
from forecast.engine.courses import Course
from forecast.engine.progress import Progress
from forecast.engine.requirement import context_oom
from forecast.engine.scenario import PHYSICAL_LIMITS, PhysicalLimit
from forecast.engine.simulation import Simulation

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Months = NDArray[np.int32]


class Physical:
    """The least of the physical limits, some draws at a time.

    Parameters
    ----------
    simulation : Simulation
        Whose months and posterior it takes.
    on : frozenset of str
        Limits in the minimum, and what else is switched on.
    assumed : Assumed
        Draws of the unfitted inputs.
    progress : Progress
        Algorithmic efficiency.

    Attributes
    ----------
    named : tuple of str
        The limits in the minimum.
    """

    def __init__(self, simulation: Simulation, on: frozenset[str], assumed: Assumed, progress: Progress) -> None:
        self.named: tuple[PhysicalLimit, ...] = tuple(limit for limit in PHYSICAL_LIMITS if limit in on)
        self._years, self._progress = simulation.years, progress
        inputs = {name: assumed(name) for limit in self.named for name in limits.INPUTS_OF[limit]}
        stock = limits.ChipStock.of(simulation.posterior)
        longer = context_oom(assumed) if "context_length" in on else None
        self._courses = [limits.course(limit, inputs, stock, longer) for limit in self.named]
        self._all = limits.Courses(self._courses, self._years)

    def least(self, rows: slice) -> tuple[Array, NDArray[np.int8]]:
        """The least of them for some draws, and which it is.

        Returns
        -------
        least : ndarray, shape (rows, months)
            log10 effective FLOP.
        which : ndarray of int8, shape (rows, months)
            Place in `named`.
        """
        return self._all.least(rows, self._progress.path(self._years, rows))

    def eventual(self) -> Array:
        """What it comes to, log10 FLOP, shape (draws,)."""
        least: Array = np.minimum.reduce([self.eventual_of(place) for place in range(len(self.named))])
        return least

    def eventual_of(self, place: int) -> Array:
        """What one of them comes to by itself, log10 FLOP, shape (draws,)."""
        line = self._courses[place]
        last = line.path(self._years[-1:])[:, 0]
        return self._progress.eventual(last, last, line.rate)

    def passed(self, place: int, goal: Array) -> Months:
        """First month in which one of them by itself reaches a goal: `first_passage` of an envelope of it alone.

        A bisection asks ten months of each draw, so no path of 600 is made; of one that may fall the path is needed.
        """
        line, months = self._courses[place], len(self._years)
        if not line.rises:
            alone = limits.Courses([line], self._years).least(slice(0, len(goal)), self._progress.path(self._years))[0]
            return first_passage(alone.astype(np.float32), goal)
        at, left = np.zeros(len(goal), np.int32), months
        while left > 1:
            half = left // 2
            at += (self._level(line, at + (half - 1)) < goal) * np.int32(half)
            left -= half
        at += self._level(line, at) < goal
        return at

    def _level(self, line: Course, month: Months) -> Single:
        """A limit in one month of each draw, as precise as an envelope."""
        years = self._years.take(month)[:, None]
        level = line.path(years)
        gained = np.zeros(level.shape)
        self._progress.add_to(gained, years)
        level += gained
        return level[:, 0].astype(np.float32)
