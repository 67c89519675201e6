"""The headline for a terminal: 80 columns, no colour needed.

Each cell is the median and the 80 % interval, and under it the probability of arrival by two years, beyond the horizon
and never.
"""

from __future__ import annotations

import textwrap

from forecast.engine.answer import Answer
from forecast.reports import limits
from forecast.reports.facts import data_words, gate_words, model_words, never_places
from forecast.reports.stories import finding
from forecast.reports.tables import ALGORITHMS_AT_LENGTH, MONEY_ONLY, MONEY_ONLY_AT_LENGTH, Headline, Row
from forecast.reports.words import percent, span, when

WIDTH = 80
_LABEL, _CELL = 14, 21
_BAR = "│"
_SHOWN_YEARS = (2030, 2040)


def headline_text(headline: Headline) -> str:
    """The whole headline, ending in a newline."""
    manifest = headline.posterior.manifest
    parts = [
        f"When does a training loss become affordable? As of {manifest['as_of']}, in 2023 dollars.",
        _preface(headline),
        textwrap.fill(finding(headline), WIDTH, break_on_hyphens=False),
        _columns(headline),
        *(_block(target, law, rows, headline) for target, law, rows in headline.blocks),
        _limits(headline),
        _notes(headline),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _labelled(label: str, text: str, indent: int = 11) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=f"{label:<{indent}}",
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _preface(headline: Headline) -> str:
    lines = {
        "data": data_words(headline.posterior, headline.data),
        "models": model_words(headline.posterior),
        "posterior": f"{headline.posterior.name}, {headline.posterior.draws:,} draws",
        "gates": gate_words(headline.any_answer.posterior),
    }
    return "\n".join(_labelled(label, text) for label, text in lines.items())


def _years(headline: Headline) -> list[int]:
    return [year for year in headline.by_years if year in _SHOWN_YEARS]


def _columns(headline: Headline) -> str:
    """Three lines over the columns: the option, what the first line of a cell is, what the second is."""
    years = [str(year) for year in _years(headline)]
    count = len(headline.algorithms)
    heads: dict[str, list[str]] = {
        "algorithms": list(headline.algorithms),
        "payer": ["median [80 %]"] * count,
        "probability, %": [_four([*years, f">{headline.horizon}", "never"])] * count,
    }
    return "\n".join([*(_line(label, cells) for label, cells in heads.items()), _rule(count)])


def _line(label: str, cells: list[str]) -> str:
    return f"{label:<{_LABEL}}{_BAR}{_BAR.join(f'{cell:<{_CELL}}' for cell in cells)}".rstrip()


def _rule(count: int) -> str:
    return "─" * _LABEL + f"┼{'─' * _CELL}" * count


def _four(figures: list[str]) -> str:
    """Figures under each other: two years (fewer where they are past), beyond and never."""
    widths = (4, 5, 6, 6)[-len(figures) :]
    return "".join(f"{figure:>{width}}" for figure, width in zip(figures, widths, strict=True))


def _block(target: str, law: str, rows: list[Row], headline: Headline) -> str:
    title = f"{target[0].upper()}{target[1:]}{', ' if law else ''}{law}"
    return "\n".join([title, *(_row(row, headline) for row in rows)])


def _row(row: Row, headline: Headline) -> str:
    answers = [row.answers[kind] for kind in headline.algorithms]
    first = _line(row.payer, [f"{when(answer)} [{span(answer)}]" for answer in answers])
    return f"{first}\n{_line('', [_probabilities(answer, headline) for answer in answers])}"


def _probabilities(answer: Answer, headline: Headline) -> str:
    years = [answer.p_by(year) for year in _years(headline)]
    return _four([percent(p, unit="") for p in (*years, answer.p_beyond_horizon, answer.p_never)])


def _has_limits(headline: Headline) -> bool:
    return any(row.payer == MONEY_ONLY for row in headline.rows)


def _limits(headline: Headline) -> str:
    """What each question waited for last, under the frontier's spend."""
    rows = limits.limit_rows(headline)
    if not rows:
        return ""
    heads = [*limits.NAMES.values(), "years added"]
    lines = [_waited("waited for last, %", heads)]
    for row in rows:
        shares = [percent(share, unit="") for share in row.shares]
        lines.append(_waited(f"{row.question}, {row.algorithms}", [*shares, limits.added_words(row)]))
    told = f"{limits.finding(rows)} Share of the arrivals by {headline.horizon} for which it was the last obstacle."
    return "\n".join([*lines, textwrap.fill(told, WIDTH, break_on_hyphens=False)])


def _waited(label: str, cells: list[str]) -> str:
    widths = (6, 6, 6, 5, 9, 11)
    return f"{label:<37}" + "".join(_right(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _right(cell: str, width: int) -> str:
    return f"{cell.replace('data movement', 'movement'):>{width}}"


def _notes(headline: Headline) -> str:
    """What the words of the table mean, and why never: each reason once."""
    horizon = headline.horizon
    notes = [_labelled(kind, ALGORITHMS_AT_LENGTH[kind]) for kind in headline.algorithms]
    notes += [_labelled(MONEY_ONLY, MONEY_ONLY_AT_LENGTH)] if _has_limits(headline) else []
    notes += [_labelled("now", "affordable already at the as-of date")]
    notes += [_labelled("beyond", f"for the median: more likely than not beyond {horizon}")]
    notes += [_labelled("never", f"{reason}: {never_places(places)}") for reason, places in headline.never().items()]
    notes += [_labelled("not asked", f"{u.target}, {u.law}: {u.reason}") for u in headline.unanswered]
    return "\n".join(notes)
