"""What a published forecast belongs to: forecasts of one series answer the same question, one after the other."""

from __future__ import annotations

import hashlib
import re

from forecast.engine.encode_question import scenario_hash
from forecast.engine.imported import NAME
from forecast.engine.question import Question
from forecast.engine.targets import Target
from forecast.engine.words import number
from forecast.errors import InputError

_DIGITS = 12
_SLUG_CHARACTERS = 50
_OTHER = re.compile(r"[^a-z0-9]+")


def series_of(question: Question) -> str:
    """The series of a question, from its own content: its target in short, and a hash of all that moves its answer.

    The posterior, the as-of date and the seed have no part in it, nor how much of the answer is told. So what is
    answered tonight follows what was answered last night.
    """
    content = f"{scenario_hash(question)} {question.horizon}"
    return f"{_slug(question.target)}-{hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]}"


def checked_series(name: str) -> str:
    """The name of a series that somebody chose.

    Raises
    ------
    InputError
        When it cannot be one.
    """
    if not NAME.fullmatch(name):
        message = f"series is {name!r:.80}; give 3 to 63 small letters, digits and hyphens, a letter first"
        raise InputError(message, field="series")
    return name


def _slug(target: Target) -> str:
    told = f"{target.kind} {number(target.value)} {target.scale or ''}".lower()
    return _OTHER.sub("-", told)[:_SLUG_CHARACTERS].strip("-")
