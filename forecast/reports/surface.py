"""How likely a sum is enough by a date: steps of equal probability over dates and budgets.

The lines are the quantiles of the budget that the target needs by each date, so that one pass over the draws gives the
whole surface: with the sum on the 25 % line a quarter of the draws can afford the target. Where limits forbid the run,
or no compute reaches the target, no sum is enough.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from forecast.engine import words as sentences
from forecast.engine.question import Question
from forecast.forecaster import Forecaster
from forecast.reports.inverse_charts import usd_or_none, usd_ticks
from forecast.reports.picture import Picture
from forecast.reports.placing import Spot, Style
from forecast.reports.plot import Plot, Rows, level_axis, year_axis
from forecast.reports.surface_data import ENDS_LOG10_USD, MEDIAN, PROBABILITIES, Surface, surface_of
from forecast.reports.theme import NARROW, Theme
from forecast.reports.words import calendar_year, month, percent, usd

Array = NDArray[np.float64]

STEPS = (0.05, 0.11, 0.19, 0.29, 0.40, 0.52)
"""Opacity under the 10 % line, between the lines, and over the 90 % line."""

_TOLD = (1e12, 1e9, 1e6)
_NAME_PX = 46.0
_OVER = frozenset(f"s{i}" for i in range(len(STEPS)))


def surface_chart(forecaster: Forecaster, question: Question) -> Picture:
    """The probability that a question's target is affordable, over dates and budgets.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    question : Question
        Target, law, algorithms, scenario and the rest; its payer has no part in it.
    """
    surface = surface_of(forecaster, question)
    return Picture(
        slug="surface",
        title=_title(surface),
        subtitle=_subtitle(surface),
        description=_describe(surface),
        columns=("decimal_year", *(f"usd_2023, {100 * p:g} %" for p in PROBABILITIES), "p_no_sum_is_enough"),
        rows=tuple(_numbers(surface)),
        draw=functools.partial(_draw, surface),
        values=_values(surface),
    )


def _title(surface: Surface) -> str:
    question, horizon = surface.question, sentences.horizon_words(surface.question)
    subject = sentences.subject_to(question, sentences.target_words(question.target))
    since = {sum_: surface.since(sum_) for sum_ in _TOLD}
    already = [usd(sum_) for sum_, year in since.items() if year is not None and year <= surface.start]
    later = [(usd(sum_), year) for sum_, year in since.items() if year is not None and year > surface.start]
    never = [usd(sum_) for sum_, year in since.items() if year is None]
    if not already and not later:
        return f"{subject}: no even odds by {horizon}, not even with {never[0]}"
    told = [f"already with {already[-1]}"] if already else []
    told += [f"from {sentences.month(year)} on with {name}" for name, year in later]
    told += [f"not by {horizon} with {never[0]}"] if never else []
    return f"{subject}: even odds {'; '.join(told)}"


def _subtitle(surface: Surface) -> str:
    best = 1 - float(surface.never_enough.min())
    bound = "" if best == 1 else f"Whatever the sum, the probability is {percent(best)} at the most. "
    if surface.possible is not None and surface.possible > surface.start:
        first = sentences.month(surface.possible)
        bound = f"Before {first} no sum has even odds: limits other than money forbid the run. {bound}"
    return (
        "Probability that a sum, in 2023 dollars, is enough by a date: lines of 10, 25, 50 (thick), 75 and 90 %, "
        f"stronger where it is more likely. {bound}{surface.assumed}"
    )


def _describe(surface: Surface) -> str:
    at = range(0, len(surface.decimal_year), max(1, len(surface.decimal_year) // 4))
    told = [
        f"{month(float(surface.decimal_year[k]))}: "
        + ", ".join(
            f"{percent(p)} with {usd_or_none(float(value))}"
            for p, value in zip(PROBABILITIES, surface.values[:, k].tolist(), strict=True)
        )
        + f", no sum is enough with {percent(float(surface.never_enough[k]))}"
        for k in at
    ]
    return f"Lines of equal probability over dates and budgets, as of {surface.as_of}. {'; '.join(told)}."


def _numbers(surface: Surface) -> Iterator[tuple[object, ...]]:
    for k, year in enumerate(surface.decimal_year.tolist()):
        values = (_digits(value) for value in surface.values[:, k].tolist())
        yield round(year, 4), *values, round(float(surface.never_enough[k]), 5)


def _digits(log10_usd: float) -> float | str:
    return float(f"{10**log10_usd:.4g}") if math.isfinite(log10_usd) else "none"


def _values(surface: Surface) -> dict[str, object]:
    """What the title and the subtitle say."""
    told = [{"usd_2023": sum_, "even_odds_from_decimal_year": surface.since(sum_)} for sum_ in _TOLD]
    return {
        "sums": told,
        "first_with_even_odds_decimal_year": next(
            iter(surface.decimal_year[surface.never_enough <= 0.5].tolist()), None
        ),
        "p_at_most": 1 - float(surface.never_enough.min()),
        "lines": list(PROBABILITIES),
        "horizon": surface.question.horizon,
    }


def _draw(surface: Surface, theme: Theme) -> dict[str, Any]:
    colour, start, end = theme.palette.uncertainty, surface.start, surface.end
    room = _NAME_PX / (theme.layout.plot[0] - _NAME_PX) * (end - start)
    plot = Plot(theme, (start, end + room), ENDS_LOG10_USD, *_axes(start, end, theme))
    rows = _rows(surface)
    edges = ["floor", *(f"q{i}" for i in range(len(PROBABILITIES))), "roof"]
    for i, opacity in enumerate(STEPS):
        # each step has fields of its own, by which its labels know what they may stand on
        step = [{"year": row["year"], f"s{i}": row[edges[i]], f"t{i}": row[edges[i + 1]]} for row in rows]
        plot.band(step, f"s{i}", f"t{i}", colour, opacity)
    for level, _ in usd_ticks(ENDS_LOG10_USD):
        plot.horizontal(level, theme.palette.grid, until=end)
    for i in range(len(PROBABILITIES)):
        plot.line(rows, f"q{i}", colour, width=2.5 if i == MEDIAN else 1)
    plot.as_of(start, surface.as_of)
    _name_lines(plot, surface)
    _name_bounds(plot, surface)
    tips = {"date": "row.month"} | {f"{100 * p:g} %": f"row.w{i}" for i, p in enumerate(PROBABILITIES)}
    plot.hover(rows, tips | {"no sum is enough": "row.never"})
    return plot.finish()


def _axes(start: float, end: float, theme: Theme) -> tuple[alt.Axis, alt.Axis]:
    ticks = usd_ticks(ENDS_LOG10_USD)
    if theme.layout is NARROW:
        ticks = tuple(tick for tick in ticks if tick[0] % 3 == 0)
    return year_axis(start, end, theme), level_axis("budget, 2023 $", ticks, theme, grid=False)


def _rows(surface: Surface) -> Rows:
    """Values within the picture, or just beyond its edges, where the marks are clipped."""
    floor, roof = ENDS_LOG10_USD
    kept = np.clip(surface.values, 2 * floor - roof, 2 * roof - floor)
    return [
        {
            "year": round(float(year), 4),
            "month": month(float(year)),
            "floor": 2 * floor - roof,
            "roof": 2 * roof - floor,
            "never": percent(float(surface.never_enough[k])),
        }
        | {f"q{i}": round(float(kept[i, k]), 3) for i in range(len(PROBABILITIES))}
        | {f"w{i}": usd_or_none(float(surface.values[i, k])) for i in range(len(PROBABILITIES))}
        for k, year in enumerate(surface.decimal_year)
    ]


def _name_lines(plot: Plot, surface: Surface) -> None:
    """Each line's probability where it ends at the right, or beside it where there is room; the outer ones first."""
    low, high = ENDS_LOG10_USD
    named = 0
    for i in (0, 4, MEDIAN, 1, 3):
        name = f"{100 * PROBABILITIES[i]:g}\N{NO-BREAK SPACE}%"
        last = float(surface.values[i, -1])
        if low <= last <= high:
            spots = [plot.spot(surface.end, last, dx=4, dy=dy) for dy in (0, 3, -3, 6, -6)]
            spots = [spot for spot in spots if spot.dy or low < last < high]
        else:
            spots = list(_beside(plot, surface, i))
        ink = plot.theme.palette.ink
        style = Style(bold=i == MEDIAN, names=f"q{i}", over=_OVER)
        named += plot.label([[name]], spots, ink, style, plot.theme.layout.small)
    if not named:
        _name_step(plot, surface)


