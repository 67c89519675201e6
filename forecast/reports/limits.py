"""What limits one run: which limit was waited for last, and what each would allow beside frontier compute."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from forecast.engine.answer import Answer
from forecast.engine.driver_paths import LIMIT_OF
from forecast.engine.words import listed
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.reports import panels
from forecast.reports.fan_data import PROBABILITIES, Series
from forecast.reports.panels import Panels
from forecast.reports.picture import Picture
from forecast.reports.tables import FRONTIER, MONEY_ONLY, Headline, Row
from forecast.reports.words import percent, scientific

NAMES = {"money": "money", "chips": "chips", "power": "power", "data": "data", "data_movement": "data movement"}
LAST_YEAR = 2040.0
_TOLD_YEARS = (2030, 2040)
_BESIDE = "frontier compute"


@dataclass(frozen=True, slots=True)
class LimitRow:
    """What one question waits for.

    Attributes
    ----------
    question, algorithms : str
        Target and law in a few words; the option for algorithms.
    shares : tuple of float
        Share of the arrivals within the horizon that waited last for each of `NAMES`.
    years_added : float or None
        By which the limits beside money put the median off; None where either median is beyond the horizon.
    """

    question: str
    algorithms: str
    shares: tuple[float, ...]
    years_added: float | None


def limit_rows(headline: Headline) -> tuple[LimitRow, ...]:
    """A row for each target and law under the frontier's spend and its default algorithms; empty before limits."""
    made = []
    for _, _, rows in headline.blocks:
        by_payer = {row.payer: row for row in rows}
        if MONEY_ONLY in by_payer:
            made.append(_row(by_payer[FRONTIER], by_payer[MONEY_ONLY], headline))
    return tuple(made)


def _row(limited: Row, free: Row, headline: Headline) -> LimitRow:
    kind = headline.algorithms[-1] if limited.law else "off"
    answer, without = limited.answers[kind], free.answers[kind]
    shares = {limit.limit: limit.share_of_arrivals for limit in answer.binding_limits}
    return LimitRow(
        f"{'loss ' if limited.law else ''}{limited.brief}",
        kind,
        tuple(shares.get(name, 0.0) for name in NAMES),
        _added(answer, without),
    )


def _added(answer: Answer, without: Answer) -> float | None:
    added = answer.median - without.median
    return added if math.isfinite(added) else None


def added_words(row: LimitRow) -> str:
    """Years that the limits beside money add, in a cell."""
    return "" if row.years_added is None else f"{row.years_added:.1f}"


def finding(rows: tuple[LimitRow, ...]) -> str:
    """What the run of the headline waits for, and what the limits beside money cost it."""
    row = rows[-1]
    ranked = sorted(zip(row.shares, NAMES.values(), strict=True), reverse=True)
    (most, first), (next_, second) = ranked[:2]
    told = f"{row.question[0].upper()}{row.question[1:]} waits last for {first} in {percent(most)} of the arrivals, "
    told += f"for {second} in {percent(next_)}"
    if row.years_added is None:
        return f"{told}."
    return f"{told}; the limits beside money put its median off by {row.years_added:.1f} years."


def limits_picture(forecaster: Forecaster, asked: Mapping[str, Any] = MappingProxyType({})) -> Picture | None:
    """The fans of the physical limits beside frontier compute; None where under two were known by the as-of date.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    asked : mapping
        Scenario, condition and the rest, as for `Forecaster.fan`.
    """
    found = {}
    for driver, limit in LIMIT_OF.items():
        try:
            found[limit] = forecaster.fan(driver, PROBABILITIES, **asked)
        except InputError:  # nothing had been published of it
            continue
    if len(found) < 2:
        return None
    frontier = forecaster.fan("frontier_compute", PROBABILITIES, **asked)
    series = tuple(Series(fan.decimal_year, fan.values, NAMES[limit]) for limit, fan in found.items())
    made = panels.picture(
        Panels(
            slug="limits",
            title=_title(series),
            subtitle="What one run could have of each: median, 50, 80 and 90 % bands, from published estimates. "
            "Green: the largest run so far as spend and price drive it, median. Where it lies over a limit, it waits.",
            y_title="compute of one run, FLOP",
            column="flop",
            as_of=frontier.as_of,
            last_year=LAST_YEAR,
            panels=series,
            beside=Series(frontier.decimal_year, frontier.values, _BESIDE),
        )
    )
    tightest = [{"year": year, "flop": least.at(year)} for year, least in _tightest(series)]
    return replace(made, values={"tightest": tightest})


def _title(series: tuple[Series, ...]) -> str:
    """Which of them is the tightest, by its median."""
    told = []
    for year, least in _tightest(series):
        told.append(f"{least.name} in {year} ({scientific(least.at(year))} FLOP)")
    return f"Beside money, what holds one run up most is {listed(list(dict.fromkeys(told)))}"


def _tightest(series: tuple[Series, ...]) -> list[tuple[int, Series]]:
    return [(year, min(series, key=lambda one: one.at(year))) for year in _TOLD_YEARS]
