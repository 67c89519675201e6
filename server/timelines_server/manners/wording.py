"""Texts that leave the server: short, on one line, without control characters, without a path of the server's."""

from __future__ import annotations

import re

from forecast.storage.masking import masked

MESSAGE_CHARACTERS = 2_000
_WORD_CHARACTERS = 120
_READ_CHARACTERS = 10_000
_LONG_WORD = re.compile(rf"(\S{{60}})\S{{{_WORD_CHARACTERS - 80},}}(\S{{20}})")
_PATH = re.compile(r"(?<![\w:/.])(?:~|[A-Za-z]:)?[/\\][^\s/\\]+[/\\]")


def clean(text: str, limit: int = MESSAGE_CHARACTERS) -> str:
    """The text as one line of at most `limit` characters.

    What is left out is left out of the middle: the start says what is wrong, the end says what to do.

    Parameters
    ----------
    text : str
        May hold anything, also megabytes that a caller sent.
    limit : int
        The most characters to give back.
    """
    text = masked(text)
    if len(text) > _READ_CHARACTERS:
        text = f"{text[: _READ_CHARACTERS // 2]}…{text[-_READ_CHARACTERS // 2 :]}"
    text = _LONG_WORD.sub(r"\1…\2", text)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= limit else _without_the_middle(text, limit)


def _without_the_middle(text: str, length: int) -> str:
    start = length * 2 // 3
    end = length - start - 1
    return f"{text[:start]}…{text[len(text) - end :]}"


def names_a_path(text: str) -> bool:
    """Whether the text holds a file's path, which is nobody's business outside."""
    return _PATH.search(text) is not None
