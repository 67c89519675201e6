"""A scaling law beyond its data: where it first falls to a loss.

    ln L(v) = end + ln[f + (1 - f) e^(-c v)] + w v,   v decades beyond the data

Where the loss t = ln l - end asked for lies above the floor, the crossing is the first root of

    G(v) = ln[(e^(t - w v) - f) / (1 - f)] + c v

which is concave and, since w v is a few percent, nearly straight: Newton's method from v = 0 climbs to the root in
about four steps and never passes it. Under the floor (only a falling discrepancy, w < 0, gets there) G begins beyond
v = 0, and a first step on the law itself, which is convex, leads to where it does. What does not depend on the loss is
worked out once for each law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_ARRAYS = ("end", "f", "log_f", "c", "w", "least", "strict")
_MAX_NEWTON_STEPS = 100
_CLOSE = 1e-8
"""Relative step at which a root is found: Newton's next one would be about its square."""


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
        asked = self if len(rows) == len(self.end) else self._of(rows)
        t = log_losses - asked.end
        possible = (t > asked.least) | ((t == asked.least) & ~asked.strict)
        return np.where(possible, asked._roots(np.where(possible, t, 0.0)), np.inf)

    def _of(self, rows: Rows) -> Tail:
        """The law of some draws."""
        arrays: dict[str, Any] = {name: getattr(self, name)[rows] for name in _ARRAYS}
        return Tail(**arrays, reach=self.reach)

    def _roots(self, t: Array) -> Array:
        """First root v of ln[f + (1 - f) e^(-c v)] + w v = t, for draws that have one."""
        v = np.zeros(len(t))
        under = np.flatnonzero(t <= self.log_f)
        if len(under):
            v[under] = self._of(under)._over_the_floor(t[under])
        return _climb(v, (self.f, t, self.c, self.w), self.reach)

    def _over_the_floor(self, t: Array) -> Array:
        """A point left of the root where e^(t - w v) is over the floor already, for w < 0.

        It is Newton's first step on the convex law, from where the later of the two straight lines under it comes to t.
        """
        f, c, w = self.f, self.c, self.w
        with np.errstate(over="ignore"):
            v = np.minimum(np.maximum(t / (w - c), (t - self.log_f) / w), self.reach)
        reducible = (1 - f) * np.exp(-c * v)
        loss = f + reducible
        result: Array = v + np.maximum((np.log(loss) + w * v - t) / (c * reducible / loss - w), 0.0)
        return result


def _climb(v: Array, law: tuple[Array, Array, Array, Array], reach: float) -> Array:
    """Newton's steps on G from points at or left of its first root."""
    found, left = v, np.arange(len(v))
    for _ in range(_MAX_NEWTON_STEPS):
        step = _newton_step(v, *law)
        v = v + step
        going = (step > _CLOSE * (1 + v)) & (v < reach)
        still = int(np.count_nonzero(going))
        if still and 2 * still > len(v):
            continue
        found[left] = v
        if not still:
            return found
        left, v = left[going], v[going]  # most have arrived: go on with the others alone
        law = tuple(values[going] for values in law)  # type: ignore[assignment]
    found[left] = v
    return found


def _newton_step(v: Array, f: Array, t: Array, c: Array, w: Array) -> Array:
    """Step to the right; none where rounding has carried a point to the root, past it, or onto the floor."""
    wanted = np.exp(t - w * v)
    reducible = wanted - f
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.log(reducible / (1 - f)) + c * v
        slope = c - w * wanted / reducible
        return np.where((slope > 0) & (level < 0) & (reducible > 0), -level / slope, 0.0)
