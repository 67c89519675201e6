"""What an answer depends on, as it is told: bars, effects of blocks, what knowing would be worth."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from forecast.engine.answer import Answer, PosteriorStatus, Provenance
from forecast.engine.effects import Effect
from forecast.engine.question import Question

_BAR = ("input", "unit", "low_value", "high_value", "median_low", "median_high", "about", "p_low", "p_high")
_EFFECT = ("block", "effect", "mcse", "first_order", "first_order_mcse")
_VALUE = ("input", "fall_years", "width_80_fall_years", "words", "mcse_years")


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """The outcome where one input is low and where it is high.

    Attributes
    ----------
    input, unit, about : str
        Its name, the unit of its values, and what it is in words.
    low_value, high_value : float
        Its median in the lowest and in the highest fifth of its draws.
    median_low, median_high : float
        Median of the outcome there, decimal year; at most the horizon.
    p_low, p_high : float
        Probability of arrival within the horizon there.
    """

    input: str
    unit: str
    about: str
    low_value: float
    high_value: float
    median_low: float
    median_high: float
    p_low: float
    p_high: float


@dataclass(frozen=True, slots=True)
class InformationValue:
    """What knowing an input or an observation would be worth.

    Attributes
    ----------
    input : str
        Its name; of what can be observed within a year it starts with `observed.`.
    fall_years, mcse_years : float
        Expected fall of E|Y - Y'| / 2, and its Monte Carlo standard error.
    width_80_fall_years : float or None
        Expected fall of the width of the 80 % interval; None where an end lies at the horizon.
    words : str
        How far it would move the answer, in one sentence.
    """

    input: str
    fall_years: float
    mcse_years: float
    width_80_fall_years: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the answer to a question depends on.

    Attributes
    ----------
    answer : Answer
        To the question.
    median, horizon : float
        Median of the outcome, and the horizon, at which it is capped; decimal years.
    sd_years, half_difference_years : float
        Standard deviation of the outcome, and E|Y - Y'| / 2.
    width_80_years : float or None
        Width of its 80 % interval; None where that reaches the horizon.
    tornado : tuple of TornadoBar
        The widest swing first.
    shapley : tuple of Effect
        One for each independent block; empty where they were not asked for, where the outcome does not vary, and under
        a condition, which makes blocks depend on each other.
    information : tuple of InformationValue
        The most worth first; what can be observed within a year is always among them.
    """

    answer: Answer
    median: float
    horizon: float
    sd_years: float
    half_difference_years: float
    width_80_years: float | None
    tornado: tuple[TornadoBar, ...]
    shapley: tuple[Effect, ...]
    information: tuple[InformationValue, ...]

    @property
    def question(self) -> Question:
        """As settled."""
        return self.answer.question

    @property
    def posterior(self) -> PosteriorStatus:
        """The posterior's gates."""
        return self.answer.posterior

    @property
    def data_notice(self) -> str:
        """Licences of the data."""
        return self.answer.data_notice

    @property
    def provenance(self) -> Provenance:
        """What would reproduce it."""
        return self.answer.provenance

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names."""
        told = self.answer.to_dict()
        return {
            "question": told["question"],
            **_told(self, ("median", "sd_years", "half_difference_years", "width_80_years")),
            **_listed("tornado", [_told(bar, _BAR) for bar in self.tornado]),
            **_listed("shapley", [_told(effect, _EFFECT) for effect in self.shapley]),
            **_listed("information", [_told(value, _VALUE) for value in self.information]),
            **{name: told[name] for name in ("posterior", "data_notice", "provenance") if name in told},
            "horizon": self.horizon,
        }

    def to_json(self) -> str:
        """As JSON text, indented, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _told(record: object, names: tuple[str, ...]) -> dict[str, Any]:
    """Fields of a message, without those that are not set."""
    values = {name: getattr(record, name) for name in names}
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _listed(name: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: values} if values else {}
