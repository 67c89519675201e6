"""The questions that a release puts on record: near ones beside the headline's, so that facts can decide them soon.

An `arrival` is a question to the engine. A `passage` asks when a driver first reaches a value:

    T = first month with driver(t) >= value (or <= value), on the paths that the answers run on

Sizes follow the posterior: the next steps of 1, 3, 10, ... above the largest known run and the largest known spend, and
the next round prices under the price of the as-of month.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np

from forecast.engine import driver_paths
from forecast.engine.arrival import distribution
from forecast.engine.checkpoint import proceed
from forecast.engine.decode_question import question_from_dict
from forecast.engine.encode_question import question_dict
from forecast.engine.question import BASELINE, Question, Target
from forecast.engine.resolution import resolution_text
from forecast.engine.settle import months_within
from forecast.engine.words import money, number, payer_words, target_words
from forecast.errors import InputError
from forecast.evaluation.quantile_scores import LEVELS
from forecast.evaluation.track_rows import Entry
from forecast.evaluation.track_texts import passage_text
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.units import FLOP_PER_PF_DAY

NEAR_YEARS, LATER_YEARS = 5, (2035, 2040)
"""Years from the as-of year on by whose ends an event is recorded, and those beside them."""

Side = Literal["at_least", "at_most"]
_RUN_SIZES, _SPENDS, _PRICES = 5, 4, 3
_STEPS, _ROUND = (1.0, 3.0), (1.0, 2.0, 3.0, 4.0, 5.0, 7.0)


@dataclass(frozen=True, slots=True)
class Passage:
    """A driver that reaches a value.

    Attributes
    ----------
    driver : {"spend", "price"}
        Spend on the largest run so far, 2023 US dollars; realised price, 2023 US dollars per FLOP.
    side : {"at_least", "at_most"}
        From which side.
    value : float
        In the driver's unit.
    how : Question
        Horizon, quantiles, years, seed, draws and posterior; its target is not read.
    """

    driver: Literal["spend", "price"]
    side: Side
    value: float
    how: Question

    @property
    def subject(self) -> str:
        """The driver in words."""
        return {"spend": "Spend on the largest training run", "price": "Price of compute, as runs paid"}[self.driver]

    @property
    def case(self) -> str:
        """The value in words."""
        if self.driver == "spend":
            return f"at least {money(self.value)} in 2023 dollars"
        return f"at most {money(self.value * FLOP_PER_PF_DAY)} per petaflop/s-day"


def on_record(
    forecaster: Forecaster, headline: Iterable[Question], release: str, recorded_on: date | None = None
) -> tuple[Entry, ...]:
    """What a release puts on record: the near questions, then the headline's.

    Parameters
    ----------
    forecaster : Forecaster
        On the posterior that answers.
    headline : iterable of Question
        Of the headline.
    release : str
        Version.
    recorded_on : date, optional
        By default the as-of date.

    Raises
    ------
    InputError
        When the posterior was refused, is as of a day before the shipped reference's, or has data from after
        `recorded_on`: none of them makes a forecast of the future.
    """
    posterior = forecaster.posterior
    day = posterior.as_of if recorded_on is None else recorded_on
    if posterior.status == "REFUSED":
        raise InputError(f"posterior {posterior.name} was refused by its gates; choose another", field="posterior")
    if posterior.as_of < selection.reference().as_of:
        message = f"posterior {posterior.name} is of the past: what it says of then is no forecast; choose another"
        raise InputError(message, field="posterior")
    if day < posterior.data_cutoff:
        message = f"recorded_on is {day}, before the data of {posterior.name} end ({posterior.data_cutoff})"
        raise InputError(message, field="recorded_on")
    asked = [*near_questions(forecaster), *map(_nearer(forecaster), headline)]
    return tuple(entry_of(forecaster, one, release, day) for one in asked)


def near_questions(forecaster: Forecaster) -> Iterator[Question | Passage]:
    """The largest run, the spend on it and the price of compute over the next years."""
    constants = forecaster.posterior.constants("compute")
    near = _nearer(forecaster)
    for flop in _above(10 ** constants["largest_known_log10_flop"], _RUN_SIZES):
        yield near(Question(Target.training_flop(flop), criterion="on_trend"))
    how = near(Question(Target.training_flop(1.0)))
    for usd in _above(10 ** constants["largest_known_log10_spend"], _SPENDS):
        yield Passage("spend", "at_least", usd, how)
    price = 10 ** forecaster.fan("price", (0.5,)).values[0, 0] * FLOP_PER_PF_DAY
    for usd in _below(float(price), _PRICES):
        yield Passage("price", "at_most", usd / FLOP_PER_PF_DAY, how)


def again(forecaster: Forecaster, entry: Entry) -> Entry:
    """An entry as it would be made today: its own question, asked once more."""
    made = entry_of(forecaster, question_of(entry), entry.release, entry.recorded_on)
    return replace(made, digest=entry.digest)


def question_of(entry: Entry) -> Question | Passage:
    """The question of an entry."""
    told = json.loads(entry.question)
    if entry.kind == "arrival":
        return question_from_dict(told)
    passage = {name: told.pop(name) for name in ("driver", "side", "value")}
    return Passage(**passage, how=question_from_dict(told | {"target": {"training_flop": 1.0}}))


def entry_of(forecaster: Forecaster, asked: Question | Passage, release: str, recorded_on: date) -> Entry:
    """The forecast of one question as a row."""
    told = _passage(forecaster, asked) if isinstance(asked, Passage) else _arrival(forecaster, asked)
    manifest = forecaster.posterior.manifest
    return Entry(
        release=release,
        recorded_on=recorded_on,
        as_of=forecaster.posterior.as_of,
        posterior=manifest["name"],
        posterior_sha256=manifest["sha256"],
        status=manifest["status"],
        **told,
    )


def _arrival(forecaster: Forecaster, asked: Question) -> dict[str, Any]:
    answer = forecaster.ask(asked)
    settled = answer.question
    return {
        "kind": "arrival",
        "subject": _subject(settled),
        "case": _case(settled),
        "quantiles": tuple(math.inf if q.decimal_year is None else q.decimal_year for q in answer.quantiles),
        "p_already": answer.p_already,
        "p_by_year": tuple((one.year, one.probability) for one in answer.p_by_year),
        "p_beyond": answer.p_beyond_horizon,
        "p_never": answer.p_never,
        "question": canonical(question_dict(settled)),
        "resolution": _one_line(resolution_text(settled)),
    }


def _passage(forecaster: Forecaster, asked: Passage) -> dict[str, Any]:
    """The first passage of a driver; whether it ever comes after the simulation is not asked, so none is never."""
    solver, how = forecaster.ready(asked.how)
    plan = solver.plan(how)
    path = driver_paths.path(solver, plan, asked.driver, proceed) - math.log10(asked.value)
    reached = path >= 0 if asked.side == "at_least" else path <= 0
    index = np.where(reached.any(axis=1), reached.argmax(axis=1), path.shape[1]).astype(np.int32)
    settled, years = plan.settled, solver.simulation(plan).years
    found = distribution(years, index, True, months_within(settled, solver.posterior.as_of))
    ranked = found.quantiles(settled.quantiles)
    by_years = settled.by_years or ()
    told = {name: value for name, value in question_dict(settled).items() if name in _HOW}
    return {
        "kind": "passage",
        "subject": asked.subject,
        "case": asked.case,
        "quantiles": tuple(math.inf if one.decimal_year is None else one.decimal_year for one in ranked),
        "p_already": found.p_already,
        "p_by_year": tuple(zip(by_years, found.p_by_year(by_years), strict=True)),
        "p_beyond": found.p_beyond,
        "p_never": found.p_never,
        "question": canonical(told | {"driver": asked.driver, "side": asked.side, "value": asked.value}),
        "resolution": _one_line(passage_text(asked.driver, asked.case, settled)),
    }


_HOW = ("posterior", "as_of", "horizon", "quantiles", "by_years", "seed", "max_draws")


def canonical(told: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _nearer(forecaster: Forecaster) -> Callable[[Question], Question]:
    """A question with the quantiles and the years that go on record."""
    first = forecaster.posterior.as_of.year
    years = (*range(first, first + NEAR_YEARS), *(year for year in LATER_YEARS if year >= first + NEAR_YEARS))
    return lambda question: replace(question, quantiles=LEVELS, by_years=years)


def _above(value: float, count: int) -> list[float]:
    """The next steps of 1, 3, 10, ... above a value."""
    power = math.floor(math.log10(value))
    steps = (step * 10.0**k for k in range(power, power + count + 1) for step in _STEPS)
    return [step for step in steps if step > value * (1 + 1e-9)][:count]


def _below(value: float, count: int) -> list[float]:
    """The next round numbers under a value, the largest first."""
    power = math.floor(math.log10(value))
    steps = [step * 10.0**k for k in range(power, power - 2, -1) for step in reversed(_ROUND)]
    return [step for step in steps if step < value * (1 - 1e-9)][:count]


def _subject(question: Question) -> str:
    if question.criterion == "on_trend":
        return "Largest training run, on trend"
    law = question.law
    if law is None:
        return target_words(question.target)
    named = f"law {law.name}" if law.kind == "published" else f"{law.kind} law, {100 * law.relative_noise:g} % noise"
    return f"{target_words(question.target)}, {named}"


def _case(question: Question) -> str:
    if question.criterion == "on_trend":
        return f"{number(question.target.value)} FLOP"
    scenario = "" if question.scenario == BASELINE else f", {question.scenario.name}"
    algorithms = question.algorithms.kind if question.algorithms else "off"
    return f"{payer_words(question.payer).removeprefix('for ').removeprefix('the ')}{scenario}, algorithms {algorithms}"
