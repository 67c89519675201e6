"""The inverses over dates: the loss that a payer can buy, and the budget that a target needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine import words as sentences
from forecast.engine.question import Question, Target
from forecast.forecaster import Forecaster
from forecast.reports import ribbons
from forecast.reports.fan_data import Level
from forecast.reports.picture import Picture
from forecast.reports.ribbons import PROBABILITIES, Ribbon
from forecast.reports.words import usd
from forecast.units import date_of, decimal_year

Array = NDArray[np.float64]

MONTHS_APART = 3
LAST_YEAR = 2041.0
MOST_DATES = 50
NONE_ENOUGH = "more than any sum"
_LOG10_USD = (3.0, 15.0)
"""Ends of the axis of budgets at the most: $1k, and ten times what the world makes in a year."""


def loss_chart(
    forecaster: Forecaster, asked: Mapping[str, Any] | Question, days: Sequence[str], loss_scale: str
) -> Picture:
    """The lowest loss on a scale that a payer can buy, over dates.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    asked : mapping or Question
        Payer and the rest, as for `Forecaster.question`; or a question, whose target is not read.
    days : sequence of str
        Days to mark, YYYY-MM-DD.
    loss_scale : str
        The scale.
    """
    question = _any_loss(forecaster, asked, loss_scale)
    years = _years(question, forecaster, days)
    found = [forecaster.affordable_loss(question, date_of(year)) for year in years.tolist()]
    values = np.array([[math.nan if q.value is None else q.value for q in one.loss_nats_per_token] for one in found]).T
    low, high = float(values.min()), float(values.max())
    told = [f"{np.interp(year, years, values[2]):.3g} in {sentences.month(year)}" for year in _marked(days)]
    return ribbons.picture(
        Ribbon(
            slug="affordable-loss",
            title=f"{_whom(found[0].question)}, the loss on {loss_scale} comes down to {sentences.listed(told)}",
            subtitle="The lowest loss of a run on each date: median, middle 50 and 80 %. Each curve: the loss is at or "
            f"under it with the probability beside it. {_assumed(found[0].choices)}",
            y_title="loss, nats per token",
            column="loss_nats_per_token",
            as_of=found[0].provenance.as_of,
            decimal_year=years,
            values=values,
            ends=(max(0.0, low - 0.06 * (high - low)), high + 0.06 * (high - low)),
            ticks=_loss_ticks(low, high),
            names=tuple(f"{100 * p:g} %" for p in PROBABILITIES),
            told=lambda loss: f"{loss:.3g}",
            number=lambda loss: loss,
            marked=_marked(days),
        )
    )


def budget_chart(
    forecaster: Forecaster, asked: Mapping[str, Any], days: Sequence[str], budgets: Sequence[float] = ()
) -> Picture:
    """The budget that is enough for a target with given probabilities, over dates: lines of equal probability.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    asked : mapping
        Target and the rest, as for `Forecaster.question`.
    days : sequence of str
        Days to mark, YYYY-MM-DD.
    budgets : sequence of float
        Sums to mark, 2023 US dollars.
    """
    question = forecaster.question(**{**asked, "quantiles": PROBABILITIES})
    years = _years(question, forecaster, days)
    grid = [date_of(year) for year in years.tolist()]
    parts = [forecaster.required_budget(question, grid[i : i + MOST_DATES]) for i in range(0, len(grid), MOST_DATES)]
    needed = [day.usd_2023 for part in parts for day in part.dates]
    values = np.array([[math.inf if q.value is None else math.log10(q.value) for q in day] for day in needed]).T
    told = [
        f"{usd_or_none(float(np.interp(year, years, values[2])))} by {sentences.month(year)}" for year in _marked(days)
    ]
    subject = sentences.subject_to(question, sentences.target_words(question.target))
    ends = budget_ends(values, budgets)
    return ribbons.picture(
        Ribbon(
            slug="required-budget",
            title=f"{subject} needs {sentences.listed(told)}, with even odds",
            subtitle="The budget that is enough by each date with the probability beside each curve, 2023 dollars. A "
            f"curve that leaves at the top: no sum is enough. {_assumed(parts[0].choices)}",
            y_title="budget, 2023 $",
            column="usd_2023",
            as_of=parts[0].provenance.as_of,
            decimal_year=years,
            values=values,
            ends=ends,
            ticks=usd_ticks(ends),
            names=tuple(f"{100 * p:g} %" for p in PROBABILITIES),
            told=usd_or_none,
            number=lambda log10_usd: 10.0**log10_usd,
            marked=_marked(days),
            levels=tuple(Level(usd(sum_), usd(sum_), math.log10(sum_)) for sum_ in budgets),
        )
    )


def _any_loss(forecaster: Forecaster, asked: Mapping[str, Any] | Question, scale: str) -> Question:
    """The question for some loss on the scale: which one has no part in what a payer can buy."""
    if isinstance(asked, Question):
        return replace(asked, target=Target.loss(1.0, scale), quantiles=PROBABILITIES)
    return forecaster.question(**{**asked, "loss": 1.0, "scale": scale, "quantiles": PROBABILITIES})


def _years(question: Question, forecaster: Forecaster, days: Sequence[str]) -> Array:
    """Quarters from the as-of date, to 2041 or past the last day that is asked, within the horizon."""
    start = decimal_year(question.as_of or forecaster.posterior.as_of)
    asked = max(_marked(days), default=LAST_YEAR)
    end = min(max(LAST_YEAR, asked + 1), decimal_year(question.horizon_month()))
    return np.arange(start, max(end, start + 0.5), MONTHS_APART / 12)


def _marked(days: Sequence[str]) -> tuple[float, ...]:
    return tuple(sorted(decimal_year(date.fromisoformat(day)) for day in days))


def _whom(question: Question) -> str:
    whom = "On trend" if question.criterion == "on_trend" else sentences.payer_words(question.payer)
    return sentences.subject_to(question, f"{whom[0].upper()}{whom[1:]}")


def _assumed(choices: Sequence[Any]) -> str:
    """The choice that moves it most."""
    first = choices[0]
    return f"{first.name.capitalize()}: {first.words}."


def _loss_ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    step = next(step for step in (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0) if (high - low) / step <= 9)
    first, last = math.floor(low / step), math.ceil(high / step)
    digits = 2 if step in (0.05, 0.25) else 1
    return tuple((round(k * step, 2), f"{k * step:.{digits}f}") for k in range(max(first, 0), last + 1))


def usd_ticks(ends: tuple[float, float]) -> tuple[tuple[float, str], ...]:
    """Powers of ten between the ends of an axis in log10 US dollars."""
    powers = range(math.ceil(ends[0]), math.floor(ends[1]) + 1)
    return tuple((float(k), usd(10.0**k)) for k in powers)


def budget_ends(values: Array, budgets: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis of budgets: all that is finite, from $1k to $1,000tn at the most; log10 US dollars."""
    shown = [*values[np.isfinite(values)].tolist(), *(math.log10(sum_) for sum_ in budgets)] or list(_LOG10_USD)
    low, high = max(min(shown), _LOG10_USD[0]), min(max(shown), _LOG10_USD[1])
    air = 0.05 * max(high - low, 1.0)
    return low - air, high + air


def usd_or_none(log10_usd: float) -> str:
    """A budget in words; `more than any sum` where none is enough."""
    return usd(10.0**log10_usd) if math.isfinite(log10_usd) else NONE_ENOUGH
