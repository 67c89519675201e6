"""The distribution of an answer: kept as an array, told as numbers of Python's own when somebody asks for them.

Most answers go to the wire at once. To make 400 numbers one by one, and to gather them again from all over the memory,
would cost a server more than the rest of the answer does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Cdf:
    """Probability of arrival by each month of the horizon; the first is `p_already`.

    Parameters
    ----------
    decimal_year : tuple of float
        Mid-months, ascending.
    probability : array-like, shape (months,)
        Share of the draws that have arrived by each; an array is not copied, and may no longer change.
    """

    __slots__ = ("_decimal_year", "_probability")

    def __init__(self, decimal_year: tuple[float, ...], probability: ArrayLike) -> None:
        self._decimal_year = decimal_year
        self._probability: NDArray[np.float64] = np.asarray(probability, float)

    @property
    def decimal_year(self) -> tuple[float, ...]:
        """Mid-months, ascending."""
        return self._decimal_year

    @property
    def probability(self) -> tuple[float, ...]:
        """Share of the draws that have arrived by each month."""
        return tuple(self._probability.tolist())

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """The same as an array of shape (months,); leave it as it is."""
        return self._probability

    def reached(self, probability: float) -> float | None:
        """The first month by which a probability is reached, decimal year; None where none is.

        Parameters
        ----------
        probability : float
            Above 0 and below 1. Shares are rounded: one that is 1e-12 short of it has reached it.
        """
        at = int(self._probability.searchsorted(probability - 1e-12))
        return self._decimal_year[at] if at < len(self._decimal_year) else None

    def to_dict(self) -> dict[str, list[float]]:
        """As JSON values."""
        return {"decimal_year": list(self._decimal_year), "probability": self._probability.tolist()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cdf):
            return NotImplemented
        same = self._decimal_year == other._decimal_year
        return same and np.array_equal(self._probability, other._probability)

    def __hash__(self) -> int:
        return hash((self._decimal_year, self._probability.tobytes()))

    def __repr__(self) -> str:
        return f"Cdf(decimal_year={self.decimal_year}, probability={self.probability})"
