"""The numbers that a run has: what the words of a report are held against.

A long table would match any number, so that it counts only where a sentence can mean it: in its first and last row, in
its least and largest values, and in the rows that the sentence names. A series over time counts at its ends, on the
dates that the sentence names, and where a probability passes a quantile.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from forecast.reports.strict.forms import Value, forms
from forecast.reports.strict.tokens import Kind, Token, plain, tokens

SHORT_GRID = 12
"""Rows up to which every row of a grid counts."""

_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_LOG = re.compile(r"log10")
_SAID = frozenset(
    ("heading", "headings", "title", "subtitle", "description", "caption", "notes", "headline", "missing", "label")
)
"""Keys of what is said: never what it is held against."""
_UNPROVEN = "data"
"""The key of what is only there for those who want all of it."""
_CHOICES = "choices"
"""Whose words are data: the engine's own, from its priors and laws."""
_QUANTILE = re.compile(r"(?<=, )\d+ %$")
_INTERVAL = re.compile(r"80 %:|\(80 %")
_A_YEAR = 1.1


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of numbers under headings: those of a figure or of a table.

    Attributes
    ----------
    columns : tuple of str
        Headings.
    rows : tuple of tuple
        Cells.
    beside : bool
        Whether values are stated beside them, so that rows count only where they are named, or on a date.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    beside: bool = False

    def meant(self, text: str, dates: Sequence[float] = ()) -> Iterator[tuple[str, Any]]:
        """Headings and cells that a text can mean; a series also on further dates, decimal years."""
        told = self._told(text)
        for i in sorted(self._rows(text)):
            yield from (cell for j, cell in enumerate(zip(self.columns, self.rows[i], strict=False)) if j in told)
        if len(self.rows) > SHORT_GRID:
            yield from self._passed()
            yield from self._on([*dates, *_dates(text)], told)
        yield "rows", len(self.rows)

    def _rows(self, text: str) -> set[int]:
        """Which rows count whole."""
        firsts = [row[0] for row in self.rows]
        over_time = bool(firsts) and _is_number(firsts[0]) and "year" in self.columns[0]
        if self.beside and not over_time:
            return {i for i, row in enumerate(self.rows) if _named(row, text)}
        if len(self.rows) <= SHORT_GRID:
            return set(range(len(self.rows)))
        ends = {0, len(self.rows) - 1}
        if _is_number(firsts[0]):
            last = max((i for i, first in enumerate(firsts) if _is_number(first)), default=0)
            return ends | {last} | {i for i, first in enumerate(firsts) if isinstance(first, str)}
        return ends | {i for i, row in enumerate(self.rows) if _named(row, text)} | set(self._extremes())

    def _told(self, text: str) -> set[int]:
        """The columns that a text tells: of a fan its median, and the ends of an interval where it tells one."""
        ends = ("10 %", "90 %") if _INTERVAL.search(text) else ()
        marks = {j: found[0] for j, one in enumerate(self.columns) if (found := _QUANTILE.search(one))}
        return {j for j in range(len(self.columns)) if marks.get(j, "50 %") in ("50 %", *ends)}

    def _on(self, dates: Sequence[float], told: set[int]) -> Iterator[tuple[str, Any]]:
        """A series on some dates, between its rows where it has none: evenly, and evenly in logarithms."""
        known = [row for row in self.rows if all(_is_number(cell) for cell in row)]
        for before, after in pairwise(known):
            for date in dates:
                if before[0] <= date <= after[0] < before[0] + _A_YEAR:
                    share = (date - before[0]) / (after[0] - before[0])
                    for j in sorted(told - {0}):
                        heading, low, high = self.columns[j], before[j], after[j]
                        yield heading, low + share * (high - low)
                        if low > 0 and high > 0:
                            yield heading, low * (high / low) ** share

    def _extremes(self) -> Iterator[int]:
        for j in range(len(self.columns)):
            cells = {i: row[j] for i, row in enumerate(self.rows) if j < len(row) and _is_number(row[j])}
            if cells:
                yield from (min(cells, key=lambda i: cells[i]), max(cells, key=lambda i: cells[i]))

    def _passed(self) -> Iterator[tuple[str, Any]]:
        """When a probability passes a quantile."""
        for j, heading in enumerate(self.columns):
            if j and "probab" in heading:
                known = [(row[0], row[j]) for row in self.rows if _is_number(row[0]) and _is_number(row[j])]
                for level in _LEVELS:
                    date = next((year for year, p in known if p >= level - 1e-5), None)
                    if date is not None:
                        yield f"{heading}, {level:g}", date


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _dates(text: str) -> Iterator[float]:
    """The dates that a text names: a year by its beginning and its end, a month by its two and its middle."""
    for token in tokens(text):
        if token.kind == "year":
            yield from (float(token.form), float(token.form) + 1)
        elif token.kind == "month":
            first = int(token.form[:4]) + (int(token.form[5:]) - 1) / 12
            yield from (first, first + 1 / 24, first + 1 / 12 - 0.003, first + 1 / 12)
        elif token.kind == "date":
            yield int(token.form[:4]) + (int(token.form[5:7]) - 1) / 12 + (int(token.form[8:]) - 1) / 365.25


