"""The glossary of a report: the terms that it uses, what they mean, and how they are most often misread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from forecast.engine.answer import Answer
from forecast.glossary import SECTIONS
from forecast.glossary.entry import Entry
from forecast.reports.sections import Section, Table

HONESTY = "The product speaks of loss, compute and money, not of capability. Every term: `timelines glossary`."
_ALWAYS = (
    "as of",
    "data cutoff",
    "quantile over all draws",
    "already",
    "beyond the horizon",
    "never",
    "scale",
    "petaflop/s-day",
    "2023 US dollars",
    "binding limit",
    "posterior",
)
"""Terms of every report: each stands on the page, whatever was asked."""


def glossary_section(answers: Sequence[Answer] = (), sections: Sequence[Section] = ()) -> Section:
    """The terms of a report with their misreadings.

    Parameters
    ----------
    answers : sequence of Answer
        Of the report: their targets, payers and choices name terms.
    sections : sequence of Section
        Of the report: their words name terms. With neither, every term is told.
    """
    entries = [(group, entry) for group, found in SECTIONS.items() for entry in found]
    text = " ".join([*_answer_words(answers), *_section_words(sections)]).lower()
    if answers or sections:
        entries = [(group, entry) for group, entry in entries if entry.term in _ALWAYS or _used(entry, text)]
    rows = tuple((f"{entry.term}\n{group}", entry.means, entry.misread) for group, entry in entries)
    return Section(
        "glossary",
        "Glossary, and how the terms are misread",
        words=(HONESTY,),
        tables=(Table("Terms", ("term", "what it means here", "how it is misread"), rows, slug="glossary"),),
        values={"data": {"terms": [{"term": e.term, "means": e.means, "misread": e.misread} for _, e in entries]}},
    )


def _used(entry: Entry, text: str) -> bool:
    """Whether the term, or one of its other names that says enough, stands in the text."""
    names = [entry.term, *(name for name in entry.also if len(name) > _SAYS_ENOUGH)]
    return any(re.search(rf"(?<![\w-]){re.escape(name.lower())}s?(?![\w-])", text) for name in names)


_SAYS_ENOUGH = 8


def _answer_words(answers: Sequence[Answer]) -> Iterator[str]:
    for answer in answers:
        question = answer.question
        kinds = (question.target.kind, question.payer.kind, question.criterion, question.cost_scope)
        yield from (kind.replace("_", " ") for kind in kinds)
        for choice in answer.choices:
            yield f"{choice.value} {choice.name} {choice.words}".replace("_", " ")
        yield from (limit.limit.replace("_", " ") + " limit" for limit in answer.binding_limits)


def _section_words(sections: Sequence[Section]) -> Iterator[str]:
    for one in sections:
        yield from (one.heading, *one.words, *one.notes)
        for table in one.tables:
            yield from (table.caption, *table.headings, *(cell for row in table.shown for cell in row))
        yield from (f"{figure.title} {figure.subtitle}" for figure in one.figures)
