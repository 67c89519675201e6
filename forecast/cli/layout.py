"""Plain text for a terminal: at most 80 columns, pages of tables 100, words broken between words."""

from __future__ import annotations

import textwrap

WIDTH, WIDE = 80, 100
LABEL = 16
_TOGETHER = "\x00"


def filled(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> str:
    """Text wrapped to a width; a percent sign stays with its number.

    Parameters
    ----------
    text : str
        Words.
    first, rest : str
        What the first line begins with, and every other one.
    width : int
        Columns.
    """
    wrapper = textwrap.TextWrapper(
        width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )
    return wrapper.fill(text.replace(" %", _TOGETHER + "%")).replace(_TOGETHER, " ")


def filled_wide(text: str, first: str = "", rest: str = "") -> str:
    """Text wrapped to the width of pages of tables; as `filled`."""
    return filled(text, first, rest, WIDE)


def labelled(label: str, text: str) -> str:
    """`label` in its own column, `text` wrapped beside it."""
    return filled(text, f"  {label:<{LABEL - 2}}", " " * LABEL)


def share(probability: float) -> str:
    """A probability as it was asked for: `5 %`, `99.9 %`."""
    return f"{100 * probability:.3g} %"
