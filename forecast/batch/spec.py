"""What a batch asks, as records: one question of it, all of them, and the file that says them.

`forecast.batch.reading` makes these of a file; `forecast.batch.grid` expands grids, one question at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, overload

FORMATS = ("html", "markdown", "json", "csv", "parquet", "pictures")
"""What a report can be written as."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a batch.

    Attributes
    ----------
    index : int
        Its place among all questions, from 0: those listed, then each grid with its last axis running fastest.
    name : str
        As it was given, or its labels on the axes.
    asked : mapping
        Plain arguments as in `forecast.engine.arguments.Asked`, defaults included.
    axes : mapping
        Axis to label; empty for a listed question.
    """

    index: int
    name: str
    asked: Mapping[str, Any]
    axes: Mapping[str, str] = field(default_factory=dict)


class Items(Protocol):
    """The questions of a batch as a sequence whose items are made when they are asked for."""

    def __len__(self) -> int:
        """How many questions there are."""
        ...

    @overload
    def __getitem__(self, index: int, /) -> Item: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[Item, ...]: ...

    def __iter__(self) -> Iterator[Item]:
        """Every question in its order."""
        ...


@dataclass(frozen=True, slots=True)
class Variant:
    """The lead asked otherwise.

    Attributes
    ----------
    name : str
        As the page calls it: that of its scenario, where it is one.
    asked : mapping
        Arguments laid over the lead's by `forecast.batch.layering.over`.
    """

    name: str
    asked: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spec:
    """A batch and the report on it, as one file says them.

    Attributes
    ----------
    name : str
        The file's name without its ending, or `default`.
    title, notes : str
        Words for the page; notes are Markdown with placeholders for numbers.
    lead : mapping
        Arguments of the question that the page is about, defaults included; by default the first question's.
    defaults : mapping
        Arguments for every question that does not say them itself.
    scenarios : tuple of Variant
        What else the page shows of the lead, at most six; empty for its default.
    budgets_usd : tuple of float
        Budget lines of the cost chart, 2023 US dollars; empty for its default.
    formats : tuple of str
        Some of `FORMATS`.
    curves : bool
        Whether each row of the answers has its whole distribution.
    items : Items
        The questions; without any listed or in a grid, the lead alone.
    digest : str
        SHA-256 of the content in hexadecimal; comments, layout and the file's name are no part of it.
    """

    name: str
    title: str
    notes: str
    lead: Mapping[str, Any]
    defaults: Mapping[str, Any]
    scenarios: tuple[Variant, ...]
    budgets_usd: tuple[float, ...]
    formats: tuple[str, ...]
    curves: bool
    items: Items
    digest: str
