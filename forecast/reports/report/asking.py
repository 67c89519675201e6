"""What a report is about: its lead, and the variants of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forecast.batch.asking import WHOLE, question_of
from forecast.batch.layering import over
from forecast.batch.spec import Spec, Variant
from forecast.engine.question import DEFAULT_BY_YEARS, DEFAULT_HORIZON
from forecast.errors import InputError
from forecast.forecaster import Forecaster

TOLD_YEARS = (2030, 2035, 2040)
BASELINE = Variant("baseline", {})


def lead_arguments(spec: Spec) -> dict[str, Any]:
    """The arguments of the question that the report is about: the spec's lead, else its first question.

    Raises
    ------
    InputError
        When the spec has neither.
    """
    if not spec.lead and not len(spec.items):
        raise InputError(f"{spec.name} has no lead and no questions; give one", field="lead")
    asked = over(spec.defaults, spec.lead) if spec.lead else dict(spec.items[0].asked)
    if WHOLE in asked:
        return {WHOLE: _told_years(asked[WHOLE])}
    return {"by_years": _years(asked), **asked}


def _told_years(whole: Mapping[str, Any]) -> dict[str, Any]:
    """A whole question with the years of the tiles, where it has those of every question or none."""
    said = whole.get("by_years")
    return {**whole, "by_years": list(_years(whole))} if said in (None, list(DEFAULT_BY_YEARS)) else dict(whole)


def _years(asked: Mapping[str, Any]) -> tuple[int, ...]:
    """The years of the tiles that lie within the horizon."""
    last = int(str(asked.get("horizon", DEFAULT_HORIZON))[:4])
    return tuple(year for year in TOLD_YEARS if year <= last) or (last,)


def variants(spec: Spec) -> tuple[Variant, ...]:
    """The lead as it is, then every other scenario of the spec."""
    others = [one for one in spec.scenarios if one.asked not in ({}, {"scenario": "baseline"})]
    first = [one for one in spec.scenarios if one not in others] or [BASELINE]
    return (first[0], *others)


def of_lead(spec: Spec, forecaster: Forecaster) -> Forecaster:
    """The forecaster on the posterior that the lead asks: what drives it and what it rests on are that one's.

    Raises
    ------
    InputError, PosteriorNotFoundError
        When the lead is no question, or there is no such posterior.
    """
    question = question_of(lead_arguments(spec), forecaster.scenario)
    asked = forecaster.ready(question)[0].posterior
    return forecaster if asked is forecaster.posterior else forecaster.on(asked)


def check_lead(spec: Spec, forecaster: Forecaster) -> None:
    """Ask the lead, before anything is written: one that has no answer makes no report.

    Raises
    ------
    InputError, PosteriorNotFoundError
        When it is no question, or the posterior cannot answer it.
    """
    forecaster.ask(question_of(lead_arguments(spec), forecaster.scenario))
