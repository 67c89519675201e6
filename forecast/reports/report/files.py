"""A report -> its files: the page, Markdown, JSON, the numbers as CSV, the pictures.

All are made from the same sections, and the same report gives the same bytes.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterator, Sequence

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.reports import notes
from forecast.reports.drawing import Drawing
from forecast.reports.picture import Picture
from forecast.reports.render import rendered
from forecast.reports.report.compose import Report
from forecast.reports.report.json_form import report_json
from forecast.reports.report.markdown import report_markdown
from forecast.reports.sections import Table
from forecast.reports.theme import Theme

PAGE, MARKDOWN, JSON, ANSWERS = "report.html", "report.md", "report.json", "answers.csv"
FORMATS = ("html", "markdown", "json", "csv", "pictures")
"""What is made of the report itself; the answers to a batch are kept as they come."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def files(
    report: Report, formats: Sequence[str] = FORMATS, checkpoint: Checkpoint = proceed
) -> Iterator[tuple[str, bytes]]:
    """Every file of a report, one after the other.

    Parameters
    ----------
    report : Report
        What is written.
    formats : sequence of str
        Some of `FORMATS`.
    checkpoint : callable
        Called between files, to end the work by raising.

    Yields
    ------
    tuple of str and bytes
        Its name, with `/` between folder and file, and what it holds.
    """
    shown = pictured(report) if "pictures" in formats else []
    with Drawing([picture.json(Theme()) for picture in shown]) as drawing:
        for name, made in _made(report, formats):
            yield name, made().encode()
            checkpoint()
        for picture, data in zip(shown, drawing.pictures(), strict=True):
            yield f"pictures/{picture.slug}.png", data
            checkpoint()


def _made(report: Report, formats: Sequence[str]) -> Iterator[tuple[str, Callable[[], str]]]:
    """What each file is made by, pictures left out."""
    if "html" in formats:
        yield PAGE, lambda: page(report)
    if "markdown" in formats:
        yield MARKDOWN, lambda: report_markdown(report, "pictures" in formats)
    if "json" in formats:
        yield JSON, lambda: report_json(report)
    if "csv" in formats:
        yield from _numbers(report)
        if report.asked is not None and report.asked.rows:
            yield ANSWERS, report.asked.csv


def figures(report: Report) -> list[Picture]:
    """Every picture, in the order of the page."""
    faces = [figure for face in report.faces for figure in face.figures]
    return [*faces, *(figure for section in report.sections for figure in section.figures)]


def pictured(report: Report) -> list[Picture]:
    """The pictures that Markdown shows: those of the lead, and of every section."""
    others = {figure.slug for face in report.faces[1:] for figure in face.figures}
    return [figure for figure in figures(report) if figure.slug not in others]


def page(report: Report) -> str:
    """The page as HTML: one file that opens offline."""
    return rendered(
        "report.html.j2",
        figures=figures(report),
        report=report,
        lead=report.faces[0],
        notes=notes.as_html(report.notes) if report.notes else "",
        fold=FOLDED,
    )


FOLDED = ("data", "models", "priors", "diagnostics", "provenance", "glossary")
"""Sections that a page shows folded."""


def _numbers(report: Report) -> Iterator[tuple[str, Callable[[], str]]]:
    for picture in figures(report):
        yield f"numbers/{picture.slug}.csv", picture.csv
    for section in report.sections:
        for table in section.tables:
            if table.slug:
                yield f"numbers/{table.slug}.csv", functools.partial(table_csv, table)


def table_csv(table: Table) -> str:
    """A table as CSV, with every row; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.headings)
    writer.writerows([_harmless(cell) for cell in row] for row in table.rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    plain = cell.replace("\n", "; ")
    return f"'{plain}" if plain.startswith(_FORMULA) and not _is_number(plain) else plain


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
