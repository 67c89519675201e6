"""What a page is made of: sections of words, tables and figures; one whose numbers are missing says so.

HTML, Markdown, JSON and CSV are made from the same sections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forecast.errors import ArtefactError, DataError, PosteriorNotFoundError
from forecast.reports.picture import Picture

_FOLDER = re.compile(r" in (?:[A-Za-z]:)?[/\\]\S*(?=:)")  # where it would be says nothing to a reader of the page


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, what it is, and what it rests on."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings.

    Attributes
    ----------
    caption : str
        What it is, for those who cannot see it.
    headings : tuple of str
        Of the columns.
    rows : tuple of tuple of str
        Cells; the first of a row is its heading, and what follows a line break in it is set small under it.
    numbers : tuple of int
        Columns of numbers, set to the right.
    wide_only : tuple of int
        Columns that a phone leaves out.
    slug : str
        The name of its file of numbers; empty where it has none.
    on_page : int
        How many rows, from the first on, a page shows; its file of numbers has all. 0 shows all.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    wide_only: tuple[int, ...] = ()
    slug: str = ""
    on_page: int = 0

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows that a page shows."""
        return self.rows[: self.on_page] if self.on_page else self.rows


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes
    ----------
    slug, heading : str
        Its place on the page, and its title.
    words : tuple of str
        Paragraphs.
    tables : tuple of Table
        After them.
    figures : tuple of Picture
        Then.
    notes : tuple of str
        Small print after all.
    missing : str
        What to run where its tables are not there; empty where they are.
    values : mapping
        What its words are made from, as JSON values: by these the strict check reads the words. What stands under
        the key `data` is for those who want all of it, and proves nothing.
    """

    slug: str
    heading: str
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
    missing: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def section(slug: str, heading: str, build: Callable[[], Section]) -> Section:
    """A section, or one that says what is missing where its tables cannot be read.

    Parameters
    ----------
    slug, heading : str
        Of the section.
    build : callable
        Makes the rest; what it raises for a missing table is told in its place.
    """
    try:
        return replace(build(), slug=slug, heading=heading)
    except (ArtefactError, DataError, PosteriorNotFoundError) as error:
        return Section(slug, heading, missing=f"Not shown: {_FOLDER.sub('', error.message)}.")


def drawn(*figures: Picture | None) -> tuple[Picture, ...]:
    """Those that there are."""
    return tuple(figure for figure in figures if figure is not None)
