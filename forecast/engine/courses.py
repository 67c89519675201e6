"""The course of each physical limit over time, as a level, a rate and an excess that fades: what a run can have.

All logs are log10; d is the time in years since the date at which a limit's level holds. Each limit is the compute of
one run, log FLOP, draw by draw:

    chips          log stock(t) + log share + log peak + log utilization + log seconds
                   stock(t) = stock(t_s) 10^(g d + (g_now - g) tau (1 - exp(-d / tau))),   tau = 4 years
                   (its growth decays from g_now to g; peak: an H100's 9.895e14 FLOP/s; t_s: the latest count)
    power          log watts + log(peak FLOP per joule) + log utilization + log seconds + (g_w + g_e) d
    data           log(6 / k) + 2 (log tokens + g_d d) (+ m)      N = D / k parameters on D tokens: C = 6 N D
    data movement  wall + log(months / 3) + w d                   a longer run moves more data

With tau = 4 years (a judgement) the chips that one run can use in mid-2030 are 4e7 to 4e8 H100 equivalents, which holds
Epoch AI's 1e8 of 2024. Levels hold at the latest count (chips), in mid-2030 (power, data) or on the day of the study
(data movement).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.engine.scenario import PhysicalLimit
from forecast.engine.stock import ChipStock
from forecast.errors import InputError
from forecast.inputs import DATA_MOVEMENT_YEAR, REFERENCE_YEAR
from forecast.units import SECONDS_PER_YEAR

Array = NDArray[np.float64]

H100_PEAK_FLOP_PER_S = 9.895e14
"""Dense 16-bit peak of the chip in whose equivalents the stock is counted."""

GROWTH_DECAY_YEARS = 4.0
"""Time constant with which the growth of the chip stock decays to its long-run rate."""

REFERENCE_RUN_MONTHS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One limit over time: level + rate d + excess (1 - exp(-d / tau)), with d = t - year.

    Attributes
    ----------
    year : float
        Decimal year at which the level holds.
    level, rate : ndarray, shape (draws,)
        log10 FLOP, and its growth in the long run, oom per year.
    excess : ndarray, shape (draws,), optional
        What growth above that adds in the end, oom.
    """

    year: float
    level: Array
    rate: Array
    excess: Array | None = None

    @property
    def rises(self) -> bool:
        """Whether no draw can ever fall."""
        return bool((self.rate >= 0).all()) and (self.excess is None or bool((self.excess >= 0).all()))

    def path(self, years: Array) -> Array:
        """All draws on a grid of months, shape (draws, months); or in a month of each, `years` of shape (draws, 1)."""
        out = np.empty((len(self.level), years.shape[-1]))
        self.write(slice(None), years - self.year, out, np.empty(out.shape if self.excess is not None else 0))
        return out

    def write(self, rows: slice, elapsed: Array, out: Array, scratch: Array) -> None:
        """Put some draws into `out`, shape (rows, months); `scratch` has its shape and is overwritten."""
        np.multiply(self.rate[rows, None], elapsed, out=out)
        out += self.level[rows, None]
        if self.excess is not None:
            np.multiply(self.excess[rows, None], -np.expm1(-elapsed / GROWTH_DECAY_YEARS), out=scratch)
            out += scratch


def course(
    limit: PhysicalLimit,
    inputs: Mapping[str, Array],
    stock: ChipStock | None = None,
    context_oom: Array | None = None,
) -> Course:
    """The course of one limit.

    Parameters
    ----------
    limit : {"chips", "power", "data", "data_movement"}
        Which.
    inputs : mapping of str to ndarray, shape (draws,)
        Draws of the limit's inputs (`INPUTS_OF`).
    stock : ChipStock, optional
        Latest count of chips; the limit of chips needs it.
    context_oom : ndarray, shape (draws,), optional
        What a longer context adds to the compute of a token, for the limit of data.

    Raises
    ------
    InputError
        The limit of chips without a stock.
    """
    if limit == "chips":
        return _chips(inputs, _known(stock))
    if limit == "power":
        return _power(inputs)
    if limit == "data":
        return _data(inputs, context_oom)
    level = inputs["data_movement.wall_log10_flop"] + np.log10(inputs["run.months"] / REFERENCE_RUN_MONTHS)
    return Course(DATA_MOVEMENT_YEAR, level, inputs["data_movement.growth_oom_per_year"])


def _chips(inputs: Mapping[str, Array], stock: ChipStock) -> Course:
    late = inputs["chips.long_run_growth_oom_per_year"]
    level = stock.log10_h100e + inputs["chips.stock_error_oom"] + np.log10(inputs["chips.share_of_stock"])
    level = level + math.log10(H100_PEAK_FLOP_PER_S) + _log10_busy_seconds(inputs)
    return Course(stock.year, level, late, (inputs["chips.growth_oom_per_year"] - late) * GROWTH_DECAY_YEARS)


def _power(inputs: Mapping[str, Array]) -> Course:
    level = np.log10(inputs["power.watts_2030"]) + np.log10(inputs["power.flop_per_joule_2030"])
    rate = inputs["power.growth_oom_per_year"] + inputs["power.efficiency_oom_per_year"]
    return Course(REFERENCE_YEAR, level + _log10_busy_seconds(inputs), rate)


def _data(inputs: Mapping[str, Array], context_oom: Array | None) -> Course:
    level = np.log10(6 / inputs["data.tokens_per_parameter"]) + 2 * np.log10(inputs["data.tokens_2030"])
    level = level if context_oom is None else level + context_oom
    return Course(REFERENCE_YEAR, level, 2 * inputs["data.growth_oom_per_year"])


def _known(stock: ChipStock | None) -> ChipStock:
    if stock is None:
        message = (
            "the posterior knows no stock of chips: switch the limit chips off, or use one as of April 2026 or later"
        )
        raise InputError(message, field="scenario.switches")
    return stock


def _log10_busy_seconds(inputs: Mapping[str, Array]) -> Array:
    """Length of the run times its utilization, log10 s."""
    seconds: Array = np.log10(inputs["run.months"] * (SECONDS_PER_YEAR / 12))
    return seconds + np.log10(inputs["run.utilization"])
