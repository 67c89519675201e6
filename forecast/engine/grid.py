"""The posterior of one study's law on a grid that closes in on it.

    points      ln L_i ~ t4(l + ln[f + (1 - f) (C_i / C_m)^-b], sqrt(0.003^2 + s^2)),   C_m the middle of the data
    prior       mean over hyper-draws of t4(ln b; mu_b, tau_b) t4(logit e; mu_e, tau_e),  of N(ln s; mu_s, tau_s),
                and l ~ N(interpolated, .1)
    law         ln slope and logit f, the slope of ln L and the floor's share of the loss at C_m:
                ln b = ln slope - ln(1 - f),   logit e = logit f + b ln(1e21 / C_m)
    axes        z, logit f and ln s, with ln slope = best(f, s) + sd(f, s) z: the slope that fits the points best given
                the other two, and how well they say it

The map from (ln slope, logit f) to (ln b, logit e) has Jacobian 1. The points may say the slope to a thousandth and the
floor hardly at all; z keeps the first as wide as the grid whatever the noise, so no zoom can step over it. l is
integrated out by the trapezoid rule around its mode, cell by cell, then drawn from its exact
conditional density.

References: `forecast.models.loss`, which fits the population.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.population import Population, Prior
from forecast.engine.scaling import LN10, SHARE_LOG10_FLOP
from forecast.priors import DEFAULT

Array = NDArray[np.float64]

NOISE_FLOOR, LEVEL_SD = DEFAULT.loss.noise_floor, DEFAULT.loss.log_l0_sd

_START = ((-8.0, 8.0), (-24.0, 9.0), (math.log(1e-5), math.log(0.3)))
"""Bounds of z, logit f and ln s."""
_ZOOMS = ((16, 48, 10), (16, 40, 16))
_LAST = (32, 64, 12)
_SHARP = 1  # ln s is cut only by zooms from here on: on coarse cells the law misses the points, and s makes up for it
_TAIL_MASS = 1e-4  # cut from each end of each axis by a zoom
_SLOPE_STEPS, _SLOPE_STEPS_FROM_NEAR = 12, 3
_MODE_STEPS = 6
_LAPLACE = np.zeros(1)
_LEVEL_NODES = np.linspace(-5.0, 5.0, 11)  # in sd; for a bell, the trapezoid rule with this step errs by 1e-6
_MANY_POINTS = 24  # from here on the level is as good as normal
_DRAW_NODES = np.linspace(-6.0, 6.0, 41)


@dataclass(frozen=True, slots=True)
class Cells:
    """Centres and widths of the cells along each axis: z, logit f and, where the noise is learned, ln s."""

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
    """Laws at places of the grid, but for their level, with the scale of the noise; any one shape."""

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

    @property
    def log_reducible_share(self) -> Array:
        """ln(1 - f)."""
        return -np.logaddexp(0, self.logit_f)


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

    def places(self, draws: int, rng: np.random.Generator, checkpoint: Checkpoint = proceed) -> Places:
        """Close in on the mass, then draw from the cells of the last grid."""
        bounds = list(_START if self.relative_noise is None else _START[:2])
        for number, counts in enumerate(_ZOOMS):
            cells = Cells.over(bounds, counts)
            box = cells.box(self.log_mass(cells, _LAPLACE, checkpoint))
            bounds = box if number >= _SHARP else [*box[:2], *bounds[2:]]
        last = Cells.over(bounds, _LAST)
        nodes = _LEVEL_NODES if len(self.nepers) < _MANY_POINTS else _LAPLACE
        z, logit_f, *ln_s = last.sample(self.log_mass(last, nodes, checkpoint), draws, rng)
        scale = self._scale(ln_s[0] if ln_s else np.zeros(draws))
        near, _ = self._best_slope(last.centres[1], np.median(scale))
        best, sd = self._best_slope(logit_f, scale, np.interp(logit_f, last.centres[1], near))
        return Places(best + sd * z, logit_f, scale)

    def log_mass(self, cells: Cells, level_nodes: Array, checkpoint: Checkpoint = proceed) -> Array:
        """ln of each cell's posterior mass but for a constant.

        Parameters
        ----------
        cells : Cells
            Where.
        level_nodes : ndarray
            Nodes of the integral over the level l, in its standard deviations around its mode; a single one at 0 is
            Laplace's approximation.
        checkpoint : callable
            Called before each noise's cells: up to 60 ms with 150 points.

        Returns
        -------
        ndarray, shape (z, logit f) or (z, logit f, ln s)
            All cells by one constant.
        """
        z, logit_f, *ln_s = cells.centres
        scales = self._scale(ln_s[0] if ln_s else np.zeros(1))
        planes = []
        for scale in scales:
            checkpoint()
            planes.append(self._plane(z[:, None], logit_f, scale, level_nodes))
        return np.stack(planes, axis=-1) + self._log_prior_s(ln_s[0]) if ln_s else planes[0]

    def _plane(self, z: Array, logit_f: Array, scale: float, level_nodes: Array) -> Array:
        """ln mass of the cells of one noise."""
        best, sd = self._best_slope(logit_f, scale)
        places = Places(best + sd * z, logit_f, np.asarray(scale))
        logit_e = places.logit_f + places.b * LN10 * (SHARE_LOG10_FLOP - self.log10_middle)
        log_prior = self.prior.log_density(np.log(places.b), logit_e)
        return log_prior + np.log(sd) + self._evidence(self._residuals(places), scale, level_nodes)

    def _best_slope(self, logit_f: Array, scale: Any, near: Array | None = None) -> tuple[Array, Array]:
        """ln slope that fits the points best given the floor's share, and its standard error.

        Reweighted least squares for t4 noise in the level and ln slope together; `near` is a start close to the end.
        """
        straight = math.log(-np.polyfit(self.nepers, self.log_loss, 1)[0])
        ln_slope, level = np.full(logit_f.shape, straight) if near is None else near, None
        for _ in range(_SLOPE_STEPS if near is None else _SLOPE_STEPS_FROM_NEAR):
            places = Places(ln_slope, logit_f, scale)
            residuals, gradient = self._residuals(places), self._gradient(places)
            level = np.median(residuals, axis=0) if level is None else level  # an outlier must not be the start
            weights = 5 / (4 * scale**2 + (residuals - level) ** 2)
            level, middle = (np.average(x, axis=0, weights=weights) for x in (residuals, gradient))
            information = (weights * (gradient - middle) ** 2).sum(axis=0)
            score = (weights * (gradient - middle) * residuals).sum(axis=0)
            ln_slope = ln_slope + np.clip(score / information, -0.5, 0.5)
        return ln_slope, information**-0.5

    def _gradient(self, places: Places) -> Array:
        """Derivative by ln slope of ln[f + (1 - f) (C_i / C_m)^-b], points on the first axis."""
        log_odds = places.log_reducible_share - places.log_floor_share
        with np.errstate(over="ignore"):  # what is left of the reducible loss is then 0
            return np.stack([-places.b * u / (1 + np.exp(places.b * u - log_odds)) for u in self.nepers])

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
        log_floor, log_rest = places.log_floor_share, places.log_reducible_share
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
        if len(residuals) >= _MANY_POINTS:
            return mode + sd * rng.standard_normal(len(mode))
        heights = np.stack([self._log_density(residuals, places.scale, mode + node * sd) for node in _DRAW_NODES])
        cumulative = np.cumsum(np.exp(heights - heights.max(axis=0)), axis=0)
        targets = rng.random(len(mode)) * cumulative[-1]
        k = np.minimum((cumulative < targets).sum(axis=0), len(_DRAW_NODES) - 1)
        step = _DRAW_NODES[1] - _DRAW_NODES[0]
        level: Array = mode + sd * (_DRAW_NODES[k] + step * (rng.random(len(mode)) - 0.5))
        return level
