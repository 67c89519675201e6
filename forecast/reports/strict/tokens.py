"""Numbers as a report writes them: found in a text, each with its kind and one spelling.

    "expected in July 2029 (80 %: 2027 to never), for $1.6bn"  ->  month 2029-07, percent 80, year 2027, money $1.6bn

A name that holds digits (GPT-3, kaplan-webtext2, H100) is no number.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["date", "month", "year", "currency", "money", "percent", "number", "name"]

MONTHS = tuple(month_name[1:])
_SUFFIX = {"k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?"
_TOKEN = re.compile(
    rf"""
    (?P<name>(?<![\w.])(?:
        \d{{4}}-\d\d-\d\d-[0-9a-f]{{8,}}                        # a posterior
        |(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{{10,}}(?!\w) # a digest
        |\d+\.\d+\.\d+                                          # a version
        |[^\W\d_](?:[\w’'/]|[-.](?=\w))*\d[\w.-]*\w|[^\W\d_](?:[\w’'/]|[-.](?=\w))*\d  # GPT-3, kaplan-webtext2
    ))
    |(?P<date>(?<![\w.-])\d{{4}}-\d\d-\d\d(?![\w-]))
    |(?P<month>(?<![\w.-])\d{{4}}-\d\d(?![\w-])|(?:{"|".join(MONTHS)})\s\d{{4}}(?!\d))
    |(?P<money>\$\s?{_NUMBER}(?:\s?(?:k|M|bn|tn)(?!\w))?)
    |(?P<percent>(?:[<>]|(?:under|over)\s)?[+−]?{_NUMBER}\s?%)
    |(?P<currency>(?<![\w.,])(?:19|20)\d\d(?=\s(?:US\s)?(?:dollars|\$))|(?<=dollars\sof\s)(?:19|20)\d\d)
    |(?P<year>(?<![\w.,])(?:19|20|21)\d\d(?!\w|[,.]\d))
    |(?P<number>[+−]?(?<![\w.]){_NUMBER})
    """,
    re.VERBOSE,
)
_MORE = re.compile(r"(?:, | and | or | to |–|, and )$")
_SPACES = re.compile(r"[\s\N{NO-BREAK SPACE}]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A number in a text.

    Attributes
    ----------
    text : str
        As it is written.
    kind : str
        What it can be a number of.
    form : str
        Its one spelling: `2029-07`, `$1.6bn`, `<1`, `2e29`.
    start, end : int
        Its place in the text.
    """

    text: str
    kind: Kind
    form: str
    start: int
    end: int

    @property
    def value(self) -> float | None:
        """As a number; None for a name."""
        if self.kind in ("name", "date"):
            return None
        if self.kind == "month":
            return int(self.form[:4]) + (int(self.form[5:]) - 0.5) / 12
        plain = self.form.strip("$<>").replace(",", "").replace("−", "-")
        digits = re.match(rf"[+-]?{_NUMBER}", plain)
        assert digits is not None
        return float(digits[0]) * _SUFFIX.get(plain[digits.end() :], 1.0)


def plain(text: str) -> str:
    """A text on one line, without marks of code, with common spaces."""
    return _SPACES.sub(" ", text.replace("`", "")).strip()


def tokens(text: str) -> list[Token]:
    """Every number in a text, in order; `70 to 90 %` is two shares."""
    found = list(_found(text))
    for i in range(len(found) - 2, -1, -1):
        token, after = found[i], found[i + 1]
        between = text[token.end : after.start]
        if after.kind == "percent" and token.kind == "number" and _MORE.fullmatch(between):
            found[i] = Token(token.text, "percent", token.form, token.start, token.end)
    return found


def _found(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        yield Token(match[0], kind, _form(kind, match[0]), match.start(), match.end())


def _form(kind: Kind, text: str) -> str:
    if kind == "month" and text[0].isalpha():
        name, year = text.split()
        return f"{year}-{MONTHS.index(name) + 1:02d}"
    if kind == "percent":
        return re.sub(r"[\s%]", "", text.replace("under", "<").replace("over", ">"))
    return re.sub(r"\s", "", text)
