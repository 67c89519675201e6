"""Scenarios over each other: a curve for each, with its whole mass beside it, and their percentiles in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from forecast.engine.answer import Answer
from forecast.engine.comparison import Comparison
from forecast.engine.words import horizon_words
from forecast.errors import InputError
from forecast.reports import arrivals, comparisons
from forecast.reports.arrivals import CROWDED, MOST_CURVES, Arrivals
from forecast.reports.comparisons import comparison_chart, strips_chart
from forecast.reports.picture import Picture
from forecast.reports.sections import Table
from forecast.reports.words import calendar_year, percent

SLUG = "scenarios"
PERCENTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def overlay_chart(answers: Sequence[tuple[str, Answer]], *, questions: bool = False) -> Picture:
    """Two to six scenarios as curves; as strips of intervals where their months are not the same.

    Parameters
    ----------
    answers : sequence of (str, Answer)
        Name and answer of each.
    questions : bool
        Whether they answer questions of their own, and not one question in several scenarios.

    Raises
    ------
    InputError
        For fewer than two scenarios, more than six, or two of one name.
    """
    names = [name for name, _ in answers]
    if not 2 <= len(names) <= MOST_CURVES or len(set(names)) < len(names):
        told = f"{len(names)} scenarios ({', '.join(names)})"
        raise InputError(f"{told}; give 2 to {MOST_CURVES}, each with a name of its own", field="scenarios")
    found = Comparison(tuple(answers))
    if len({answer.cdf.decimal_year for _, answer in answers}) > 1:
        chart = strips_chart(found, questions=True) if questions else comparison_chart(found)
        return replace(chart, slug=SLUG)
    picture = arrivals.picture(
        Arrivals(
            slug=SLUG,
            title=comparisons.title(found, questions=questions),
            subtitle=_subtitle(answers, questions=questions),
            y_title="probability that it is reached by then",
            as_of=answers[0][1].provenance.as_of,
            curves=comparisons.curves(answers),
        )
    )
    return replace(picture, values=_values(answers))


def _values(answers: Sequence[tuple[str, Answer]]) -> dict[str, object]:
    """What title and subtitle say: the scenarios by number, and their medians."""
    medians = [answer.median if math.isfinite(answer.median) else None for _, answer in answers]
    numbered = [{"number": i, "scenario": name} for i, (name, _) in enumerate(answers, 1)]
    return {"scenarios": numbered, "median_decimal_year": medians, "horizon": answers[0][1].question.horizon}


def _subtitle(answers: Sequence[tuple[str, Answer]], *, questions: bool) -> str:
    what = (
        "A curve for each question, its median"
        if questions
        else "The same question in each scenario: curves, their medians"
    )
    told = [f"{what} marked; bars: the whole mass."]
    if len(answers) >= CROWDED:  # too thin for words
        horizon = horizon_words(answers[0][1].question)
        told.append(f"Bars from below: already, by {horizon}, beyond it, never (solid).")
    keys = comparisons.keyed([name for name, _ in answers])
    if any(label != key for label, key in keys):
        told.append(f"{', '.join(label for label, _ in keys)}.")
    return " ".join([*told, *_assumed(answers, questions=questions)])


def _assumed(answers: Sequence[tuple[str, Answer]], *, questions: bool) -> list[str]:
    """What algorithms are taken to do; of questions of their own only where all take the same."""
    if not questions:
        return [told] if (told := comparisons.assumed(answers)) else []
    all_told = {comparisons.assumed_words(answer) for _, answer in answers}
    return [f"Algorithms: {all_told.pop()}."] if len(all_told) == 1 and "" not in all_told else []


def percentile_table(answers: Sequence[tuple[str, Answer]]) -> Table:
    """Percentiles of the date, probabilities by years, beyond and never: a row for each scenario.

    Parameters
    ----------
    answers : sequence of (str, Answer)
        Name and answer of each.
    """
    first = answers[0][1]
    years = [told.year for told in first.p_by_year if all(_within(answer, told.year) for _, answer in answers)]
    horizons = {horizon_words(answer.question) for _, answer in answers}
    beyond = f"beyond {horizons.pop()}" if len(horizons) == 1 else "beyond horizon"
    headings = (
        "scenario",
        *(f"{100 * p:g} %" for p in PERCENTILES),
        *(f"by {year}" for year in years),
        beyond,
        "never",
    )
    return Table(
        caption="When the target is reached in each scenario: percentiles of the date, and probabilities",
        headings=headings,
        rows=tuple(_row(name, answer, years) for name, answer in answers),
        numbers=tuple(range(1, len(headings))),
        wide_only=(1, 3, 5, 7, *range(8, 8 + len(years))),
        slug="percentiles",
    )


def _within(answer: Answer, year: int) -> bool:
    return math.floor(answer.cdf.decimal_year[0]) <= year <= math.floor(answer.cdf.decimal_year[-1])


def _row(name: str, answer: Answer, years: Sequence[int]) -> tuple[str, ...]:
    by = [percent(answer.p_by(year)) for year in years]
    dates = [_date(answer, p) for p in PERCENTILES]
    return (name, *dates, *by, percent(answer.p_beyond_horizon), percent(answer.p_never))


def _date(answer: Answer, probability: float) -> str:
    """A percentile: `now`, a calendar year, `beyond` or `never`."""
    if probability <= answer.p_already + 1e-12:
        return "now"
    year = answer.quantile(probability)
    if math.isfinite(year):
        return calendar_year(year)
    return "never" if probability > 1 - answer.p_never + 1e-12 else "beyond"
