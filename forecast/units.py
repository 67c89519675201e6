"""Units and conversions: FLOP and petaflop/s-days, decimal years and dates, months of the forecast grid.

Money is constant 2023 US dollars everywhere; the price index that carries other years' dollars to 2023 is a table
(`forecast/data/tables/macro.csv`), so it lives with the data, not here.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

FLOP_PER_PF_DAY = 1e15 * 86_400
"""One petaflop/s-day, 8.64e19 FLOP."""

GPT3_FLOP = 3.14e23
"""Training compute of GPT-3, the unit of `gpt3_multiple` (Brown et al. 2020, table D.1)."""

SECONDS_PER_YEAR = 365.25 * 86_400
LOG10_2 = math.log10(2.0)


def pf_days(flop: float) -> float:
    """FLOP as petaflop/s-days."""
    return flop / FLOP_PER_PF_DAY


def flop_from_pf_days(value: float) -> float:
    """Petaflop/s-days as FLOP."""
    return value * FLOP_PER_PF_DAY


def decimal_year(day: date) -> float:
    """A date as year + (day of year - 1) / 365.25."""
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def date_of(value: float) -> date:
    """The day on which a decimal year falls, to the nearest day."""
    year = math.floor(value)
    return date(year, 1, 1) + timedelta(days=min(round((value - year) * 365.25), 365))


def grid_years(as_of: date, months: int) -> NDArray[np.float64]:
    """Mid-month decimal years of the forecast grid, the month of `as_of` first.

    Month k of a calendar year is valued at year + (k - 1/2) / 12.

    Parameters
    ----------
    as_of : date
        The start of the forecast.
    months : int
        Length of the grid.

    Returns
    -------
    ndarray, shape (months,)
        Decimal years.
    """
    index = as_of.year * 12 + (as_of.month - 1) + np.arange(months)
    result: NDArray[np.float64] = index // 12 + (index % 12 + 0.5) / 12
    return result


def months_until(as_of: date, horizon: date) -> int:
    """Number of grid months from the month of `as_of` to the month of `horizon`, both counted."""
    return (horizon.year - as_of.year) * 12 + horizon.month - as_of.month + 1


def halving_years(rate_oom_per_year: float) -> float:
    """Years in which a quantity that falls by `rate_oom_per_year` halves; infinite where it does not fall."""
    return LOG10_2 / rate_oom_per_year if rate_oom_per_year > 0 else math.inf
