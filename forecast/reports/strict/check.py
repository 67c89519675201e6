"""Whether a report says what its run says: every number of its words against its values, and its files against it.

    for one in disagreements(json.loads(report_json), report_md, report_html):
        print(one.in_words())

Four things are held against each other:

1. the top against the answers: sentences, tiles and quantiles are worked out again from the curves;
2. each number of a text against the numbers of its own section (`strict.report`), as the house writes numbers
   (`strict.values`);
3. the Markdown and the page against the JSON: its texts, rows and tiles stand there as they are, and no others;
4. numbers that somebody typed, in the notes or in a file, against what the section has.

Constants of the method, which no run has, are in `CONSTANTS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.reports.strict import answers
from forecast.reports.strict.html import lines as lines_of
from forecast.reports.strict.markdown import Block, Page, Rows, read
from forecast.reports.strict.report import Text, face_pools, grid_of, notes_pool, texts
from forecast.reports.strict.tokens import Token, plain, tokens
from forecast.reports.strict.values import Pool

_WIDTHS = r"\b(?:(?:50|80|90|95), )?(?:(?:50|80|90|95) and )?(?:50|80|90|95) %"
CONSTANTS: Mapping[str, str] = {
    rf"{_WIDTHS} (?:predictive )?(?:bands?|intervals?|coverage)": "the widths in which every distribution is told",
    rf"(?:median and|middle) {_WIDTHS}": "the same, where it is said what a band is drawn of",
    r"\b(?:80|90|95) %(?=: )|(?<=\()(?:80|90) %(?=:? )": "the width of an interval that follows",
    r"\b2023 (?:US )?(?:dollars|\$)": "the unit of money: constant dollars of that year",
    r"\b(?:inside|outside|within) (?:their )?(?:80|95) %": "the width of an interval",
    r"\blines of 10, 25, 50 \(thick\), 75 and 90 %": "the probabilities that lines of equal probability are drawn of",
    r"\b100 pages\b": "the unit of the price of inference",
    r"\b1 to 3 (?:years )?ahead": "the horizons that the backtest scores",
}
"""Numbers that belong to the method and to no run, each as a pattern with its reason."""

_CONSTANT = re.compile("|".join(f"(?:{pattern})" for pattern in CONSTANTS))
_SHOWN = 90


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A number that is said and that the run does not have, or a text that one file has and another has not.

    Attributes
    ----------
    place : str
        `report.md:12`, `report.html` or a path in `report.json`.
    said : str
        The number, or the text.
    sentence : str
        In which it stands.
    nearest : str
        What the run has instead: the nearest number, and where it stands.
    """

    place: str
    said: str
    sentence: str
    nearest: str

    def in_words(self) -> str:
        """On one line."""
        instead = f"; the run has {self.nearest}" if self.nearest else ""
        where = f' in "{self.sentence}"' if self.sentence and self.sentence != self.said else ""
        return f"{self.place}: {self.said}{where}{instead}"


def disagreements(report: Mapping[str, Any], markdown: str, html: str | None = None) -> list[Disagreement]:
    """Everything in which the words of a report and its run disagree.

    Parameters
    ----------
    report : mapping
        As `report.json` tells it.
    markdown : str
        `report.md`.
    html : str, optional
        `report.html`.

    Returns
    -------
    list of Disagreement
        Empty where they agree.
    """
    page, said = read(markdown), texts(report)
    compared = _Compared(page, said)
    found = [
        *_tops(report),
        *compared.numbers(),
        *compared.absent(),
        *_strays(compared, report),
        *_tables(report, page),
        *_tiles(report, page),
        *(_html_found(report, said, html) if html is not None else []),
    ]
    return list(dict.fromkeys(found))


def unknown(said: str, pool: Pool) -> list[Token]:
    """The numbers of a text that a pool does not have; constants and quoted data are none."""
    bare = said
    for quote in sorted(pool.quotes, key=len, reverse=True):
        if quote.lower().rstrip(".") in bare.lower():
            bare = _blanked(bare, re.compile(rf"(?<!\w){re.escape(quote.rstrip('.'))}(?!\w)", re.IGNORECASE))
    return [token for token in tokens(_blanked(bare, _CONSTANT)) if not pool.says(token)]


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda found: re.sub(r"[^\s]", "_", found[0]), text)


