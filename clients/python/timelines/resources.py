"""Training compute and scales as frozen records; `raw` is the message behind each."""

from __future__ import annotations

from dataclasses import dataclass, field

from timelines.parts import word
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import scale_service_pb2 as scales


@dataclass(frozen=True, slots=True)
class AccountingLine:
    """One factor of the accounting: what it is, its value and unit."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class TrainingCompute:
    """Training compute of one run.

    Attributes
    ----------
    flop, petaflop_s_days, gpt3_multiple : float
        The same in three units.
    accounting : tuple of AccountingLine
        The factors; their product is `flop`.
    words : str
        The accounting in one line.
    """

    flop: float
    petaflop_s_days: float
    gpt3_multiple: float
    accounting: tuple[AccountingLine, ...]
    words: str
    raw: forecasts.EstimateTrainingComputeResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: forecasts.EstimateTrainingComputeResponse) -> TrainingCompute:
        """Out of its message."""
        lines = tuple(AccountingLine(line.name, line.value, line.unit) for line in raw.accounting)
        return cls(raw.training_flop, raw.petaflop_s_days, raw.gpt3_multiple, lines, raw.words, raw)


@dataclass(frozen=True, slots=True)
class StudyPoint:
    """One compute-efficient point of a scaling study."""

    training_flop: float
    loss_nats_per_token: float


@dataclass(frozen=True, slots=True)
class Scale:
    """What a loss is measured on.

    Attributes
    ----------
    name : str
        As questions name it.
    origin : {"fitted", "published_law", "imported"}
        Where it comes from.
    corpus, tokenizer, eval_set : str
        What the models were trained and measured on; empty where it is not known.
    source, published_on : str
        Where and when its points or its law were published.
    flop_low, flop_high : float
        Training compute of its evidence.
    """

    name: str
    origin: str
    corpus: str
    tokenizer: str
    eval_set: str
    source: str
    published_on: str
    flop_low: float
    flop_high: float
    raw: scales.Scale = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: scales.Scale) -> Scale:
        """Out of its message."""
        return cls(
            raw.name.removeprefix("scales/"),
            word(scales.ScaleOrigin, raw.origin, "SCALE_ORIGIN_"),
            raw.corpus,
            raw.tokenizer,
            raw.eval_set,
            raw.source,
            raw.published_on,
            raw.flop_low,
            raw.flop_high,
            raw,
        )

    @property
    def laws(self) -> tuple[str, ...]:
        """Names of the published laws stated on it; their numbers are in `raw.laws`."""
        return tuple(law.name for law in self.raw.laws)

    @property
    def points(self) -> tuple[StudyPoint, ...]:
        """Points of an imported study; only from `Client.scale` and `Client.import_study`."""
        return tuple(StudyPoint(point.training_flop, point.loss_nats_per_token) for point in self.raw.points)

    @property
    def relative_noise(self) -> float | None:
        """Relative noise of the points, where the importer knew it."""
        return self.raw.relative_noise if self.raw.HasField("relative_noise") else None
