"""How two forms of the scaling law are weighed: by the density that they gave to losses that were held out.

    w = argmax over 0..1 of sum_i ln(w f_i + (1 - w) g_i)

f is the density of the pooled law with a floor, g that of the pooled power law (E = 0), both of the same held-out
points. The interval is from a bootstrap over groups, whose points share a law.

Reference: Yao, Vehtari, Simpson & Gelman 2018, "Using Stacking to Average Bayesian Predictive Distributions", eq. 4.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ArtefactError
from forecast.evaluation.calibration import STORED, Scored
from forecast.evaluation.quantities import MODEL, POWER_LAW

Array = NDArray[np.float64]

LAW_WEIGHTS = "law_weights.json"
TAILS = ("loss_one_decade", "loss_two_decades")
RESAMPLES = 1000
INTERVAL = (0.05, 0.95)
_SEED = 20131231
_HALVINGS = 40
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class LawWeights:
    """Weights of the two forms.

    Attributes
    ----------
    floor, power_law : float
        Of the law with a floor, and of the one without; they add up to one.
    low, high : float
        90 % interval of the former.
    n, groups : int
        Held-out points, and the groups that they belong to.
    """

    floor: float
    power_law: float
    low: float
    high: float
    n: int
    groups: int


def load(folder: Path = STORED) -> LawWeights:
    """The stored weights.

    Raises
    ------
    ArtefactError
        When there are none, or the file is not what the backtest writes.
    """
    path = folder / LAW_WEIGHTS
    try:
        return LawWeights(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ArtefactError(f"no weights of laws in {folder}: run `timelines backtest`", field=LAW_WEIGHTS) from None
    except (TypeError, ValueError) as error:
        raise ArtefactError(f"{path} is not what `timelines backtest` writes", field=LAW_WEIGHTS) from error


def as_json(weights: LawWeights) -> str:
    """The stored form."""
    return json.dumps(asdict(weights), indent=2) + "\n"


def weigh(rows: Sequence[Scored]) -> LawWeights | None:
    """Weights from the scores of held-out tails; None where one of the forms has not forecast them.

    Parameters
    ----------
    rows : sequence of Scored
        A backtest's.
    """
    found: dict[str, dict[tuple[str, ...], float]] = {MODEL: {}, POWER_LAW: {}}
    for row in rows:
        if row.quantity in TAILS and row.forecaster in found:
            found[row.forecaster][row.part, row.quantity, row.target] = -row.log_score
    both = sorted(found[MODEL].keys() & found[POWER_LAW].keys())
    if not both:
        return None
    log_ratio = np.array([found[POWER_LAW][key] - found[MODEL][key] for key in both])
    groups, member = np.unique([key[0] for key in both], return_inverse=True)
    weight = stacked(np.exp(log_ratio), np.ones(len(both)))
    low, high = np.quantile(_resampled(np.exp(log_ratio), member, len(groups)), INTERVAL)
    floor, rest, low, high = (round(float(value), _DECIMALS) for value in (weight, 1 - weight, low, high))
    return LawWeights(floor, rest, low, high, n=len(both), groups=len(groups))


def _resampled(ratio: Array, member: NDArray[np.intp], groups: int) -> Array:
    rng = np.random.default_rng(_SEED)
    times = [np.bincount(rng.integers(groups, size=groups), minlength=groups) for _ in range(RESAMPLES)]
    return np.array([stacked(ratio, count[member].astype(float)) for count in times])


def stacked(ratio: Array, times: Array) -> float:
    """The weight w of the first of two forecasters that maximises the sum of ln(w + (1 - w) ratio).

    The sum is concave in w, so where its slope changes sign is found by halving.

    Parameters
    ----------
    ratio : ndarray, shape (n,)
        Density of the second over that of the first at each outcome.
    times : ndarray, shape (n,)
        How often each outcome counts.
    """
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        slope = float(np.sum(times * (1 - ratio) / (middle + (1 - middle) * ratio)))
        low, high = (middle, high) if slope > 0 else (low, middle)
    return (low + high) / 2
