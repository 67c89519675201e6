"""What would have been said on a past day about the runs that came since, and when they came."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

from forecast.engine.words import number
from forecast.evaluation.claims.gwern_2020 import DOUBLING_MONTHS
from forecast.evaluation.hindsight import CHOSEN_IN, Row, summary
from forecast.reports.lanes import Lanes, lanes
from forecast.reports.picture import Picture
from forecast.reports.theme import NARROW, Theme
from forecast.reports.words import month
from forecast.units import decimal_year

_KEY_PX = 24.0
_TIPS = {"": "what", "forecast": "forecast", "came": "came", "3.4-month doubling": "claimed"}


def picture(rows: Sequence[Row]) -> Picture | None:
    """The chart with its text alternative and its numbers; None without rows."""
    if not rows:
        return None
    found = summary(rows)
    return Picture(
        slug="retrospective",
        title=f"As of {rows[0].as_of}: {found.inside_80} of {found.runs} later frontier runs came inside their 80 % "
        f"intervals, off the median by {found.error_years:.1f} years on average; by the 3.4-month doubling, "
        f"{found.claim_error_years:.1f}",
        subtitle="When a run of each size was forecast (strip: 80 % interval, upright line: median), and when it came. "
        f"One shared path: one success, not many; and hindsight, for structure and priors were chosen in {CHOSEN_IN}.",
        description="Intervals by size of run. " + " ".join(row.words for row in rows),
        columns=(
            "FLOP",
            "low 10 %",
            "median",
            "high 90 %",
            "3.4-month doubling",
            "run",
            "came",
            "share of forecast before",
        ),
        rows=tuple(_numbers(row) for row in rows),
        draw=functools.partial(_draw, rows),
        values={
            "chosen_in_year": CHOSEN_IN,
            "as_of": rows[0].as_of.isoformat(),
            "runs": found.runs,
            "inside_80": found.inside_80,
            "error_years": found.error_years,
            "doubling_error_years": found.claim_error_years,
            "doubling_months": DOUBLING_MONTHS,
        },
    )


def _numbers(row: Row) -> tuple[object, ...]:
    dates = tuple(round(value, 3) if math.isfinite(value) else "beyond" for value in (row.low, row.median, row.high))
    came = "" if row.came is None else round(row.came, 3)
    return (row.flop, *dates, round(row.claimed, 3), row.system, came, "" if row.at is None else round(row.at, 4))


def _draw(rows: Sequence[Row], theme: Theme) -> dict[str, Any]:
    narrow = theme.layout.name == NARROW.name
    names = {_name(row, narrow): row for row in rows}
    start = decimal_year(rows[0].as_of)
    ends = [end for row in rows for end in (row.high, row.claimed, row.came or row.claimed) if math.isfinite(end)]
    last = max(ends) + 0.2
    years = [year for year in range(math.ceil(start), math.floor(last) + 1) if not narrow or year % 2 == 0]
    made = lanes(theme, {"": names}, (start, last), [(float(year), str(year)) for year in years], _KEY_PX)
    _marks(made, last)
    _key(made, rows[0])
    return made.sheet.finish()


def _name(row: Row, narrow: bool) -> str:
    size = number(row.flop)
    return size if narrow else f"{size} FLOP: {row.system.split(' (')[0] or 'none disclosed'}"


def _marks(made: Lanes[Row], last: float) -> None:
    sheet, cell = made.sheet, made.cell
    strips = [
        {
            "year": cell.across(row.low),
            "until": cell.across(min(row.high, last)),
            "low": y - 5,
            "high": y + 5,
            **_told(row),
        }
        for row, y in made.rows
    ]
    sheet.blocks(strips, sheet.palette.uncertainty, 0.3, _TIPS)
    medians = [(cell.across(min(row.median, last)), y) for row, y in made.rows]
    sheet.rules(
        [{"year": x, "until": x, "low": y - 6, "high": y + 6} for x, y in medians], sheet.palette.uncertainty, 2
    )
    claims = [{"year": cell.across(row.claimed), "level": y, **_told(row)} for row, y in made.rows]
    sheet.arrows(claims, sheet.palette.third, "diamond", 50, _TIPS)
    for inside in (True, False):
        dots = [
            {"year": cell.across(row.came), "level": y, **_told(row)}
            for row, y in made.rows
            if row.came is not None and row.inside_80 is inside
        ]
        sheet.dots(dots, sheet.palette.ink if inside else sheet.palette.asked, 60, tips=_TIPS)
    waiting = [
        {"year": cell.across(decimal_year(row.known_until)), "level": y, **_told(row)}
        for row, y in made.rows
        if row.came is None
    ]
    sheet.arrows(waiting, sheet.palette.ink, "triangle-right", 54, _TIPS)
    start = cell.across(cell.x[0])
    sheet.rules([{"year": start, "until": start, "low": cell.bottom, "high": cell.top}], sheet.palette.asked, 2)


def _told(row: Row) -> dict[str, str]:
    low, middle, high = (month(end) if math.isfinite(end) else "beyond" for end in (row.low, row.median, row.high))
    came = f"{row.published_on}, {row.system}" if row.came is not None else f"not by {row.known_until}"
    return {
        "what": f"a run of {number(row.flop)} FLOP",
        "forecast": f"{middle}, 80 %: {low} – {high}",
        "came": came,
        "claimed": month(row.claimed),
    }


def _key(made: Lanes[Row], row: Row) -> None:
    sheet, level = made.sheet, made.sheet.height - 4
    size, left = sheet.theme.layout.small, 9.0 - sheet.theme.layout.left
    items = (
        ("dot", sheet.palette.ink, "came", 58.0),
        ("diamond", sheet.palette.third, "3.4-month doubling", 138.0),
        ("triangle-right", sheet.palette.ink, "not yet disclosed", 0.0),
    )
    for shape, colour, words, width in items:
        mark = [{"year": left, "level": level}]
        if shape == "dot":
            sheet.dots(mark, colour, 50)
        else:
            sheet.arrows(mark, colour, shape)
        sheet.words([{"year": left + 9, "level": level, "text": words}], colour, size)
        left += width
    beside = {"year": made.cell.left + 6, "level": made.cell.top - 12, "text": f"as of {row.as_of}"}
    sheet.words([beside], sheet.palette.asked, size)
