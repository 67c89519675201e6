"""The population of scaling studies, as a prior for one that it has not seen.

    p(ln b, logit e) = mean over hyper-draws of t4(ln b; mu_b, tau_b) t4(logit e; mu_e, tau_e)

It is tabulated once: the mean of products is one matrix product. The nodes lie at centre + spread sinh(u), dense where
the population is and far out where its heavy tails still count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_HYPER_DRAWS = 1000
_TABLE_REACH, _TABLE_NODES = 6.0, 161


@dataclass(frozen=True, slots=True)
class Population:
    """Hyper-draws of the loss model: centre and spread of ln b, logit e (t4) and ln s (normal), shape (draws,) each."""

    mu_b: Array
    tau_b: Array
    mu_e: Array
    tau_e: Array
    mu_s: Array
    tau_s: Array

    @classmethod
    def of(cls, block: Mapping[str, Array]) -> Population:
        """The population in a posterior's loss block, thinned evenly to at most 1,000 hyper-draws."""
        rows = np.unique(np.arange(_HYPER_DRAWS) * len(block["mu_b"]) // _HYPER_DRAWS)
        return cls(*(np.asarray(block[name], float)[rows] for name in cls.__slots__))


@dataclass(frozen=True, slots=True)
class Prior:
    """ln density of (ln b, logit e), tabulated at centre + spread sinh(u) over u from -6 to 6 along both axes."""

    centre: tuple[float, float]
    spread: tuple[float, float]
    table: Array

    @classmethod
    def of(cls, population: Population) -> Prior:
        """Mean over the hyper-draws of a product of two densities: a matrix product."""
        p = population
        nodes = np.sinh(np.linspace(-_TABLE_REACH, _TABLE_REACH, _TABLE_NODES))
        centre = float(np.median(p.mu_b)), float(np.median(p.mu_e))
        spread = float(np.median(p.tau_b)), float(np.median(p.tau_e))
        of_b = _t4_density(centre[0] + spread[0] * nodes, p.mu_b, p.tau_b)
        of_e = _t4_density(centre[1] + spread[1] * nodes, p.mu_e, p.tau_e)
        return cls(centre, spread, np.log(of_b @ of_e.T / len(p.mu_b)))

    def log_density(self, ln_b: Array, logit_e: Array) -> Array:
        """By bilinear interpolation; past the table (200 spreads from the centre) the value at its edge."""
        i, u = _position(ln_b, self.centre[0], self.spread[0])
        j, v = _position(logit_e, self.centre[1], self.spread[1])
        low = (1 - v) * self.table[i, j] + v * self.table[i, j + 1]
        high = (1 - v) * self.table[i + 1, j] + v * self.table[i + 1, j + 1]
        result: Array = (1 - u) * low + u * high
        return result


def _t4_density(x: Array, mu: Array, tau: Array) -> Array:
    """Density of Student's t4, shape (x, mu)."""
    q = 1 + ((x[:, None] - mu) / tau) ** 2 / 4
    result: Array = 0.375 / (q * q * np.sqrt(q) * tau)
    return result


def _position(x: Array, centre: float, spread: float) -> tuple[NDArray[np.int64], Array]:
    """Table cell of each value, and how far into it."""
    step = 2 * _TABLE_REACH / (_TABLE_NODES - 1)
    place = np.clip((np.arcsinh((x - centre) / spread) + _TABLE_REACH) / step, 0, _TABLE_NODES - 1.001)
    cell = place.astype(np.int64)
    return cell, place - cell
