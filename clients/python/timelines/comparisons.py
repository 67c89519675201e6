"""Answers side by side, beside what others believe: frozen records; `raw` is the message behind each."""

from __future__ import annotations

from dataclasses import dataclass, field

from timelines.answers import Answer, Source, no_source
from timelines.beliefs import Belief
from timelines.inverses import ValueQuantile, values_of
from timelines.v1 import forecast_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class Overlay:
    """What somebody else believes about the date: a name, a distribution of decimal years, and where it is from."""

    name: str
    belief: Belief
    source: str = ""


@dataclass(frozen=True, slots=True)
class OverlayQuantiles:
    """Somebody else's belief at the probabilities that were asked; infinite where it goes no further."""

    name: str
    source: str
    decimal_year: tuple[ValueQuantile, ...]

    @classmethod
    def from_raw(cls, raw: pb.OverlayQuantiles) -> OverlayQuantiles:
        """Out of its message."""
        return cls(raw.name, raw.source, values_of(raw.decimal_year))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question in several scenarios.

    Attributes
    ----------
    answers : tuple of (str, Answer)
        Each with the name of its scenario, in the order asked.
    overlays : tuple of OverlayQuantiles
        What others believe.
    """

    answers: tuple[tuple[str, Answer], ...]
    overlays: tuple[OverlayQuantiles, ...]
    raw: pb.CompareResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.CompareResponse, source: Source = no_source) -> Comparison:
        """Out of its message; `source` fetches the draws behind an answer."""
        answers = tuple((one.scenario, Answer(one.answer, source)) for one in raw.answers)
        return cls(answers, tuple(map(OverlayQuantiles.from_raw, raw.overlays)), raw)

    def __getitem__(self, scenario: str) -> Answer:
        return dict(self.answers)[scenario]
