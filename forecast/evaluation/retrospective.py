"""What the product would have said in July 2020 about the runs that came since, scored row by row.

    for row in rows():
        print(row.words)

Every forecast is the engine's, on the shipped posterior as of a past day; every fact is an observed point of the
shipped reference posterior. Asked is about each run that was larger than all before it by at least a quarter, at its
compute rounded down to a half of its power of ten; then about the next power of ten, which nobody has disclosed.

    off         came - median, years: positive where it came later than forecast
    at          P(T <= came), by the month: .5 where it came at the median
    claimed     mid-2020 + 3.4 / 12 x log2(FLOP / GPT-3's): the doubling that was claimed in 2020

This is hindsight (`caveats`): only the track record (`forecast.evaluation.track_record`) is prospective.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from forecast.engine.answer import Answer
from forecast.engine.memory import Memory
from forecast.evaluation.claims.arithmetic import steps
from forecast.evaluation.claims.gwern_2020 import DOUBLING_MONTHS
from forecast.evaluation.claims.then import probability_by
from forecast.evaluation.hindsight import Cost, Row, Summary
from forecast.evaluation.hindsight import caveats as caveats
from forecast.evaluation.hindsight import summary as summary
from forecast.evaluation.hindsight import to_dict as to_dict
from forecast.evaluation.hindsight import to_json as to_json
from forecast.evaluation.quantile_scores import LEVELS, crps, log_score, share_by
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from forecast.units import GPT3_FLOP, date_of, decimal_year

__all__ = ["DAY", "Cost", "Row", "Summary", "caveats", "claimed", "rows", "summary", "to_dict", "to_json"]

DAY = date(2020, 7, 27)
"""As of which the retrospective is asked where no day is given."""

LARGER = 1.25
"""By which factor a run exceeds all before it for it to be asked about."""

_MID_2020 = 2020.5
_FINE = tuple((k + 0.5) / 100 for k in range(100))
_LOW, _MEDIAN, _HIGH = 0.1, 0.5, 0.9


def rows(
    as_of: date = DAY, facts: Posterior | None = None, home: Path | str | None = None, memory: Memory | None = None
) -> tuple[Row, ...]:
    """The retrospective, by size.

    Parameters
    ----------
    as_of : date
        A day for which there is a posterior.
    facts : Posterior, optional
        One that knows more; by default the shipped reference.
    home : Path or str, optional
        The state folder in which the posterior of the day is looked for beside the shipped ones.
    memory : Memory, optional
        What is remembered between questions.

    Returns
    -------
    tuple of Row
        One for each run, and one for the next power of ten.

    Raises
    ------
    PosteriorNotFoundError
        When there is no posterior of that day.
    """
    known = selection.find(selection.reference().name) if facts is None else facts
    forecaster = Forecaster.load(as_of=as_of, home=home, memory=memory)
    found = [_came(forecaster, known, flop, at) for flop, at in _records(known, as_of)]
    return (*found, _waiting(forecaster, known))


def claimed(flop: float) -> float:
    """When the doubling of 3.4 months that was claimed in 2020 puts a run of so many FLOP, decimal year."""
    return _MID_2020 + steps(flop / GPT3_FLOP) * DOUBLING_MONTHS / 12


def asked_size(flop: float) -> float:
    """The size that is asked about for a run: its FLOP, rounded down to a half of its power of ten."""
    power = 10.0 ** math.floor(math.log10(flop) + 1e-9)
    return math.floor(2 * flop / power + 1e-6) / 2 * power


def _records(facts: Posterior, after: date) -> Iterator[tuple[float, int]]:
    """The size asked, and the position among the observed points, of every run larger than all before it."""
    years, flop = facts.observed["compute_year"], facts.observed["compute_log10_flop"]
    since = decimal_year(after)
    largest = max((float(f) for y, f in zip(years, flop, strict=True) if y <= since), default=-math.inf)
    for i in np.lexsort((-flop, years)).tolist():
        if years[i] > since and flop[i] >= largest + math.log10(LARGER):
            largest = float(flop[i])
            yield asked_size(10**largest), i


def _came(forecaster: Forecaster, facts: Posterior, size: float, at: int) -> Row:
    answer = forecaster.when(flop=size, criterion="on_trend")
    system, year = str(facts.observed["compute_name"][at]), float(facts.observed["compute_year"][at])
    flop, day = 10 ** float(facts.observed["compute_log10_flop"][at]), date_of(year)
    return _row(
        forecaster,
        answer,
        facts,
        system=system,
        published_on=day,
        training_flop=flop,
        came=year,
        at=probability_by(answer, day),
        inside_80=bool(answer.quantile(_LOW) <= year <= answer.quantile(_HIGH)),
        crps_years=crps(_dates(answer), year, _FINE),
        log_waited=None,
        cost=_cost(forecaster, facts, system, flop, day),
    )


def _waiting(forecaster: Forecaster, facts: Posterior) -> Row:
    """The next power of ten above every disclosed run: known is only that it had not come."""
    largest = float(facts.observed["compute_log10_flop"].max())
    answer = forecaster.when(flop=10.0 ** (math.floor(largest + 1e-9) + 1), criterion="on_trend")
    passed = probability_by(answer, disclosed_until(facts))
    nothing = dict.fromkeys(("published_on", "training_flop", "came", "at", "inside_80", "crps_years", "cost"))
    return _row(forecaster, answer, facts, system="", log_waited=-log_score(passed, happened=False), **nothing)


def disclosed_until(facts: Posterior) -> date:
    """Until when developers told of their largest runs, by the posterior: from then on it simulates them."""
    return min(date_of(float(facts.constants("compute")["simulate_from"])), facts.data_cutoff)


def _row(forecaster: Forecaster, answer: Answer, facts: Posterior, **outcome: object) -> Row:
    size = answer.question.target.value
    return Row(
        as_of=forecaster.posterior.as_of,
        posterior=forecaster.posterior.name,
        flop=size,
        low=answer.quantile(_LOW),
        median=answer.quantile(_MEDIAN),
        high=answer.quantile(_HIGH),
        known_until=disclosed_until(facts),
        p_by_known_until=probability_by(answer, disclosed_until(facts)),
        claimed=claimed(size),
        **outcome,  # type: ignore[arg-type]
    )


def _dates(answer: Answer) -> list[float]:
    """Quantiles of the date; what lies beyond the horizon counts at the horizon."""
    last = answer.cdf.decimal_year[-1]
    return [min(answer.quantile(level), last) for level in _FINE]


def _cost(forecaster: Forecaster, facts: Posterior, system: str, flop: float, day: date) -> Cost | None:
    """What a run of that compute was forecast to cost in that month, where a cost of it was recorded."""
    known = zip(facts.observed["spend_name"], facts.observed["spend_log10_usd"], strict=True)
    recorded = next((10 ** float(usd) for name, usd in known if name == system), None)
    if recorded is None:
        return None
    question = forecaster.question(flop=flop, quantiles=LEVELS)
    found = forecaster.required_budget(question, [day]).dates[0].usd_2023
    usd = [math.inf if one.value is None else one.value for one in found]
    low, median, high = (usd[LEVELS.index(level)] for level in (_LOW, _MEDIAN, _HIGH))
    logs = [math.log10(value) for value in usd]
    observed = math.log10(recorded)
    return Cost(
        low=low,
        median=median,
        high=high,
        recorded=recorded,
        at=share_by(zip(logs, LEVELS, strict=True), observed),
        inside_80=low <= recorded <= high,
        crps_oom=crps(logs, observed),
    )
