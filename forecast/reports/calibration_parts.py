"""What a calibration page is made of: sections of words, tables and figures; one whose tables are missing says so."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from forecast.errors import ArtefactError, DataError, PosteriorNotFoundError
from forecast.evaluation.bar import Check
from forecast.reports.picture import Picture
from forecast.reports.skill_chart import signed
from forecast.reports.words import percent

_FOLDER = re.compile(r" in (?:[A-Za-z]:)?[/\\]\S*(?=:)")  # where it would be says nothing to a reader of the page


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, what it is, and what it rests on."""

    label: str
    value: str
    note: str


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
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    wide_only: tuple[int, ...] = ()


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
    """

    slug: str
    heading: str
    words: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
    missing: str = ""


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


def figure_words(value: float, unit: str) -> str:
    """A measured value by its unit: `80 %`, `+0.13`, `1.7 %`, `38 minutes`; `not stored` where there is none."""
    if not math.isfinite(value):
        return "not stored"
    told = {
        "share": lambda: percent(value),
        "skill": lambda: signed(value),
        "ln": lambda: f"{100 * value:.1f} %",
        "oom": lambda: f"{value:.2f} oom",
        "years": lambda: f"{value:.1f} years",
        "minutes": lambda: f"{value:.0f} minutes",
    }
    return told[unit]() if unit in told else f"{value:g} {unit}".strip()


def bound_words(check: Check) -> str:
    """What a line of the bar wants: `70 to 90 %`, `at least +0.10`, `under 2.3 %`."""
    low, high = check.low, check.high
    if low is not None and high is not None:
        first = figure_words(low, check.unit).removesuffix("\N{NO-BREAK SPACE}%")
        return f"{first} to {figure_words(high, check.unit)}"
    if low is not None:
        return f"at least {figure_words(low, check.unit)}"
    return f"at most {figure_words(high, check.unit)}" if high is not None else ""


def count_words(n: int, effective_n: float) -> str:
    """`n 30, worth 11`: outcomes, and how many independent ones they are worth."""
    return f"n {n:,}, worth {effective_n:.0f}" if math.isfinite(effective_n) and effective_n else f"n {n:,}"
