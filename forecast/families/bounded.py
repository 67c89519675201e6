"""Families between two bounds, and the single point."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.families.checks import check_number, joined

Array = NDArray[np.float64]


def within(x: ArrayLike, low: float, high: float, inside: ArrayLike) -> Array:
    """The log density `inside` where `x` lies between two bounds, and minus infinity elsewhere."""
    x = np.asarray(x, float)
    return np.where((x >= low) & (x <= high), inside, -np.inf)


@dataclass(frozen=True, slots=True)
class Beta:
    """Beta(a, b) on (0, 1)."""

    a: float
    b: float
    source: str = ""

    def check(self, path: str = "beta") -> None:
        """Refuse an exponent that is not positive."""
        check_number(self.a, joined(path, "a"), "an exponent", 0.0)
        check_number(self.b, joined(path, "b"), "an exponent", 0.0)

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at 0 < `x` < 1."""
        x = np.asarray(x, float)
        log_norm = math.lgamma(self.a) + math.lgamma(self.b) - math.lgamma(self.a + self.b)
        density: Array = (self.a - 1) * np.log(x) + (self.b - 1) * np.log1p(-x) - log_norm
        return density

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`, from the distribution function on a fine grid (error under 1e-6)."""
        edges = np.linspace(0, 1, 100_001)
        middle = (edges[1:] + edges[:-1]) / 2
        mass = np.concatenate([[0.0], np.cumsum(np.exp(self.logpdf(middle)))])
        quantiles: Array = np.interp(np.asarray(p, float), mass / mass[-1], edges)
        return quantiles

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return rng.beta(self.a, self.b, size)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every value from `low` to `high` equally likely."""

    low: float
    high: float
    source: str = ""

    def __post_init__(self) -> None:
        self.check()

    def check(self, path: str = "uniform") -> None:
        """Refuse bounds that are no numbers or not in ascending order."""
        check_number(self.low, joined(path, "low"), "a lower bound")
        check_number(self.high, joined(path, "high"), "an upper bound", self.low)

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at `x`; minus infinity outside the bounds."""
        return within(x, self.low, self.high, -math.log(self.high - self.low))

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`."""
        p = np.asarray(p, float)
        return np.clip(self.low * (1 - p) + self.high * p, self.low, self.high)

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return self.ppf(rng.random(size))


@dataclass(frozen=True, slots=True)
class LogUniform:
    """Every order of magnitude from `low` to `high`, both above 0, equally likely."""

    low: float
    high: float
    source: str = ""

    def __post_init__(self) -> None:
        self.check()

    def check(self, path: str = "log_uniform") -> None:
        """Refuse bounds that are not positive or not in ascending order."""
        check_number(self.low, joined(path, "low"), "a lower bound", 0.0)
        check_number(self.high, joined(path, "high"), "an upper bound", self.low)

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at `x`; minus infinity outside the bounds."""
        width = math.log(self.high) - math.log(self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            return within(x, self.low, self.high, -math.log(width) - np.log(np.asarray(x, float)))

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`."""
        p, span = np.asarray(p, float), math.log(self.high) - math.log(self.low)
        # In halves, because the ratio of the bounds can overflow.
        quantiles = self.low * np.exp(p * span / 2) * np.exp(p * span / 2)
        return np.where(p == 1, self.high, np.clip(quantiles, self.low, self.high))

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return self.ppf(rng.random(size))


@dataclass(frozen=True, slots=True)
class Point:
    """One value, without doubt."""

    value: float
    source: str = ""

    def __post_init__(self) -> None:
        self.check()

    def check(self, path: str = "point") -> None:
        """Refuse a value that is no finite number."""
        check_number(self.value, path, "a value")

    def logpdf(self, x: ArrayLike) -> Array:
        """Log of the mass at `x`: a point has no density, so this can never be a ratio of densities."""
        return np.where(np.asarray(x, float) == self.value, 0.0, -np.inf)

    def ppf(self, p: ArrayLike) -> Array:
        """The value, at every probability."""
        return np.full(np.shape(p), float(self.value))

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` times the value."""
        return np.full(size, float(self.value))
