"""The fan of any driver or limit under a question's choices: `timelines trajectory DRIVER --chart FILE`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from forecast.engine import fan as engine
from forecast.engine.words import subject_to
from forecast.forecaster import Forecaster
from forecast.reports import fans
from forecast.reports.cost_chart import cost_picture
from forecast.reports.fan_data import PROBABILITIES, Fan, Observed, Series
from forecast.reports.picture import Picture
from forecast.reports.words import power
from forecast.units import FLOP_PER_PF_DAY, decimal_year

LAST_YEAR = 2040.0
BANDS = "median, 50, 80 and 90 % bands"


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a driver is drawn: its name as a subject, the axis, the column behind it, what stands around a value."""

    subject: str
    y_title: str
    column: str
    prefix: str = ""
    suffix: str = ""


_ONE_RUN = "compute of one run, FLOP"
DRAWN: dict[engine.Driver, Drawn] = {
    "frontier_compute": Drawn("Frontier training compute", f"training {_ONE_RUN}", "flop", suffix=" FLOP"),
    "price": Drawn("A petaflop/s-day", "2023 $ per petaflop/s-day", "usd_2023_per_pf_day", "$"),
    "algorithms": Drawn("A FLOP's worth since the as-of date", "times less compute for the same loss", "times"),
    "spend": Drawn("The largest training run's cost", "cost of one run, 2023 $", "usd_2023", "$"),
    "limit_money": Drawn("The run that the payer's money buys", _ONE_RUN, "flop", suffix=" FLOP"),
    "limit_chips": Drawn("The run that chips allow", _ONE_RUN, "flop", suffix=" FLOP"),
    "limit_power": Drawn("The run that power allows", _ONE_RUN, "flop", suffix=" FLOP"),
    "limit_data": Drawn("The run that data allow", _ONE_RUN, "flop", suffix=" FLOP"),
    "limit_data_movement": Drawn("The run that data movement allows", _ONE_RUN, "flop", suffix=" FLOP"),
}


def trajectory_chart(forecaster: Forecaster, driver: engine.Driver, /, **asked: Any) -> Picture:
    """The fan of a driver, or the curves of a target's cost.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    driver : str
        What to follow.
    **asked
        As for `Forecaster.fan`.
    """
    if driver == "cost_of_target":
        return cost_picture(forecaster, forecaster.question(**asked))
    drawn = DRAWN[driver]
    found = forecaster.fan(driver, PROBABILITIES, **_besides_quantiles(asked))
    question = forecaster.question(**asked, flop=1.0)  # a target that has no part in the driver
    start, last = decimal_year(forecaster.posterior.as_of), min(LAST_YEAR, float(found.decimal_year[-1]))
    limited = driver.startswith("limit_")
    fan = Fan(
        slug=driver.replace("_", "-"),
        title="",
        subtitle=_subtitle(found, limited),
        y_title=drawn.y_title,
        column=drawn.column,
        prefix=drawn.prefix,
        suffix=drawn.suffix,
        as_of=found.as_of,
        as_of_year=start,
        first_year=_first_year(found, start),
        last_year=last,
        series=(_series(found, "" if not limited else "this limit"), *_frontier(forecaster, asked, limited)),
        observed=Observed(found.observed_year, found.observed + _offset(driver), found.observed_name),
        undisclosed_from=_undisclosed(forecaster, driver, start),
        names_records=driver in ("frontier_compute", "spend"),
    )
    return fans.picture(_titled(fan, subject_to(question, drawn.subject)))


def _besides_quantiles(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if name != "quantiles"}


def _offset(driver: engine.Driver) -> float:
    return math.log10(FLOP_PER_PF_DAY) if driver == "price" else 0.0


def _series(found: engine.Fan, name: str) -> Series:
    return Series(found.decimal_year, found.values + _offset(found.driver), name)


def _frontier(forecaster: Forecaster, asked: Mapping[str, Any], limited: bool) -> tuple[Series, ...]:
    """Frontier compute beside a limit, in the same scenario."""
    if not limited:
        return ()
    kept = ("scenario", "condition", "horizon", "seed", "max_draws")
    found = forecaster.fan("frontier_compute", PROBABILITIES, **{name: asked[name] for name in kept if name in asked})
    return (_series(found, "frontier compute, by money"),)


def _first_year(found: engine.Fan, start: float) -> float:
    """Where the time axis begins: before what was observed of the driver, but not before 2012."""
    if not found.observed_name:
        return start
    return max(2012.0, math.floor(float(found.observed_year.min())) - 0.5)


def _undisclosed(forecaster: Forecaster, driver: engine.Driver, start: float) -> float | None:
    """When the frontier stopped disclosing, for what was observed of it."""
    hidden = float(forecaster.posterior.constants("compute")["simulate_from"])
    observed = driver in ("frontier_compute", "price", "spend")
    return hidden if observed and hidden < start - 1 / 12 else None


def _subtitle(found: engine.Fan, limited: bool) -> str:
    told = [f"Blue: {BANDS}." if limited else f"{BANDS[0].upper()}{BANDS[1:]}."]
    if limited:
        told.append("Green: the largest run so far as spend and price drive it, median and 80 %.")
    if found.observed_name:
        told.append("Dots: what was observed.")
    return " ".join(told)


def _titled(fan: Fan, subject: str) -> Fan:
    """The fan with what its median says now, and at the next round year that it shows."""
    series = fan.series[0]
    soon = min(5.0 * math.ceil((fan.as_of_year + 2) / 5), fan.last_year)

    def told(year: float, probability: float = 0.5) -> str:
        return f"{fan.prefix}{power(series.at(year, probability))}"

    interval = f"80 %: {told(soon, 0.1)} to {told(soon, 0.9)}"
    title = f"{subject}: {told(fan.as_of_year)} now, {told(soon)}{fan.suffix} in {soon:.0f} ({interval})"
    return replace(fan, title=title)
