"""Point arithmetic of the claims, done by the engine: scaling law, halvings, cost of compute.

GPT-3 is 3640 petaflop/s-days in the claims of 2020 (3.145e23 FLOP) and 3.14e23 FLOP as the unit of multiples.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from forecast.data.stored import read_rows
from forecast.engine import scaling
from forecast.engine.paths import algorithmic_progress
from forecast.engine.training_cost import from_chips
from forecast.units import flop_from_pf_days, pf_days

GPT3_PF_DAYS = 3640.0
GPT3_PARAMETERS, GPT3_TOKENS = 175e9, 300e9
GPT3_USD_2020 = 5e6
"""What the claims of 2020 take GPT-3's compute to have cost."""

HOURS_PER_YEAR = 365 * 24.0


@cache
def kaplan() -> scaling.LossLaw:
    """Kaplan's law L = 2.57 C^-.048 with C in petaflop/s-days, at its word."""
    law = next(row for row in read_rows("laws") if row["name"] == "kaplan")
    return scaling.published_law(law, 1)


def loss_at(compute_pf_days: float) -> float:
    """Loss that a compute reaches under Kaplan's law, nats per token."""
    return float(scaling.loss_at(kaplan(), math.log10(flop_from_pf_days(compute_pf_days)))[0])


def pf_days_for(loss_nats: float) -> float:
    """Compute that a loss needs under Kaplan's law, petaflop/s-days."""
    return float(pf_days(10 ** scaling.required_log10_flop(kaplan(), loss_nats)[0]))


def halvings_between(months_each: float, first_year: float, last_year: float) -> float:
    """Factor by which something falls that halves every so many months; a doubling rises by as much."""
    oom = algorithmic_progress(np.array([months_each]), first_year, [last_year])
    return float(10 ** oom[0, 0])


def steps(factor: float) -> float:
    """Doublings, or halvings, in a factor."""
    return math.log2(factor)


def usd_per_pf_day(chip_usd: float, flop_per_s: float, years: float = 1.0) -> float:
    """Price of compute on a chip that is paid off in a number of years, busy throughout at the stated FLOP/s."""
    return chip_usd / from_chips(1, years * HOURS_PER_YEAR, flop_per_s, 1.0).petaflop_s_days
