"""`timelines data`: the observations behind the fits, and how to bring newer ones."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import click

from forecast.cli.listing import columns, fields
from forecast.errors import DataError, ForecastError, InputError, UnknownNameError

if TYPE_CHECKING:
    from forecast.data.importers import ImportReport

JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
TABLES = click.option(
    "--tables",
    metavar="FOLDER",
    help="Your own tables (from `timelines data import`); those not in it are the shipped.",
)
Row = dict[str, Any]

_CELL = 24
_EXAMPLES = 3


@click.group()
def data() -> None:
    """List, show, check and import the tables of observations."""


@data.command(name="list")
@TABLES
@JSON
def list_(tables: str | None, as_json: bool) -> None:
    """List the tables: rows, newest publication, digest, sources."""
    from forecast.data.schemas import TABLES as SCHEMAS

    found = [_summary(name, tables) for name in SCHEMAS]
    if as_json:
        click.echo(_json(found))
        return
    rows = [(t["table"], t["rows"], t["newest"], t["digest"][:12], _listed(t["sources"])) for t in found]
    click.echo(columns(("table", "rows", "newest", "digest", "sources"), rows, right=("rows",)))


@data.command()
@click.argument("table")
@click.option("--head", type=click.IntRange(min=1), metavar="N", help="The first N rows.  [default: 10 as columns]")
@click.option("--source", metavar="KEY", help="Rows of one source.")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV.")
@TABLES
@JSON
def show(table: str, head: int | None, source: str | None, as_csv: bool, tables: str | None, as_json: bool) -> None:
    """Show the rows of TABLE."""
    if as_csv and as_json:
        raise InputError("--json and --csv are both given; choose one", field="json")
    rows = _rows(table, source, tables)
    if as_csv:
        click.echo(_schema(table).to_text(rows[:head]), nl=False)
    elif as_json:
        click.echo(_json([{name: _plain(value) for name, value in row.items()} for row in rows[:head]]))
    else:
        click.echo(_page(table, rows, head or 10))


@data.command()
@TABLES
def check(tables: str | None) -> None:
    """Check every table's schema, and whether the current posterior was fitted on these tables."""
    from forecast.data.schemas import TABLES as SCHEMAS

    faults = [fault for name in SCHEMAS if (fault := _checked(name, tables))]
    if faults:
        count = "1 table breaks its schema" if len(faults) == 1 else f"{len(faults)} tables break their schema"
        raise DataError(f"{count}; the lines above say where and what to do")
    click.echo("\n" + _fitted_on_these(tables))


@data.group(name="import")
def import_() -> None:
    """Bring newer observations into tables of your own; the shipped ones stay as they are."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Folder.  [default: the state folder's]")
@click.option("--recorded-on", metavar="DATE", help="The day the download stands for.  [default: as its name says]")
@click.option("--refused", "every", is_flag=True, help="Print every refused row, not a summary.")
@JSON
def epoch(file: Path, into: Path | None, recorded_on: str | None, every: bool, as_json: bool) -> None:
    """Import FILE, a newer CSV download of Epoch AI's notable models."""
    from forecast.data.importers import import_epoch
    from forecast.posterior.state import state_folder

    folder = into or state_folder().tables
    report = import_epoch(file, folder, recorded_on=_day(recorded_on))
    click.echo(_json(_report_fields(report)) if as_json else _report(report, every))


def _rows(table: str, source: str | None, folder: str | None) -> list[Row]:
    from forecast.data.stored import read_rows

    rows = read_rows(table, _own(folder))
    if source is None:
        return rows
    known = {row["source"] for row in rows}
    if source not in known:
        raise UnknownNameError(f"source of table {table}", source, known, field="source")
    return [row for row in rows if row["source"] == source]


def _own(folder: str | None) -> Path | None:
    if folder is not None and not Path(folder).is_dir():
        raise InputError(
            f"--tables {folder!r} is not a folder: name one made by `timelines data import`", field="tables"
        )
    return None if folder is None else Path(folder)


def _schema(table: str) -> Any:
    from forecast.data.schemas import TABLES as SCHEMAS

    return SCHEMAS[table]


def _summary(name: str, folder: str | None) -> dict[str, Any]:
    from forecast.data.stored import digest, path_of

    rows = _rows(name, None, folder)
    return {
        "table": name,
        "rows": len(rows),
        "newest": max((str(row["published_on"]) for row in rows if row.get("published_on")), default=""),
        "digest": digest(name, _own(folder)),
        "sources": sorted({row["source"] for row in rows}),
        "file": str(path_of(name, _own(folder))),
    }