def _beside(plot: Plot, surface: Surface, i: int) -> Iterator[Spot]:
    """Places on the side of the larger sums, where the probability is reached, then on the other."""
    low, high = ENDS_LOG10_USD
    count = len(surface.decimal_year)
    for k in dict.fromkeys(round(share * (count - 1)) for share in np.linspace(0.98, 0.02, 30)):
        year, value = float(surface.decimal_year[k]), float(surface.values[i, k])
        if low < value < high:
            yield from (plot.spot(year, value, dx=4, dy=dy) for dy in (9, 13))
            yield from (plot.spot(year, value, dx=-4, dy=-dy, align="right") for dy in (9, 13))


def _name_step(plot: Plot, surface: Surface) -> None:
    """Where no line crosses the picture: what all of it is."""
    above = int(np.count_nonzero(surface.values[:, -1] <= ENDS_LOG10_USD[0]))
    ends = [f"{100 * p:g}\N{NO-BREAK SPACE}%" for p in PROBABILITIES]
    texts = ["under " + ends[0], *(f"{a} to {b}" for a, b in pairwise(ends)), "over " + ends[-1]]
    spots = [Spot(0.45, y, align="center") for y in (0.45, 0.4, 0.35)]
    plot.label([[texts[above]]], spots, plot.theme.palette.ink, Style(bold=True, over=_OVER))


def _name_bounds(plot: Plot, surface: Surface) -> None:
    """The share that no sum helps, at the upper edge: early, and at the end where it has changed."""
    said = ""
    for across in np.linspace(0.01, 0.45, 9):
        k = int(np.searchsorted(surface.decimal_year, surface.start + across * (surface.end - surface.start)))
        said = _bound(surface, min(k, len(surface.decimal_year) - 1))
        if said and _write_bound(plot, said, Spot(float(across), 1.0, dx=6)):
            break
    last = _bound(surface, len(surface.decimal_year) - 1)
    if last and last.split(": ")[1] != said.partition(": ")[2]:
        at = plot.spot(surface.end, ENDS_LOG10_USD[1])
        _write_bound(plot, last, replace(at, dx=-4, align="right"))


def _bound(surface: Surface, k: int) -> str:
    share = float(surface.never_enough[k])
    year = calendar_year(float(surface.decimal_year[k]))
    return f"{year}: no sum is enough with {percent(share)}" if share else ""


def _write_bound(plot: Plot, said: str, at: Spot) -> bool:
    head, tail = said[: said.index(" with")], said[said.index("with") :]
    spots = [replace(at, dy=-dy) for dy in range(11, plot.theme.layout.plot[1] - 8, 12)]
    return plot.label([[said], [head, tail]], spots, plot.theme.palette.ink, Style(over=_OVER), plot.theme.layout.small)
