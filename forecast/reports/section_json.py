"""Sections as JSON values: the words, and beside them the numbers that the strict check holds them to."""

from __future__ import annotations

from typing import Any

from forecast.reports.picture import Picture
from forecast.reports.sections import Section, Table, Tile


def section_dict(section: Section) -> dict[str, Any]:
    """A section as JSON values.

    Returns
    -------
    dict
        slug, heading, words, tables, figures, notes, missing, values; what is empty is left out.
    """
    parts = {
        "slug": section.slug,
        "heading": section.heading,
        "words": list(section.words),
        "tables": [table_dict(table) for table in section.tables],
        "figures": [figure_dict(figure) for figure in section.figures],
        "notes": list(section.notes),
        "missing": section.missing,
        "values": dict(section.values),
    }
    return {name: value for name, value in parts.items() if value}


def table_dict(table: Table) -> dict[str, Any]:
    """A table as JSON values, with every row; `on_page` where a page shows fewer."""
    parts: dict[str, Any] = {"slug": table.slug} if table.slug else {}
    parts |= {"caption": table.caption, "headings": list(table.headings), "rows": [list(row) for row in table.rows]}
    return parts | ({"on_page": table.on_page} if table.on_page else {})


def figure_dict(figure: Picture) -> dict[str, Any]:
    """A picture as JSON values: its words, the numbers behind it, and what its words say beyond those."""
    parts = {
        "slug": figure.slug,
        "title": figure.title,
        "subtitle": figure.subtitle,
        "description": figure.description,
        "columns": list(figure.columns),
        "rows": [list(row) for row in figure.rows],
    }
    return parts | ({"values": dict(figure.values)} if figure.values else {})


def tile_dict(tile: Tile) -> dict[str, str]:
    """A tile as JSON values."""
    return {"label": tile.label, "value": tile.value} | ({"note": tile.note} if tile.note else {})
