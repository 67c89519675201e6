"""A scaling law beyond its data: where it first falls to a loss.

    ln L(v) = end + ln[f + (1 - f) e^(-c v)] + w v,   v decades beyond the data

On v it is convex (a log-sum-exp plus a straight line). Newton's method from any point left of the first crossing
therefore climbs to it and never passes it; `_lower_bound` gives a point close by. What does not depend on the loss is
worked out once for each law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_MAX_NEWTON_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """The law of every draw beyond its data.

    Attributes
    ----------
    end : ndarray, shape (draws,)
        ln of the loss where the data end.
    f : ndarray, shape (draws,)
        The floor's share of that loss.
    log_f : ndarray, shape (draws,)
        Its logarithm, -inf without a floor.
    c : ndarray, shape (draws,)
        Exponent of the reducible loss per decade, times ln 10.
    w : ndarray, shape (draws,)
        Relative discrepancy per decade.
    least : ndarray, shape (draws,)
        What ln L - end never falls under, or only reaches there: the minimum, the floor, or -inf.
    strict : ndarray of bool, shape (draws,)
        Whether it only comes near to `least`.
    reach : float
        Decades past which nothing counts.
    """

    end: Array
    f: Array
    log_f: Array
    c: Array
    w: Array
    least: Array
    strict: NDArray[np.bool_]
    reach: float

    @classmethod
    def of(cls, end: Array, f: Array, c: Array, w: Array, reach: float) -> Tail:
        """The tail of a law by its level, floor, exponent and discrepancy; see the attributes."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log_f, ratio = np.log(f), w / c
            at_minimum = np.log1p(-f) + np.log1p(-ratio) - log_f - np.log(ratio)  # c v
            lowest = log_f - np.log1p(-ratio) + ratio * at_minimum
        turned = np.where(f == 0, -np.inf, np.maximum(lowest, log_f))
        rising = np.where(ratio < 1 - f, turned, np.inf)  # with w > 0 it falls at first, or not at all
        least = np.where(w > 0, rising, np.where(w < 0, -np.inf, log_f))
        return cls(end, f, log_f, c, w, least, ~(w > 0), reach)

    def decades(self, log_losses: Array, rows: Rows) -> Array:
        """Decades beyond the data at which some draws first come down to a loss.

        Parameters
        ----------
        log_losses : ndarray, shape () or (len(rows),)
            ln of the loss, nats per token.
        rows : ndarray of int
            Positions of the draws; the loss lies under what they reach within their data.

        Returns
        -------
        ndarray, shape (len(rows),)
            +inf where they never do; anything from `reach` on where they do so only beyond it.
        """
        t = log_losses - self.end[rows]
        least, strict = self.least[rows], self.strict[rows]
        at = rows[(t > least) | ((t == least) & ~strict)]
        found = np.full(self.end.shape, np.inf)
        level = np.zeros(self.end.shape)
        level[rows] = t
        found[at] = self._roots(level[at], at)
        result: Array = found[rows]
        return result

    def _roots(self, t: Array, rows: Rows) -> Array:
        """First root v of ln[f + (1 - f) e^(-c v)] + w v = t for draws that have one."""
        f, c, w = self.f[rows], self.c[rows], self.w[rows]
        v = _lower_bound(f, self.log_f[rows], t, c, w)
        left = np.flatnonzero((v < self.reach) & (w != 0))
        x, f, t, c, w = (values[left] for values in (v, f, t, c, w))
        going = np.ones(len(x), bool)
        for _ in range(_MAX_NEWTON_STEPS):
            step = np.where(going, _newton_step(x, f, t, c, w), 0.0)
            x += step
            going = (step > 1e-8 * (1 + x)) & (x < self.reach)
            still = int(np.count_nonzero(going))
            if not still:
                break
            if 2 * still > len(x):
                continue
            v[left] = x  # most have arrived: go on with the others alone
            left = left[going]
            x, f, t, c, w = (values[going] for values in (x, f, t, c, w))
            going = np.ones(still, bool)
        v[left] = x
        return v


def _newton_step(v: Array, f: Array, t: Array, c: Array, w: Array) -> Array:
    """Step to the right; none where rounding has carried a point to the root or past the minimum."""
    reducible = (1 - f) * np.exp(-c * v)
    loss = f + reducible
    level = np.log(loss) + w * v - t
    slope = w - c * reducible / loss
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((slope < 0) & (level > 0), -level / slope, 0.0)


def _lower_bound(f: Array, log_f: Array, t: Array, c: Array, w: Array) -> Array:
    """A point at or left of the first root: without discrepancy the root itself.

    For w > 0 that root is too early, as is for w < 0 the later of the two straight lines under the curve.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        flat = -np.log((np.exp(t) - f) / (1 - f)) / c
        return np.where(w < 0, np.maximum(t / (w - c), (t - log_f) / w), flat)
