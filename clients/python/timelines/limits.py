"""What limits do to an answer, and what each form of a mixed law would answer: parts of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from timelines.parts import Quantile, word
from timelines.v1 import answer_pb2 as pb


@dataclass(frozen=True, slots=True)
class BindingLimit:
    """What one limit, or one change of the question, does to an answer.

    Attributes
    ----------
    limit : str
        Such as money or power.
    share_of_arrivals : float
        Share of the draws that arrive within the horizon for which it was the last obstacle (a change: that it moves).
    share_at_horizon : float
        Share of all draws in which it is the tightest at the horizon (a change: that it moves).
    median_without : float or None
        Decimal year of the median without it; None unless `limit_effects` was asked, and beyond the horizon.
    years_moved : float or None
        By how many years it puts the median off; None unless asked, and where either median is beyond the horizon.
    p_by_horizon_without : float or None
        Probability of arrival by the horizon without it; None unless asked.
    """

    limit: str
    share_of_arrivals: float
    share_at_horizon: float
    median_without: float | None
    years_moved: float | None
    p_by_horizon_without: float | None
    raw: pb.BindingLimit = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.BindingLimit) -> BindingLimit:
        """Out of its message."""
        return cls(
            word(pb.Limit, raw.limit, "LIMIT_"),
            raw.share_of_arrivals,
            raw.share_at_horizon,
            raw.median_without if raw.HasField("median_without") else None,
            raw.years_moved if raw.HasField("years_moved") else None,
            raw.p_by_horizon_without if raw.HasField("p_by_horizon_without") else None,
            raw,
        )


@dataclass(frozen=True, slots=True)
class LawComponent:
    """One form of a mixed law: its name, its share of the draws, and its own answer."""

    name: str
    weight: float
    quantiles: tuple[Quantile, ...]
    p_already: float
    p_beyond_horizon: float
    p_never: float
    raw: pb.LawComponent = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.LawComponent) -> LawComponent:
        """Out of its message."""
        quantiles = tuple(map(Quantile.from_raw, raw.quantiles))
        return cls(raw.name, raw.weight, quantiles, raw.p_already, raw.p_beyond_horizon, raw.p_never, raw)
