"""A retrospective as plain text: dates, costs, and what must be known before they are believed; 100 columns."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forecast.evaluation.hindsight import Row

WIDTH = 100
_DATES = ("FLOP", "median", "80 %", "what came", "", "at", "off", "claimed", "off ")
_COSTS = ("run", "median", "80 %", "recorded", "at")
_RIGHT = ("at", "off", "off ", "recorded")


def text(rows: Sequence[Row]) -> str:
    """The retrospective for a terminal, ending in a newline."""
    from forecast.evaluation.retrospective import caveats, summary

    opening = f"In hindsight: what the posterior as of {rows[0].as_of} says of the runs that came after it"
    parts = [opening, _dates(rows)]
    if any(row.cost for row in rows):
        parts.append(f"What they were forecast to cost in that month (2023 dollars)\n{_costs(rows)}")
    parts += [_filled(summary(rows).words), "\n".join(_filled(words, "- ", "  ") for words in caveats(rows)), _LEGEND]
    return "\n\n".join(parts) + "\n"


_LEGEND = """at: share of the forecast that lay in its month or before (costs: at or under what was recorded).
claimed: by a doubling of compute every 3.4 months from GPT-3 in mid-2020. off: years by which the
run came later (+) than the median and than claimed. Ask again: timelines when --flop 2e25
--criterion on-trend --as-of 2020-07-27"""


def _dates(rows: Sequence[Row]) -> str:
    from forecast.cli.listing import columns
    from forecast.engine.words import number

    cells = []
    for row in rows:
        forecast = (number(row.flop), _month(row.median), f"{_month(row.low)} to {_month(row.high)}")
        if row.came is None or row.at is None or row.error_years is None or row.claim_error_years is None:
            cells.append((*forecast, "", f"none by {row.known_until}", "", "", _month(row.claimed), ""))
        else:
            off = (_signed(row.error_years), _month(row.claimed), _signed(row.claim_error_years))
            cells.append((*forecast, str(row.published_on), row.system, f"{100 * row.at:.0f} %", *off))
    return columns(_DATES, cells, right=_RIGHT)


def _costs(rows: Sequence[Row]) -> str:
    from forecast.cli.listing import columns
    from forecast.engine.words import money

    cells = [
        (
            row.system,
            money(row.cost.median),
            f"{money(row.cost.low)} to {money(row.cost.high)}",
            money(row.cost.recorded),
            f"{100 * row.cost.at:.0f} %",
        )
        for row in rows
        if row.cost
    ]
    return columns(_COSTS, cells, right=_RIGHT)


def _month(year: float) -> str:
    """A decimal year as `2023-07`."""
    from forecast.units import date_of

    return f"{date_of(year):%Y-%m}" if math.isfinite(year) else "beyond"


def _signed(years: float) -> str:
    return f"{round(years, 1) or 0.0:+.1f}".replace("+0.0", "0.0")


def _filled(words: str, first: str = "", rest: str = "") -> str:
    together = words.replace(" %", "\x00%")
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )
    return wrapper.fill(together).replace("\x00", " ")
