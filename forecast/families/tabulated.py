"""A distribution function as a table, which is how platforms and studies give theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.families.bounded import within
from forecast.families.checks import check_table

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A distribution function given at some values and straight between them.

    Parameters
    ----------
    values : tuple of float
        Strictly ascending, 2 to 2,000 of them.
    probabilities : tuple of float
        P(X <= value), of the same length, from 0 to 1 and never falling. A first probability above 0 is mass `below`
        the table, a last one under 1 is mass `above` it: where such mass lies is not said, so its quantiles and draws
        are minus and plus infinity.
    source : str
        Where it comes from.
    """

    values: tuple[float, ...]
    probabilities: tuple[float, ...]
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "probabilities", tuple(self.probabilities))
        self.check()

    @property
    def below(self) -> float:
        """Mass below the first value."""
        return self.probabilities[0]

    @property
    def above(self) -> float:
        """Mass above the last value."""
        return 1.0 - self.probabilities[-1]

    def check(self, path: str = "tabulated") -> None:
        """Refuse lists of unequal length, values that do not ascend and probabilities that fall or leave 0 to 1."""
        check_table(self.values, self.probabilities, path)

    def logpdf(self, x: ArrayLike) -> Array:
        """Log density at `x`; minus infinity outside the table, where none is given."""
        x, values = np.asarray(x, float), np.asarray(self.values)
        with np.errstate(divide="ignore"):
            density = np.log(np.diff(self.probabilities) / np.diff(values))
        cell = np.clip(np.searchsorted(values, x, side="right") - 1, 0, len(values) - 2)
        return within(x, values[0], values[-1], density[cell])

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles at probabilities `p`: the least value that has them, infinite where the mass is outside."""
        return _ppf(np.asarray(p, float), np.asarray(self.values), np.asarray(self.probabilities))

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """`size` independent draws."""
        return self.ppf(rng.random(size))


def _ppf(p: Array, values: Array, probabilities: Array) -> Array:
    # Where the table begins with several values of probability 0, the distribution begins at the last of them.
    first = int(np.searchsorted(probabilities, 0.0, side="right")) - 1 if probabilities[0] == 0 else 0
    upper = np.searchsorted(probabilities, p, side="left")
    cell = np.clip(upper, min(first, len(values) - 2) + 1, len(values) - 1)
    before, after = probabilities[cell - 1], probabilities[cell]
    reached = np.clip(p, before, after) - before  # clipped first: a step of 1e-324 divides into no more than itself
    share = reached / np.where(after > before, after - before, 1.0)
    inside = values[cell - 1] * (1 - share) + values[cell] * share
    return np.where(p < probabilities[0], -np.inf, np.where(p > probabilities[-1], np.inf, inside))
