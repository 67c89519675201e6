"""One outcome beside what several forecasters said about it, and its rows in the stored table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.evaluation import scores
from forecast.evaluation.quantities import QUANTITIES

Array = NDArray[np.float64]

_DECIMALS = 4
_OF_POINTS, _OF_BOUNDS = ("pit", "crps", "log_score"), ("reach", "bound_log_score", "tw_crps")


@dataclass(frozen=True)
class Outcome:
    """What happened, and what was said about it before.

    Attributes
    ----------
    quantity, part : str
        What it is about (`forecast.evaluation.calibration.QUANTITIES`); `part` is a price channel, a step above the
        frontier or a group of losses, else empty.
    origin : str
        The day of the forecasts, or what was held out.
    years_ahead : int
        Which year after the origin; 0 where the question is not about a year.
    target : str
        The outcome's date, or its place.
    observed : float
        Outcome, or a lower bound of it.
    censored : bool
        Whether it is a bound.
    said : mapping of str to ndarray, shape (draws,)
        Draws of each forecaster.
    """

    quantity: str
    part: str
    origin: str
    years_ahead: int
    target: str
    observed: float
    censored: bool
    said: Mapping[str, Array]


def rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Score every forecaster on every outcome: one row each, in the columns of `calibration.COLUMNS`."""
    forecasters = dict.fromkeys(name for outcome in outcomes for name in outcome.said)
    return [row for name in forecasters for row in _rows_of(name, [o for o in outcomes if name in o.said])]


def _rows_of(forecaster: str, outcomes: Sequence[Outcome]) -> Iterable[dict[str, Any]]:
    draws = np.stack([outcome.said[forecaster] for outcome in outcomes], axis=1)
    observed = np.array([outcome.observed for outcome in outcomes])
    resolution = np.array([QUANTITIES[outcome.quantity].resolution for outcome in outcomes])
    found = scores.score(draws, observed, resolution)
    for i, outcome in enumerate(outcomes):
        yield _about(outcome, forecaster) | _scored(outcome, {k: v[i] for k, v in found.items()})


def _about(outcome: Outcome, forecaster: str) -> dict[str, Any]:
    names = ("quantity", "part", "origin", "years_ahead", "target")
    return {
        **{name: getattr(outcome, name) for name in names},
        "forecaster": forecaster,
        "censored": int(outcome.censored),
        "observed": _rounded(outcome.observed),
    }


def _scored(outcome: Outcome, found: Mapping[str, float]) -> dict[str, Any]:
    """The quantiles, and the scores that a point has, or those that a bound has."""
    others = _OF_POINTS if outcome.censored else _OF_BOUNDS
    return {name: "" if name in others else _rounded(value) for name, value in found.items()}


def _rounded(value: float) -> Any:
    return round(float(value), _DECIMALS) if np.isfinite(value) else ""
