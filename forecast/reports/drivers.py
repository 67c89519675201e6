"""The fan charts of a forecast: frontier compute, price of compute, spend, algorithms; titles are findings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from forecast.engine import laws, scaling
from forecast.engine.assumptions import Algorithms
from forecast.engine.choices import ceiling_decides
from forecast.engine.fan import Driver
from forecast.engine.question import DEFAULT_SEED
from forecast.engine.simulation import Simulation
from forecast.families import LogNormal
from forecast.forecaster import Forecaster
from forecast.reports import fans
from forecast.reports.fan_data import PROBABILITIES, Fan, Level, Observed, Series
from forecast.reports.picture import Picture
from forecast.reports.tables import ALGORITHMS, BUDGET_USD_2023, Headline
from forecast.reports.words import power, scientific, usd
from forecast.units import FLOP_PER_PF_DAY, decimal_year, halving_years

_FIRST_YEAR, _LAST_YEAR = 2012.0, 2040.0
_BANDS = "median, 50, 80 and 90 % bands"
_STRETCH = ("times less compute for the same loss", "times_less_compute")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the fans of a page show beside the posterior's own.

    Attributes
    ----------
    targets, budgets : tuple of Level
        Lines on the chart of compute and on that of spend, log10 FLOP and 2023 US dollars.
    algorithms : tuple of str
        Published halving times, the newest first.
    asked : mapping
        Scenario, condition and price basis, as for `Forecaster.fan`.
    """

    targets: tuple[Level, ...]
    budgets: tuple[Level, ...]
    algorithms: tuple[str, ...]
    asked: Mapping[str, Any] = field(default_factory=dict)


def fan_pictures(forecaster: Forecaster, headline: Headline) -> list[Picture]:
    """Frontier compute, price of compute, spend and algorithms of the headline."""
    return pictures(forecaster, headline_shown(forecaster, headline.algorithms))


def pictures(forecaster: Forecaster, shown: Shown) -> list[Picture]:
    """Frontier compute, price of compute, spend and algorithms."""
    made = [compute_fan(forecaster, shown), price_fan(forecaster, shown), spend_fan(forecaster, shown)]
    return [fans.picture(fan) for fan in [*made, *algorithms_fan(forecaster, shown)]]


def headline_shown(forecaster: Forecaster, algorithms: Sequence[str] = ()) -> Shown:
    """The headline's targets and its budget."""
    budget = Level("$1bn", "$1bn", math.log10(BUDGET_USD_2023))
    return Shown(_targets(forecaster), (budget,), newest_first(algorithms))


def newest_first(algorithms: Sequence[str]) -> tuple[str, ...]:
    """Published halving times, the newest first, without `off`."""
    return tuple(kind for kind in reversed(algorithms) if kind != "off")


def compute_fan(forecaster: Forecaster, shown: Shown | None = None) -> Fan:
    """Frontier compute, with the targets as lines."""
    shown = shown or headline_shown(forecaster)
    titles = ("training compute of one run, FLOP", "flop")
    fan = _frame(forecaster, "frontier_compute", *titles, suffix=" FLOP", asked=shown.asked)
    series, soon, ceiling = fan.series[0], _soon(fan), _ceiling(forecaster)
    now, then = (scientific(series.at(year)) for year in (fan.as_of_year, soon))
    return replace(
        fan,
        slug="compute",
        title=f"Frontier training compute: {now} FLOP now, {then} in {soon:.0f}, {_afterwards(fan)}",
        subtitle=f"Largest run so far: {_BANDS}. Dots: runs in the top ten at their release. {_ceiling_words(ceiling)}",
        levels=shown.targets,
        names_records=True,
        values={"year": soon, **ceiling},
    )


def price_fan(forecaster: Forecaster, shown: Shown | None = None) -> Fan:
    """Price of compute in dollars per petaflop/s-day."""
    asked = shown.asked if shown else {}
    fan = _frame(forecaster, "price", "2023 $ per petaflop/s-day", "usd_2023_per_pf_day", prefix="$", asked=asked)
    series, soon = fan.series[0], _soon(fan)
    halving = halving_years(float(np.median(forecaster.posterior.blocks["compute"]["r_realised"])))
    now, then = (usd(series.at(year)) for year in (fan.as_of_year, soon))
    return replace(
        fan,
        slug="price",
        title=f"A petaflop/s-day costs {now} now and {then} in {soon:.0f}: the price halves every {halving:.1f} years",
        subtitle=f"Trend of what training runs paid per compute, 2023 dollars: {_BANDS}. Dots: single runs, which "
        "scatter around it. List rental is dearer, an amortized purchase cheaper.",
        values={"year": soon, "halving_years": halving},
    )


def spend_fan(forecaster: Forecaster, shown: Shown | None = None) -> Fan:
    """Spend on the largest run, with the budget as a line."""
    shown = shown or headline_shown(forecaster)
    fan = _frame(forecaster, "spend", "cost of one run, 2023 $", "usd_2023", prefix="$", asked=shown.asked)
    series, soon, ceiling = fan.series[0], _soon(fan), _ceiling(forecaster)
    now, then = (usd(series.at(year)) for year in (fan.as_of_year, soon))
    return replace(
        fan,
        slug="spend",
        title=f"The largest training run costs {now} now and {then} in {soon:.0f}, growing {_afterwards(fan)}",
        subtitle=f"Largest spend so far, 2023 dollars: {_BANDS}. Dots: runs with a known cost. "
        f"{_ceiling_words(ceiling)}",
        levels=shown.budgets,
        names_records=True,
        values={"year": soon, **ceiling},
    )


