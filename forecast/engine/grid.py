"""The posterior of one study's law on a grid that closes in on it.

    points      ln L_i ~ t4(l + ln[f + (1 - f) (C_i / C_m)^-b], sqrt(0.003^2 + s^2)),   C_m the middle of the data
    prior       mean over hyper-draws of t4(ln b; mu_b, tau_b) t4(logit e; mu_e, tau_e),  of N(ln s; mu_s, tau_s),
                and l ~ N(interpolated, .1)
    axes        ln slope and logit f, the slope of ln L and the floor's share of the loss at C_m; and ln s:
                ln b = ln slope - ln(1 - f),   logit e = logit f + b ln(1e21 / C_m)

The map from (ln slope, logit f) to (ln b, logit e) has Jacobian 1, and in the former the likelihood has no ridge, so
that a rectangle fits it. l is integrated out by the trapezoid rule around its mode, cell by cell, then drawn from its
exact conditional density. The prior is tabulated once: the mean over hyper-draws of products is one matrix product.

References: `forecast.models.loss`, which fits the population.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.scaling import LN10, SHARE_LOG10_FLOP

Array = NDArray[np.float64]

NOISE_FLOOR = 0.003
LEVEL_SD = 0.1

_START = ((math.log(1e-3), math.log(0.6)), (-24.0, 9.0), (math.log(1e-5), math.log(0.3)))
_CELLS = ((48, 56, 24), (48, 56, 12), (80, 96, 10))
"""Cells along ln slope, logit f and ln s in each of the three zooms."""
_TAIL_MASS = 1e-4  # cut from each end of each axis by a zoom
_MODE_STEPS = 6
_LAPLACE = np.zeros(1)
_LEVEL_NODES = np.linspace(-5.0, 5.0, 11)  # in sd; for a bell, the trapezoid rule with this step errs by 1e-6
_MANY_POINTS = 24  # from here on the level is as good as normal
_DRAW_NODES = np.linspace(-6.0, 6.0, 41)
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


@dataclass(frozen=True, slots=True)
class Cells:
    """Centres and widths of the cells along each axis: ln slope, logit f and, where the noise is learned, ln s."""

    centres: tuple[Array, ...]
    widths: tuple[float, ...]

    @classmethod
    def over(cls, bounds: Sequence[tuple[float, float]], counts: Sequence[int]) -> Cells:
        """Equal cells between the bounds of each axis."""
        widths = [(high - low) / n for (low, high), n in zip(bounds, counts, strict=False)]
        axes = zip(bounds, widths, counts, strict=False)
        centres = tuple(np.asarray(low + width * (np.arange(n) + 0.5), float) for (low, _), width, n in axes)
        return cls(centres, tuple(widths))

    def box(self, log_mass: Array) -> list[tuple[float, float]]:
        """Bounds along each axis that hold all but a sliver of the mass, and one cell more on both sides."""
        mass = np.exp(log_mass - log_mass.max())
        bounds = []
        for axis, (centres, width) in enumerate(zip(self.centres, self.widths, strict=True)):
            cumulative = np.cumsum(mass.sum(axis=tuple(k for k in range(mass.ndim) if k != axis)))
            low, high = np.searchsorted(cumulative, np.array([_TAIL_MASS, 1 - _TAIL_MASS]) * cumulative[-1])
            bounds.append((centres[low] - 1.5 * width, centres[high] + 1.5 * width))
        return bounds

    def sample(self, log_mass: Array, draws: int, rng: np.random.Generator) -> list[Array]:
        """Draws spread evenly over the cumulated mass, uniform inside their cell, shuffled; one array per axis."""
        cumulative = np.cumsum(np.exp(log_mass - log_mass.max()))
        targets = (rng.permutation(draws) + rng.random()) / draws * cumulative[-1]
        flat = np.minimum(np.searchsorted(cumulative, targets, side="right"), log_mass.size - 1)
        places = np.unravel_index(flat, log_mass.shape)
        return [
            centres[place] + width * (rng.random(draws) - 0.5)
            for centres, place, width in zip(self.centres, places, self.widths, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Places:
    """Draws on the grid's axes, shape (draws,) each."""

    ln_slope: Array
    logit_f: Array
    scale: Array

    @property
    def b(self) -> Array:
        """Exponent."""
        return np.exp(self.ln_slope + np.logaddexp(0, self.logit_f))

    @property
    def log_floor_share(self) -> Array:
        """ln f."""
        return -np.logaddexp(0, -self.logit_f)


