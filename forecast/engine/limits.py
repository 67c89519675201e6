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
    "after_break",
    "context_multiplier_oom",
    "course",
    "long_run_rate",
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
    line = course(limit, inputs, stock, context_oom)
    out = np.empty((len(line.level), len(years)))
    line.write(slice(None), years - line.year, out, np.empty(out.shape if line.excess is not None else 0))
    return out


def long_run_rate(limit: PhysicalLimit, inputs: Mapping[str, Array]) -> Array:
    """Growth of a limit in the long run, oom per year, shape (draws,); 0 where it levels off."""
    if limit == "chips":
        return inputs["chips.long_run_growth_oom_per_year"]
    return course(limit, inputs).rate


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
    courses = [course(limit, inputs, stock, context_oom) for limit in limits]
    shape = (len(courses[0].level), len(years))
    least = np.empty(shape) if out is None else out
    which = np.zeros(shape, np.int8)
    elapsed = [years - line.year for line in courses]
    scratch = np.empty((2, _ROWS_PER_BLOCK, len(years)))
    for start in range(0, shape[0], _ROWS_PER_BLOCK):
        rows = slice(start, min(start + _ROWS_PER_BLOCK, shape[0]))
        gained = None if progress is None else progress[rows]
        _fill_block(courses, elapsed, rows, gained, scratch[:, : rows.stop - start], least[rows], which[rows])
    return least, which


def _fill_block(
    courses: list[Course],
    elapsed: list[Array],
    rows: slice,
    gained: Array | None,
    scratch: Array,
    least: Array,
    which: Which,
) -> None:
    for place, (line, since) in enumerate(zip(courses, elapsed, strict=True)):
        current = scratch[0] if place else least
        line.write(rows, since, current, scratch[1])
        if gained is not None:
            current += gained
        if not line.rises:
            np.maximum.accumulate(current, axis=1, out=current)
        if place:
            np.copyto(which, np.int8(place), where=current < least)
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
