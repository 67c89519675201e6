"""Families of distributions in NumPy: their log density, their quantiles and how they are sampled.

Each is a frozen value that says where it comes from (`source`). Priors, payers, imported beliefs and overlays are all
one of `Distribution`. `Normal`, `LogNormal` and `Beta` are checked where they are used, by `value.check(path)`, so that
a wrong number is refused under the name of the field that it was given for; the others also refuse it at once.
"""

from __future__ import annotations

from forecast.families.bounded import Beta, LogUniform, Point, Uniform
from forecast.families.checks import placed
from forecast.families.normal import Z95, AnchoredNormal, Array, LogNormal, Normal, interval
from forecast.families.tabulated import Tabulated

Family = Normal | LogNormal | Beta
"""What a fit can have as a prior."""

Distribution = Normal | LogNormal | Beta | Uniform | LogUniform | Point | Tabulated
"""What an input, a payer or a belief can be."""

__all__ = [
    "Normal",
    "LogNormal",
    "Beta",
    "AnchoredNormal",
    "Uniform",
    "LogUniform",
    "Point",
    "Tabulated",
    "Family",
    "Distribution",
    "Array",
    "Z95",
    "interval",
    "placed",
]
