"""Texts of callers, each no longer than anybody needs: answers give them back, and the server remembers answers."""

from __future__ import annotations

from forecast.errors import InputError

MAX_NAME = 200
"""Characters of a name that is the caller's own."""
MAX_WORDS = 2_000
"""Characters of what is said about something, or of where it comes from; a scenario's file holds as many."""
MAX_DATE = 10
"""Characters of YYYY-MM-DD."""


def bounded(text: str, path: str, most: int) -> str:
    """The text, as it is.

    Parameters
    ----------
    text : str
        A text of the caller's.
    path : str
        Where it stands.
    most : int
        Characters that it may have.

    Raises
    ------
    InputError
        When it has more.
    """
    if len(text) > most:
        raise InputError(f"{path} has {len(text):,} characters; give at most {most:,}", field=path)
    return text
