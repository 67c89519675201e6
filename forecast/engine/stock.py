"""The stock of AI chips that a posterior knows: its latest count, and how fast it grew.

The counts are observed points of the posterior (`chips_year`, `chips_log10_h100e`, `chips_sd_oom`). One as of a day
before any count was published has none, so it cannot limit a run by chips.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.families import Normal
from forecast.posterior.artefact import Posterior

GROWTH_SD_OOM = 0.08
"""Spread of the growth from here on around that of the last year: a judgement, as it slows and quickens by as much."""

_YEAR_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class ChipStock:
    """The latest count of installed AI chips.

    Attributes
    ----------
    year : float
        Decimal year of the count.
    log10_h100e : float
        log10 of the H100 equivalents.
    sd_oom : float
        Its standard deviation, log10.
    growth_oom_per_year : float, optional
        Growth over the last four quarters; None where no count is a year older.
    """

    year: float
    log10_h100e: float
    sd_oom: float
    growth_oom_per_year: float | None = None

    @classmethod
    def of(cls, posterior: Posterior) -> ChipStock | None:
        """The stock that a posterior knows; None where nothing was published by its data cutoff."""
        years, stock = posterior.observed["chips_year"], posterior.observed["chips_log10_h100e"]
        if not len(years):
            return None
        sd = float(posterior.observed["chips_sd_oom"][-1])
        before = np.flatnonzero(np.abs(years[-1] - years - 1) < _YEAR_TOLERANCE)
        growth = float((stock[-1] - stock[before[0]]) / (years[-1] - years[before[0]])) if len(before) else None
        return cls(float(years[-1]), float(stock[-1]), sd, growth)

    @property
    def priors(self) -> Mapping[str, Normal]:
        """What the count says of unfitted inputs, in place of their defaults."""
        said = {"chips.stock_error_oom": Normal(0.0, self.sd_oom, "90 % interval of the posterior's latest count")}
        if self.growth_oom_per_year is not None:
            source = "growth of the posterior's counts over their last four quarters; the spread is a judgement"
            said["chips.growth_oom_per_year"] = Normal(self.growth_oom_per_year, GROWTH_SD_OOM, source)
        return said
