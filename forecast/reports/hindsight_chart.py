"""Frontier compute as an earlier posterior saw it coming, with the runs that were observed since."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.engine import words as sentences
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from forecast.reports import drivers, fans
from forecast.reports.drivers import Shown
from forecast.reports.fan_data import Fan, Observed
from forecast.reports.picture import Picture
from forecast.reports.words import scientific
from forecast.units import decimal_year

_QUARTER, _YEARS_AFTER = 0.25, 4


@dataclass(frozen=True, slots=True)
class Since:
    """What became known after an as-of date.

    Attributes
    ----------
    runs : Observed
        All runs, those before it too, log10 FLOP.
    disclosed_until, known_until : float
        Decimal years: from when on larger runs may be undisclosed, and where all facts end.
    """

    runs: Observed
    disclosed_until: float
    known_until: float

    def largest(self, until: float) -> float:
        """The largest run known by a date, log10 FLOP."""
        return float(self.runs.log10[self.runs.decimal_year <= until + 1e-6].max())


def facts_after(forecaster: Forecaster, posterior: Posterior) -> Posterior | None:
    """The posterior that knows more than this one: the one that answers, or the one that is shipped for reference.

    Parameters
    ----------
    forecaster : Forecaster
        That answers where a question names no posterior.
    posterior : Posterior
        The one that is looked back at.
    """
    if forecaster.posterior.data_cutoff > posterior.data_cutoff:
        return forecaster.posterior
    entry = selection.reference()
    return selection.find(entry.name) if entry.as_of > posterior.as_of else None


def hindsight_chart(forecaster: Forecaster, facts: Posterior, asked: Mapping[str, Any]) -> Picture:
    """The fan of frontier compute, and what came.

    Parameters
    ----------
    forecaster : Forecaster
        On the posterior that is looked back at.
    facts : Posterior
        That knows what came.
    asked : mapping
        Scenario, condition and the rest, as for `Forecaster.fan`.
    """
    since = _since(facts)
    last = math.ceil(since.known_until) + _YEARS_AFTER
    fan = drivers.compute_fan(forecaster, Shown((), (), (), {**asked, "horizon": f"{last}-12"}))
    fan = replace(
        fan,
        slug="hindsight",
        title=_title(fan, since),
        subtitle="Largest run so far as it was forecast then: median, 50, 80 and 90 % bands. Dots: runs in the top ten "
        "at their release, those right of the line published since. They share one path: one success or one miss.",
        last_year=float(last),
        observed=since.runs,
        undisclosed_from=since.disclosed_until if since.disclosed_until < since.known_until else None,
        undisclosed_until=since.known_until,
        values={"quarters": len(_quarters(fan, since)), "inside_80": sum(_inside(fan, since))},
    )
    made, known = fans.picture(fan), tuple(_known(fan, since))
    rows = tuple((*row, told) for row, told in zip(made.rows, known, strict=True))
    return replace(made, columns=(*made.columns, "largest run known by then, flop"), rows=rows)


def _since(facts: Posterior) -> Since:
    seen = facts.observed
    runs = Observed(
        np.asarray(seen["compute_year"], float),
        np.asarray(seen["compute_log10_flop"], float),
        tuple(str(name) for name in seen["compute_name"]),
    )
    return Since(runs, float(facts.constants("compute")["simulate_from"]), decimal_year(facts.data_cutoff))


def _quarters(fan: Fan, since: Since) -> NDArray[np.float64]:
    """Ends of the quarters from the as-of date on that are past, and in which the frontier was disclosed."""
    first = math.floor(fan.as_of_year / _QUARTER) * _QUARTER + _QUARTER
    return np.arange(first, min(since.disclosed_until, since.known_until) + 1e-6, _QUARTER)


def _inside(fan: Fan, since: Since) -> list[bool]:
    """Whether the largest run known at the end of each quarter lies in the 80 % band."""
    series = fan.series[0]
    return [
        series.at(year, 0.1) <= 10 ** since.largest(year) * 1.001 and 10 ** since.largest(year) <= series.at(year, 0.9)
        for year in _quarters(fan, since).tolist()
    ]


def _title(fan: Fan, since: Since) -> str:
    inside, now = _inside(fan, since), since.known_until
    came, median = 10 ** since.largest(now), fan.series[0].at(now)
    told = f"in {sum(inside)} of the {len(inside)} quarters since, the largest run was inside the 80 % band"
    if not inside:
        told = "no quarter since has all its runs disclosed"
    ends = f"the largest known has {scientific(came)} FLOP, and the median said {scientific(median)}"
    return f"As of {fan.as_of}: {told}; by {sentences.month(now)} {ends}"


def _known(fan: Fan, since: Since) -> Iterator[float | str]:
    """The largest run known by each month of the fan, as far as it is past."""
    series = fan.series[0]
    for year in series.decimal_year[series.decimal_year <= fan.last_year].tolist():
        yield float(f"{10 ** since.largest(year):.4g}") if year <= since.known_until else ""
