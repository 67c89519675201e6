"""Frontier compute, the cost of the largest runs, and when the frontier is passed: forecasts beside outcomes.

===============  ==============================================================
quantity         outcome
===============  ==============================================================
largest_compute  log10 FLOP of the largest run by a year-end
top_ten_compute  log10 FLOP, median of the ten largest runs by then
first_passage    years until a run passes the frontier by .5, 1, 1.5, 2 orders
                 of magnitude
largest_cost     log10 2023 $ of the dearest run by a year-end
top_ten_cost     log10 2023 $, median of the ten dearest by then
===============  ==============================================================

The baselines are those of `forecast.experiments.baselines`, where the history is long enough for them; a first passage
has a history of its own in none of them, and stands beside simulated runs alone.

Outcomes after the disclosure date are lower bounds: larger runs may be undisclosed. A first passage that has not been
disclosed is bounded by the time waited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.data import selections, tables
from forecast.engine.streams import stream
from forecast.evaluation.quantities import AUTO_ETS, LAST_LAW, LINE, MODEL, RANDOM_WALK, RUNS_ON_LINE
from forecast.experiments import published_laws
from forecast.experiments.ahead import MONTHS_AHEAD, STEPS_OOM, RunsAhead, simulate_joint
from forecast.experiments.baselines import (
    FEWEST_QUARTERS,
    FEWEST_ROWS,
    QUARTERS,
    LawOnward,
    Line,
    RandomWalk,
    smoothed,
)
from forecast.experiments.origins import DISCLOSED_UNTIL, YEARS_AHEAD, is_disclosed, is_over, year_end
from forecast.experiments.outcomes import STATISTICS, Series
from forecast.experiments.scored import Outcome
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year, grid_years

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """What the forecasters of one quantity know at an origin.

    Attributes
    ----------
    name : str
        `compute` or `cost`.
    frame : DataFrame
        Every run with a value, as known then; the value stands in `training_flop`, a cost too.
    series : Series
        The same as a series.
    since : date
        First day of the rows that enter.
    """

    name: str
    frame: pd.DataFrame
    series: Series
    since: date

    @classmethod
    def of(cls, name: str, origin: date) -> Known:
        """Compute or cost, as known at the origin."""
        frame, column, since = _frame(name, tables.as_known(origin, _TABLES[name]))
        return cls(name, frame.assign(training_flop=frame[column]), Series.of(frame, column), since)

    def runs_on_line(self, origin: date, draws: int, seed: int) -> RunsAhead:
        """Runs around a line through the rows in the running top ten, as many a year as of late."""
        rows = selections.frontier_runs(self.frame, origin, self.since)
        line = Line.fit(rows["decimal_year"].to_numpy(), rows["log10_flop"].to_numpy())
        rate = selections.admissions_per_year(self.frame, origin)
        months = grid_years(date(origin.year + 1, 1, 1), MONTHS_AHEAD)
        simulated = line.simulate(months, rate, draws, stream(seed, f"{RUNS_ON_LINE} {self.name}"))
        return RunsAhead(simulated, self.series.top(origin))

    def plain(self, statistic: str, origin: date, day: date, draws: int, seed: int) -> dict[str, Array]:
        """Baselines that know the quarter-ends of the statistic alone, at a later day, each of shape (draws,)."""
        dates, values = self.series.history(statistic, self.since.year, origin)
        law = LawOnward.fit(dates, values, published_laws.rate(self.name, origin))
        forecasters: dict[str, Any] = {LINE: Line.fit(dates, values), LAST_LAW: law}
        if len(values) >= FEWEST_ROWS:
            forecasters[RANDOM_WALK] = RandomWalk.fit(dates, values)
        rngs = {name: stream(seed, f"{name} {statistic} {self.name} {day}") for name in (*forecasters, AUTO_ETS)}
        at = np.array([decimal_year(day)])
        found = {name: one.predict(at, draws, rngs[name])[:, 0] for name, one in forecasters.items()}
        if len(values) >= FEWEST_QUARTERS:
            ahead = np.array([QUARTERS * (day.year - origin.year)])
            found[AUTO_ETS] = smoothed(values, ahead, draws, rngs[AUTO_ETS])[:, 0]
        return found


_TABLES = {"compute": "training_runs", "cost": "spend"}


def _frame(name: str, table: pd.DataFrame) -> tuple[pd.DataFrame, str, date]:
    """Rows, column and first day of a quantity."""
    if name == "compute":
        return table, "training_flop", selections.FRONTIER_SINCE
    return selections.realised_price_rows(table), "cost_usd_2023", selections.REALISED_SINCE


def run_outcomes(posterior: Posterior, seed: int) -> Iterator[Outcome]:
    """Compute, first passages and cost after one origin, the posterior's as-of day."""
    origin = posterior.as_of
    for name, simulated in zip(_TABLES, simulate_joint(posterior, seed), strict=True):
        known = Known.of(name, origin)
        model = RunsAhead(simulated, known.series.top(origin))
        baseline = known.runs_on_line(origin, len(simulated), seed)
        frame, column, _ = _frame(name, tables.load(_TABLES[name]))
        happened = Series.of(frame, column)
        yield from _year_ends(known, origin, model, baseline, happened, seed)
        if name == "compute":
            yield from _passages(origin, model, baseline, happened)


def _year_ends(
    known: Known, origin: date, model: RunsAhead, baseline: RunsAhead, happened: Series, seed: int
) -> Iterator[Outcome]:
    for years in YEARS_AHEAD:
        day = year_end(origin, years)
        for statistic in STATISTICS if is_over(day) else ():
            yield Outcome(
                quantity=f"{statistic}_{known.name}",
                part="",
                origin=origin.isoformat(),
                years_ahead=years,
                target=day.isoformat(),
                observed=happened.at(statistic, day),
                censored=not is_disclosed(day),
                said={
                    MODEL: getattr(model, statistic)(years),
                    RUNS_ON_LINE: getattr(baseline, statistic)(years),
                    **known.plain(statistic, origin, day, len(model.values), seed),
                },
            )


def _passages(origin: date, model: RunsAhead, baseline: RunsAhead, happened: Series) -> Iterator[Outcome]:
    for step in STEPS_OOM:
        years = happened.first_above(float(model.known.max()) + step, origin)
        waited = DISCLOSED_UNTIL - decimal_year(origin)
        yield Outcome(
            quantity="first_passage",
            part=f"{step:g} oom",
            origin=origin.isoformat(),
            years_ahead=0,
            target="" if years is None else f"{decimal_year(origin) + years:.2f}",
            observed=waited if years is None else years,
            censored=years is None,
            said={MODEL: model.first_passage(step), RUNS_ON_LINE: baseline.first_passage(step)},
        )
