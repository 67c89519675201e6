"""The gates: may a fit be used? PASSED, FLAGGED (used, and every answer says so) or REFUSED (kept, never current).

Convergence: divergences, R-hat and effective sample size of every free parameter, against `THRESHOLDS`.
Nowcast (SCIENCE: the accident of an uncentred predictor with a tight intercept prior passed every convergence check):

1. Disclosed rows of the last 18 months before the disclosure date, or before as_of where that is earlier: FLAGGED if
   under half lie inside the 80 % predictive band, REFUSED if under a fifth do or if their median lies outside the
   99 % band of the median.
2. The running maximum: simulate runs from the largest one known at the start of that window; REFUSED if the
   probability to reach the largest one known at its end is under .01.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.inference.sampling import Sampled

Array = NDArray[np.float64]
Status = Literal["PASSED", "FLAGGED", "REFUSED"]
_ORDER: tuple[Status, ...] = ("PASSED", "FLAGGED", "REFUSED")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the gates: beyond `flag_*` a fit is FLAGGED, beyond `refuse_*` REFUSED."""

    flag_divergent_share: float = 0.0
    refuse_divergent_share: float = 0.005
    flag_r_hat: float = 1.01
    refuse_r_hat: float = 1.05
    flag_ess: float = 400.0
    refuse_ess: float = 100.0
    flag_inside_80: float = 0.5
    refuse_inside_80: float = 0.2
    refuse_reach: float = 0.01

    def scaled(self, draws: int) -> Thresholds:
        """The limits for a run of `draws` draws in all: a short run is asked for a tenth of its draws as ESS."""
        ess = min(self.flag_ess, draws / 10)
        return Thresholds(**{**asdict(self), "flag_ess": ess, "refuse_ess": ess / 4})


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of one gate or of all."""

    status: Status = "PASSED"
    reasons: tuple[str, ...] = ()

    def __add__(self, other: Verdict) -> Verdict:
        """The worse status, and both lists of reasons."""
        worse = max(self.status, other.status, key=_ORDER.index)
        return Verdict(worse, self.reasons + other.reasons)


@dataclass(frozen=True, slots=True)
class Convergence:
    """How well the chains of one model mixed."""

    model: str
    divergences: int
    draws: int
    max_r_hat: float
    worst_r_hat: str
    min_ess: float
    worst_ess: str
    min_bfmi: float
    target_accept: float


@dataclass(frozen=True, slots=True)
class Nowcast:
    """What the fit says about runs that are already known.

    Attributes
    ----------
    rows : int
        Disclosed frontier runs in the window.
    inside_80 : float
        Share of them inside their 80 % predictive interval; 1 without rows.
    median_inside_99 : bool
        Whether their median lies inside the 99 % predictive band of the median.
    reach : float
        Probability to reach the largest run known at the window's end, from the largest known at its start.
    window : tuple of float
        Decimal years.
    """

    rows: int
    inside_80: float
    median_inside_99: bool
    reach: float
    window: tuple[float, float] = field(default=(0.0, 0.0))

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {**asdict(self), "window": list(self.window)}


def convergence(model: str, sampled: Sampled, names: Iterable[str]) -> Convergence:
    """R-hat (rank, split), bulk and tail ESS over every element of the named variables, and divergences.

    Parameters
    ----------
    model : str
        Name of the model.
    sampled : Sampled
        Its draws.
    names : iterable of str
        Free variables to look at.
    """
    from arviz_stats.base import array_stats

    r_hats: dict[str, float] = {}
    sizes: dict[str, float] = {}
    for name in names:
        values = sampled.draws[name]
        columns = np.moveaxis(values.reshape(*values.shape[:2], -1), -1, 0)
        r_hats[name] = max(float(array_stats.rhat(c, chain_axis=0, draw_axis=1)) for c in columns)
        sizes[name] = min(
            float(array_stats.ess(c, chain_axis=0, draw_axis=1, method=method, prob=prob))
            for c in columns
            for method, prob in (("bulk", None), ("tail", (0.05, 0.95)))
        )
    worst_r_hat, worst_ess = max(r_hats, key=r_hats.__getitem__), min(sizes, key=sizes.__getitem__)
    bfmi = array_stats.bfmi(sampled.energy, chain_axis=0, draw_axis=1)
    return Convergence(
        model=model,
        divergences=sampled.divergences,
        draws=sampled.energy.size,
        max_r_hat=round(r_hats[worst_r_hat], 4),
        worst_r_hat=worst_r_hat,
        min_ess=round(sizes[worst_ess], 1),
        worst_ess=worst_ess,
        min_bfmi=round(float(np.min(bfmi)), 3),
        target_accept=sampled.target_accept,
    )


def judge_convergence(found: Convergence, limits: Thresholds = THRESHOLDS) -> Verdict:
    """Status and reasons of one model's chains."""
    limits = limits.scaled(found.draws)
    share = found.divergences / found.draws
    verdict = _above(share, limits.flag_divergent_share, limits.refuse_divergent_share, "{0.divergences} divergences")
    verdict += _above(found.max_r_hat, limits.flag_r_hat, limits.refuse_r_hat, "R-hat {0.max_r_hat} of {0.worst_r_hat}")
    verdict += _above(-found.min_ess, -limits.flag_ess, -limits.refuse_ess, "ESS {0.min_ess} of {0.worst_ess}")
    return Verdict(verdict.status, tuple(f"{found.model}: {reason.format(found)}" for reason in verdict.reasons))


