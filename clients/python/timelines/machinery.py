"""Checks of the machinery behind the forecasts, and what was forecast as of past dates, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from timelines.calibration_parts import plain, rows
from timelines.parts import word
from timelines.v1 import evaluation_service_pb2 as pb

DrawsKind = Literal["prior", "posterior"]


@dataclass(frozen=True, slots=True)
class SimulationCheck:
    """Simulation-based calibration of one parameter.

    Attributes
    ----------
    model, parameter : str
        Which.
    simulations : int
        Simulated data sets.
    ranks : tuple of int
        Histogram of the rank of the true value among the draws, flat when calibrated.
    p_value : float or None
        Probability of ranks so uneven or more so, were they uniform.
    passed : bool
        Whether it passed, beside all others.
    adjusted_p_value : float or None
        The p-value times the number of parameters that it was chosen among.
    mean_rank : float or None
        As a share of the draws: .5 when calibrated.
    effective_size : float or None
        Effective number of draws that nine in ten simulations exceed.
    """

    model: str
    parameter: str
    simulations: int
    ranks: tuple[int, ...]
    p_value: float | None
    passed: bool
    adjusted_p_value: float | None
    mean_rank: float | None
    effective_size: float | None

    @classmethod
    def from_raw(cls, raw: pb.SimulationCheck) -> SimulationCheck:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """Leave-one-out predictions of one group of rows.

    Attributes
    ----------
    model, group : str
        Which.
    rows, above_07 : int
        Rows, and those among them with a Pareto k above .7.
    elpd, se : float or None
        Sum of the log predictive densities, and its standard error, nats.
    p_loo, max_k : float or None
        Effective number of parameters, and the largest Pareto k.
    worst : str
        The row with the largest.
    """

    model: str
    group: str
    rows: int
    elpd: float | None
    se: float | None
    p_loo: float | None
    max_k: float | None
    above_07: int
    worst: str

    @classmethod
    def from_raw(cls, raw: pb.LeaveOneOut) -> LeaveOneOut:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class PowerScaling:
    """How far a prior and the likelihood move one parameter, and what the two mean together.

    Attributes
    ----------
    model, parameter : str
        What moves.
    prior, likelihood : float or None
        How far, distance per doubling of its weight.
    verdict : str
        What the two mean together, in words.
    scaled : str
        The prior that was scaled; empty for all of the model's together.
    """

    model: str
    parameter: str
    prior: float | None
    likelihood: float | None
    verdict: str
    scaled: str

    @classmethod
    def from_raw(cls, raw: pb.PowerScaling) -> PowerScaling:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class PredictiveCheck:
    """One statistic of the data beside what a model predicts of it.

    Attributes
    ----------
    model, statistic : str
        Which.
    kind : {"prior", "posterior"}
        What it is predicted from.
    observed, q5, q50, q95 : float or None
        In the data, and quantiles of the prediction.
    p_value : float or None
        Share of predictions at or above what was observed.
    """

    model: str
    statistic: str
    kind: DrawsKind
    observed: float | None
    q5: float | None
    q50: float | None
    q95: float | None
    p_value: float | None

    @classmethod
    def from_raw(cls, raw: pb.PredictiveCheck) -> PredictiveCheck:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__) | {"kind": _kind(raw.kind)})


@dataclass(frozen=True, slots=True)
class PriorPosterior:
    """A parameter, or an answer, before or after the data.

    Attributes
    ----------
    model, quantity, unit : str
        Of which model, what, and the unit of the quantiles.
    kind : {"prior", "posterior"}
        Before or after.
    q5, q10, q50, q90, q95 : float or None
        Quantiles; None where they are infinite, such as an arrival beyond the horizon.
    """

    model: str
    quantity: str
    unit: str
    kind: DrawsKind
    q5: float | None
    q10: float | None
    q50: float | None
    q90: float | None
    q95: float | None

    @classmethod
    def from_raw(cls, raw: pb.PriorPosterior) -> PriorPosterior:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__) | {"kind": _kind(raw.kind)})


def _kind(value: int) -> DrawsKind:
    return cast("DrawsKind", word(pb.DrawsKind, value, "DRAWS_KIND_"))


@dataclass(frozen=True, slots=True)
class Machinery:
    """Checks of the machinery: of the shipped models, whichever backtest is asked for."""

    simulation_based: tuple[SimulationCheck, ...]
    leave_one_out: tuple[LeaveOneOut, ...]
    power_scaling: tuple[PowerScaling, ...]
    predictive: tuple[PredictiveCheck, ...]
    prior_posterior: tuple[PriorPosterior, ...]
    raw: pb.MachineryChecks = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.MachineryChecks) -> Machinery:
        """Out of its message."""
        return cls(
            rows(SimulationCheck, raw.simulation_based),
            rows(LeaveOneOut, raw.leave_one_out),
            rows(PowerScaling, raw.power_scaling),
            rows(PredictiveCheck, raw.predictive),
            rows(PriorPosterior, raw.prior_posterior),
            raw,
        )

    @property
    def models(self) -> dict[str, str]:
        """What the names of models stand for."""
        return {one.model: one.words for one in self.raw.models}


@dataclass(frozen=True, slots=True)
class PastFan:
    """What was forecast of one quantity as of one origin.

    Attributes
    ----------
    quantity, words, unit : str
        Which quantity, in words, and the unit of `values`.
    origin : date
        The as-of date.
    """

    quantity: str
    words: str
    unit: str
    origin: date
    raw: pb.PastFan = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.PastFan) -> PastFan:
        """Out of its message."""
        return cls(raw.quantity, raw.words, raw.unit, date.fromisoformat(raw.origin), raw)

    @property
    def decimal_year(self) -> tuple[float, ...]:
        """Points of time, ascending."""
        return tuple(self.raw.decimal_year)

    @property
    def probability(self) -> tuple[float, ...]:
        """Of the quantiles, ascending."""
        return tuple(band.probability for band in self.raw.bands)

    @property
    def values(self) -> tuple[tuple[float, ...], ...]:
        """log10 quantiles: one row for each probability, one column for each point of time."""
        return tuple(tuple(band.log10_value) for band in self.raw.bands)
