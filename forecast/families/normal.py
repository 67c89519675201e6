"""Normal and log-normal, and the one with a given central interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.errors import InputError
from forecast.families.checks import check_number, is_number, joined

Array = NDArray[np.float64]

_STANDARD = NormalDist()
Z95 = _STANDARD.inv_cdf(0.95)


def _inverse(p: float) -> float:
    if p in (0.0, 1.0):
        return math.inf if p else -math.inf
    return _STANDARD.inv_cdf(p)


_normal_ppf = np.vectorize(_inverse, otypes=[float])


def _normal_logpdf(z: Array) -> Array:
    density: Array = -0.5 * z**2 - 0.5 * math.log(2 * math.pi)
    return density


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal(mean, sd)."""

    mean: float
    sd: float
    source: str = ""

    def check(self, path: str = "normal") -> None:
        """Refuse a mean that is no number and a spread that is not positive."""
        check_number(self.mean, joined(path, "mean"), "a mean")
        check_number(self.sd, joined(path, "sd"), "a standard deviation", 0.0)

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at `x`."""
        return _normal_logpdf((np.asarray(x, float) - self.mean) / self.sd) - math.log(self.sd)

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`."""
        quantiles: Array = self.mean + self.sd * _normal_ppf(np.asarray(p, float))
        return quantiles

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return rng.normal(self.mean, self.sd, size)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """LogNormal with a median, and the standard deviation of the natural logarithm."""

    median: float
    sd_ln: float
    source: str = ""

    def check(self, path: str = "log_normal") -> None:
        """Refuse a median or a spread that is not positive."""
        check_number(self.median, joined(path, "median"), "a median", 0.0)
        check_number(self.sd_ln, joined(path, "sd_ln"), "a standard deviation of the natural logarithm", 0.0)

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at `x` > 0."""
        ln_x = np.log(np.asarray(x, float))
        return _normal_logpdf((ln_x - math.log(self.median)) / self.sd_ln) - math.log(self.sd_ln) - ln_x

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`."""
        quantiles: Array = self.median * np.exp(self.sd_ln * _normal_ppf(np.asarray(p, float)))
        return quantiles

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return self.median * np.exp(self.sd_ln * rng.standard_normal(size))

    @classmethod
    def from_interval(cls, low: float, high: float, source: str = "") -> LogNormal:
        """The log-normal whose 5 % and 95 % points are `low` and `high`."""
        return cls(math.sqrt(low * high), math.log(high / low) / (2 * Z95), source)


@dataclass(frozen=True, slots=True)
class AnchoredNormal:
    """A Normal level whose mean moves with the date at which it is stated: mean_2020 + per_year (t - 2020)."""

    mean_2020: float
    per_year: float
    sd: float
    source: str = ""

    def at(self, decimal_year: float) -> Normal:
        """The prior of the level at `decimal_year`."""
        return Normal(self.mean_2020 + self.per_year * (decimal_year - 2020), self.sd, self.source)


def interval(low: float, high: float, *, mass: float = 0.9, log: bool = True, source: str = "") -> Normal | LogNormal:
    """The normal or log-normal with a given central interval.

    Parameters
    ----------
    low, high : float
        Its ends, in ascending order; above 0 for a log-normal.
    mass : float
        Probability between them, above 0 and below 1: .9 makes them the 5 % and 95 % points, .8 the 10 % and 90 %.
    log : bool
        Whether it is log-normal; else normal.
    source : str
        Where it comes from.

    Returns
    -------
    Normal or LogNormal
        In the unit of the ends.

    Raises
    ------
    InputError
        When the ends are no numbers, not in order, not positive under a logarithm, or the mass is not a probability.
    """
    if not is_number(mass) or not 0 < mass < 1:
        raise InputError(f"mass is {mass!r}; give the probability within the interval, above 0 and below 1")
    check_number(low, "low", "the lower end", 0.0 if log else None)
    check_number(high, "high", "the upper end", low)
    z = _STANDARD.inv_cdf((1 + mass) / 2)
    if not log:
        return Normal((low + high) / 2, (high - low) / (2 * z), source)
    return LogNormal(math.sqrt(low) * math.sqrt(high), (math.log(high) - math.log(low)) / (2 * z), source)
