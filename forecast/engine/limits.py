"""What limits one training run beside money, and what changes the question: arrays in, arrays out.

`forecast.engine.courses` gives each limit's course; here they become paths, and the least of several becomes one path
X(t) = min over j of the running maximum of [A(t) + L_j(t)]. Growth is never negative, so a limit never falls and the
running maximum costs nothing; it is taken where a value that was set lets one fall.

What changes the question:

    break of scaling   C > B  =>  B + (C - B) / f
    longer context     m = log10[(1 + n / (12 v)) / (1 + 2048 / (12 v))],   n tokens of context, v the model's width
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast.engine.courses import Course, course
from forecast.engine.scenario import PhysicalLimit, SwitchName
from forecast.engine.stock import ChipStock
from forecast.inputs import INPUTS

__all__ = [
    "INPUTS_OF",
    "ChipStock",
    "Courses",
    "after_break",
    "context_multiplier_oom",
    "course",
    "path",
    "published_on",
    "tightest",
]

Array = NDArray[np.float64]
Which = NDArray[np.int8]

REFERENCE_CONTEXT_TOKENS = 2_048
_ROWS_PER_BLOCK = 64  # keeps the temporaries in the cache

_RUN = ("run.months", "run.utilization")
INPUTS_OF: Mapping[SwitchName, tuple[str, ...]] = {
    "chips": (
        *_RUN,
        "chips.share_of_stock",
        "chips.growth_oom_per_year",
        "chips.long_run_growth_oom_per_year",
        "chips.stock_error_oom",
    ),
    "power": (
        *_RUN,
        "power.watts_2030",
        "power.growth_oom_per_year",
        "power.flop_per_joule_2030",
        "power.efficiency_oom_per_year",
    ),
    "data": ("data.tokens_2030", "data.growth_oom_per_year", "data.tokens_per_parameter"),
    "data_movement": ("run.months", "data_movement.wall_log10_flop", "data_movement.growth_oom_per_year"),
    "scaling_break": ("scaling_break.log10_flop", "scaling_break.exponent_share"),
    "context_length": ("context_length.tokens", "context_length.model_width"),
    "commoditization": ("commoditization.usd_2023",),
    "algorithmic_jump": ("algorithmic_jump.decimal_year", "algorithmic_jump.size_oom"),
}
"""The unfitted inputs that each limit, changer and the jump read."""


def published_on(limit: SwitchName) -> str:
    """Day on which all inputs of a limit were public, YYYY-MM-DD: before it the limit is unknown."""
    return max(INPUTS[name].published_on for name in INPUTS_OF[limit])


def path(
    limit: PhysicalLimit,
    years: Array,
    inputs: Mapping[str, Array],
    stock: ChipStock | None = None,
    context_oom: Array | None = None,
) -> Array:
    """The largest run that one limit allows in each month.

    Parameters
    ----------
    limit, inputs, stock, context_oom
        As in `course`.
    years : ndarray, shape (months,)
        Decimal years.

    Returns
    -------
    ndarray, shape (draws, months)
        log10 FLOP.
    """
    return course(limit, inputs, stock, context_oom).path(years)


def tightest(
    limits: Sequence[PhysicalLimit],
    years: Array,
    inputs: Mapping[str, Array],
    stock: ChipStock | None = None,
    progress: Array | None = None,
    *,
    context_oom: Array | None = None,
    out: Array | None = None,
) -> tuple[Array, Which]:
    """The least of several limits in each month, and which it is.

    Each limit has algorithmic progress added and is made a running maximum; then the least of them is taken.

    Parameters
    ----------
    limits : sequence of str
        At least one; earlier ones win ties.
    years : ndarray, shape (months,)
        Decimal years.
    inputs, stock, context_oom
        As in `course`.
    progress : ndarray, shape (draws, months), optional
        Algorithmic efficiency, log10; it must not fall.
    out : ndarray, shape (draws, months), optional
        Where to put the least; must not share memory with `progress`.

    Returns
    -------
    least : ndarray, shape (draws, months)
        log10 effective FLOP.
    which : ndarray of int8, shape (draws, months)
        Place in `limits`.
    """
    courses = Courses([course(limit, inputs, stock, context_oom) for limit in limits], years)
    return courses.least(slice(0, courses.draws), progress, out)


class Courses:
    """Courses of several limits on one grid of months, the least of which is asked for some draws at a time.

    Parameters
    ----------
    courses : sequence of Course
        At least one; earlier ones win ties.
    years : ndarray, shape (months,)
        Decimal years.
    """

    def __init__(self, courses: Sequence[Course], years: Array) -> None:
        self.draws, self._months = len(courses[0].level), len(years)
        self._lines = [(line, years - line.year, line.rises) for line in courses]

    def least(self, rows: slice, progress: Array | None = None, out: Array | None = None) -> tuple[Array, Which]:
        """The least for some draws, with their progress, and which it is; as `tightest`."""
        shape = (rows.stop - rows.start, self._months)
        least = np.empty(shape) if out is None else out
        which = np.zeros(shape, np.int8)
        scratch = np.empty((2, min(_ROWS_PER_BLOCK, shape[0]), self._months))
        for start in range(0, shape[0], _ROWS_PER_BLOCK):
            block = slice(start, min(start + _ROWS_PER_BLOCK, shape[0]))
            gained = None if progress is None else progress[block]
            asked = slice(rows.start + start, rows.start + block.stop)
            self._fill(asked, gained, scratch[:, : block.stop - start], least[block], which[block])
        return least, which

    def _fill(self, rows: slice, gained: Array | None, scratch: Array, least: Array, which: Which) -> None:
        for place, (line, elapsed, rises) in enumerate(self._lines):
            current = scratch[0] if place else least
            line.write(rows, elapsed, current, scratch[1])
            if gained is not None:
                current += gained
            if not rises:
                np.maximum.accumulate(current, axis=1, out=current)
            if place:
                lower = (current < least).view(np.int8)
                lower *= np.int8(place)
                np.maximum(
                    which, lower, out=which
                )  # the latest of the places that were lower: a third of a copy's time
                np.minimum(least, current, out=least)


def after_break(required: Array, log10_break: Array, share: Array) -> Array:
    """A requirement where the law's exponent falls beyond a crossover.

    Parameters
    ----------
    required : ndarray, shape (draws,)
        Compute by the unbroken law, log10 FLOP; +inf stays.
    log10_break : ndarray, shape (draws,)
        Crossover, log10 FLOP.
    share : ndarray, shape (draws,)
        Share of the exponent that is left beyond it, over 0 and at most 1.

    Returns
    -------
    ndarray, shape (draws,)
        log10 FLOP, never less than `required`.
    """
    beyond = log10_break + (required - log10_break) / share
    return np.where(required > log10_break, beyond, required)


def context_multiplier_oom(tokens: Array, width: Array) -> Array:
    """What attention over a longer context adds to the compute of a token, beside the reference context of 2,048.

    Parameters
    ----------
    tokens : ndarray, shape (draws,)
        Length of the context.
    width : ndarray, shape (draws,)
        Width of the model.

    Returns
    -------
    ndarray, shape (draws,)
        log10 multiplier; 0 at the reference context.
    """
    multiplier = (1 + tokens / (12 * width)) / (1 + REFERENCE_CONTEXT_TOKENS / (12 * width))
    oom: Array = np.log10(multiplier)
    return oom
