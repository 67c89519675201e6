"""A track record and its scores as plain text, 100 columns."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from forecast.units import date_of

if TYPE_CHECKING:
    from forecast.evaluation.track_record import Entry, Facts, ScoredEntry

WIDTH = 100
_AHEAD = (0, 1, 2, 4)
"""Years after the as-of year whose probabilities are shown; the file and the JSON have more."""

Row = tuple[str, tuple[str, ...]]
"""A heading, and the cells of one line under it."""


def record_text(entries: Sequence[Entry]) -> str:
    """The track record, release by release, ending in a newline."""
    from forecast.evaluation.track_encode import PROSPECTIVE

    groups = dict.fromkeys((one.release, one.recorded_on, one.posterior, one.status) for one in entries)
    releases = len({one.release for one in entries})
    of = f"{releases} versions" if releases > 1 else "1 version"
    parts = [_filled(f"{len(entries)} forecasts of {of}; every digest fits its row. {PROSPECTIVE}")]
    for release, day, posterior, status in groups:
        own = [e for e in entries if (e.release, e.recorded_on, e.posterior) == (release, day, posterior)]
        parts.append(f"{release}, recorded on {day} from the posterior {posterior} ({status})\n{_forecasts(own)}")
    return "\n\n".join([*parts, _LEGEND]) + "\n"


_LEGEND = """Columns of years: probability of arrival by the end of that year, %; >: beyond the horizon, %.
now: reached at the as-of date. off, 16mo, 8mo: algorithms. Whole rows, with their questions and
resolution texts: timelines track-record --json. How they did: timelines track-record score."""


def _forecasts(entries: Sequence[Entry]) -> str:
    first = entries[0].as_of.year
    years = [first + ahead for ahead in _AHEAD]
    header = ("", "median", "80 %", *map(str, years), ">", "never")
    rows: list[Row] = []
    for entry in entries:
        by = dict(entry.p_by_year)
        shares = (*(by.get(year, math.nan) for year in years), entry.p_beyond, entry.p_never)
        case = entry.case.replace(", algorithms ", ", ")
        rows.append((entry.subject, (case, _month(entry, 0.5), _ends(entry), *map(_percent, shares))))
    return _table(header, rows, left=(0, 1, 2))


def _ends(entry: Entry) -> str:
    low, high = _month(entry, 0.1), _month(entry, 0.9)
    return low if low == high else f"{low}–{high}"


def _month(entry: Entry, level: float) -> str:
    year = entry.quantile(level)
    if level <= entry.p_already + 1e-12:
        return "now"
    if math.isfinite(year):
        return f"{date_of(year):%Y-%m}"
    return "never" if level > 1 - entry.p_never + 1e-12 else "beyond"


def _percent(share: float) -> str:
    if math.isnan(share):
        return ""
    whole = f"{100 * share:.0f}"
    if whole == "0" and share > 0:
        return "<1"
    return ">99" if whole == "100" and share < 1 else whole


def scores_text(scored: Sequence[ScoredEntry], facts: Facts) -> str:
    """What became of the track record, ending in a newline."""
    from forecast.evaluation.track_encode import PROSPECTIVE

    opening = (
        f"Facts are what the posterior {facts.posterior} observed. They settle questions up to {facts.settled_until}: "
        "values are read 90 days after a day."
    )
    parts = [_filled(opening), _totals(scored, facts), _came(scored), _events(scored), _waiting(scored), _not(scored)]
    return "\n\n".join(part for part in [*parts, _filled(PROSPECTIVE)] if part) + "\n"


def _totals(scored: Sequence[ScoredEntry], facts: Facts) -> str:
    from forecast.evaluation.track_record import totals

    made = totals(scored)
    if made.so_far_years is None:
        first = min((event.settled_on for one in scored for event in one.events), default=None)
        return f"Nothing on record is settled yet{f'; the first events can be on {first}' if first else ''}."
    words = [
        f"{made.dates} dates have come and {made.waiting} have not: mean CRPS so far {made.so_far_years:.2f} years.",
    ]
    if made.brier is not None:
        opening = f"{made.events} events are settled, {made.sure} of them forecast under 1 % or over 99 %"
        words.append(f"{opening}: mean Brier score {made.brier:.3f}, mean log score {made.log_score:.3f}.")
    if made.by_silence:
        words.append(
            f"{made.by_silence} of the events did not happen only as far as is disclosed: from {facts.disclosed_until} "
            "on developers seldom tell of their largest runs."
        )
    words.append("Forecasts of one release share one path: they succeed or fail together.")
    words.append("What could be paid for need not be made: such forecasts are held against runs that were.")
    return _filled(" ".join(words))


def _came(scored: Sequence[ScoredEntry]) -> str:
    rows: list[Row] = [
        (
            one.entry.subject,
            (
                one.entry.case,
                one.entry.release,
                str(one.came_on),
                f"{_percent(one.at or 0.0)} %",
                f"{one.crps_years:.2f}",
                one.what,
            ),
        )
        for one in scored
        if one.came_on is not None
    ]
    header = ("Came", "release", "on", "at", "CRPS", "what")
    return _table(header, rows, left=(0, 1, 2, 5)) if rows else ""


def _events(scored: Sequence[ScoredEntry]) -> str:
    rows: list[Row] = [
        (
            one.entry.subject,
            (
                one.entry.case,
                one.entry.release,
                str(event.year),
                f"{_percent(event.probability)} %",
                "yes" if event.happened else "no, by silence" if event.by_silence else "no",
                f"{event.brier:.3f}",
                f"{event.log_score:.3f}",
            ),
        )
        for one in scored
        for event in one.settled
        if not event.sure or event.happened != (event.probability > 0.5)
    ]
    header = ("Events settled", "release", "by", "forecast", "happened", "Brier", "log")
    went = sum(len(one.settled) for one in scored) - len(rows)
    others = f"  and {went} that were forecast under 1 % or over 99 % and went so"
    return "\n".join([_table(header, rows, left=(0, 1, 2, 4)), *([others] if went else [])]) if rows or went else ""


def _waiting(scored: Sequence[ScoredEntry]) -> str:
    rows: list[Row] = [
        (
            one.entry.subject,
            (
                one.entry.case,
                one.entry.release,
                str(event.year),
                f"{_percent(event.probability)} %",
                str(event.settled_on),
                "" if one.log_waited is None else f"{one.log_waited:.3f}",
            ),
        )
        for one in scored
        if one.came_on is None and (event := one.next_event)
    ]
    header = ("Still open", "release", "next by", "forecast", "settled on", "ln P(waiting)")
    return _table(header, rows, left=(0, 1, 2, 4)) if rows else ""


def _not(scored: Sequence[ScoredEntry]) -> str:
    reasons = dict.fromkeys(one.why for one in scored if one.why)
    if not reasons:
        return ""
    counts = {why: sum(one.why == why for one in scored) for why in reasons}
    return "Not scored\n" + "\n".join(_filled(f"{n} forecasts: {why}.", "  ", "    ") for why, n in counts.items())


def _table(header: Sequence[str], rows: Sequence[Row], left: Sequence[int]) -> str:
    """Lines under headings, every column as wide as its widest cell."""
    lines = [tuple(header), *((f"  {cells[0]}", *cells[1:]) for _, cells in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        placed = ((i, cell, width) for i, (cell, width) in enumerate(zip(cells, widths, strict=True)))
        return "".join(f"{c:<{w}}  " if i in left else f"{c:>{w}} " for i, c, w in placed).rstrip()

    made, heading = [line(lines[0])], ""
    for (subject, _), cells in zip(rows, lines[1:], strict=True):
        if subject != heading:
            made.append(heading := subject)
        made.append(line(cells))
    return "\n".join(made)


def _filled(words: str, first: str = "", rest: str = "") -> str:
    together = words.replace(" %", "\x00%")
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )
    return wrapper.fill(together).replace("\x00", " ")
