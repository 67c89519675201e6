"""The text of a page as the strict check reads it: line by line, without pictures, scripts and styles."""

from __future__ import annotations

from html.parser import HTMLParser

from forecast.reports.strict.tokens import plain

_HIDDEN = frozenset(("script", "style", "svg", "template", "head"))
_INLINE = frozenset(("a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup", "wbr"))


def lines(html: str) -> list[str]:
    """What a page says, an element of it on a line.

    Parameters
    ----------
    html : str
        A whole page.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [line for line in (plain(line) for line in "".join(reader.parts).split("\n")) if line]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        elif tag not in _INLINE:
            self.parts.append("\n")
        if not self._hidden:  # a name that is only read out is a text of the page too
            self.parts += [f"\n{value}\n" for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif tag not in _INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data.replace("\n", " "))
