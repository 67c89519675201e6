"""What a replayed claim consists of: the claim, its arithmetic, the forecast of that day, the facts, the verdict.

A figure agrees with the claim when it rounds to it: it lies within half a unit of the last digit that the claim states.
A figure that was published as "about" agrees within a fifth, and one that was published as a range by lying in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from forecast.engine.encode_question import told

Verdict = Literal["HELD", "PARTLY_HELD", "FAILED", "TOO_EARLY", "NOT_SCORABLE", "ARITHMETIC_ONLY"]

VERDICTS: Mapping[Verdict, str] = {
    "HELD": "what was claimed has come, or has not been contradicted where it could have been",
    "PARTLY_HELD": "one part has held and another has failed",
    "FAILED": "what has happened contradicts it",
    "TOO_EARLY": "its date or its size has not been reached",
    "NOT_SCORABLE": "no table of facts can decide it; beliefs stand beside ours and are not scored",
    "ARITHMETIC_ONLY": "a calculation, which agrees or does not",
}
"""Every verdict and what it means."""

ABOUT = 0.2
"""Relative distance within which a figure published as "about" agrees."""

_SIGNIFICANT_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as published.

    Attributes
    ----------
    id : str
        Such as G3.
    speaker : str
        Who said it.
    published_on : date
        When; the posterior of this day answers.
    source : str
        Where.
    text : str
        What was claimed, in words of our own; figures as published.
    """

    id: str
    speaker: str
    published_on: date
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One result of the arithmetic.

    Attributes
    ----------
    name : str
        What it is.
    value : float
        As the engine computes it from the claim's own inputs.
    unit : str
        Its unit; 1 for a ratio.
    stated : str
        The figure that has to come out, with its digits, or a range such as `1e7..1e8`; empty where none was stated.
    about : bool
        Whether it was published as an approximation.
    """

    name: str
    value: float
    unit: str
    stated: str = ""
    about: bool = False

    @property
    def agrees(self) -> bool | None:
        """Whether the value rounds to what was stated; None where nothing was."""
        if not self.stated:
            return None
        low, _, high = self.stated.partition("..")
        if high:
            return float(low) <= self.value <= float(high)
        stated = Decimal(low)
        if self.about:
            return bool(abs(self.value / float(stated) - 1) <= ABOUT)
        half_a_digit = float(Decimal((0, (5,), int(stated.as_tuple().exponent) - 1)))
        return bool(abs(self.value - float(stated)) <= half_a_digit * (1 + 1e-9))


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The claim's arithmetic.

    Attributes
    ----------
    words : str
        The equation with its numbers.
    figures : tuple of Figure
        Its results.
    """

    words: str
    figures: tuple[Figure, ...] = ()

    @property
    def agrees(self) -> bool | None:
        """Whether every stated figure comes out; None where none was stated."""
        told = [figure.agrees for figure in self.figures if figure.agrees is not None]
        return all(told) if told else None


@dataclass(frozen=True, slots=True)
class Number:
    """A number behind a sentence; None where it is infinite, such as a median beyond the horizon."""

    name: str
    value: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Told:
    """Sentences, and the numbers in them."""

    words: str
    numbers: tuple[Number, ...] = ()

    def __add__(self, other: Told) -> Told:
        """Both, one after the other."""
        return Told(f"{self.words} {other.words}".strip(), self.numbers + other.numbers)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and one sentence of why."""

    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A claim, replayed.

    Attributes
    ----------
    claim : Claim
        As published.
    arithmetic : Arithmetic
        The engine's, with the claim's own inputs.
    as_of_answer : Told
        What the shipped posterior as of the claim's date forecasts.
    since : Told
        What has happened, from the shipped tables.
    judgement : Judgement
        The verdict, and why.
    scenario : str
        Name of the built-in scenario that asks it again; empty for a belief that has none.
    scenario_answer : Told
        What that scenario, with the claim's own inputs, answers as of the claim's date.
    """

    claim: Claim
    arithmetic: Arithmetic
    as_of_answer: Told
    since: Told
    judgement: Judgement
    scenario: str = ""
    scenario_answer: Told = Told("")

    @property
    def id(self) -> str:
        """The claim's id."""
        return self.claim.id

    @property
    def agrees(self) -> bool | None:
        """Whether the arithmetic comes out to the digits stated; None where no number was stated."""
        return self.arithmetic.agrees

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.judgement.verdict

    def to_dict(self) -> dict[str, Any]:
        """As JSON values: what protobuf's own JSON makes of the service's message, to the letter."""
        claim = self.claim
        return told(
            {
                "id": claim.id,
                "source": claim.source,
                "published_on": claim.published_on.isoformat(),
                "claim": claim.text,
                "arithmetic": self.arithmetic.words,
                "agrees": self.agrees,
                "as_of_forecast": self.as_of_answer.words,
                "since": self.since.words,
                "verdict": self.verdict,
                "speaker": claim.speaker,
                "figures": [_figure(figure) for figure in self.arithmetic.figures],
                "as_of_numbers": _numbers(self.as_of_answer),
                "since_numbers": _numbers(self.since),
                "why": self.judgement.why,
                "scenario": self.scenario,
                "scenario_forecast": self.scenario_answer.words,
                "scenario_numbers": _numbers(self.scenario_answer),
            }
        )


def _figure(figure: Figure) -> dict[str, Any]:
    return told(
        {
            "name": figure.name,
            "value": _rounded(figure.value),
            "unit": figure.unit,
            "stated": figure.stated,
            "about": figure.about or None,
            "agrees": figure.agrees,
        }
    )


def _numbers(sentences: Told) -> list[dict[str, Any]]:
    return [
        told({"name": one.name, "value": None if one.value is None else _rounded(one.value), "unit": one.unit})
        for one in sentences.numbers
    ]


def _rounded(value: float) -> float:
    """Ten significant digits: the last bits depend on the machine's mathematics library."""
    return float(f"{value:.{_SIGNIFICANT_DIGITS}g}")
