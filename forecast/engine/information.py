"""Value of information: how much narrower the answer would be if an input were known.

    G(Y)     = E|Y - Y'| / 2                 the expected score (CRPS) of a forecast that tells the truth, in Y's unit
    value(x) = G(Y) - E[G(Y | x)]            what knowing x takes off it, never negative

E[. | x] is taken over bins of x by rank. Half the mean difference is estimated without bias over the pairs of distinct
draws, in a bin as over all, so an input that tells nothing scores zero on average however many bins there are: more
bins cost noise, fewer lose what x tells within a bin. Of what one of two normal variables of correlation .9 tells of
the other, 10 bins lose 6 %, 20 lose 3 % and 40 lose 1 %, at the same noise of 2 % from 4,000 draws. The width of the
80 % interval has no such estimator: the fall that bins of the same sizes show when they are filled at random is
subtracted from it.

Reference: Gneiting and Raftery 2007, J. American Statistical Association 102, 359, eq. 21.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine.streams import stream

Array = NDArray[np.float64]
Bins = NDArray[np.int64]

MAX_BINS = 40
DRAWS_PER_BIN = 50
GROUPS = 10
"""Of draws, for the Monte Carlo error."""

SHUFFLES = 16
"""Random fillings of the bins, for the bias of the width."""


@dataclass(frozen=True, slots=True)
class Information:
    """What knowing one input would be worth.

    Attributes
    ----------
    input : str
        Its name.
    fall_years : float
        Expected fall of E|Y - Y'| / 2.
    mcse_years : float
        Its Monte Carlo standard error.
    fall_share : float
        The same as a share of E|Y - Y'| / 2.
    width_80_fall_years : float or None
        Expected fall of the width of the 80 % interval; None where an end lies at the cap, over all draws or in a bin.
    """

    input: str
    fall_years: float
    mcse_years: float
    fall_share: float
    width_80_fall_years: float | None


def information(y: Array, inputs: Mapping[str, Array], seed: int, cap: float = math.inf) -> tuple[Information, ...]:
    """The value of knowing each input.

    Parameters
    ----------
    y : ndarray, shape (draws,)
        The output, min(arrival, horizon) in years; finite, at least 40 draws.
    inputs : mapping of str to ndarray, shape (draws,)
        Values of each input; one that does not vary is left out.
    seed : int
        Of the groups and the random fillings.
    cap : float
        The horizon, at which an end of an interval has no date.

    Returns
    -------
    tuple of Information
        The largest fall first; empty where y does not vary.
    """
    if np.ptp(y) == 0:
        return ()
    measure = _Measure(y, seed, cap)
    known = [measure.of(name, values) for name, values in inputs.items() if np.ptp(values) > 0]
    return tuple(sorted(known, key=lambda row: (-row.fall_years, row.input)))


def half_mean_difference(y: Array) -> float:
    """E|Y - Y'| / 2 over the pairs of distinct draws, unbiased; O(n log n).

    Parameters
    ----------
    y : ndarray, shape (draws,)
        At least two.
    """
    return _half_of_sorted(np.sort(y))


def _half_of_sorted(y: Array) -> float:
    n = len(y)
    from_first = y - y[0]  # years are large beside their differences
    return float((2.0 * np.arange(1, n + 1) - n - 1) @ from_first) / (n * (n - 1))


def rank_bins(values: Array, bins: int) -> Bins:
    """The bin of each draw by rank; equal values share one.

    Parameters
    ----------
    values : ndarray, shape (draws,)
        An input.
    bins : int
        How many where no values are equal; fewer where values are equal.

    Returns
    -------
    ndarray of int, shape (draws,)
        Ascending with the value; every bin that has a draw has two at least.
    """
    below = np.searchsorted(np.sort(values), values)
    found = below * bins // len(values)
    used, numbered, counts = np.unique(found, return_inverse=True, return_counts=True)
    if counts.min() > 1 or len(used) == 1:
        return numbered.astype(np.int64)
    merged = np.cumsum(np.r_[0, (counts[1:] > 1) & (counts[:-1] > 1)])  # a lone draw joins its neighbours
    return merged[numbered].astype(np.int64)


class _Measure:
    """The output's own spread, and what is shared between inputs."""

    def __init__(self, y: Array, seed: int, cap: float) -> None:
        self._y, self._seed, self._cap = y, seed, cap
        self._bins = min(max(len(y) // DRAWS_PER_BIN, 2), MAX_BINS)
        self._ascending = np.argsort(y, kind="stable")
        group = stream(seed, "groups of the value of information").permutation(len(y)) % GROUPS
        self._kept = [group != one for one in range(GROUPS)]
        self._spread = self._spread_of(np.full(len(y), True))
        self._spreads = [self._spread_of(kept) for kept in self._kept]
        self._by_chance: dict[tuple[int, ...], float] = {}

    def of(self, name: str, values: Array) -> Information:
        """The value of one input."""
        bins = rank_bins(values, self._bins)
        by_bin = self._ascending[np.argsort(bins[self._ascending].astype(np.int16), kind="stable")]
        fall = self._spread - _inside(self._y[by_bin], bins[by_bin])
        left_out = np.empty(GROUPS)
        for i, kept in enumerate(self._kept):
            rows = by_bin[kept[by_bin]]
            left_out[i] = self._spreads[i] - _inside(self._y[rows], bins[rows])
        mcse = math.sqrt((GROUPS - 1) / GROUPS * float(((left_out - left_out.mean()) ** 2).sum()))
        return Information(name, fall, mcse, fall / self._spread, self._width_fall(bins))

    def _spread_of(self, kept: NDArray[np.bool_]) -> float:
        return _half_of_sorted(self._y[self._ascending[kept[self._ascending]]])

    def _width_fall(self, bins: Bins) -> float | None:
        fall = _width_fall(self._y, bins, self._cap)
        return None if fall is None else fall - self._width_bias(tuple(np.bincount(bins).tolist()))

    def _width_bias(self, sizes: tuple[int, ...]) -> float:
        if sizes not in self._by_chance:
            rng = stream(self._seed, "bins filled at random")
            filled = np.repeat(np.arange(len(sizes)), sizes)
            falls = [_width_fall(self._y, rng.permutation(filled), math.inf) or 0.0 for _ in range(SHUFFLES)]
            self._by_chance[sizes] = sum(falls) / SHUFFLES
        return self._by_chance[sizes]


def _parts(y: Array, bins: Bins) -> list[Array]:
    """The output in each bin."""
    order = np.argsort(bins, kind="stable")
    return [part for part in np.split(y[order], np.cumsum(np.bincount(bins))[:-1]) if len(part)]


def _inside(y: Array, bins: Bins) -> float:
    """Half the mean difference inside a bin, over those with two draws at least, by their size.

    The draws come bin by bin, and ascending in each, so that one sum over all of them has the pairs of every bin.
    """
    sizes = np.bincount(bins)
    rank, size = np.arange(len(y)) - (np.cumsum(sizes) - sizes)[bins], sizes[bins]
    differences = np.bincount(bins, weights=(2.0 * rank + 1 - size) * (y - y[0]))  # summed over the pairs of each
    many = sizes > 1
    return float((differences[many] / (sizes[many] - 1)).sum() / sizes[many].sum())


def _width_fall(y: Array, bins: Bins, cap: float) -> float | None:
    """Fall of the 80 % width; None where an upper end is not under the cap."""
    parts = _parts(y, bins)
    (low, high), *ends = (_ends(part) for part in (y, *parts))
    if high >= cap or any(end[1] >= cap for end in ends):
        return None
    inside = math.fsum(len(part) * (end[1] - end[0]) for part, end in zip(parts, ends, strict=True))
    return high - low - inside / len(y)


def _ends(y: Array) -> tuple[float, float]:
    """Order statistics at 10 and 90 %."""
    ranks = [math.ceil(p * len(y) - 1e-9) - 1 for p in (0.1, 0.9)]
    ordered = np.partition(y, ranks)
    return float(ordered[ranks[0]]), float(ordered[ranks[1]])
