"""Markdown as the strict check reads it: blocks of text and tables, each with its line and the section it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from forecast.reports.strict.tokens import plain


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, an item of a list or a picture's text, on one line.

    Attributes
    ----------
    line : int
        Where it begins, from 1.
    section : str
        The heading of its section.
    text : str
        Without marks.
    """

    line: int
    section: str
    text: str


@dataclass(slots=True)
class Rows:
    """A table.

    Attributes
    ----------
    line : int
        Where it begins, from 1.
    section : str
        The heading of its section.
    headings : tuple of str
        Of its columns.
    rows : list of (int, tuple of str)
        The line and the cells of each row.
    """

    line: int
    section: str
    headings: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """What a Markdown file says."""

    blocks: tuple[Block, ...]
    tables: tuple[Rows, ...]


def read(text: str) -> Page:
    """Read Markdown.

    Parameters
    ----------
    text : str
        CommonMark, with tables.
    """
    reader = _Reader()
    found = MarkdownIt("commonmark").enable("table").parse(text)
    for i, token in enumerate(found):
        reader.take(found, i, token)
    return Page(tuple(reader.blocks), tuple(reader.tables))


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.tables: list[Rows] = []
        self._section = ""
        self._line = 1
        self._cells: list[str] | None = None

    def take(self, every: Sequence[Token], i: int, token: Token) -> None:
        self._line = token.map[0] + 1 if token.map else self._line
        if token.type == "table_open":
            self.tables.append(Rows(self._line, self._section))
        elif token.type == "tr_open":
            self._cells = []
        elif token.type == "tr_close":
            self._end_row()
        elif token.type == "inline":
            self._inline(every[i - 1], token)
        elif token.type in ("html_block", "fence", "code_block"):
            self.blocks.append(Block(self._line, self._section, plain(token.content)))

    def _inline(self, before: Token, token: Token) -> None:
        text = plain(_text(token.children or []))
        if self._cells is not None:
            self._cells.append(text)
            return
        if before.type == "heading_open" and before.tag in ("h1", "h2"):
            self._section = text
        self.blocks.append(Block(self._line, self._section, text))

    def _end_row(self) -> None:
        table, cells = self.tables[-1], tuple(self._cells or ())
        if table.headings:
            table.rows.append((self._line, cells))
        else:
            table.headings = cells
        self._cells = None


def _text(children: Sequence[Token]) -> str:
    told = []
    for child in children:
        if child.type == "image":
            told.append(_text(child.children or []))
        elif child.type in ("softbreak", "hardbreak") or (child.type == "html_inline" and "br" in child.content):
            told.append(" ")
        else:
            told.append(child.content)
    return "".join(told)
