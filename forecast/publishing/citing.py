"""A published forecast in one line: what was asked, the answer, what it rests on, and where it can be looked up."""

from __future__ import annotations

from forecast.catalogue.entries.published import Published, told_time
from forecast.engine.answer import Answer
from forecast.engine.words import percent, sentence

DIGITS = 12
"""Of the hash; as many as a record's name has."""


def statement(answer: Answer) -> str:
    """What was asked, median, 80 % interval, P(never) and posterior; every number is the answer's own."""
    source, gate = answer.provenance, answer.posterior
    judged = "" if gate.status == "PASSED" else f" ({gate.status})"
    never = f"With probability {percent(answer.p_never)} it never comes."
    made = f"As of {source.as_of}, posterior {source.posterior}{judged}, timelines {source.code_version}."
    return f"{sentence(answer)} {never} {made}"


def cite(published: Published) -> str:
    """The statement with the day, the name and the beginning of the hash; one line without a newline."""
    day, digits = told_time(published.published_at)[:10], published.content_sha256[:DIGITS]
    return f"{published.record.citation} Published on {day} as {published.name}, SHA-256 {digits}."
