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
    inside_80 : float or None
        Share of rows inside the 80 % interval that the model gives them without having seen them.
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
    inside_80: float | None

    @classmethod
    def from_raw(cls, raw: pb.LeaveOneOut) -> LeaveOneOut:
        """Out of its message."""
        return cls(**plain(raw, cls.__slots__))


@dataclass(frozen=True, slots=True)
class PowerScaling:
    """How far a prior and the data move one parameter, or an answer.

    Attributes
    ----------
    model, parameter : str
        What moves.
    scaled : str
        The prior that was scaled; empty for all of the model's together.
    prior, prior_noise : float or None
        How far by the prior, distance per doubling of its weight, and how far chance alone would seem to move it.
    likelihood, likelihood_noise : float or None
        The same by the data that move it most.
    data, verdict : str
        Which data those are, and what all this means together, in words.
    """

    model: str
    parameter: str
    scaled: str
    prior: float | None
    prior_noise: float | None
    likelihood: float | None
    likelihood_noise: float | None
    data: str
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

    @property
    def stale_reasons(self) -> tuple[str, ...]:
        """What has changed since the checks were made; empty while they are of what ships."""
        return tuple(self.raw.provenance.stale_reasons)

    @property
    def settings(self) -> dict[str, str]:
        """Seeds and settings of the checks, as text, by names such as simulation_based.seed."""
        return {one.name: one.value for one in self.raw.provenance.settings}


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
