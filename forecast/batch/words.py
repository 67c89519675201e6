"""What a batch came to, in words."""

from __future__ import annotations

from forecast.batch.summary import BatchSummary
from forecast.engine.words import listed

MOST_REASONS = 5


def outcome(summary: BatchSummary) -> str:
    """How many questions were asked, how many could not be answered, and why."""
    told = f"{counted(summary.questions)} {'was' if summary.questions == 1 else 'were'} asked"
    if not summary.failed:
        return f"{told}, and answered."
    reasons = [f"{one.message} ({counted(one.questions)})" for one in summary.failures[:MOST_REASONS]]
    return f"{told}; {summary.failed:,} could not be answered: {listed(reasons)}."


def counted(questions: int) -> str:
    """`1 question`, `10,000 questions`."""
    return f"{questions:,} question{'' if questions == 1 else 's'}"
