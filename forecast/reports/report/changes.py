"""What changed since the last report, or where there is none, since the posterior before this one.

An earlier report tells its question and its answer in its `report.json`; a report of the same spec, posterior and code
is the same report, and what it was compared with stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.decode import answer_from_dict
from forecast.engine.decode_question import question_from_dict
from forecast.engine.explain import Explanation
from forecast.engine.question import Question
from forecast.errors import InputError, PosteriorNotFoundError
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.reports import waterfall
from forecast.reports.report.findings import Subject
from forecast.reports.sections import Section, Table
from forecast.reports.words import percent, span, when

SLUG, HEADING = "changed", "What changed"


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer that a report is compared with.

    Attributes
    ----------
    what : str
        Where it comes from: `the last report`, or the posterior before this one.
    question : Question
        That it answers.
    posterior : str
        The name of the posterior that gave it.
    answer : mapping
        As JSON values; empty where it is asked anew.
    """

    what: str
    question: Question
    posterior: str
    answer: Mapping[str, Any]


def earlier_of(report: Mapping[str, Any], key: str, forecaster: Forecaster) -> Earlier | None:
    """What a report compares itself with, from the one before it.

    Parameters
    ----------
    report : mapping
        The earlier report, as its `report.json` tells it.
    key : str
        Of the report that is made now: one with the same key is the same report, which hands on what it was compared
        with itself.
    forecaster : Forecaster
        Knows the scenarios.
    """
    same = report.get("key") == key
    told = report.get("earlier") if same else {"what": "the last report", "answer": report["answer"]}
    if not told:
        return None
    answer = told["answer"]
    question = question_from_dict(answer["question"], forecaster.scenario)
    return Earlier(told["what"], question, answer["posterior"]["name"], answer)


def changed(subject: Subject, earlier: Earlier | None) -> Section | None:
    """The section; none where there is nothing to compare with."""
    found = earlier or _before(subject)
    if found is None:
        return None
    try:
        explained = _explained(subject, found)
    except (PosteriorNotFoundError, InputError) as error:
        return Section(SLUG, HEADING, words=(_untold(subject, found, error.message),), tables=_tables(subject, found))
    if not explained.parts:
        return Section(SLUG, HEADING, words=(f"Nothing: {found.what} answered the same question from the same draws.",))
    picture = waterfall.waterfall_chart(explained, found.what, "now")
    return Section(SLUG, HEADING, tables=_tables(subject, found), figures=(picture,))


def _before(subject: Subject) -> Earlier | None:
    """The same question to the newest shipped posterior with an earlier as-of date that can answer it."""
    own = subject.forecaster.posterior
    shipped = [entry for entry in selection.available() if entry.origin == "shipped" and entry.as_of < own.as_of]
    for entry in sorted(shipped, key=lambda entry: entry.as_of, reverse=True):
        asked = replace(subject.lead.question, posterior=entry.name, as_of=None)
        try:
            answer = subject.forecaster.ask(asked, subject.checkpoint)
        except InputError:  # what is asked was not known by then
            continue
        return Earlier(f"the posterior as of {entry.as_of}", asked, entry.name, answer.to_dict())
    return None


def _explained(subject: Subject, earlier: Earlier) -> Explanation:
    before = replace(earlier.question, posterior=earlier.posterior, as_of=None)
    own = subject.forecaster.posterior.name
    after = replace(subject.lead.question, posterior=own, as_of=None)
    return subject.forecaster.explain(before, after, checkpoint=subject.checkpoint)


def _untold(subject: Subject, earlier: Earlier, why: str) -> str:
    return f"The causes cannot be told apart: {why}. The table has both answers."


def _tables(subject: Subject, earlier: Earlier) -> tuple[Table, ...]:
    """The two answers side by side."""
    before = answer_from_dict(earlier.answer) if earlier.answer else None
    answers = [(earlier.what, before), ("this report", subject.lead.answer)]
    told = [(name, answer) for name, answer in answers if answer is not None]
    horizons = {words.horizon_words(answer.question) for _, answer in told}
    beyond = f"beyond {horizons.pop()}" if len(horizons) == 1 else "beyond the horizon"
    rows = tuple((name, *_figures(answer)) for name, answer in told)
    headings = ("", "posterior", "median", "80 % interval", beyond, "never")
    return (Table("The earlier answer and this one", headings, rows, numbers=(4, 5), slug="changed-table"),)


def _figures(answer: Answer) -> tuple[str, ...]:
    masses = percent(answer.p_beyond_horizon), percent(answer.p_never)
    return (answer.posterior.name, when(answer), span(answer), *masses)


def read_report(data: bytes, place: str) -> Mapping[str, Any]:
    """An earlier report's `report.json`.

    Parameters
    ----------
    data : bytes
        Of the file.
    place : str
        Where it is, for the message.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("kind") != "timelines report":
        raise InputError(f"{place} holds no report of ours; give the folder of an earlier report", field="since")
    return found
