"""Short words for numbers: table cells, ticks, tips and titles. Longer ones are `forecast.engine.words`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from forecast.engine.answer import Answer
from forecast.engine.parts import Choice
from forecast.engine.question import Question
from forecast.engine.words import end_words, subject_to, target_words

_MONEY = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))


def scientific(value: float, digits: int = 2) -> str:
    """`2e27`, `6.9e29`: the way forecasters write FLOP."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def usd(value: float, digits: int = 2) -> str:
    """`$47`, `$1.6bn`, `$100M`: constant 2023 US dollars."""
    rounded = significant(value, digits)
    for unit, name in _MONEY:
        if rounded >= unit:
            return f"${plain(significant(rounded / unit, digits))}{name}"
    return f"${plain(rounded)}"


def significant(value: float, digits: int) -> float:
    """`value` rounded to a number of significant digits."""
    return float(f"{value:.{digits - 1}e}")


def plain(value: float) -> str:
    """A number without a trailing `.0`, with thousands separated."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.10g}"


def power(value: float, digits: int = 2) -> str:
    """`1e26`; plain from 0.01 to 9,999."""
    rounded = significant(value, digits)
    return plain(rounded) if 0.01 <= rounded < 10_000 else scientific(value, digits)


def percent(probability: float, unit: str = "\N{NO-BREAK SPACE}%") -> str:
    """`44 %`; what is not quite nothing or everything is `<1 %` or `>99 %`."""
    if 0 < probability < 0.005:
        return f"<1{unit}"
    if 0.995 <= probability < 1:
        return f">99{unit}"
    return f"{100 * probability:.0f}{unit}"


def calendar_year(decimal_year: float) -> str:
    """The calendar year in which a date falls."""
    return str(math.floor(decimal_year))


def month(decimal_year: float) -> str:
    """`2031-05`."""
    index = math.floor(decimal_year * 12 + 1e-6)
    return f"{index // 12}-{index % 12 + 1:02d}"


def when(answer: Answer, probability: float = 0.5) -> str:
    """A quantile in one word: `now`, a calendar year, `beyond` (the horizon) or `never`."""
    words = end_words(answer, probability)
    if words == "already":
        return "now"
    return words.split()[0] if words.startswith(("beyond", "never")) else words.split()[-1]


def span(answer: Answer) -> str:
    """The 80 % interval: `2042–2054`, `now–2031`, `2041–never`, or one word where both ends agree."""
    low, high = when(answer, 0.1), when(answer, 0.9)
    return low if low == high else f"{low}–{high}"


def adverb(answer: Answer) -> str:
    """The median as an adverb: `already`, `in 2047`, `not by 2060` or `never`."""
    word = when(answer)
    horizon = answer.question.horizon_month().year
    return {"now": "already", "beyond": f"not by {horizon}", "never": "never"}.get(word, f"in {word}")


def listed(parts: list[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def subject(question: Question) -> str:
    """What a title is about: the target, after the scenario and the condition that it is subject to."""
    return subject_to(question, target_words(question.target))


def assumption(choices: Sequence[Choice]) -> str:
    """The choice that moves an answer most, as a sentence."""
    first = choices[0]
    name = first.name.replace("_", " ")
    return f"{name[:1].upper()}{name[1:]}: {first.words}."
