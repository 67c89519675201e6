"""The notes that a spec puts on the page: a little Markdown whose numbers are placeholders, filled from the answers.

    {median} {interval_80} {p_by_2030} {p_already} {p_beyond} {p_never} {horizon} {as_of} {posterior} {draws}
    {no-physical-limits.median}    the same of another scenario of the report, by its name
    {{ and }}                      braces

Kept are paragraphs, emphasis, code, and links to http and https; whatever else is written, HTML too, is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from forecast.engine.answer import Answer
from forecast.engine.words import end_words, horizon_words
from forecast.errors import UnknownNameError
from forecast.reports.words import percent

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}")
_KEPT = ["emphasis", "backticks", "link", "escape", "newline", "balance_pairs"]
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~!&])")
_OPENING = re.compile(r"(?m)^[ \t]*(\d*)([#+=.)-])")  # what would open a heading or a list
_MARKS = {"strong_open": "**", "strong_close": "**", "em_open": "*", "em_close": "*"}
_MARKS |= dict.fromkeys(("softbreak", "hardbreak"), "\n")


class Shown(Protocol):
    """A face of the report: the lead, or one of its scenarios."""

    @property
    def name(self) -> str:
        """As the spec calls it."""

    @property
    def slug(self) -> str:
        """As file names call it."""

    @property
    def answer(self) -> Answer:
        """Its answer."""


def filled(notes: str, faces: Sequence[Shown], source: str = "") -> str:
    """Notes with every placeholder replaced by what the run says.

    Parameters
    ----------
    notes : str
        Markdown.
    faces : sequence of Shown
        The lead first; the others are found by name or slug before the dot.
    source : str
        Where the notes stand, for the error.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    UnknownNameError
        For a placeholder that says nothing; lists those that do.
    """

    def value(found: re.Match[str]) -> str:
        """What stands for one placeholder, or for two braces."""
        if found[1] is None:
            return found[0][0]
        owner, _, name = found[1].strip().rpartition(".")
        chosen = faces[:1] if not owner else [face for face in faces if owner in (face.name, face.slug)]
        told = placeholders(chosen[0].answer) if chosen else {}
        if name not in told:
            raise _unknown(found[0], faces, source)
        return told[name]

    return _PLACE.sub(value, notes)


def placeholders(answer: Answer) -> Mapping[str, str]:
    """What can stand in notes about an answer, by name."""
    low, high = end_words(answer, 0.1), end_words(answer, 0.9)
    return {
        "median": end_words(answer, 0.5),
        "interval_80": low if low == high else f"{low} to {high}",
        **{f"p_by_{stated.year}": percent(stated.probability, " %") for stated in answer.p_by_year},
        "p_already": percent(answer.p_already, " %"),
        "p_beyond": percent(answer.p_beyond_horizon, " %"),
        "p_never": percent(answer.p_never, " %"),
        "horizon": horizon_words(answer.question),
        "as_of": answer.provenance.as_of,
        "posterior": answer.provenance.posterior,
        "draws": f"{answer.provenance.draws:,}",
    }


def _unknown(written: str, faces: Sequence[Shown], source: str) -> UnknownNameError:
    names = list(placeholders(faces[0].answer)) if faces else []
    others = [f"{face.name}.median" for face in faces[1:]]
    kind = f"placeholder of the notes{f' in {source}' if source else ''}"
    return UnknownNameError(kind, written, [f"{{{name}}}" for name in (*names, *others)], field="notes")


def as_html(notes: str) -> Markup:
    """Filled notes as safe HTML: paragraphs, emphasis, code and links; all else as text."""
    return Markup(_parser().render(notes.replace(" %", "\N{NO-BREAK SPACE}%")))  # noqa: S704 - raw HTML is off


def as_markdown(notes: str) -> str:
    """Filled notes as Markdown that says no more than `as_html` does, in whatever reads it.

    Returns
    -------
    str
        Paragraphs between empty lines, without a newline at the end.
    """
    paragraphs = [_inline(token.children or []) for token in _parser().parse(notes) if token.type == "inline"]
    return "\n\n".join(_OPENING.sub(r"\1\\\2", text) for text in paragraphs)


def _inline(tokens: Sequence[Token]) -> str:
    told = []
    target = ""
    for token in tokens:
        if token.type == "code_inline":
            told.append(f"`` {token.content} ``" if "`" in token.content else f"`{token.content}`")
        elif token.type == "link_open":
            target = str(token.attrs["href"]).replace("(", "%28").replace(")", "%29")
            told.append("[")
        elif token.type == "link_close":
            told.append(f"]({target})")
        else:
            told.append(_MARKS.get(token.type, _SPECIAL.sub(r"\\\1", token.content)))
    return "".join(told)


class _Web(MarkdownIt):
    """Links lead to the web, or are text."""

    def validateLink(self, url: str) -> bool:
        return url.lower().startswith(("http://", "https://"))


def _parser() -> MarkdownIt:
    parser = _Web("zero", {"html": False, "linkify": False}).enable(_KEPT)
    parser.add_render_rule("hardbreak", lambda *_: "\n")  # a line that is told to end is one that ends
    return parser
