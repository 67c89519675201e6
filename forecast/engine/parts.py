"""The parts of an answer, frozen: `forecast.engine.answer` puts them together."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.engine.arrival import Position


@dataclass(frozen=True, slots=True)
class Quantile:
    """The date by which the target is reached with a probability: an order statistic over all draws.

    Attributes
    ----------
    probability : float
        Share of draws that have arrived by then.
    position : {"already", "within_horizon", "beyond_horizon", "never"}
        Where the quantile lies; only the first two have a date.
    decimal_year : float or None
        Mid-month of arrival; for `already` the first month of the forecast.
    date : str or None
        The same as `YYYY-MM-DD`.
    mcse_years : float or None
        Monte Carlo standard error of `decimal_year`.
    """

    probability: float
    position: Position
    decimal_year: float | None
    date: str | None
    mcse_years: float | None


@dataclass(frozen=True, slots=True)
class NeverReason:
    """Why some draws never arrive, in words, with their probability."""

    reason: str
    probability: float


@dataclass(frozen=True, slots=True)
class YearProbability:
    """Probability of arrival by the end of a calendar year, with its Monte Carlo standard error."""

    year: int
    probability: float
    mcse: float


@dataclass(frozen=True, slots=True)
class BindingLimit:
    """What one limit, or one change of the question, does to the answer.

    Attributes
    ----------
    limit : str
        One of `forecast.engine.scenario.Limit`.
    share_of_arrivals : float
        Share of the draws that arrive within the horizon for which it was the last obstacle (a change: that it moves).
    share_at_horizon : float
        Share of all draws in which it is the tightest at the horizon (a change: that it moves).
    median_without : float or None
        Decimal year of the median with this limit off; None unless asked for, and where it lies beyond the horizon.
    years_moved : float or None
        By how many years it puts the median off; None unless asked for, and where either median is beyond the horizon.
    p_by_horizon_without : float or None
        Probability of arrival by the horizon with this limit off; None unless asked for.
    """

    limit: str
    share_of_arrivals: float
    share_at_horizon: float
    median_without: float | None = None
    years_moved: float | None = None
    p_by_horizon_without: float | None = None


@dataclass(frozen=True, slots=True)
class LawComponent:
    """One form of the law in a mixture: its weight, and its own answer."""

    name: str
    weight: float
    quantiles: tuple[Quantile, ...]
    p_already: float
    p_beyond_horizon: float
    p_never: float


@dataclass(frozen=True, slots=True)
class Nowcast:
    """What the posterior says of runs already known: the gate it passed.

    Attributes
    ----------
    window_start, window_end : float
        Decimal years of the runs looked at.
    rows : int
        Disclosed frontier runs in the window.
    inside_80 : float
        Share of them inside their 80 % predictive interval.
    reach : float
        Probability to reach the largest run known at the window's end from the largest known at its start.
    """

    window_start: float
    window_end: float
    rows: int
    inside_80: float
    reach: float


@dataclass(frozen=True, slots=True)
class PosteriorStatus:
    """The posterior behind an answer: name, PASSED or FLAGGED or REFUSED, why, and its nowcast."""

    name: str
    status: str
    reasons: tuple[str, ...]
    nowcast: Nowcast | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice that the answer rests on: its name, its value and what it means, in words."""

    name: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class HindsightRows:
    """Rows of a table whose value of that time is not on record, so that today's was used, widened."""

    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """What would reproduce the answer.

    Attributes
    ----------
    posterior, data_digest : str
        Name of the posterior, and the digest of the tables it was fitted on.
    as_of, data_cutoff : str
        Start of the forecast, and the last day of its data.
    hindsight_rows : tuple of HindsightRows
        By table, where there are any.
    seed, draws : int
        Seed of the simulation, and how many draws it used.
    code_version : str
        Version of the engine.
    scenario_hash : str
        SHA-256 of everything that moves the arrivals: target, payer, criterion, price, law and algorithms as settled.
    """

    posterior: str
    data_digest: str
    as_of: str
    data_cutoff: str
    hindsight_rows: tuple[HindsightRows, ...]
    seed: int
    draws: int
    code_version: str
    scenario_hash: str
