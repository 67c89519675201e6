"""Draws that no simulated month may see arrive: whether they ever do, and what keeps the others from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine.envelope import Envelope

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

NONE: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Late:
    """What is needed of the draws that may not arrive within the simulation.

    Attributes
    ----------
    required : ndarray, shape (late,)
        log10 FLOP above the plan's levels.
    eventual : ndarray, shape (envelopes, late)
        What each of the plan's envelopes comes to; +inf where it grows for ever.
    why : ndarray of int8, shape (envelopes, late)
        Why it does not come to more, as a position in `reasons`: the first of these where no compute is enough.
    reasons : tuple of str
        In words.
    """

    required: Array
    eventual: Array
    why: NDArray[np.int8]
    reasons: tuple[str, ...]

    @classmethod
    def of(
        cls, envelopes: Sequence[Envelope], required: Array, rows: Rows, reasons: Sequence[tuple[str, ...]], never: str
    ) -> Late:
        """Of some rows of the envelopes.

        Parameters
        ----------
        envelopes, required
            Of the plan; the requirement at levels 0.
        rows : ndarray of int
            Positions of the draws.
        reasons : sequence of tuple of str
            For each envelope why it may stay under the requirement, by the limit that is the lowest in the end.
        never : str
            The reason where no compute is enough.
        """
        all_of_them = tuple(dict.fromkeys([never, *(reason for some in reasons for reason in some)]))
        why, eventual = np.zeros((len(envelopes), len(rows)), np.int8), np.empty((len(envelopes), len(rows)))
        unreachable = np.isinf(required[rows])
        for i, (made, some) in enumerate(zip(envelopes, reasons, strict=True)):
            places = np.array([all_of_them.index(reason) for reason in some], np.int8)
            which = np.zeros(len(rows), np.int8) if made.which is None else made.which[rows, -1]
            why[i] = np.where(unreachable, 0, places[which])
            eventual[i] = np.where(unreachable, -np.inf, np.maximum(made.eventual[rows], made.values[rows, -1]))
        return cls(required[rows], eventual, why, all_of_them)

    def between(self, lower: Sequence[float], upper: Sequence[float]) -> tuple[dict[str, int], Late]:
        """What is sure at all levels between two, and the draws that it is not sure of.

        Parameters
        ----------
        lower, upper : sequence of float
            Levels of the plan's envelopes.

        Returns
        -------
        dict of str to int
            As `never`, of the draws whose envelopes stay under all levels between, or come to all of them.
        Late
            The others.
        """
        low, high = (self.required + np.array(levels)[:, None] for levels in (lower, upper))
        sure = ((self.eventual < low) == (self.eventual < high)).all(axis=0)
        return self._of(sure).never(lower), self._of(~sure)

    def _of(self, some: NDArray[np.bool_]) -> Late:
        return Late(self.required[some], self.eventual[:, some], self.why[:, some], self.reasons)

    def never(self, levels: Sequence[float], others: Mapping[str, int] = NONE) -> dict[str, int]:
        """Why draws never arrive at these levels, by the first envelope that stays under: in how many of them.

        Parameters
        ----------
        levels : sequence of float
            Of the plan's envelopes.
        others : mapping of str to int
            Draws that are counted already, by the same reasons.
        """
        arrives = np.int8(len(self.reasons))
        why = np.full(len(self.required), arrives) if len(levels) else self.why_none(arrives)
        for i in range(len(levels) - 1, -1, -1):
            why = np.where(self.eventual[i] < self.required + levels[i], self.why[i], why)
        counts = np.bincount(why, minlength=len(self.reasons)).tolist()
        both = ((r, count + others.get(r, 0)) for r, count in zip(self.reasons, counts, strict=False))
        return {reason: count for reason, count in both if count}

    def why_none(self, arrives: np.int8) -> NDArray[np.int8]:
        """Where nothing limits a run: only what is out of reach of all compute never arrives."""
        return np.where(np.isinf(self.required), np.int8(0), arrives)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.required.nbytes + self.eventual.nbytes + self.why.nbytes
