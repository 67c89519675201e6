"""What the words of an answer mean, and how they are most often misread.

The product speaks of loss, compute and money, not of capability. `timelines glossary` prints this, and the README's
vocabulary is `markdown()`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from forecast.errors import UnknownNameError
from forecast.glossary.dates import BELIEFS, DATES
from forecast.glossary.entry import Entry
from forecast.glossary.loss import COMPUTE, LOSS
from forecast.glossary.money import LIMITS, MONEY

SECTIONS: Mapping[str, tuple[Entry, ...]] = {
    "Loss": LOSS,
    "Compute": COMPUTE,
    "Money": MONEY,
    "Limits of one run": LIMITS,
    "Dates": DATES,
    "Beliefs": BELIEFS,
}
"""Entries by section, in the order in which they are read."""


def find(term: str) -> Entry:
    """The entry of a term, by its name or another name of it, in any spelling of capitals and hyphens.

    Parameters
    ----------
    term : str
        What is looked up.

    Returns
    -------
    Entry
        What it means.

    Raises
    ------
    UnknownNameError
        When there is none; lists those that are near, else all.
    """
    names = {_plain(name): entry for entry in reversed(_entries()) for name in (*entry.also, entry.term)}
    names |= {_plain(entry.term): entry for entry in _entries()}
    if _plain(term) in names:
        return names[_plain(term)]
    near = get_close_matches(_plain(term), names, n=5, cutoff=0.7)
    near += [name for name in names if len(_plain(term)) > 2 and _plain(term) in name]
    known = {names[name].term for name in near} or {entry.term for entry in _entries()}
    raise UnknownNameError("term", f"{term:.60}", known, field="term")


def markdown(level: int = 3) -> str:
    """The whole glossary as Markdown: a heading for each section, an item for each term.

    Parameters
    ----------
    level : int
        Of the headings.

    Returns
    -------
    str
        Without a newline at its end.
    """
    parts = []
    for section, entries in SECTIONS.items():
        items = "\n".join(f"- **{entry.term}**: {entry.means} *Misread:* {entry.misread}" for entry in entries)
        parts.append(f"{'#' * level} {section}\n\n{items}")
    return "\n\n".join(parts)


def _entries() -> tuple[Entry, ...]:
    return tuple(entry for entries in SECTIONS.values() for entry in entries)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().lower()