def _around(said: str, token: Token) -> str:
    start, end = max(0, token.start - _SHOWN), min(len(said), token.end + _SHOWN)
    return f"{'…' if start else ''}{said[start:end].strip()}{'…' if end < len(said) else ''}"


def _told(place: str, said: str, pool: Pool) -> Iterator[Disagreement]:
    for token in unknown(said, pool):
        yield Disagreement(place, token.text, _around(said, token), pool.nearest(token))


def _tops(report: Mapping[str, Any]) -> Iterator[Disagreement]:
    for place, said, wanted in answers.differences(report):
        yield Disagreement(f"report.json: {place}", said, "", wanted)


class _Compared:
    """Texts of the JSON and blocks of the Markdown, brought together."""

    def __init__(self, page: Page, said: Sequence[Text]) -> None:
        self.said = said
        self.left = {i: block.text for i, block in enumerate(page.blocks)}
        self.blocks = page.blocks
        self.lines: dict[int, int] = {}
        for k, text in sorted(enumerate(said), key=lambda pair: -len(pair[1].said)):
            self._place(k, text)

    def _place(self, k: int, text: Text) -> None:
        """Find the block that has a text, its own section's first, and take the text out of it."""
        order = sorted(range(len(self.blocks)), key=lambda i: self.blocks[i].section != text.section)
        for i in order:
            if text.said in self.blocks[i].text:
                self.lines[k] = self.blocks[i].line
                self.left[i] = self.left[i].replace(text.said, " ")
                return

    def numbers(self) -> Iterator[Disagreement]:
        """Numbers of the texts that their section does not have."""
        for k, text in enumerate(self.said):
            pool = text.pool
            if pool is not None:
                place = f"report.md:{self.lines[k]}" if k in self.lines else f"report.json: {text.path}"
                yield from _told(place, text.said, pool)

    def absent(self) -> Iterator[Disagreement]:
        """Texts of the JSON that the Markdown has otherwise, or not at all."""
        for k, text in enumerate(self.said):
            if k in self.lines or _repeated(text.path):
                continue
            near = self._alike(text)
            if near is None:
                yield Disagreement(f"report.json: {text.path}", text.said, "", "no such text in report.md")
                continue
            changed, wanted = _changed(near.text, text.said)
            yield Disagreement(f"report.md:{near.line}", changed, near.text, f"{wanted} (report.json: {text.path})")
            self.left = {i: left for i, left in self.left.items() if self.blocks[i] is not near}

    def _alike(self, text: Text) -> Block | None:
        """The block that says the same but for digits."""
        wanted = _masked(text.said)
        alike = [block for block in self.blocks if wanted in _masked(block.text)]
        return next((block for block in alike if block.section == text.section), alike[0] if alike else None)


def _repeated(path: str) -> bool:
    """What stands in the JSON for each face, and is told of the lead alone."""
    return bool(re.match(r"faces\[[1-9]\d*\]\.figures|faces\[0\]\.headline", path)) or path.endswith(".heading")