@dataclass(frozen=True, slots=True)
class Problem:
    """A study's points and the prior of its law, ready to be evaluated cell by cell.

    Attributes
    ----------
    nepers : ndarray, shape (points,)
        ln(C / C_m).
    log_loss : ndarray, shape (points,)
        ln nats per token.
    log10_middle : float
        C_m, log10 FLOP.
    level_guess : float
        ln of the loss at C_m, interpolated.
    relative_noise : float or None
        Scale of the points' noise; None where it is learned.
    population : Population
        For the prior of ln s.
    prior : Prior
        Of ln b and logit e.
    """

    nepers: Array
    log_loss: Array
    log10_middle: float
    level_guess: float
    relative_noise: float | None
    population: Population
    prior: Prior

    @classmethod
    def of(
        cls, log10_flop: Array, log_loss: Array, population: Population, relative_noise: float | None = None
    ) -> Problem:
        """State the points around the middle of their reach in compute."""
        order = np.argsort(log10_flop, kind="stable")
        middle = float(log10_flop.min() + log10_flop.max()) / 2
        guess = float(np.interp(middle, log10_flop[order], log_loss[order]))
        nepers = LN10 * (log10_flop - middle)
        return cls(nepers, log_loss, middle, guess, relative_noise, population, Prior.of(population))

    def places(self, draws: int, rng: np.random.Generator) -> Places:
        """Close in on the mass in three zooms; draw from the cells of the last."""
        bounds: Sequence[tuple[float, float]] = _START if self.relative_noise is None else _START[:2]
        for counts in _CELLS[:-1]:
            cells = Cells.over(bounds, counts)
            bounds = cells.box(self.log_mass(cells, _LAPLACE))
        last = Cells.over(bounds, _CELLS[-1])
        nodes = _LEVEL_NODES if len(self.nepers) < _MANY_POINTS else _LAPLACE
        drawn = last.sample(self.log_mass(last, nodes), draws, rng)
        return Places(drawn[0], drawn[1], self._scale(drawn[2] if len(drawn) > 2 else np.zeros(draws)))

    def log_mass(self, cells: Cells, level_nodes: Array) -> Array:
        """ln of each cell's posterior mass but for a constant; a single node is Laplace's approximation.

        Parameters
        ----------
        cells : Cells
            Where.
        level_nodes : ndarray
            Nodes of the integral over the level l, in its standard deviations around its mode.

        Returns
        -------
        ndarray, shape (ln slope, logit f) or (ln slope, logit f, ln s)
            Normalized alike for all cells.
        """
        places = Places(cells.centres[0][:, None], cells.centres[1][None, :], np.zeros(1))
        logit_e = places.logit_f + places.b * LN10 * (SHARE_LOG10_FLOP - self.log10_middle)
        log_prior = self.prior.log_density(np.log(places.b), logit_e)
        residuals = self._residuals(places)
        ln_s = cells.centres[2] if len(cells.centres) > 2 else np.zeros(1)
        planes = [self._evidence(residuals, scale, level_nodes) for scale in self._scale(ln_s)]
        if self.relative_noise is not None:
            return log_prior + planes[0]
        result: Array = log_prior[..., None] + np.stack(planes, axis=-1) + self._log_prior_s(ln_s)
        return result

    def _scale(self, ln_s: Array) -> Array:
        if self.relative_noise is not None:
            return np.full(len(ln_s), self.relative_noise)
        return np.hypot(NOISE_FLOOR, np.exp(ln_s))

    def _log_prior_s(self, ln_s: Array) -> Array:
        z = (ln_s[:, None] - self.population.mu_s) / self.population.tau_s
        density = (np.exp(-0.5 * z**2) / self.population.tau_s).mean(axis=1)
        return np.log(np.maximum(density, np.finfo(float).tiny))

    def _residuals(self, places: Places) -> Array:
        """ln L_i - ln[f + (1 - f) (C_i / C_m)^-b], points on the first axis."""
        log_floor, log_rest = places.log_floor_share, -np.logaddexp(0, places.logit_f)
        points = zip(self.log_loss, self.nepers, strict=True)
        return np.stack([y - np.logaddexp(log_floor, log_rest - places.b * u) for y, u in points])

    def _evidence(self, residuals: Array, scale: float, nodes: Array) -> Array:
        """ln of the integral over the level, but for a constant."""
        mode, sd = self._level(residuals, scale)
        heights = np.stack([self._log_density(residuals, scale, mode + node * sd) for node in nodes])
        peak = heights.max(axis=0)
        total: Array = np.log(np.exp(heights - peak).sum(axis=0)) + peak
        return total + np.log(sd) - len(residuals) * math.log(scale)

    def _level(self, residuals: Array, scale: Any) -> tuple[Array, Array]:
        """Mode and spread of the level by iteratively reweighted least squares from the points' median."""
        mode = np.median(residuals, axis=0)
        for _ in range(_MODE_STEPS):
            weights = 5 / (4 * scale**2 + (residuals - mode) ** 2)
            precision = weights.sum(axis=0) + LEVEL_SD**-2
            mode = ((weights * residuals).sum(axis=0) + self.level_guess * LEVEL_SD**-2) / precision
        return mode, precision**-0.5

    def _log_density(self, residuals: Array, scale: Any, level: Array) -> Array:
        """ln density of the points and of the level, but for a constant."""
        points: Array = np.log1p(((residuals - level) / (2 * scale)) ** 2).sum(axis=0)
        return -2.5 * points - 0.5 * ((level - self.level_guess) / LEVEL_SD) ** 2

    def draw_level(self, places: Places, rng: np.random.Generator) -> Array:
        """The level l of each draw from its exact conditional density, by inversion on a fine grid."""
        residuals = self._residuals(places)
        mode, sd = self._level(residuals, places.scale)
        heights = np.stack([self._log_density(residuals, places.scale, mode + node * sd) for node in _DRAW_NODES])
        cumulative = np.cumsum(np.exp(heights - heights.max(axis=0)), axis=0)
        targets = rng.random(len(mode)) * cumulative[-1]
        k = np.minimum((cumulative < targets).sum(axis=0), len(_DRAW_NODES) - 1)
        step = _DRAW_NODES[1] - _DRAW_NODES[0]
        level: Array = mode + sd * (_DRAW_NODES[k] + step * (rng.random(len(mode)) - 0.5))
        return level
