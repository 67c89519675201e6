"""One entry of the glossary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A term, what it means here, and how it is most often misread.

    Attributes
    ----------
    term : str
        As answers write it.
    means : str
        Its definition, in one or two sentences.
    misread : str
        The most common misreading, and why it is one.
    also : tuple of str
        Other names that find it.
    """

    term: str
    means: str
    misread: str
    also: tuple[str, ...] = ()
