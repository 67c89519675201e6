"""What a fan chart shows: one driver as quantiles by month, its observed points, its targets and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PROBABILITIES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""Quantiles that a fan chart needs."""


@dataclass(frozen=True, slots=True)
class Series:
    """Quantiles of one driver by month.

    Attributes
    ----------
    decimal_year : ndarray, shape (months,)
        From the as-of month on.
    log10 : ndarray, shape (7, months)
        Quantiles at `PROBABILITIES`, log10 of the unit.
    name : str
        Label beside the median; only needed where there are two series.
    """

    decimal_year: Array
    log10: Array
    name: str = ""

    def at(self, decimal_year: float, probability: float = 0.5) -> float:
        """A quantile at one date, in the unit itself."""
        quantile = self.log10[PROBABILITIES.index(probability)]
        return float(10 ** np.interp(decimal_year, self.decimal_year, quantile))


@dataclass(frozen=True, slots=True)
class Observed:
    """Observed points: decimal years, log10 values and names."""

    decimal_year: Array = field(default_factory=lambda: np.empty(0))
    log10: Array = field(default_factory=lambda: np.empty(0))
    name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """A target or a budget: its name, a shorter one for a phone, and its log10 value."""

    name: str
    short: str
    log10: float


@dataclass(frozen=True, slots=True)
class Fan:
    """What a fan chart shows.

    Attributes
    ----------
    slug, title, subtitle : str
        Its words.
    y_title, column : str
        The axis in words, and the column name with unit in the numbers behind it.
    prefix, suffix : str
        Around a value: `$`, ` FLOP`.
    as_of : str
        In words.
    as_of_year, first_year, last_year : float
        Where the forecast starts, and the ends of the time axis.
    series : tuple of Series
        The driver; a second one, such as another prior, is drawn as its median and 80 % band.
    observed : Observed
        Points.
    levels : tuple of Level
        Targets and budgets.
    undisclosed_from : float or None
        Decimal year from which the frontier is undisclosed, where that is before the as-of date.
    undisclosed_until : float or None
        Where that ends; None for the as-of date.
    names_records : bool
        Whether some of the points that were the highest of their time are named.
    values : mapping
        What the words say beyond the bands, as of `Picture.values`.
    """

    slug: str
    title: str
    subtitle: str
    y_title: str
    column: str
    prefix: str
    suffix: str
    as_of: str
    as_of_year: float
    first_year: float
    last_year: float
    series: tuple[Series, ...]
    observed: Observed = field(default_factory=Observed)
    levels: tuple[Level, ...] = ()
    undisclosed_from: float | None = None
    undisclosed_until: float | None = None
    names_records: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def undisclosed(self) -> tuple[float, float] | None:
        """The period in which the frontier is undisclosed, where there is one."""
        if self.undisclosed_from is None:
            return None
        return self.undisclosed_from, self.as_of_year if self.undisclosed_until is None else self.undisclosed_until


def shown(fan: Fan, series: Series) -> Array:
    """Months of a series that the time axis holds."""
    return series.decimal_year[series.decimal_year <= fan.last_year]
