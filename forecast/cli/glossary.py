"""`timelines glossary`: what the words of an answer mean, and how they are most often misread."""

from __future__ import annotations

import json
import shutil
import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from forecast.glossary.entry import Entry


@click.command()
@click.argument("term", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def glossary(term: str | None, as_json: bool) -> None:
    """Say what TERM means here and how it is most often misread; without TERM, all of them.

    The product speaks of loss, compute and money, not of capability.
    """
    from forecast.glossary import SECTIONS, find

    wanted = None if term is None else find(term)
    found = {section: [entry for entry in entries if wanted in (None, entry)] for section, entries in SECTIONS.items()}
    found = {section: entries for section, entries in found.items() if entries}
    if as_json:
        listed = [_dict(entry, section) for section, entries in found.items() for entry in entries]
        click.echo(json.dumps(listed if wanted is None else listed[0], indent=2, ensure_ascii=False))
    elif wanted is None:
        click.echo("\n\n".join(_section(section, entries) for section, entries in found.items()))
    else:
        click.echo(_words(wanted))


def _dict(entry: Entry, section: str) -> dict[str, object]:
    return {
        "term": entry.term,
        "section": section,
        "means": entry.means,
        "misread": entry.misread,
        "also": list(entry.also),
    }


def _section(name: str, entries: list[Entry]) -> str:
    return "\n\n".join([name.upper(), *(_words(entry) for entry in entries)])


def _words(entry: Entry) -> str:
    width = min(shutil.get_terminal_size().columns, 100)
    lines = [entry.means, f"Misread: {entry.misread[0].lower()}{entry.misread[1:]}"]
    lines += [f"Also: {', '.join(entry.also)}."] if entry.also else []
    wrapped = [textwrap.fill(line, width, initial_indent="  ", subsequent_indent="  ") for line in lines]
    return "\n".join([entry.term, *wrapped])
