"""How likely sums are enough for a target, by date: quantiles of the budget that it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.engine.question import Question
from forecast.forecaster import Forecaster
from forecast.reports.costs import without_payer
from forecast.reports.inverse_charts import MOST_DATES
from forecast.reports.words import assumption
from forecast.units import date_of

Array = NDArray[np.float64]

PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)
MEDIAN = PROBABILITIES.index(0.5)
ENDS_LOG10_USD = (6.0, 12.0)
"""Ends of the axis: $1M to $1tn."""

_MONTHS_APART, _LEAST_YEARS, _YEARS_AFTER = 3, 10.0, 2.0


@dataclass(frozen=True, slots=True)
class Surface:
    """Probability that a target is affordable, over dates and budgets.

    Attributes
    ----------
    question : Question
        As settled.
    as_of : str
        In words.
    decimal_year : ndarray, shape (dates,)
        Ascending, from the as-of month.
    values : ndarray, shape (5, dates)
        Budget that is enough with each of `PROBABILITIES`, log10 2023 US dollars; +inf where no sum is.
    never_enough : ndarray, shape (dates,)
        Share of the draws in which no sum is enough.
    assumed : str
        The choice that moves it most, as a sentence.
    """

    question: Question
    as_of: str
    decimal_year: Array
    values: Array
    never_enough: Array
    assumed: str

    @property
    def start(self) -> float:
        """The as-of month."""
        return float(self.decimal_year[0])

    @property
    def end(self) -> float:
        """Where the time axis ends: a month after its start at the least."""
        return max(float(self.decimal_year[-1]), self.start + 1 / 12)

    @property
    def possible(self) -> float | None:
        """The first date at which some sum is enough with even odds."""
        found = np.flatnonzero(self.never_enough <= 0.5)
        return float(self.decimal_year[found[0]]) if len(found) else None

    def since(self, usd_2023: float) -> float | None:
        """The first date from which a sum is enough with even odds."""
        enough = np.flatnonzero(self.values[MEDIAN] <= math.log10(usd_2023) + 1e-12)
        return float(self.decimal_year[enough[0]]) if len(enough) else None


def surface_of(forecaster: Forecaster, question: Question) -> Surface:
    """The surface of a question without its payer, to some years after the least sum is enough with even odds.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    question : Question
        Whose payer has no part in it.
    """
    asked = replace(without_payer(question), quantiles=PROBABILITIES)
    solver, ready = forecaster.ready(asked)
    plan = solver.plan(ready)
    within = solver.outcome(plan).arrivals.within
    years = solver.simulation(plan).years[:within:_MONTHS_APART]
    days = [date_of(year) for year in years.tolist()]
    parts = [forecaster.required_budget(asked, days[i : i + MOST_DATES]) for i in range(0, len(days), MOST_DATES)]
    dates = [day for part in parts for day in part.dates]
    budgets = [[math.inf if q.value is None else q.value for q in day.usd_2023] for day in dates]
    with np.errstate(divide="ignore"):
        values = np.log10(np.array(budgets).T)
    found = Surface(
        question=parts[0].question,
        as_of=parts[0].provenance.as_of,
        decimal_year=years,
        values=values,
        never_enough=np.array([day.p_never_enough for day in dates]),
        assumed=assumption(parts[0].choices),
    )
    return _cut(found)


def _cut(surface: Surface) -> Surface:
    """Without the years in which nothing new happens on the axis."""
    years, least = surface.decimal_year, surface.since(10.0 ** ENDS_LOG10_USD[0])
    last = years[-1] if least is None else max(float(years[0]) + _LEAST_YEARS, least + _YEARS_AFTER)
    kept = slice(max(int(np.searchsorted(years, last, side="right")), 1))
    return replace(
        surface,
        decimal_year=years[kept],
        values=surface.values[:, kept],
        never_enough=surface.never_enough[kept],
    )