def judge_nowcast(found: Nowcast, limits: Thresholds = THRESHOLDS) -> Verdict:
    """Status and reasons of the nowcast gate."""
    inside = f"nowcast: {100 * found.inside_80:.0f} % of {found.rows} recent disclosed runs lie inside the 80 % band"
    verdict = _above(-found.inside_80, -limits.flag_inside_80, -limits.refuse_inside_80, inside)
    if not found.median_inside_99:
        verdict += Verdict("REFUSED", ("nowcast: the median of the recent disclosed runs lies outside the 99 % band",))
    if found.reach < limits.refuse_reach:
        reason = f"nowcast: the largest known run had a probability of {found.reach:.4f} to be reached"
        verdict += Verdict("REFUSED", (reason,))
    return verdict


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst status with all reasons."""
    return sum(verdicts, Verdict())


def inside_bands(observed: Array, predictive: Array) -> tuple[float, bool]:
    """Share of rows inside their 80 % interval, and whether their median is inside the 99 % band of the median.

    Parameters
    ----------
    observed : ndarray, shape (rows,)
        Observations.
    predictive : ndarray, shape (draws, rows)
        Posterior predictive of the same rows.
    """
    if not len(observed):
        return 1.0, True
    low, high = np.quantile(predictive, [0.1, 0.9], axis=0)
    band = np.quantile(np.median(predictive, axis=1), [0.005, 0.995])
    inside = np.mean((observed >= low) & (observed <= high))
    return float(inside), bool(band[0] <= np.median(observed) <= band[1])


def in_words(manifest: Mapping[str, Any]) -> str:
    """How the chains mixed and what the nowcast says, one line a model."""
    lines = []
    for model, found in manifest["diagnostics"].items():
        if found:
            lines.append(
                f"{model}: {found['draws']} draws, {found['divergences']} divergences, R-hat at most "
                f"{found['max_r_hat']:.3f}, effective size at least {found['min_ess']:.0f}"
            )
        else:
            lines.append(f"{model}: too few rows, drawn from its prior")
    seen = manifest["nowcast"]
    lines.append(
        f"nowcast: {100 * seen['inside_80']:.0f} % of {seen['rows']} recent disclosed runs inside the 80 % band; the "
        f"largest known run was reached with probability {seen['reach']:.2f}"
    )
    return "\n".join(lines)


def _above(value: float, flag: float, refuse: float, reason: str) -> Verdict:
    if value > refuse:
        return Verdict("REFUSED", (reason,))
    return Verdict("FLAGGED", (reason,)) if value > flag else Verdict()