def algorithms_fan(forecaster: Forecaster, shown: Shown) -> list[Fan]:
    """Algorithmic efficiency under each published halving time, the newest first; empty where none was published."""
    kinds = shown.algorithms
    made = [_frame(forecaster, "algorithms", *_STRETCH, asked={**shown.asked, "algorithms": kind}) for kind in kinds]
    if not made:
        return []
    fan, soon = made[0], _soon(made[0])
    series = tuple(replace(one.series[0], name=ALGORITHMS[kind]) for one, kind in zip(made, kinds, strict=True))
    months = [kind.removesuffix("mo") for kind in kinds]
    clauses = [f"if the need halves every {months[0]} months", *(f"if every {count}" for count in months[1:])]
    worth = [f"{power(s.at(soon))} times {clause}" for s, clause in zip(series, clauses, strict=True)]
    second = f"; {ALGORITHMS[kinds[1]]}: median and 80 %" if len(kinds) > 1 else ""
    return [
        replace(
            fan,
            slug="algorithms",
            title=f"By {soon:.0f} algorithms stretch a FLOP {', '.join(worth)}",
            subtitle=f"Since the as-of date. {ALGORITHMS[kinds[0]].capitalize()}: {_BANDS}{second}. Published "
            "estimates, not data: nothing in the tables tells them apart.",
            series=series,
            first_year=fan.as_of_year,
            undisclosed_from=None,
            values={"year": soon, "halving_months": [int(count) for count in months]},
        )
    ]


def own_algorithms_fan(forecaster: Forecaster, shown: Shown, chosen: Algorithms, prior: LogNormal) -> Fan:
    """Algorithmic efficiency under a halving time of the asker's own."""
    asked = {**shown.asked, "algorithms": prior, "algorithms_ceiling_oom": chosen.ceiling_oom}
    fan = _frame(forecaster, "algorithms", *_STRETCH, asked=asked)
    soon = _soon(fan)
    worth = f"stretch a FLOP {power(fan.series[0].at(soon))} times"
    return replace(
        fan,
        slug="algorithms",
        title=f"By {soon:.0f} algorithms {worth} if the need halves every {prior.median:.3g} months, as asked",
        subtitle=f"Since the as-of date, under the prior that was asked for: {_BANDS}.",
        first_year=fan.as_of_year,
        undisclosed_from=None,
        values={"year": soon, "halving_months": [prior.median]},
    )


def _frame(
    forecaster: Forecaster,
    driver: Driver,
    y_title: str,
    column: str,
    prefix: str = "",
    suffix: str = "",
    asked: Mapping[str, Any] | None = None,
) -> Fan:
    """A fan without its words: bands, points, dates."""
    found = forecaster.fan(driver, PROBABILITIES, **(asked or {}))
    posterior = forecaster.posterior
    offset = math.log10(FLOP_PER_PF_DAY) if driver == "price" else 0.0
    start = decimal_year(posterior.as_of)
    hidden = float(posterior.constants("compute")["simulate_from"])
    return Fan(
        slug=driver,
        title="",
        subtitle="",
        y_title=y_title,
        column=column,
        prefix=prefix,
        suffix=suffix,
        as_of=posterior.as_of.isoformat(),
        as_of_year=start,
        first_year=_FIRST_YEAR,
        last_year=_LAST_YEAR,
        series=(Series(found.decimal_year, found.values + offset),),
        observed=Observed(found.observed_year, found.observed + offset, found.observed_name),
        undisclosed_from=hidden if hidden < start - 1 / 12 else None,
    )


def _soon(fan: Fan) -> float:
    """The next round year that is two years away or more."""
    return 5.0 * math.ceil((fan.as_of_year + 2) / 5)


def _afterwards(fan: Fan) -> str:
    """How the pace after that round year compares with the pace until then."""
    series, soon = fan.series[0], _soon(fan)
    before = math.log10(series.at(soon) / series.at(fan.as_of_year)) / (soon - fan.as_of_year)
    after = math.log10(series.at(fan.last_year) / series.at(soon)) / (fan.last_year - soon)
    pace = "slower" if after < 0.75 * before else "faster" if after > 1.33 * before else "at the same pace"
    return f"{pace} after that"


def _ceiling_words(ceiling: Mapping[str, Any]) -> str:
    of_gdp = f"{100 * ceiling['share_of_gdp']:.1g} % of world GDP"
    decides = ceiling_decides(ceiling["ceiling_decides_after"])
    return f"The assumed ceiling on spend ({of_gdp}, moved by no data) {decides}."


def _ceiling(forecaster: Forecaster) -> dict[str, Any]:
    """The assumption that decides in the long run: its middle, and the year from which it does."""
    share = 10 ** float(np.median(forecaster.posterior.blocks["compute"]["log10_gdp_share"]))
    decides = Simulation(forecaster.posterior, DEFAULT_SEED).ceiling_year
    return {"share_of_gdp": share, "ceiling_decides_after": decides}


def _targets(forecaster: Forecaster) -> tuple[Level, ...]:
    """The headline's targets as compute: the losses on Kaplan's law, and the run."""
    law = scaling.published_law(laws.published(forecaster.posterior, "kaplan"), 1)
    needed = {loss: float(scaling.required_log10_flop(law, loss)[0]) for loss in (1.24, 0.86)}
    losses = [
        Level(f"loss {loss:g} on Kaplan’s law: {scientific(10**flop)}", f"{loss:g}: {scientific(10**flop)}", flop)
        for loss, flop in needed.items()
    ]
    return (*losses, Level("a run of 2e29 FLOP", "2e29", math.log10(2e29)))
