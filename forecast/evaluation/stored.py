"""Stored tables: what every reader of one asks before it believes its rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from forecast.errors import ArtefactError


def table(path: Path, columns: Sequence[str], what: str, remedy: str) -> list[dict[str, str]]:
    """The rows of a stored table, as text by column.

    Parameters
    ----------
    path : Path
        Of the CSV file; its name is the field of an error.
    columns : sequence of str
        What it must hold, in that order.
    what, remedy : str
        What is missed where there is no file, and what to do about it.

    Raises
    ------
    ArtefactError
        When there is no file, or it has other columns.
    """
    if not path.is_file():
        raise ArtefactError(f"no {what} in {path.parent}: {remedy}", field=path.name)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise ArtefactError(f"{path} has other columns than this version's: {remedy}", field=path.name)
        return list(reader)
