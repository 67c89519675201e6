"""Texts without the passwords of the URLs in them: the last guard before a line is logged, printed or sent.

Messages are made without secrets in the first place. What a library says of a URL that it was given is its own.
"""

from __future__ import annotations

import re

HIDDEN = "***"
"""Stands for a secret."""

_SPACE = re.compile(r"(\s+)")
_OPTION = re.compile(
    r"([?&][^\s=&?]*(?:pass|secret|token|key|signature|credential)[^\s=&?]*)=[^\s&'\"]*", re.IGNORECASE
)


def masked(text: str) -> str:
    """The text, with stars for what stands after a user's name in a URL and for options that are named like a secret.

    Parameters
    ----------
    text : str
        A URL, or words with some in them.

    Examples
    --------
    >>> masked("cannot reach postgresql://forecasts:secret@db/forecasts?sslmode=require&sslpassword=x")
    'cannot reach postgresql://forecasts:***@db/forecasts?sslmode=require&sslpassword=***'
    """
    if ":/" not in text:  # one slash: what was taken for a path has lost the other
        return text
    return _OPTION.sub(rf"\1={HIDDEN}", "".join(map(_without_password, _SPACE.split(text))))


def _without_password(word: str) -> str:
    """By hand: a pattern would take a minute over a megabyte that somebody made for it."""
    scheme, found, rest = word.partition(":/")
    person, at, place = rest.rpartition("@")
    user, colon, _ = person.partition(":")
    return f"{scheme}{found}{user}:{HIDDEN}{at}{place}" if found and colon else word
