"""Checks of the machinery behind the forecasts, and what was forecast as of past dates, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from timelines.calibration_parts import plain, rows
from timelines.parts import word
from timelines.v1 import evaluation_service_pb2 as pb

PredictiveKind = Literal["prior", "posterior"]


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
        Whether it passed.
    """

    model: str
    parameter: str
    simulations: int
    ranks: tuple[int, ...]
    p_value: float | None
    passed: bool

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
    """

    model: str
    group: str
    rows: int
    elpd: float | None
    se: float | None
    p_loo: float | None
    max_k: float | None
    above_07: int

    @classmethod
    def from_raw(cls, raw: pb.LeaveOneOut) -> LeaveOneOut:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class PowerScaling:
    """How far the prior and the likelihood move one parameter, and what the two mean together."""

    model: str
    parameter: str
    prior: float | None
    likelihood: float | None
    verdict: str

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
        Probability of a predicted statistic above the observed one.
    """

    model: str
    statistic: str
    kind: PredictiveKind
    observed: float | None
    q5: float | None
    q50: float | None
    q95: float | None
    p_value: float | None

    @classmethod
    def from_raw(cls, raw: pb.PredictiveCheck) -> PredictiveCheck:
        """Out of its message."""
        kind = cast("PredictiveKind", word(pb.PredictiveKind, raw.kind, "PREDICTIVE_KIND_"))
        return cls(**plain(raw, cls.__slots__) | {"kind": kind})


@dataclass(frozen=True, slots=True)
class Machinery:
    """Checks of the machinery: of the shipped models, whichever backtest is asked for."""

    simulation_based: tuple[SimulationCheck, ...]
    leave_one_out: tuple[LeaveOneOut, ...]
    power_scaling: tuple[PowerScaling, ...]
    predictive: tuple[PredictiveCheck, ...]
    raw: pb.MachineryChecks = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.MachineryChecks) -> Machinery:
        """Out of its message."""
        return cls(
            rows(SimulationCheck, raw.simulation_based),
            rows(LeaveOneOut, raw.leave_one_out),
            rows(PowerScaling, raw.power_scaling),
            rows(PredictiveCheck, raw.predictive),
            raw,
        )


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
