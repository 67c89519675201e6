"""A driver by month as plain text for a terminal, and as CSV."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from forecast.cli.layout import filled, labelled, share
from forecast.engine import words
from forecast.engine.driver_paths import Driver
from forecast.engine.fan import Fan
from forecast.units import FLOP_PER_PF_DAY, date_of

ACROSS = 7
TITLES: dict[Driver, str] = {
    "frontier_compute": "Compute of the largest training run so far, FLOP",
    "price": "Price of compute, 2023 US dollars per petaflop/s-day",
    "algorithms": "Algorithmic efficiency, times that of the as-of date",
    "spend": "Spend on the largest training run so far, 2023 US dollars",
    "cost_of_target": "Cost of the target, 2023 US dollars",
    "limit_money": "The largest run that the payer's money buys, FLOP",
    "limit_chips": "The largest run on the chips that it gets, FLOP",
    "limit_power": "The largest run on the power that it gets, FLOP",
    "limit_data": "The largest run that the stock of data suffices for, FLOP",
    "limit_data_movement": "The largest run whose data can be moved in time, FLOP",
}


def render(fan: Fan) -> str:
    """Quantiles by year, ending in a newline."""
    tables = [_table(fan, first) for first in range(0, len(fan.probability), ACROSS)]
    simulation = f"{fan.draws:,} draws, seed {fan.seed}"
    told = [("posterior", f"{fan.posterior}, as of {fan.as_of}"), ("simulation", simulation)]
    source = "\n".join(["It comes from", *(labelled(*line) for line in told)])
    title = filled(
        f"{TITLES[fan.driver]}, at the end of each year, with the probability that it is at or under the value."
    )
    endless = ["no sum: no compute reaches the target."] if np.isinf(fan.values).any() else []
    parts = [title, *tables, *endless, *_observed(fan), source]
    return "\n\n".join(parts) + "\n"


def _table(fan: Fan, first: int) -> str:
    told = _told(fan.driver)
    chosen = range(first, min(first + ACROSS, len(fan.probability)))
    lines = [f"  {'':<8}" + "".join(f"{share(fan.probability[i]):>10}" for i in chosen)]
    for name, k in _months(fan):
        lines.append(f"  {name:<8}" + "".join(f"{told(float(fan.values[i, k])):>10}" for i in chosen))
    return "\n".join(lines)


def _months(fan: Fan) -> Iterator[tuple[str, int]]:
    """The first month, then the last of each year: all of the next four, then every fifth."""
    years = fan.decimal_year
    yield "now", 0
    start = math.floor(years[0])
    for year in range(start, math.floor(years[-1]) + 1):
        k = int(np.searchsorted(years, year + 1)) - 1
        if k and (year % 5 == 0 or year - start <= 4):
            yield str(year), k


def _told(driver: Driver) -> Callable[[float], str]:
    """How a log10 value is written."""
    if driver == "price":
        return lambda value: words.money(10.0**value * FLOP_PER_PF_DAY)
    if driver in ("spend", "cost_of_target"):
        return lambda value: "no sum" if math.isinf(value) else _dollars(value)
    return lambda value: words.number(10.0**value)


def _dollars(value: float) -> str:
    return words.money(10.0**value) if value < 15 else f"${words.number(10.0**value)}"


def _observed(fan: Fan) -> list[str]:
    """How much was observed."""
    if not fan.observed_name:
        return []
    first, last = (words.month(float(year)) for year in (fan.observed_year.min(), fan.observed_year.max()))
    told = f"{len(fan.observed_name)} points were observed from {first} to {last}; --csv and --json list them."
    return [filled(told)]


def csv(fan: Fan) -> str:
    """One row for each band and month, then one for each observed point; log10 values in the fan's unit."""
    return "\n".join([f"quantity,decimal_year,date,probability,{_column(fan.unit)},name", *_rows(fan)]) + "\n"


def _column(unit: str) -> str:
    return unit.lower().replace(" ", "_").replace("-", "_")


def _rows(fan: Fan) -> Iterator[str]:
    for p, values in zip(fan.probability, fan.values.tolist(), strict=True):
        for year, value in zip(fan.decimal_year.tolist(), values, strict=True):
            yield f"band,{year!r},{date_of(year)},{p!r},{value!r},"
    seen = zip(fan.observed_year.tolist(), fan.observed.tolist(), fan.observed_name, strict=True)
    for year, value, name in seen:
        yield f'observed,{year!r},{date_of(year)},,{value!r},"{name.replace(chr(34), chr(34) * 2)}"'
