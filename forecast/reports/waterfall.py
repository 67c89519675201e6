"""What changed: the way from one answer to another, difference by difference, the largest first."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from forecast.engine import words as sentences
from forecast.engine.differences import SCENARIO
from forecast.engine.explain import ExplainedPart, Explanation
from forecast.inputs import INPUTS
from forecast.posterior.schema import VARIABLES
from forecast.reports.limits import NAMES as LIMITS
from forecast.reports.picture import Picture
from forecast.reports.placing import text_width
from forecast.reports.strips import Strips, span_of
from forecast.reports.theme import Theme
from forecast.reports.words import listed, percent
from forecast.units import decimal_year

SWITCHES = {
    "price_basis": "price of compute",
    "cost_scope": "scope of the cost",
    "simulation": "seed and number of draws",
    "posterior.compute": "compute, prices and spend",
    "posterior.loss": "laws of losses",
    "posterior.as_of": "as-of date",
    "posterior.data": "data",
    "posterior.priors": "priors",
    "posterior.sampling": "sampling",
}
"""What differs, in plain words, where its own name is not."""

_CAUSES = {"as_of": "as-of date"}
_MOST_PARTS = 7
_LEAST_SHARE = 0.02
_HALF, _OPACITY = 1.3, 0.6


@dataclass(frozen=True, slots=True)
class Step:
    """One row.

    Attributes
    ----------
    name : str
        What differs.
    asides : tuple of str
        What is said of it at the right, the longest first.
    start, end : float
        The value before and after, decimal years or percent; equal in the rows of the two answers.
    told : str
        The change, or the value.
    as_of : float or None
        Of an answer in time: its as-of date.
    """

    name: str
    asides: tuple[str, ...]
    start: float
    end: float
    told: str
    as_of: float | None = None


def waterfall_chart(found: Explanation, before: str, after: str) -> Picture:
    """The way from one answer to another.

    Parameters
    ----------
    found : Explanation
        Of the two.
    before, after : str
        What they are called: `the last report`, `now`.
    """
    unit = "years" if _in_time(found) else "percentage points"
    value = "decimal_year" if _in_time(found) else "probability_percent"
    return Picture(
        slug="changes",
        title=_title(found, before, after),
        subtitle=_subtitle(found),
        description=_describe(found, before, after),
        columns=("what", "switch", "words", "causes", f"change, {unit}", f"{value} after it"),
        rows=tuple(_rows(found, before, after)),
        draw=functools.partial(_draw, found, before, after),
        values=_values(found),
    )


def _in_time(found: Explanation) -> bool:
    return found.measure == "median"


def _scale(found: Explanation) -> float:
    """Years are shown as they are, probabilities in percent."""
    return 1.0 if _in_time(found) else 100.0


def switch_words(switch: str) -> str:
    """What differs, in plain words: `payer`, `limit of chips`, `laws of losses`; several joined."""
    return listed([_one(name) for name in switch.split(" + ")])


def _one(name: str) -> str:
    if not name.startswith(SCENARIO):
        return SWITCHES.get(name, name.replace("_", " "))
    inner = name.removeprefix(SCENARIO)
    if inner in LIMITS:
        return f"limit of {LIMITS[inner]}"
    block, _, variable = inner.partition(".")
    fitted = next((one.description for one in VARIABLES if (one.block, one.name) == (block, variable)), "")
    return INPUTS[inner].about if inner in INPUTS else fitted or inner.replace("_", " ").replace(".", ": ")


def _causes(part: ExplainedPart) -> str:
    return listed([_CAUSES.get(cause, cause) for cause in part.causes]) if part.causes else ""


def _asides(part: ExplainedPart) -> tuple[str, ...]:
    """From what to what; of a block of the posterior, what about it differs."""
    if not part.causes:
        return part.words, ""
    if len(part.causes) == 1:
        return f"cause: {_causes(part)}", _causes(part)
    return f"{_causes(part)} differ: refit needed to tell them apart", f"{_causes(part)}: {part.label}", part.label


def _value_words(found: Explanation, value: float) -> str:
    return sentences.month(value) if _in_time(found) else percent(value)


def _change_words(found: Explanation, change: float) -> str:
    """`+1.4 years`, `−3.1 points`; what rounds to nothing has no sign."""
    amount, unit = (change, "years") if _in_time(found) else (100 * change, "points")
    digits = 1 if abs(amount) >= 0.095 else 2
    rounded = round(amount, digits)
    return f"{rounded:+.{digits}f} {unit}".replace("-", "−") if rounded else f"0 {unit}"


def _parts(found: Explanation) -> tuple[list[ExplainedPart], list[ExplainedPart]]:
    """Those that are shown, and the small ones that are told together."""
    least = _LEAST_SHARE * max((abs(part.change) for part in found.parts), default=0.0)
    least = max(least, 0.05 / _scale(found))
    kept = [part for part in found.parts if abs(part.change) >= least][:_MOST_PARTS]
    small = [part for part in found.parts if part not in kept]
    return ([*kept, *small], []) if len(small) == 1 else (kept, small)


def steps(found: Explanation, before: str, after: str) -> list[Step]:
    """The rows of the chart: the answer before, the differences, the answer after.

    Parameters
    ----------
    found, before, after : Explanation and str
        As for `waterfall_chart`.
    """
    shown, small = _parts(found)
    first, last = _as_of(found, 0), _as_of(found, -1)
    made = [_end(found, before, found.value_before, first)]
    at = found.value_before
    for part in shown:
        name = _capital(switch_words(part.switch))
        made.append(_step(found, name, _asides(part), at, part.change))
        at += part.change
    if small:
        change = sum(part.change for part in small)
        names = listed([switch_words(part.switch) for part in small])
        made.append(_step(found, f"{len(small)} others", (names, ""), at, change))
    return [*made, _end(found, after, found.value_after, last)]


def _end(found: Explanation, name: str, value: float, as_of: date | None) -> Step:
    asides = (f"as of {as_of}", "") if as_of and str(as_of) not in name else ("",)
    at = value * _scale(found)
    year = decimal_year(as_of) if as_of and _in_time(found) else None
    return Step(_capital(name), asides, at, at, _value_words(found, value), year)


def _step(found: Explanation, name: str, asides: tuple[str, ...], at: float, change: float) -> Step:
    scale = _scale(found)
    return Step(name, asides, at * scale, (at + change) * scale, _change_words(found, change))


def _as_of(found: Explanation, which: int) -> date | None:
    """The as-of date of a posterior, with which its name begins."""
    try:
        return date.fromisoformat(found.gates[which].name[:10])
    except ValueError:
        return None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _what(found: Explanation) -> str:
    return "median" if _in_time(found) else f"probability of arrival by {found.year}"


def _title(found: Explanation, before: str, after: str) -> str:
    ends = _value_words(found, found.value_before), _value_words(found, found.value_after)
    if not found.parts or not any(part.change for part in found.parts):
        return f"Nothing moves the {_what(found)}: {ends[1]}, {before} as {after}"
    most = found.parts[0]
    moved = f"The {_what(found)} moves from {ends[0]} ({before}) to {ends[1]} ({after})"
    return f"{moved}; the largest part: {switch_words(most.switch)} ({_change_words(found, most.change)})"


def _subtitle(found: Explanation) -> str:
    way = "blue: later, green: sooner" if _in_time(found) else "green: likelier, blue: less likely"
    told = [f"What each difference adds, averaged over every order in which they could come; {way}."]
    if _in_time(found) and _as_of(found, -1) is not None:
        told.append("Orange: the as-of dates.")
    if any(part.label == "refit needed" for part in found.parts):
        told.append("Refit needed: only fits on mixtures tell what each of several causes did.")
    names = sentences.listed([gate.name for gate in found.gates])
    return " ".join([*told, f"Posterior{'s' if len(found.gates) > 1 else ''}: {names}."])


def _describe(found: Explanation, before: str, after: str) -> str:
    told = [f"{switch_words(part.switch)}: {_change_words(found, part.change)}" for part in found.parts]
    return (
        f"Waterfall of the {_what(found)}: {_value_words(found, found.value_before)} {before}; "
        f"{'; '.join([*told, ''])}{_value_words(found, found.value_after)} {after}."
    )


def _rows(found: Explanation, before: str, after: str) -> Iterator[tuple[object, ...]]:
    scale, at = _scale(found), found.value_before
    yield before, "", "", "", "", round(at * scale, 4)
    for part in found.parts:
        at += part.change
        what = switch_words(part.switch)
        yield what, part.switch, part.words, ", ".join(part.causes), round(part.change * scale, 4), round(at * scale, 4)
    yield after, "", "", "", round(found.change * scale, 4), round(found.value_after * scale, 4)


def _values(found: Explanation) -> dict[str, object]:
    """What the title says."""
    most = found.parts[0].change if found.parts else 0.0
    kind = "decimal_year" if _in_time(found) else "probability"
    return {
        f"{kind}_before": found.value_before,
        f"{kind}_after": found.value_after,
        "change": found.change,
        "largest_change": most,
        "year": found.year,
        "posteriors": [gate.name for gate in found.gates],
    }


def _draw(found: Explanation, before: str, after: str, theme: Theme) -> dict[str, Any]:
    rows = steps(found, before, after)
    size = theme.layout.text - 1
    values = [value for row in rows for value in (row.start, row.end, row.as_of) if value is not None]
    room = max(text_width(row.told, size, bold=True) for row in rows) + 16
    margin = theme.layout.left - 8  # labels may hang into it
    unit = "" if _in_time(found) else "\N{NO-BREAK SPACE}%"
    strips = Strips.of(theme, len(rows), span_of(values), (max(room - margin, 8.0), room), unit=unit)
    for i, row in enumerate(rows):
        strips.name(i, (row.name,), row.asides)
        if row.as_of is not None:
            strips.tick(i, row.as_of, theme.palette.asked)
        _draw_row(strips, i, row, found)
    for i, row in enumerate(rows[:-1]):
        _lead_on(strips, i, row.end)
    for i, row in enumerate(rows):
        strips.tell(i, {"": row.name, "here" if i in (0, len(rows) - 1) else "change": row.told})
    return strips.plot.finish()


def _draw_row(strips: Strips, i: int, row: Step, found: Explanation) -> None:
    """A bar from before to after with its change, or a dot with its value."""
    palette, plot, level = strips.plot.theme.palette, strips.plot, strips.level(i)
    is_end = i in (0, strips.count - 1)
    rises = row.end > row.start
    colour = palette.ink if is_end else palette.uncertainty if rises == _in_time(found) else palette.third
    low, high = sorted((row.start, row.end))
    if is_end or math.isclose(low, high, abs_tol=1e-9):
        plot.dot(row.end, level, colour)
    else:
        strips.strip(i, (low, high), colour, _OPACITY, _HALF)
    on_left = row.end < row.start
    shift = 9 if is_end else 6
    spot = plot.spot(row.end, level, dx=-shift if on_left else shift, align="right" if on_left else "left")
    plot.write([row.told], spot, colour, plot.theme.layout.text - 1, bold=is_end)


def _lead_on(strips: Strips, i: int, at: float) -> None:
    """From the end of a bar towards the next one, as far as its name."""
    thin = 0.6 / strips.year_px
    gap = strips.row_px
    for first, last in ((35.0, gap + 2.0), (gap + 18.5, gap + 21.5)):
        levels = strips.level(i, last), strips.level(i, first)
        strips.plot.rectangle((at - thin, at + thin), levels, strips.plot.theme.palette.muted, 0.8)
