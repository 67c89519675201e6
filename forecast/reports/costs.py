"""The cost of a target by month, and when its median comes under sums of money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.engine.choices import choices
from forecast.engine.question import Question
from forecast.forecaster import Forecaster
from forecast.reports.fan_data import PROBABILITIES
from forecast.reports.inverse_charts import usd_or_none
from forecast.reports.words import assumption, usd

Array = NDArray[np.float64]

MEDIAN = PROBABILITIES.index(0.5)
_LEAST_LOG10_USD, MOST_LOG10_USD = -2.0, 15.0
_PAST_OOM, _AIR_OOM = 1.5, 0.4
_LEAST_YEARS, _YEARS_AFTER = 10.0, 2.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """A sum, and the first month in which the median cost is not above it; None where there is none."""

    usd_2023: float
    decimal_year: float | None


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a question's target.

    Attributes
    ----------
    question : Question
        As settled.
    as_of : str
        In words.
    decimal_year : ndarray, shape (months,)
        Every third month, and those of the crossings.
    values : ndarray, shape (7, months)
        Quantiles at `PROBABILITIES`, log10 2023 US dollars; +inf where there is no finite one.
    crossings : tuple of Crossing
        The smallest sum first.
    unreachable : float
        Share of the draws in which no compute reaches the target.
    assumed : str
        The choice that moves it most, as a sentence.
    """

    question: Question
    as_of: str
    decimal_year: Array
    values: Array
    crossings: tuple[Crossing, ...]
    unreachable: float
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
    def later(self) -> tuple[Crossing, ...]:
        """Lines that the median comes under after the as-of month, the smallest sum first."""
        return tuple(one for one in self.crossings if one.decimal_year is not None and one.decimal_year > self.start)

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the axis: the lines of money, and the median where it is not far from them."""
        lines = [math.log10(one.usd_2023) for one in self.crossings]
        median = [float(value) for value in self.values[MEDIAN] if math.isfinite(value)] or lines
        low, high = min(lines) - _PAST_OOM, max(lines) + _PAST_OOM
        least, most = max(min(*lines, *median), low), min(max(*lines, *median), high)
        return least - _AIR_OOM, most + _AIR_OOM


def without_payer(question: Question) -> Question:
    """The same question of anyone's money: without a payer, and so of the final run alone."""
    kept = replace(question, payer=None, cost_scope=None, inference_usd_per_100_pages=None, criterion="affordable")  # type: ignore[arg-type]  # these take their defaults
    return replace(kept, limit_effects=False)


def cost_words(log10_usd: float) -> str:
    """A cost in words; what is past all the money of the world, or under a cent, is not told to the digit."""
    if math.isfinite(log10_usd) and log10_usd > MOST_LOG10_USD:
        return f"over {usd(10.0**MOST_LOG10_USD)}"
    return "under a cent" if log10_usd < _LEAST_LOG10_USD else usd_or_none(log10_usd)


def followed(forecaster: Forecaster, question: Question, budgets_usd: Sequence[float]) -> Cost:
    """The cost of a question's target, followed through sums of money.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    question : Question
        Without a payer.
    budgets_usd : sequence of float
        2023 US dollars.
    """
    asked = replace(question, quantiles=PROBABILITIES)
    found = forecaster.trajectory("cost_of_target", asked)
    solver, ready = forecaster.ready(asked)
    outcome = solver.outcome(solver.plan(ready))
    crossings = tuple(
        Crossing(sum_, _crossed(found.decimal_year, found.values[MEDIAN], sum_)) for sum_ in sorted(set(budgets_usd))
    )
    shown = _shown(found.decimal_year, crossings)
    return Cost(
        question=outcome.plan.settled,
        as_of=found.as_of,
        decimal_year=found.decimal_year[shown],
        values=found.values[:, shown],
        crossings=crossings,
        unreachable=outcome.unreachable() / outcome.arrivals.draws,
        assumed=assumption([one for one in choices(solver, ready, outcome.plan) if one.name != "payer"]),
    )


def _crossed(years: Array, median: Array, usd_2023: float) -> float | None:
    under = np.flatnonzero(median <= math.log10(usd_2023) + 1e-12)
    return float(years[under[0]]) if len(under) else None


def _shown(years: Array, crossings: Sequence[Crossing]) -> NDArray[np.int64]:
    """Every third month, and those of the crossings, to some years after the last of them, or to the horizon."""
    dated = [one.decimal_year for one in crossings if one.decimal_year is not None]
    least = float(years[0]) + _LEAST_YEARS
    last = max(least, max(dated) + _YEARS_AFTER) if len(dated) == len(crossings) else float(years[-1])
    kept = [k for k, year in enumerate(years.tolist()) if year <= last and (k % 3 == 0 or year in dated)]
    return np.array(kept if len(kept) > 1 else range(len(years)))