def _page(table: str, rows: Sequence[Row], head: int) -> str:
    """The first rows, in the columns that fit the terminal; the schema's own words above."""
    schema, shown = _schema(table), rows[:head]
    cells = {column.name: [_short(_plain(row[column.name])) for row in shown] for column in schema.columns}
    names = _fitting(schema, cells, get_terminal_size().columns if sys.stdout.isatty() else None)
    left_out = [name for name in cells if name not in names]
    page = columns(names, list(zip(*(cells[name] for name in names), strict=True)))
    count = f"{len(shown)} of {len(rows)} rows" + (f", without {', '.join(left_out)}" if left_out else "")
    return f"{table}: {schema.about}\n{count} (--csv prints all)\n\n{page}"


def _fitting(schema: Any, cells: Mapping[str, Sequence[str]], width: int | None) -> list[str]:
    """Columns that fit into `width`: the key, the figures, the date and the source first, then the others in order."""
    chosen: set[str] = set()
    room = width if width is not None else sys.maxsize
    figures = [column.name for column in schema.columns if column.kind == "number" and column.required]
    for name in dict.fromkeys([*schema.key, *figures, "published_on", "source", *cells]):
        needed = max(map(len, (name, *cells.get(name, ())))) + 2
        if name in cells and needed <= room:
            chosen.add(name)
            room -= needed
    return [name for name in cells if name in chosen]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _short(value: Any) -> str:
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _CELL else text[: _CELL - 3] + "..."


def _checked(name: str, folder: str | None) -> str:
    """Print one line about a table; returns the fault, empty when there is none."""
    try:
        rows = len(_rows(name, None, folder))
    except DataError as error:
        click.echo(f"{name:16} FAILED  {error.message}")
        return error.message
    click.echo(f"{name:16} sound   {rows} rows")
    return ""


def _fitted_on_these(folder: str | None) -> str:
    from forecast.data.stored import digests
    from forecast.posterior import selection

    try:
        entry = selection.current_entry()
    except ForecastError as error:
        return f"No current posterior to compare with: {error.message}"
    then = entry.manifest["data_digests"] if entry.manifest else {}
    now = digests(_own(folder))
    differing = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
    if not differing:
        return f"The current posterior {entry.name} was fitted on these tables: yes."
    command = "timelines fit" + (f" --tables {folder}" if folder else "")
    return (
        f"The current posterior {entry.name} was fitted on these tables: no "
        f"({', '.join(differing)} differ); `{command}` makes one that is."
    )


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        message = f"--recorded-on {text!r} is not a date: write it as YYYY-MM-DD"
        raise InputError(message, field="recorded_on") from None


def _report(report: ImportReport, every: bool) -> str:
    counts = fields([(name, f"{rows} rows") for name, rows in report.counts.items()], "  ")
    changes = ", ".join(f"{len(runs)} {word}" for word, runs in _changes(report).items())
    parts = [
        f"{report.file.name}, recorded on {report.recorded_on}, is in {report.folder}:\n{counts}",
        f"Runs with compute: {changes}.",
        _refusals(report, every),
        f"Fit on them: timelines fit --tables {report.folder}",
    ]
    return "\n\n".join(part for part in parts if part)


def _changes(report: ImportReport) -> dict[str, list[str]]:
    return {"new": report.added, "changed": report.changed, "gone": report.gone}


def _refusals(report: ImportReport, every: bool) -> str:
    if not report.refused:
        return ""
    if every:
        rows = [(refusal.table, refusal.row, refusal.name, refusal.reason) for refusal in report.refused]
        return columns(("table", "row", "name", "refused because"), rows, right=("row",))
    reasons = Counter((refusal.table, refusal.reason) for refusal in report.refused)
    rows = [
        (table, count, reason, _examples(report, table, reason)) for (table, reason), count in reasons.most_common()
    ]
    listing = columns(("table", "rows", "refused because", "such as"), rows, right=("rows",))
    return f"{listing}\n(--refused prints every one; they are also in refusals.csv)"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _EXAMPLES
    return ", ".join(names[:_EXAMPLES]) + (f" and {more} more" if more > 0 else "")


def _examples(report: ImportReport, table: str, reason: str) -> str:
    names = [refusal.name for refusal in report.refused if (refusal.table, refusal.reason) == (table, reason)]
    return _listed(names)


def _report_fields(report: ImportReport) -> Mapping[str, Any]:
    return {
        "file": str(report.file),
        "folder": str(report.folder),
        "recorded_on": report.recorded_on.isoformat(),
        "counts": dict(report.counts),
        **_changes(report),
        "refused": [
            {"table": refusal.table, "row": refusal.row, "name": refusal.name, "reason": refusal.reason}
            for refusal in report.refused
        ],
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
