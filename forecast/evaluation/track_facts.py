"""The facts that settle a track record: the observed points of a posterior, and the first day that each question asks.

A question is settled up to 90 days before the posterior's data end: so long after a day its values are read. What was
published before the forecast began resolves a question to the beginning, as its text says.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecast.engine.question import BASELINE, Algorithms, Question
from forecast.engine.resolution import REVISION_DAYS
from forecast.engine.words import number
from forecast.evaluation.track_questions import Passage
from forecast.evaluation.track_texts import LEAST_MODELS, NEARLY_LARGEST
from forecast.posterior.artefact import Posterior
from forecast.priors import ALGORITHMS
from forecast.units import GPT3_FLOP, LOG10_2, date_of, decimal_year

Array = NDArray[np.float64]

NO_LOSSES = "no table of ours holds a loss on this scale; a public report of one would decide it"
OTHERWISE = "it asks what would be if the limits were not, and no fact can tell"
NO_PRICES = "no observed points are of this price"


@dataclass(frozen=True, slots=True)
class Came:
    """What settled a question: the day, and the run or the price that did."""

    day: date
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What a posterior observed.

    Attributes
    ----------
    posterior : str
        Its name.
    settled_until : date
        Up to when questions are settled.
    disclosed_until : date
        Until when developers told of their largest runs; from then on silence is no evidence.
    run_year, run_log10_flop, run_name : ndarray
        Runs with known compute.
    spend_year, spend_log10_usd, spend_name : ndarray
        Runs with a known cost.
    price_year, price_log10_usd, price_log10_flop : ndarray
        Runs with both: 2023 US dollars per FLOP, and their compute.
    """

    posterior: str
    settled_until: date
    disclosed_until: date
    run_year: Array
    run_log10_flop: Array
    run_name: NDArray[np.object_]
    spend_year: Array
    spend_log10_usd: Array
    spend_name: NDArray[np.object_]
    price_year: Array
    price_log10_usd: Array
    price_log10_flop: Array

    @classmethod
    def of(cls, posterior: Posterior) -> Facts:
        """The facts that a posterior holds."""
        seen = posterior.observed
        spent = zip(seen["spend_name"], seen["spend_year"], seen["spend_log10_usd"], strict=True)
        usd = {(name, year): value for name, year, value in spent}
        priced = zip(seen["price_name"], seen["price_year"], strict=True)
        cost = np.array([usd.get(key, -math.inf) for key in priced])
        ended = date_of(float(posterior.constants("compute")["simulate_from"]))
        return cls(
            posterior=posterior.name,
            settled_until=posterior.data_cutoff - timedelta(REVISION_DAYS),
            disclosed_until=min(ended, posterior.data_cutoff),
            run_year=seen["compute_year"],
            run_log10_flop=seen["compute_log10_flop"],
            run_name=seen["compute_name"],
            spend_year=seen["spend_year"],
            spend_log10_usd=seen["spend_log10_usd"],
            spend_name=seen["spend_name"],
            price_year=seen["price_year"],
            price_log10_usd=seen["price_log10_usd_per_flop"],
            price_log10_flop=cost - seen["price_log10_usd_per_flop"],
        )


def undecidable(asked: Question | Passage) -> str:
    """Why no observed point can ever settle a question; empty where one can."""
    if isinstance(asked, Passage):
        return ""
    if asked.target.kind not in ("training_flop", "gpt3_multiple"):
        return NO_LOSSES
    if asked.scenario != BASELINE:
        return OTHERWISE
    return NO_PRICES if asked.price_basis != "realised" else ""


def first_day(facts: Facts, asked: Question | Passage, opened: date) -> Came | None:
    """When a question resolved, by its own text; None where nothing has settled it yet.

    Parameters
    ----------
    facts : Facts
        What is known.
    asked : Question or Passage
        One that is not `undecidable`.
    opened : date
        Start of its forecast.
    """
    if isinstance(asked, Passage):
        log10 = math.log10(asked.value)
        if asked.driver == "spend":
            return _first_run(facts, facts.spend_year, facts.spend_log10_usd - log10, facts.spend_name, opened)
        return _first_price(facts, opened, lambda day: log10, lambda day: _largest(facts, day))
    needed = math.log10(asked.target.value * (GPT3_FLOP if asked.target.kind == "gpt3_multiple" else 1.0))
    usd = asked.payer.usd_2023
    if asked.criterion == "affordable" and usd:
        return _first_price(
            facts,
            opened,
            lambda day: math.log10(usd) - needed + gained(asked.algorithms, opened, decimal_year(day)),
            lambda day: needed - gained(asked.algorithms, opened, decimal_year(day)),
        )
    effective = facts.run_log10_flop + np.array([gained(asked.algorithms, opened, y) for y in facts.run_year])
    return _first_run(facts, facts.run_year, effective - needed, facts.run_name, opened)


def gained(algorithms: Algorithms | None, opened: date, year: float) -> float:
    """What algorithms save since the opening, log10, at the median halving time: so says the resolution text."""
    if algorithms is None or algorithms.kind == "off":
        return 0.0
    prior = algorithms.halving_months or ALGORITHMS[algorithms.kind]
    saved = 12 * LOG10_2 / prior.median * max(year - decimal_year(opened), 0.0)
    return min(saved, algorithms.ceiling_oom or math.inf)


def _largest(facts: Facts, day: date) -> float:
    """Compute of the largest run published by a day, log10 FLOP."""
    known = facts.run_log10_flop[facts.run_year <= decimal_year(day) + _HALF_A_DAY]
    return float(known.max()) if len(known) else math.inf


def _first_run(facts: Facts, years: Array, above: Array, names: NDArray[np.object_], opened: date) -> Came | None:
    """The first run with `above` of nought or more; of several on one day the largest is named."""
    for i in np.lexsort((-above, years)).tolist():
        day = date_of(float(years[i]))
        if above[i] >= -1e-9 and day <= facts.settled_until:
            return Came(max(day, opened), str(names[i]))
    return None


def _first_price(
    facts: Facts, opened: date, bound: Callable[[date], float], size: Callable[[date], float]
) -> Came | None:
    """The first day on which the median price of the year's models of nearly the size is at most the bound, log10."""
    day = opened
    while day <= facts.settled_until:
        year = decimal_year(day) + _HALF_A_DAY
        recent = (facts.price_year <= year) & (facts.price_year > year - 1)
        prices = facts.price_log10_usd[recent & (facts.price_log10_flop >= size(day) + math.log10(NEARLY_LARGEST))]
        if len(prices) >= LEAST_MODELS and np.median(prices) <= bound(day):
            return Came(day, f"the median of {number(len(prices))} models' prices")
        day += timedelta(1)
    return None


_HALF_A_DAY = 0.5 / 365.25
