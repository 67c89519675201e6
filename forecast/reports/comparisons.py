"""Scenarios side by side: their distributions as curves where they are few, as strips of intervals where they are more.

Beliefs of others are strips in the third colour.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.beliefs import Overlay
from forecast.engine.comparison import Comparison
from forecast.reports import arrivals
from forecast.reports.arrivals import CROWDED, Arrivals, Curve
from forecast.reports.picture import Picture
from forecast.reports.placing import text_width
from forecast.reports.stories import curve
from forecast.reports.strips import Strips, span_of
from forecast.reports.theme import BAND_OPACITY, NARROW, Theme
from forecast.reports.words import adverb, calendar_year, listed, percent, when

MOST_CURVES = 3
_ORDER = ("already", "in", "not", "never")  # with which a date in words begins
_OTHERS = 3
_ENDS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def comparison_chart(found: Comparison) -> Picture:
    """The comparison as a picture."""
    names = [name for name, _ in found.answers]
    if len(names) <= MOST_CURVES and not found.overlays and len(set(names)) == len(names) and _same_months(found):
        return _as_curves(found)
    return strips_chart(found)


def _same_months(found: Comparison) -> bool:
    return len({answer.cdf.decimal_year for _, answer in found.answers}) == 1


def title(found: Comparison, *, questions: bool = False) -> str:
    """When, by scenario; equal dates are said once.

    Parameters
    ----------
    found : Comparison
        The answers.
    questions : bool
        Whether they answer questions of their own, and not one question in several scenarios.
    """
    targets = {words.target_words(answer.question.target) for _, answer in found.answers}
    target = targets.pop() if len(targets) == 1 else "The targets"
    by_date: dict[str, list[str]] = {}
    for name, answer in found.answers:
        by_date.setdefault(adverb(answer), []).append(name)
    if len(by_date) > MOST_CURVES + 1:
        dates = [date for date in by_date if date.startswith("in ")]
        ends = dict.fromkeys([min(dates), max(dates)]) if dates else {}
        others = [date for date in by_date if not date.startswith("in ")]
        told = " to ".join(_named(date, by_date, "" if k == 0 else "in ") for k, date in enumerate(ends))
        told = listed([told, *(_named(date, by_date) for date in others)] if ends else others, "or")
        return f"{target}: {told}, by {'question' if questions else 'scenario'}"
    ordered = sorted(by_date.items(), key=lambda one: (_ORDER.index(one[0].split()[0]), one[0]))
    groups = [names for _, names in ordered]
    if len(groups) > 1 and len(groups[-1]) >= _OTHERS:
        groups[-1] = ["the others"]
    spelt = "{} ({})" if questions else "{} under {}"
    told = "; ".join(spelt.format(date, listed(names)) for (date, _), names in zip(ordered, groups, strict=True))
    return f"{target}: {_verb(found)} {told}"


def _verb(found: Comparison) -> str:
    criteria = {answer.question.criterion for _, answer in found.answers}
    return "reached" if len(criteria) > 1 else "on trend" if criteria == {"on_trend"} else "affordable"


def _named(date: str, by_date: Mapping[str, list[str]], without: str = "") -> str:
    """A date with the scenarios that have it: `in 2031 (skeptic)`."""
    return f"{date.removeprefix(without)} ({listed(by_date[date])})"


def _as_of(found: Comparison) -> str:
    return found.answers[0][1].provenance.as_of


def _as_curves(found: Comparison) -> Picture:
    subtitle = "The same question in each scenario: curves with their medians marked. Bars: the whole mass."
    return arrivals.picture(
        Arrivals(
            slug="comparison",
            title=title(found),
            subtitle=f"{subtitle} {assumed(found.answers)}",
            y_title="probability that it is reached by then",
            as_of=_as_of(found),
            curves=curves(found.answers),
        )
    )


def curves(answers: Sequence[tuple[str, Answer]]) -> tuple[Curve, ...]:
    """Each answer as a curve with its label and its key."""
    keys = keyed([name for name, _ in answers])
    return tuple(curve(answer, *key) for key, (_, answer) in zip(keys, answers, strict=True))


def keyed(names: Sequence[str]) -> list[tuple[str, str]]:
    """Labels of curves, and what stands under their bars: names where each fits there, else their numbers."""
    fit = all(text_width(name, NARROW.small) <= NARROW.bar for name in names)
    if fit and len(names) < CROWDED:
        return [(name, name) for name in names]
    return [(f"{i} {name}", str(i)) for i, name in enumerate(names, 1)]


def assumed(answers: Sequence[tuple[str, Answer]]) -> str:
    """What the first scenario takes algorithms to do, which moves it most; empty where it has no part in it."""
    told = assumed_words(answers[0][1])
    return f"Algorithms in {answers[0][0]}: {told}." if told else ""


def assumed_words(answer: Answer) -> str:
    """What an answer takes algorithms to do; empty where it has no part in it."""
    return next((choice.words for choice in answer.choices if choice.name == "algorithms"), "")


@dataclass(frozen=True, slots=True)
class _Strip:
    """One row: the ends of its intervals, decimal years, infinite past the horizon; and what stands beside its name.

    Its own as-of month is there for an answer.
    """

    name: str
    ends: tuple[float, ...]
    asides: tuple[str, ...]
    believed: bool
    as_of: float | None = None

    def at(self, probability: float) -> float:
        return self.ends[_ENDS.index(probability)]


def _strips(found: Comparison) -> list[_Strip]:
    rows = [_of_answer(name, answer) for name, answer in found.answers]
    return rows + [_of_belief(overlay) for overlay in found.overlays]


def _of_answer(name: str, answer: Answer) -> _Strip:
    beyond, never = answer.p_beyond_horizon, answer.p_never
    masses = [f"{what} {percent(p)}" for what, p in (("beyond", beyond), ("never", never)) if p]
    median = when(answer)
    full = "; ".join([f"median {median}", *([", ".join(masses)] if masses else [])])
    short = f"{median}; later {percent(beyond + never)}" if masses else median
    ends, first = tuple(answer.quantile(p) for p in _ENDS), answer.cdf.decimal_year[0]
    return _Strip(name, ends, (full, short, median), believed=False, as_of=first)


def _of_belief(overlay: Overlay) -> _Strip:
    years = [year if math.isfinite(year) else math.inf for year in overlay.distribution.ppf(_ENDS).tolist()]
    median = _spelt(years[_ENDS.index(0.5)])
    return _Strip(overlay.name, tuple(years), (f"belief of others: median {median}", median), believed=True)


def strips_chart(found: Comparison, *, questions: bool = False) -> Picture:
    """Every answer as a strip of intervals; arguments as of `title`."""
    rows, assumption = _strips(found), "" if questions else assumed(found.answers)
    return Picture(
        slug="comparison",
        title=title(found, questions=questions),
        subtitle=f"Strips: central 50, 80 and 90 % of the date {'of each' if questions else 'in each scenario'}, the "
        + ("median marked; green: what others believe. " if found.overlays else "median marked. ")
        + " ".join(["What lies past the right edge is told there.", _dated(found), assumption]).rstrip(),
        description=_describe(found),
        columns=("scenario", *(f"{100 * p:g} %" for p in _ENDS), "beside"),
        rows=tuple((row.name, *(_number(year) for year in row.ends), row.asides[0]) for row in rows),
        draw=functools.partial(_draw, rows, _first(found), _horizon(found), _as_of(found)),
    )


def _dated(found: Comparison) -> str:
    dates = {answer.provenance.as_of for _, answer in found.answers}
    return f"As of {_as_of(found)}." if len(dates) == 1 else "Orange: the as-of dates."


def _number(year: float) -> object:
    return round(year, 4) if math.isfinite(year) else ""


def _describe(found: Comparison) -> str:
    answers = [
        f"{name}: {words.expectation(answer)} ({words.interval(answer)}), never {percent(answer.p_never)}"
        for name, answer in found.answers
    ]
    believed = [f"{row.name}: median {_spelt(row.at(0.5))}" for row in map(_of_belief, found.overlays)]
    return "Intervals of the date by scenario. " + "; ".join([*answers, *believed]) + "."


def _spelt(year: float) -> str:
    return calendar_year(year) if math.isfinite(year) else "not told"


def _horizon(found: Comparison) -> float:
    return max(answer.cdf.decimal_year[-1] for _, answer in found.answers)


def _first(found: Comparison) -> float:
    return min(answer.cdf.decimal_year[0] for _, answer in found.answers)


def _draw(rows: list[_Strip], first: float, horizon: float, as_of: str, theme: Theme) -> dict[str, Any]:
    finite = [year for row in rows for year in row.ends if math.isfinite(year)]
    open_ended = any(year > horizon for row in rows for year in row.ends)
    inside = [min(year, horizon) for year in finite]
    span = span_of([first, *inside, *([horizon] if open_ended else [])])
    strips = Strips.of(theme, len(rows), span, (6.0, 6.0), f"{calendar_year(horizon)} →" if open_ended else "")
    _mark_as_of(strips, rows, as_of)
    for i, row in enumerate(rows):
        strips.name(i, (row.name,), row.asides)
        _draw_row(strips, i, row, lambda year: min(year, span[1]))
    return strips.plot.finish()


def _mark_as_of(strips: Strips, rows: list[_Strip], as_of: str) -> None:
    """The as-of date, once; or that of each row, where they differ."""
    starts = [row.as_of for row in rows if row.as_of is not None]
    if len(set(starts)) == 1:
        strips.as_of(starts[0], as_of)
        return
    for i, row in enumerate(rows):
        if row.as_of is not None:
            strips.tick(i, row.as_of, strips.plot.theme.palette.asked)


def _draw_row(strips: Strips, i: int, row: _Strip, clip: Callable[[float], float]) -> None:
    colours = strips.plot.theme.palette
    colour = colours.third if row.believed else colours.uncertainty
    for mass, opacity in BAND_OPACITY.items():
        low, high = (round((1 + side * mass) / 2, 3) for side in (-1, 1))
        ends = clip(row.at(low)), clip(row.at(high))
        if math.isfinite(row.at(low)) and ends[1] > ends[0]:
            strips.strip(i, ends, colour, opacity, 1.3)
    median = row.at(0.5)
    if math.isfinite(median) and median <= clip(median):
        strips.plot.dot(median, strips.level(i), colour)
