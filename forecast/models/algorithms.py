"""Algorithms: a fixed loss needs less compute every year, at a rate that papers report and no data here inform.

    T_h  ~ LogNormal                              months in which the required compute halves, one per draw
    A(t) = 12 log10(2) / T_h x max(t - t_ref, 0)  log10 multiplier of effective compute, at most an optional ceiling

======  ==============  ============  ================================================================================
symbol  Python name     unit          prior, and why
======  ==============  ============  ================================================================================
T_h     halving_months  months        `8mo`: median 8, sd of ln .729 (90 % 2.4-26.5): Ho et al. give 2-22, which is not
                                      symmetric in ln, so the spread keeps their width
                                      `16mo`: median 16, sd of ln .25: Hernandez & Brown, on images; the spread is a
                                      judgement
                                      `off`: A = 0
t_ref   t_ref           decimal year  for a loss the date of its law; for FLOP and GPT-3 multiples the question's start
A       log10           log10         compute multiplier
======  ==============  ============  ================================================================================

Dims: one T_h per draw, constant in time; a halving time is positive, so there is no rate that crosses zero.

Known failures: the estimates come from one corpus and from models far smaller than today's; gains at a small scale need
not carry over, and most of the measured gain may come from few changes (the transformer among them). The choice between
the options moves arrivals by decades, so every answer names it first.

References: Hernandez & Brown 2020, arXiv 2005.04305 (16 months); Ho et al. 2024, arXiv 2403.05812 (8 months).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.engine.paths import algorithmic_progress
from forecast.priors import LogNormal

Array = NDArray[np.float64]


def prior_predictive(
    prior: LogNormal, t_ref: float, decimal_years: ArrayLike, draws: int, rng: np.random.Generator
) -> Array:
    """Efficiency since `t_ref` before any question is asked: there are no data, so it is the posterior predictive too.

    Parameters
    ----------
    prior : LogNormal
        Halving time in months, `forecast.priors.ALGORITHMS` or one's own.
    t_ref : float
        Decimal year from which progress counts.
    decimal_years : array_like, shape (dates,)
        Dates.
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of the halving times.

    Returns
    -------
    ndarray, shape (draws, dates)
        log10 multiplier of effective compute.
    """
    return algorithmic_progress(prior.sample(rng, draws), t_ref, decimal_years)
