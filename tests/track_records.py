"""Rows of a track record and facts about them, made up so that scores have closed forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from forecast.engine.encode_question import question_dict
from forecast.engine.question import Algorithms, Question, Target
from forecast.evaluation.quantile_scores import LEVELS
from forecast.evaluation.track_questions import canonical
from forecast.evaluation.track_rows import Entry
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year
from tests.synthetic import synthetic_posterior

OPENED = date(2026, 11, 20)
FLAT = (2028.0, 2032.0)
"""Between which the made-up forecast is uniform."""


def made(asked: Question | None = None, /, **changed: Any) -> Entry:
    """A row whose date is uniform from 2028 to 2032, for a run of 1e27 FLOP on trend unless told otherwise."""
    put = asked or Question(Target.training_flop(1e27), criterion="on_trend")
    settled = replace(put, algorithms=put.algorithms or Algorithms(), as_of=OPENED, posterior="2026-11-20-0123456789ab")
    low, high = FLAT
    entry = Entry(
        release="1.0.0",
        recorded_on=OPENED,
        as_of=OPENED,
        posterior="2026-11-20-0123456789ab",
        posterior_sha256="0" * 64,
        status="PASSED",
        kind="arrival",
        subject="Largest training run, on trend",
        case="1e27 FLOP",
        quantiles=tuple(low + (high - low) * level for level in LEVELS),
        p_already=0.0,
        p_by_year=((2027, 0.0), (2028, 0.25), (2029, 0.5), (2031, 1.0)),
        p_beyond=0.0,
        p_never=0.0,
        question=canonical(question_dict(settled)),
        resolution="When a run of that size is published.",
    )
    return replace(entry, **changed)


def passage(driver: str, side: str, value: float, **changed: Any) -> Entry:
    """The same for a driver that reaches a value."""
    told = {"driver": driver, "side": side, "value": value, "as_of": OPENED.isoformat(), "horizon": "2060-12"}
    return made(kind="passage", question=canonical(told), **changed)


def facts(
    until: date,
    runs: Mapping[date, float] | None = None,
    spent: Mapping[date, float] | None = None,
    priced: Sequence[tuple[date, float, float]] = (),
    disclosed_until: date | None = None,
) -> Posterior:
    """A posterior whose data end on a day and that observed what is given.

    Parameters
    ----------
    until : date
        Its data cutoff; questions are settled up to 90 days before.
    runs, spent : mapping of date to float, optional
        FLOP, and 2023 US dollars, of runs by their day of publication.
    priced : sequence of (date, float, float)
        Runs with both: day, FLOP and 2023 US dollars; they count as neither of the others.
    disclosed_until : date, optional
        Until when silence is evidence; by default all the time.
    """
    constants = {"compute": {"simulate_from": decimal_year(disclosed_until or until)}}
    posterior = synthetic_posterior(40, as_of=until, constants=constants)
    seen = dict(posterior.observed)
    seen |= _points("compute", "log10_flop", runs or {date(2020, 5, 28): 3.14e23})
    seen |= _points("spend", "log10_usd", {**(spent or {}), **{day: usd for day, _, usd in priced}} or {until: 1.0})
    seen |= _points("price", "log10_usd_per_flop", {day: usd / flop for day, flop, usd in priced})
    return replace(posterior, observed=seen)


def _points(block: str, value: str, known: Mapping[date, float]) -> dict[str, Any]:
    return {
        f"{block}_year": np.array([decimal_year(day) for day in known]),
        f"{block}_{value}": np.log10(np.array(list(known.values()))),
        f"{block}_name": np.array([f"run of {day}" for day in known], object),
    }
