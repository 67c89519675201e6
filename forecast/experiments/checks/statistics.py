"""Statistics of data sets, by which replicates are compared with what was observed; rows along the last axis.

Each is a function of values, shape (sets, rows), that gives one number a set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]

_MAD_TO_SD = 1.4826


def residuals(values: Array, *columns: Array) -> Array:
    """What a least-squares fit by a constant and columns leaves."""
    design = np.column_stack([np.ones(values.shape[-1]), *columns])
    basis, _ = np.linalg.qr(design)
    left: Array = values - (values @ basis) @ basis.T
    return left


def slope(values: Array, x: Array, *others: Array) -> Array:
    """Least-squares slope along x, other columns held."""
    own = residuals(x[None, :], *others)[0]
    found: Array = values @ own / (own @ own)
    return found


def spread(values: Array, *columns: Array) -> Array:
    """Root mean square of what a fit by columns leaves."""
    found: Array = np.sqrt(np.mean(residuals(values, *columns) ** 2, axis=-1))
    return found


def tail(values: Array, *columns: Array) -> Array:
    """Largest absolute residual in robust standard deviations."""
    left = np.abs(residuals(values, *columns))
    found: Array = left.max(axis=-1) / (_MAD_TO_SD * np.median(left, axis=-1))
    return found


def growth_of_maximum(values: Array, years: Array, span: float) -> Array:
    """Growth a year of the largest value so far, over the last `span` years."""
    early = values[:, years <= years.max() - span]
    found: Array = (values.max(axis=-1) - early.max(axis=-1)) / span
    return found


def change_of_slope(values: Array, years: Array, at: float) -> Array:
    """Slope since a year less the slope before it."""
    late = years >= at
    found: Array = slope(values[:, late], years[late]) - slope(values[:, ~late], years[~late])
    return found


def newest(values: Array, years: Array, rows: int) -> Array:
    """Median of the newest rows."""
    found: Array = np.median(values[:, np.argsort(years, kind="stable")[-rows:]], axis=-1)
    return found


def trend(years: Array, sign: float = 1.0) -> dict[str, Statistic]:
    """Slope, spread, tail and newest level of rows around a line in time."""
    return {
        "fall, oom/year" if sign < 0 else "growth, oom/year": lambda values: sign * slope(values, years),
        "spread around a line, oom": lambda values: spread(values, years),
        "largest residual, robust sd": lambda values: tail(values, years),
        "median of the 10 newest, log10": lambda values: newest(values, years, 10),
    }


def by_group(values: Array, x: Array, group: NDArray[np.int64], degree: int) -> tuple[Array, Array]:
    """Coefficient of the highest power of a polynomial in x by group, (sets, groups), and what the fits leave."""
    names = np.unique(group)
    coefficients, left = np.empty((len(values), len(names))), np.empty_like(values)
    for i, name in enumerate(names):
        mine = group == name
        powers = [(x[mine] - x[mine].mean()) ** (k + 1) for k in range(degree)]
        coefficients[:, i] = slope(values[:, mine], powers[-1], *powers[:-1])
        left[:, mine] = residuals(values[:, mine], *powers)
    return coefficients, left


def of_laws(x: Array, group: NDArray[np.int64]) -> dict[str, Statistic]:
    """Fall and curvature of ln loss by group, and scatter around a parabola."""

    def falls(values: Array) -> Array:
        """By group, ln per decade."""
        return -by_group(values, x, group, 1)[0]

    def bends(values: Array) -> Array:
        """Curvature by group, ln per squared decade."""
        return by_group(values, x, group, 2)[0]

    def scatter(values: Array) -> Array:
        """What a parabola leaves of every point, ln."""
        return by_group(values, x, group, 2)[1]

    return {
        "mean fall, ln/decade": lambda values: falls(values).mean(axis=1),
        "spread of falls, ln/decade": lambda values: falls(values).std(axis=1),
        "mean curvature, ln/decade^2": lambda values: bends(values).mean(axis=1),
        "rms scatter, ln": lambda values: np.sqrt(np.mean(scatter(values) ** 2, axis=1)),
        "largest scatter, robust sd": lambda values: (
            np.abs(scatter(values)).max(axis=1) / (_MAD_TO_SD * np.median(np.abs(scatter(values)), axis=1))
        ),
    }


def of_offers(age: Array, release: Array, vendor: NDArray[np.int64], chip: NDArray[np.int64]) -> dict[str, Statistic]:
    """Ageing within chips, fall between releases, spread between vendors, and what chips and vendors leave."""
    chips = np.eye(int(chip.max()) + 1)[chip][:, 1:]
    vendors = np.eye(int(vendor.max()) + 1)[vendor][:, 1:]
    both = (*chips.T, *vendors.T)

    def vendor_means(values: Array) -> Array:
        """By vendor, of what chips and ages leave."""
        left = residuals(values, *chips.T, age)
        return np.stack([left[:, vendor == v].mean(axis=1) for v in np.unique(vendor)], axis=1)

    return {
        "ageing of one chip, oom/year": lambda values: -slope(values, age, *both),
        "fall between releases, oom/year": lambda values: -slope(values, release, age),
        "spread between vendors, oom": lambda values: vendor_means(values).std(axis=1),
        "spread within chip and vendor, oom": lambda values: spread(values, *both, age),
    }


def compared(statistics: Mapping[str, Statistic], replicates: Array, observed: Array) -> list[tuple[str, float, Array]]:
    """Name, observed figure and replicated figures; a replicate that overflows is left out."""
    kept = replicates[np.isfinite(replicates).all(axis=1)]
    return [(name, float(make(observed[None, :])[0]), make(kept)) for name, make in statistics.items()]
