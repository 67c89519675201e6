"""A report as Markdown: the same words, tables and pictures, for a mail, a wiki or a repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from forecast.reports import notes
from forecast.reports.picture import Picture
from forecast.reports.report.compose import Report
from forecast.reports.report.faces import Face
from forecast.reports.sections import Section, Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")
_CODE = re.compile(r"(`[^`]*`)")


def report_markdown(report: Report, pictures: bool) -> str:
    """A report as Markdown.

    Parameters
    ----------
    report : Report
        What is told.
    pictures : bool
        Whether pictures lie beside it, in `pictures/`; else each is told by its text alternative.

    Returns
    -------
    str
        Ends in a newline; the same report gives the same bytes.
    """
    return "\n\n".join(part for part in _parts(report, pictures) if part) + "\n"


def _parts(report: Report, pictures: bool) -> Iterator[str]:
    lead = report.faces[0]
    yield f"# {escaped(report.title)}"
    yield f"**{escaped(lead.sentence)}**"
    yield from _tiles(lead)
    yield notes.as_markdown(report.notes) if report.notes else ""
    yield "## When"
    for figure in lead.figures:
        yield from _figure(figure, pictures)
    yield from _others(report.faces[1:])
    for section in report.sections:
        yield from _section(section, pictures)
    yield f"---\n\n{escaped(lead.answer.data_notice)}"


def _tiles(face: Face) -> Iterator[str]:
    yield _table([tile.label for tile in face.tiles], [[tile.value for tile in face.tiles]])


def _others(faces: Sequence[Face]) -> Iterator[str]:
    """Every other scenario in a sentence."""
    if faces:
        yield "\n".join(f"- {escaped(face.name)}: {escaped(face.sentence)}" for face in faces)


def _section(section: Section, pictures: bool) -> Iterator[str]:
    yield f"## {escaped(section.heading)}"
    yield escaped(section.missing)
    yield from (escaped(words) for words in section.words)
    for table in section.tables:
        yield from _titled_table(table)
    for figure in section.figures:
        yield from _figure(figure, pictures)
    yield from (escaped(words) for words in section.notes)


def _titled_table(table: Table) -> Iterator[str]:
    yield f"*{escaped(table.caption)}*"
    yield _table(table.headings, table.shown)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return escaped(text).replace("\n", "<br>") if text != "---" else text


def _figure(figure: Picture, pictures: bool) -> Iterator[str]:
    yield f"### {escaped(figure.title)}"
    yield escaped(figure.subtitle)
    described = escaped(figure.description)
    yield f"![{described}](pictures/{figure.slug}.png)" if pictures else described


def escaped(text: str) -> str:
    """Text that reads as itself in Markdown; what stands between backticks stays code."""
    parts = _CODE.split(text)
    return "".join(part if i % 2 else _SPECIAL.sub(r"\\\1", part) for i, part in enumerate(parts))
