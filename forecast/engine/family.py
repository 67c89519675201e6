"""Questions that differ by numbers alone: by the value of their target, and by the dollars of a fixed sum.

What holds for all of them is worked out once: what is settled, the plan, the choices in words, the provenance, and the
hash of what moves the arrivals, which is a text with the numbers in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from operator import attrgetter

from forecast.engine import words
from forecast.engine.encode import scenario_text
from forecast.engine.filled import filled
from forecast.engine.parts import Choice, Provenance
from forecast.engine.plan import Plan, like
from forecast.engine.question import Question
from forecast.engine.scenario import CHANGERS
from forecast.engine.targets import Target

Numbers = tuple[float, float | None]

_FIXED = "fixed_usd_2023"
_SHARED = tuple(name for name in Question.__slots__ if name not in ("target", "payer", "given"))
_OF_TARGET = tuple(name for name in Target.__slots__ if name != "value")
_shared = attrgetter(*_SHARED, *(f"target.{name}" for name in _OF_TARGET))


def shared(question: Question) -> Hashable:
    """All of a question but its numbers: what its family is known by."""
    payer = question.payer
    return _shared(question), _FIXED if payer.kind == _FIXED and payer.stated is None else payer


def numbers(question: Question) -> Numbers:
    """By which a question differs from the others of its family."""
    return question.target.value, question.payer.usd_2023


def numbered(question: Question, value: float, usd_2023: float | None) -> Question:
    """The question of the same family with these numbers; its dollars are looked at where its payer is a fixed sum.

    Raises
    ------
    InputError
        When a number is out of bounds.
    """
    target, payer = question.target.of_value(value), question.payer
    return filled(question, target=target, payer=payer if usd_2023 is None else payer.of_usd(usd_2023))


class Family:
    """What questions that differ by numbers alone have in common.

    Parameters
    ----------
    first : Plan
        Of one of them.
    within : int
        Months up to their horizon.
    ground : hashable
        Stands for what their draws depend on beside the numbers; families that tell other things of them share it.

    Attributes
    ----------
    counts : bool
        Whether counting is enough to answer them (`forecast.engine.nearby`): the draws are all that there are, and
        nothing is asked of them one by one.
    choices, provenance
        Of the first answer, once there is one.
    """

    def __init__(self, first: Plan, within: int, ground: Hashable) -> None:
        self._first, self.within = first, within
        settled = first.settled
        self._fixed = settled.payer.kind == _FIXED and settled.payer.stated is None
        self.ground = ground
        alone = settled.condition is None and not settled.limit_effects
        self.counts = alone and bool(first.keys) and first.on.isdisjoint(CHANGERS)
        around = _around(self._hashed(settled), self._told(settled))
        self._between = None if around is None else around[1:]
        self._begun = hashlib.sha256("".join(around[:1] if around else ()).encode())  # up to the first number
        self.choices: tuple[Choice, ...] | None = None
        self.provenance: Provenance | None = None

    def plan(self, question: Question) -> Plan:
        """The plan of one of them."""
        target, first = question.target, self._first.settled
        if target.characters_per_token != first.target.characters_per_token:  # of the scale, where the asker gave none
            target = filled(target, characters_per_token=first.target.characters_per_token)
        return like(self._first, filled(first, target=target, payer=question.payer, given=question.given))

    def choices_of(self, settled: Question, first: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """Their choices, given those of the first answer: a fixed sum is told with its dollars."""
        if not self._fixed:
            return first
        told = Choice("payer", _FIXED, words.budget_words(settled.payer))
        return tuple(told if choice.name == "payer" else choice for choice in first)

    def provenance_of(self, settled: Question, first: Provenance) -> Provenance:
        """Their provenance, given that of the first answer."""
        return filled(first, scenario_hash=self._hash(settled))

    def _hash(self, settled: Question) -> str:
        """As `forecast.engine.encode.scenario_hash`."""
        if self._between is None:
            return hashlib.sha256(self._hashed(settled).encode()).hexdigest()
        hashed = self._begun.copy()
        hashed.update("".join(map("".join, zip(self._told(settled), self._between, strict=True))).encode())
        return hashed.hexdigest()

    def _hashed(self, settled: Question) -> str:
        imported = self._first.imported
        return scenario_text(settled, imported.digest if imported else "")

    def _told(self, settled: Question) -> tuple[str, ...]:
        """The numbers as they stand in the text that is hashed, in the order in which they do."""
        value = repr(settled.target.value)
        return (repr(settled.payer.usd_2023), value) if self._fixed else (value,)


def _around(text: str, numbers: tuple[str, ...]) -> tuple[str, ...] | None:
    """The text between numbers that stand in it in this order, once each; None where one is found twice."""
    parts: list[str] = []
    for number in numbers:
        before, found, text = text.partition(number)
        if not found or number in text or any(number in part for part in (*parts, before)):
            return None
        parts.append(before)
    return (*parts, text)