def _masked(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _changed(said: str, wanted: str) -> tuple[str, str]:
    """The first numbers in which two texts differ."""
    left, right = tokens(said), tokens(wanted)
    extra = [token.text for token in left if token.text not in {one.text for one in right}]
    lacking = [token.text for token in right if token.text not in {one.text for one in left}]
    return (extra or [said])[0], (lacking or [wanted])[0]


def _strays(compared: _Compared, report: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Numbers of the Markdown in what no text of the JSON says: the notes, and what was typed into the file."""
    notes = notes_pool(report)
    of_section = {text.section: text.pool for text in compared.said if text.pool is not None and text.section}
    notes_said = {block.text for block in read(str(report.get("notes", ""))).blocks}
    for i, left in compared.left.items():
        block = compared.blocks[i]
        own = None if block.text in notes_said else of_section.get(block.section)
        pool = notes if own is None else Pool(own.forms, own.quotes | notes.quotes)
        if any(character.isdigit() for character in left):
            yield from _told(f"report.md:{block.line}", left, pool)


def _tables(report: Mapping[str, Any], page: Page) -> Iterator[Disagreement]:
    """Cells of the Markdown against those of the JSON, row by row."""
    pools = face_pools(report)
    for i, section in enumerate(report.get("sections", [])):
        heading = plain(str(section.get("heading", "")))
        for j, table in enumerate(section.get("tables", [])):
            path = f"report.json: sections[{i}].tables[{j}]"
            yield from _of_faces(table, path, pools)
            headings = tuple(plain(one) for one in table["headings"])
            there = [one for one in page.tables if (one.section, one.headings) == (heading, headings)]
            if there:
                yield from _rows(table, min(there, key=lambda one: _unlike(one, table)), path)
            else:
                yield Disagreement(path, table["caption"], "", "no such table in report.md")


def _of_faces(table: Mapping[str, Any], path: str, pools: Mapping[str, Pool]) -> Iterator[Disagreement]:
    """Rows that are headed by a scenario of the report hold numbers of its answer."""
    for i, (name, *cells) in enumerate(table["rows"]):
        pool = pools.get(plain(name.split("\n")[0]))
        if pool is not None:
            for cell in cells:
                yield from _told(f"{path}.rows[{i}]", plain(str(cell)), pool)


def _shown(table: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows = table["rows"][: table.get("on_page") or None]
    return [tuple(plain(str(cell)) for cell in row) for row in rows]


def _unlike(there: Rows, table: Mapping[str, Any]) -> int:
    return sum(left[1] != right for left, right in zip(there.rows, _shown(table), strict=False))


def _rows(table: Mapping[str, Any], there: Rows, path: str) -> Iterator[Disagreement]:
    wanted = _shown(table)
    if len(there.rows) != len(wanted):
        yield Disagreement(f"report.md:{there.line}", f"{len(there.rows)} rows", "", f"{len(wanted)} ({path})")
    for (line, cells), row in zip(there.rows, wanted, strict=False):
        for said, cell, column in zip(cells, row, there.headings, strict=False):
            if said != cell:
                changed, instead = _changed(said, cell)
                yield Disagreement(f"report.md:{line}", changed, f"{cells[0]}, {column}: {said}", f"{instead} ({path})")


def _tiles(report: Mapping[str, Any], page: Page) -> Iterator[Disagreement]:
    """Each tile of the lead with its value, over the sections: in a row under its label, or on one line with it."""
    sections = {plain(str(section.get("heading", ""))) for section in report.get("sections", [])}
    rows = [(table.headings, row) for table in page.tables for _, row in table.rows if table.section not in sections]
    blocks = [block for block in page.blocks if block.section not in sections]
    pairs = {pair for headings, row in rows for pair in zip(headings, row, strict=False)}
    pairs |= {(row[0], row[1]) for _, row in rows if len(row) > 1}
    for tile in report.get("tiles", []):
        label, value = plain(tile["label"]), plain(tile["value"])
        beside = re.compile(rf"(?<!\w){re.escape(label)}\W{{1,4}}{re.escape(value)}(?![\w.,]\w)")
        if (label, value) not in pairs and not any(beside.search(block.text) for block in blocks):
            yield Disagreement("report.md", f"{label}: {value}", "", "this tile, which does not stand there")


def _html_found(report: Mapping[str, Any], said: Iterable[Text], html: str) -> Iterator[Disagreement]:
    """Texts of the JSON that the page has not, and numbers of the page that no text or table of the JSON has."""
    lines = lines_of(html)
    whole = " \n ".join(lines)
    known = [text for text in said if not text.path.endswith(".description")]
    for text in known:
        if text.said not in whole and not text.path.endswith("].headline"):
            yield Disagreement(
                "report.html", text.said, "", f"this text of report.json: {text.path}, which is not there"
            )
    forms = {token.text for text in said for token in tokens(text.said)}
    for section in report.get("sections", []):
        for table in section.get("tables", []):
            forms |= {token.text for row in grid_of(table).rows for cell in row for token in tokens(plain(str(cell)))}
            forms |= {token.text for heading in table["headings"] for token in tokens(plain(heading))}
    yield from _typed(lines, forms, notes_pool(report))


def _typed(lines: Iterable[str], forms: set[str], pool: Pool) -> Iterator[Disagreement]:
    for line in lines:
        for token in unknown(line, pool):
            if token.text not in forms:
                yield Disagreement("report.html", token.text, _around(line, token), pool.nearest(token))
