"""The questions of a batch on the page: those of a grid with its last list as columns, those listed with a row each.

Of a large grid the page shows answers at its ends and evenly between; the files of answers hold every one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.batch.columns import ANSWERED
from forecast.batch.summary import AnswerTable, BatchSummary, rows_of
from forecast.batch.words import outcome
from forecast.reports.sections import Section, Table
from forecast.reports.words import calendar_year, percent
from forecast.storage.store import Store

MOST_IN_CSV = 10_000
"""So many answers are written as one CSV file too."""

_SHOWN_YEARS = 3
_HOW_TO_READ = (
    "Each cell has the median, and under it the 80 % interval and the probability of never. `now`: affordable already "
    "at the as-of date; `beyond`: later than the horizon."
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch of answered questions.

    Attributes
    ----------
    summary : BatchSummary
        Counts, failures, tables.
    rows : tuple of mapping
        As in the files of answers, in the order of the questions; none where there are more than 10,000.
    """

    summary: BatchSummary
    rows: tuple[Row, ...]

    def csv(self) -> str:
        """Every answer as CSV; nothing where they are too many."""
        if not self.rows:
            return ""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(self.rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue()


def told_of(store: Store, summary: BatchSummary) -> Asked:
    """What a page tells of a batch.

    Parameters
    ----------
    store : Store
        Where the answers are.
    summary : BatchSummary
        Of them.
    """
    few = summary.questions <= MOST_IN_CSV
    return Asked(summary, tuple(rows_of(store, summary, MOST_IN_CSV)) if few else ())


def asked_section(asked: Asked) -> Section:
    """The questions and their answers."""
    found = asked.summary
    return Section(
        "questions",
        "Every question",
        words=(outcome(found),),
        tables=tuple(_table(table, i) for i, table in enumerate(found.tables)),
        notes=(_HOW_TO_READ,),
        values={
            "questions": found.questions,
            "failed": found.failed,
            "failures": [one.questions for one in found.failures],
            "tables": [{"shown": len(one.rows) * len(one.columns), "of": one.questions} for one in found.tables],
        },
    )


def _table(table: AnswerTable, place: int) -> Table:
    slug = "questions-table" + (f"-{place + 1}" if place else "")
    return _pivot(table, slug) if table.column_axis else _listed(table, slug)


def _pivot(table: AnswerTable, slug: str) -> Table:
    """A line for each combination of the first axes, a column for each label of the last."""
    rows = tuple((_named(row.labels), *(_cell(cell) for cell in row.cells)) for row in table.rows)
    shown = len(table.rows) * len(table.columns)
    some = f", {shown:,} of {table.questions:,}" if shown < table.questions else ""
    caption = f"Median, 80 % interval and probability of never, by {table.column_axis}{some}"
    return Table(caption, (", ".join(table.axes), *table.columns), rows, slug=slug)


def _named(labels: Sequence[str]) -> str:
    """The first label as the heading of the line, the others small under it."""
    return "\n".join([labels[0], ", ".join(labels[1:])]).rstrip("\n") if labels else "all"


def _cell(row: Row) -> str:
    if row["status"] != ANSWERED:
        return "not answered"
    return f"{_when(row, 50)}\n{_span(row)}; never {percent(row['p_never'])}"


def _listed(table: AnswerTable, slug: str) -> Table:
    """A line for every question that was listed."""
    rows = [(row.labels, row.cells[0]) for row in table.rows]
    years = list(_years([cell for _, cell in rows]))
    lines = tuple((_named(labels), *_line(cell, years)) for labels, cell in rows)
    width = len(years) + 5
    headings = ("question", "median", "80 % interval", *(f"by {year}" for year in years), "beyond", "never")
    some = f", the first {len(rows)} of {table.questions:,}" if len(rows) < table.questions else ""
    caption = f"Every question and its answer{some}"
    return Table(caption, headings, lines, tuple(range(3, width)), tuple(range(3, width - 1)), slug=slug)


def _years(rows: Sequence[Row]) -> Iterator[str]:
    """The first years by whose end any of them tells a probability."""
    names = [name for name in (rows[0] if rows else ()) if name.startswith("p_by_")]
    told = [name for name in names if any(row[name] is not None for row in rows)]
    return (name.removeprefix("p_by_") for name in told[:_SHOWN_YEARS])


def _line(row: Row, years: Sequence[str]) -> tuple[str, ...]:
    if row["status"] != ANSWERED:
        return ("not answered", str(row["error_message"]), *("" for _ in years), "", "")
    masses = [*(row[f"p_by_{year}"] for year in years), row["p_beyond_horizon"], row["p_never"]]
    return (_when(row, 50), _span(row), *("" if mass is None else percent(mass) for mass in masses))


def _when(row: Row, percentile: int) -> str:
    """A percentile in one word: `now`, a year, `beyond` or `never`."""
    position, year = row[f"q{percentile}_position"], row[f"q{percentile}_decimal_year"]
    if position == "already":
        return "now"
    if year is not None:
        return calendar_year(year)
    return "never" if position == "never" else "beyond"


def _span(row: Row) -> str:
    low, high = _when(row, 10), _when(row, 90)
    return low if low == high else f"{low}–{high}"
