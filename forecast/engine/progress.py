"""Algorithmic efficiency over time: the halving of required compute, its ceiling, and a jump at a date.

A(t) = min[12 log(2) / T_h x max(t - t_ref, 0), ceiling] + size 1[t >= date]
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forecast.engine import paths
from forecast.engine.assumed import Assumed
from forecast.engine.assumptions import Algorithms
from forecast.engine.streams import stream
from forecast.families import Distribution, LogNormal
from forecast.priors import ALGORITHMS
from forecast.units import LOG10_2

Array = NDArray[np.float64]


class Progress:
    """Algorithmic efficiency of every draw.

    Parameters
    ----------
    algorithms : Algorithms
        As settled.
    t_ref : float
        Decimal year from which progress counts.
    jumps : bool
        Whether the algorithmic jump is switched on.
    assumed : Assumed
        Draws of the unfitted inputs.
    """

    def __init__(self, algorithms: Algorithms, t_ref: float, jumps: bool, assumed: Assumed) -> None:
        self._algorithms, self._t_ref, self._jumps, self._assumed = algorithms, t_ref, jumps, assumed

    def path(self, years: Array, rows: slice = slice(None)) -> Array | None:
        """log10 multiplier by month of some draws, shape (rows, months); None where there is no progress at all."""
        if self._algorithms.kind == "off" and not self._jumps:
            return None
        gained = np.zeros((len(range(self._assumed.draws)[rows]), len(years)))
        self.add_to(gained, years, rows)
        return gained

    def add_to(self, path: Array, years: Array, rows: slice = slice(None)) -> None:
        """Add the log10 multiplier by month to the path of some draws, in place; shape (rows, months)."""
        if self._algorithms.kind != "off":
            path += self._steady(years, rows)
        if self._jumps:
            at, size = self._jump
            path += np.where(years >= at[rows, None], size[rows, None], 0.0)

    def eventual(self, reached: Array, last: Array, rate: Array) -> Array:
        """What a running maximum comes to in the end.

        Parameters
        ----------
        reached : ndarray, shape (draws,)
            Its level at the end of the simulation, algorithms included.
        last : ndarray, shape (draws,)
            The path at the end of the simulation, without algorithms.
        rate : ndarray, shape (draws,)
            Long-run growth of the path without algorithms, oom per year.

        Returns
        -------
        ndarray, shape (draws,)
            log10; +inf where it grows for ever.
        """
        bounded = self._algorithms.kind == "off" or self._algorithms.ceiling_oom is not None
        growth = rate if bounded else rate + self._per_year()
        level = reached
        if bounded:
            level = np.maximum(reached, last + (self._algorithms.ceiling_oom or 0.0) + self._jump_oom())
        return np.where(growth > 0, np.inf, level)

    def _steady(self, years: Array, rows: slice) -> Array:
        gained = paths.algorithmic_progress(self._halving_months[rows], self._t_ref, years)
        ceiling = self._algorithms.ceiling_oom
        return gained if ceiling is None else np.minimum(gained, ceiling, out=gained)

    def _per_year(self) -> Array:
        return 12 * LOG10_2 / self._halving_months

    @cached_property
    def _halving_months(self) -> Array:
        said = self._assumed.says("algorithms.halving_months")
        return halving_months(self._algorithms, self._assumed.draws, self._assumed.seed, said)

    @cached_property
    def _jump(self) -> tuple[Array, Array]:
        return self._assumed("algorithmic_jump.decimal_year"), self._assumed("algorithmic_jump.size_oom")

    def _jump_oom(self) -> Array | float:
        return self._jump[1] if self._jumps else 0.0


def halving_months(algorithms: Algorithms, draws: int, seed: int, said: Distribution | None = None) -> Array:
    """Halving time of the compute that a fixed loss requires, one per draw, in months.

    Parameters
    ----------
    algorithms : Algorithms
        Not off.
    draws, seed : int
        The draws of two log-normal priors differ only by their median and spread: they share one stream.
    said : Distribution, optional
        What a scenario says instead.

    Returns
    -------
    ndarray, shape (draws,)
    """
    prior = halving_prior(algorithms) if said is None else said
    drawn = prior.sample(stream(seed, "algorithms halving time"), draws)
    return drawn if said is None else np.clip(drawn, 0.1, 1e6)


def halving_prior(algorithms: Algorithms) -> LogNormal:
    """The prior of the halving time in months; there is none with algorithms off."""
    return algorithms.halving_months or ALGORITHMS[algorithms.kind]
