"""The tornado chart: how far each input moves the median, the widest first."""

from __future__ import annotations

import functools
from typing import Any

from forecast.engine import words
from forecast.engine.input_words import date_words, value_words
from forecast.engine.sensitivity_answer import Sensitivity, TornadoBar
from forecast.reports.picture import Picture
from forecast.reports.placing import text_width
from forecast.reports.strips import Strips, span_of
from forecast.reports.theme import Theme

_PLAIN = ("compute", "price", "law", "run", "algorithms", "payer", "judge", "brain")
"""Groups whose inputs say themselves what they are of."""


def tornado_chart(found: Sensitivity) -> Picture:
    """The tornado of one answer, with its numbers.

    Parameters
    ----------
    found : Sensitivity
        With one bar at least where the answer depends on anything.
    """
    columns = ("input", "unit", "low value", "high value", "median where low", "median where high")
    return Picture(
        slug="tornado",
        title=_title(found),
        subtitle=_subtitle(found),
        description=_describe(found),
        columns=(*columns, "P by the horizon where low", "P by the horizon where high"),
        rows=tuple(_row(bar) for bar in found.tornado),
        draw=functools.partial(_draw, found),
    )


def _row(bar: TornadoBar) -> tuple[object, ...]:
    ends = round(bar.median_low, 4), round(bar.median_high, 4)
    return bar.input, bar.unit, bar.low_value, bar.high_value, *ends, round(bar.p_low, 5), round(bar.p_high, 5)


def _when(found: Sensitivity, outcome: float) -> str:
    return date_words(outcome, found.horizon, found.answer.cdf.decimal_year[0])


def _what(bar: TornadoBar) -> str:
    """What an input is; with its group where that says of what it is."""
    group = bar.input.partition(".")[0]
    return bar.about if group in _PLAIN else f"{bar.about} ({group.replace('_', ' ')})"


def _title(found: Sensitivity) -> str:
    target = words.target_words(found.question.target)
    if not found.tornado or found.tornado[0].median_low == found.tornado[0].median_high:
        return f"{target}: no input moves the median, {_when(found, found.median)}"
    bar = found.tornado[0]
    ends = [_when(found, outcome) for outcome in (bar.median_low, bar.median_high)]
    what = _what(bar) if _what(bar).startswith("how ") else f"the {_what(bar)}"
    return f"{target}: {what} moves the median most, from {ends[0]} where it is low to {ends[1]} where high"


def _subtitle(found: Sensitivity) -> str:
    return (
        "Median of the date where each input lies in its lowest fifth (green) and in its highest (blue); inputs that "
        f"depend on each other stay so. Tick: the median over all draws, {_when(found, found.median)}. "
        f"As of {found.provenance.as_of}."
    )


def _describe(found: Sensitivity) -> str:
    bars = [
        f"{bar.input}: {_when(found, bar.median_low)} where low ({value_words(bar.low_value, bar.unit)}), "
        f"{_when(found, bar.median_high)} where high ({value_words(bar.high_value, bar.unit)})"
        for bar in found.tornado
    ]
    return f"Bar chart of medians by input. Over all draws {_when(found, found.median)}. " + "; ".join(bars) + "."


def _draw(found: Sensitivity, theme: Theme) -> dict[str, Any]:
    years = [found.median, *(end for bar in found.tornado for end in (bar.median_low, bar.median_high))]
    capped = max(years) >= found.horizon
    size = theme.layout.text - 1
    widths = [text_width(label, size) for bar in found.tornado for label in _labels(bar)]
    room = max(widths, default=0.0) + 14
    margin = theme.layout.left - 8  # labels may hang into it
    ends = f"beyond {words.horizon_words(found.question)}" if capped else ""
    strips = Strips.of(theme, max(len(found.tornado), 1), span_of(years), (max(room - margin, 8.0), room), ends)
    for row, bar in enumerate(found.tornado):
        what = _what(bar)
        strips.name(row, (what[:1].upper() + what[1:], bar.about, bar.input))
        _draw_bar(strips, row, bar, found.median)
    for row, bar in enumerate(found.tornado):
        dates = (_when(found, outcome) for outcome in (bar.median_low, bar.median_high))
        strips.tell(row, {"": _what(bar), **dict(zip(_labels(bar), dates, strict=True))})
    return strips.plot.finish()


def _labels(bar: TornadoBar) -> tuple[str, str]:
    low, high = (value_words(value, bar.unit) for value in (bar.low_value, bar.high_value))
    return f"low {low}", f"high {high}"


def _draw_bar(strips: Strips, row: int, bar: TornadoBar, median: float) -> None:
    colours, plot = strips.plot.theme.palette, strips.plot
    low, high = bar.median_low, bar.median_high
    strips.strip(row, (min(low, high), max(low, high)), colours.uncertainty, 0.26)
    strips.tick(row, median, colours.ink)
    level, size = strips.level(row), plot.theme.layout.text - 1
    inks = (colours.third, colours.uncertainty)
    for year, ink in zip((low, high), inks, strict=True):
        plot.dot(year, level, ink)
    for year, other, text, ink in zip((low, high), (high, low), _labels(bar), inks, strict=True):
        on_left = year < other or (year == other and ink == inks[0])
        spot = plot.spot(year, level, dx=-9 if on_left else 9, align="right" if on_left else "left")
        plot.write([text], spot, ink, size)
