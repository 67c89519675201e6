"""The physical limits of one run together: the least of them by month, and what it comes to in the end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine import limits
from forecast.engine.assumed import Assumed
from forecast.engine.progress import Progress
from forecast.engine.requirement import context_oom
from forecast.engine.scenario import PHYSICAL_LIMITS, PhysicalLimit
from forecast.engine.simulation import Simulation

Array = NDArray[np.float64]


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
        self._inputs = {name: assumed(name) for limit in self.named for name in limits.INPUTS_OF[limit]}
        self._stock = limits.ChipStock.of(simulation.posterior)
        self._longer = context_oom(assumed) if "context_length" in on else None

    def least(self, rows: slice) -> tuple[Array, NDArray[np.int8]]:
        """The least of them for some draws, and which it is.

        Returns
        -------
        least : ndarray, shape (rows, months)
            log10 effective FLOP.
        which : ndarray of int8, shape (rows, months)
            Place in `named`.
        """
        inputs = {name: drawn[rows] for name, drawn in self._inputs.items()}
        gained = self._progress.path(self._years, rows)
        longer = None if self._longer is None else self._longer[rows]
        return limits.tightest(self.named, self._years, inputs, self._stock, gained, context_oom=longer)

    def eventual(self) -> Array:
        """What it comes to, log10 FLOP, shape (draws,)."""
        found = []
        for limit in self.named:
            last = limits.path(limit, self._years[-1:], self._inputs, self._stock, self._longer)[:, 0]
            found.append(self._progress.eventual(last, last, limits.long_run_rate(limit, self._inputs)))
        least: Array = np.min(found, axis=0)
        return least