def _named(row: Sequence[Any], text: str) -> bool:
    names = [plain(cell.split("\n")[0]).lower() for cell in row[:3] if isinstance(cell, str)]
    return any(len(name) > 2 and name in text.lower() for name in names)


@dataclass
class Pool:
    """Everything that the words of one place may say.

    Attributes
    ----------
    forms : dict
        How each number can be written, by kind and spelling; and where it comes from.
    quotes : set of str
        Texts that are data themselves: the words of a choice, the source of a prior, a claim.
    """

    forms: dict[tuple[str, str], str] = field(default_factory=dict)
    quotes: set[str] = field(default_factory=set)

    def add(self, data: Any, key: str = "") -> Pool:
        """Take in JSON values; what is said (titles, words) is left out.

        Parameters
        ----------
        data
            JSON values.
        key : str
            The key that they stand under.
        """
        if isinstance(data, Mapping):
            unit = f" {data['unit']}" if isinstance(data.get("unit"), str) else ""
            for name, value in data.items():
                if name not in _SAID and name != _UNPROVEN and (name != "words" or key.endswith(_CHOICES)):
                    self.add(value, f"{key}.{name}{unit}".lstrip("."))
        elif isinstance(data, list | tuple):
            for value in data:
                self.add(value, key)
        elif isinstance(data, str):
            self._add_text(data, key)
        elif _is_number(data):
            self._add_number(Value(float(data), key, isinstance(data, int)))
        return self

    def cells(self, cells: Iterable[tuple[str, Any]]) -> Pool:
        """Take in cells of a grid: numbers, or numbers as they are written."""
        for heading, cell in cells:
            if isinstance(cell, str):
                for token in tokens(plain(cell)):
                    self._know(token.kind, token.form, heading)
            else:
                self.add(cell, heading)
        return self

    def merged(self, *others: Pool) -> Pool:
        """With what others know."""
        made = Pool(dict(self.forms), set(self.quotes))
        for other in others:
            made.forms |= other.forms
            made.quotes |= other.quotes
        return made

    def says(self, token: Token) -> bool:
        """Whether the run has a number that is written so."""
        if (token.kind, token.form) in self.forms:
            return True
        if token.kind == "name":
            return token.form[0].isalpha() or any(token.form in quote for quote in self.quotes)
        bare = token.form.lstrip("+")
        if token.kind == "year":
            return ("number", bare) in self.forms and ("whole", bare) in self.forms
        return (token.kind, bare) in self.forms or (token.kind == "percent" and self._sequence(token))

    def _sequence(self, token: Token) -> bool:
        """A number before a share, as in `n 30, 80 %`, may be a number of its own."""
        return "%" not in token.text and ("number", token.form) in self.forms

    def nearest(self, token: Token) -> str:
        """The number of the run that comes nearest, as it would be written, and where it stands."""
        wanted = token.value
        if wanted is None:
            return ""
        level = _level(wanted, token.kind)
        known = self._of(token.kind)
        near = [(abs(_level(found, token.kind) - level), len(form), form, key) for form, found, key in known]
        if not near:
            return ""
        *_, form, key = min(near)
        return f"{form} ({key})" if key else form

    def _of(self, kind: Kind) -> Iterator[tuple[str, float, str]]:
        for (known, form), key in self.forms.items():
            if known == kind:
                value = Token(form, kind, form, 0, 0).value
                if value is not None:
                    yield form, value, key

    def _add_text(self, text: str, key: str) -> None:
        said = plain(text)
        if any(character.isdigit() for character in said):
            found = tokens(said)
            if len(found) == 1 and found[0].text == said and found[0].kind != "name":
                token = found[0]
                self._know(token.kind, token.form, key)
                if token.kind == "date":
                    self._know("month", token.form[:7], key)
                    self._know("year", token.form[:4], key)
                if token.kind == "month":
                    self._know("year", token.form[:4], key)
            else:
                self.quotes.add(said)

    def _add_number(self, value: Value) -> None:
        for kind, form in forms(value):
            self._know(kind, form, value.key)
        if _LOG.search(value.key) and abs(value.number) < 300:
            self._add_number(Value(10**value.number, _LOG.sub("10^", value.key)))

    def _know(self, kind: str, form: str, key: str) -> None:
        self.forms.setdefault((kind, form), key)


def _level(value: float, kind: Kind) -> float:
    return math.log10(abs(value) + 1e-12) if kind in ("money", "number") else value
