"""What an answer depends on, and why two differ: frozen records; `raw` is the message behind each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from timelines.asked import asked_question
from timelines.parts import PosteriorGate, Provenance, word
from timelines.v1 import forecast_service_pb2 as pb

if TYPE_CHECKING:
    from timelines.question import Question

Measure = Literal["median", "p_by_year"]


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """The outcome where one input is low and where it is high.

    Attributes
    ----------
    input, unit, about : str
        Its name, its unit, and what it is in words.
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

    @classmethod
    def from_raw(cls, raw: pb.TornadoBar) -> TornadoBar:
        """Out of its message."""
        return cls(**{name: getattr(raw, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class BlockEffect:
    """The share of the variance that a block of inputs accounts for, with and without what blocks do together."""

    block: str
    effect: float
    mcse: float
    first_order: float
    first_order_mcse: float

    @classmethod
    def from_raw(cls, raw: pb.BlockEffect) -> BlockEffect:
        """Out of its message."""
        return cls(**{name: getattr(raw, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class InformationValue:
    """What knowing an input, or what can be observed within a year, would be worth.

    Attributes
    ----------
    input : str
        Its name; of an observation it starts with `observed.`.
    fall_years, mcse_years : float
        Expected fall of half the difference of two draws, and its Monte Carlo standard error.
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

    @classmethod
    def from_raw(cls, raw: pb.InformationValue) -> InformationValue:
        """Out of its message."""
        width = raw.width_80_fall_years if raw.HasField("width_80_fall_years") else None
        return cls(raw.input, raw.fall_years, raw.mcse_years, width, raw.words)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What an answer depends on; the outcome is the date of arrival, or the horizon where that is earlier.

    Attributes
    ----------
    median, horizon : float
        Of the outcome; decimal years.
    sd_years, half_difference_years : float
        Its standard deviation, and half the expected difference of two draws.
    width_80_years : float or None
        Width of its 80 % interval; None where that reaches the horizon.
    tornado : tuple of TornadoBar
        The widest first.
    shapley : tuple of BlockEffect
        They sum to one; empty where they were not asked for, or there is no variance, or under a condition.
    information : tuple of InformationValue
        The most worth first.
    """

    median: float
    horizon: float
    sd_years: float
    half_difference_years: float
    width_80_years: float | None
    tornado: tuple[TornadoBar, ...]
    shapley: tuple[BlockEffect, ...]
    information: tuple[InformationValue, ...]
    raw: pb.SensitivityResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.SensitivityResponse) -> Sensitivity:
        """Out of its message."""
        return cls(
            raw.median,
            raw.horizon,
            raw.sd_years,
            raw.half_difference_years,
            raw.width_80_years if raw.HasField("width_80_years") else None,
            tuple(map(TornadoBar.from_raw, raw.tornado)),
            tuple(map(BlockEffect.from_raw, raw.shapley)),
            tuple(map(InformationValue.from_raw, raw.information)),
            raw,
        )

    @property
    def question(self) -> Question:
        """As settled."""
        return asked_question(self.raw.question)

    @property
    def posterior(self) -> PosteriorGate:
        """The posterior's gates."""
        return PosteriorGate.from_raw(self.raw.posterior)

    @property
    def provenance(self) -> Provenance:
        """What would reproduce it."""
        return Provenance.from_raw(self.raw.provenance)


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """One difference between two questions.

    Attributes
    ----------
    switch : str
        What differs, such as `payer`, `scenario.chips` or `posterior.compute`.
    words : str
        From what to what.
    change : float
        Its part of the change, years or probability.
    causes : tuple of str
        For a block of the posterior: which of data, priors, code and so on differ; several need a refit to be told
        apart.
    """

    switch: str
    words: str
    change: float
    causes: tuple[str, ...]

    @classmethod
    def from_raw(cls, raw: pb.ExplainedPart) -> ExplainedPart:
        """Out of its message."""
        return cls(raw.switch, raw.words, raw.change, tuple(raw.causes))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two answers differ; the parts sum to the change.

    Attributes
    ----------
    measure : {"median", "p_by_year"}
        What is compared.
    year : int or None
        Of the probability; None for the median.
    value_before, value_after : float
        Decimal year of the median, or the probability of arrival by the end of the year.
    parts : tuple of ExplainedPart
        The largest first.
    gates : tuple of PosteriorGate
        Of the posterior that answers both questions, or of each where two do.
    """

    measure: Measure
    year: int | None
    value_before: float
    value_after: float
    parts: tuple[ExplainedPart, ...]
    gates: tuple[PosteriorGate, ...]
    raw: pb.ExplainResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.ExplainResponse) -> Explanation:
        """Out of its message."""
        measure = cast("Measure", word(pb.ExplainMeasure, raw.measure, "EXPLAIN_MEASURE_"))
        year = raw.year if raw.HasField("year") else None
        parts = tuple(map(ExplainedPart.from_raw, raw.parts))
        gates = tuple(map(PosteriorGate.from_raw, raw.gates))
        return cls(measure, year, raw.value_before, raw.value_after, parts, gates, raw)

    @property
    def change(self) -> float:
        """From before to after: years or probability."""
        return self.value_after - self.value_before
