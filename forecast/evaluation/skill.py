"""How much better than the baselines: skill = 1 - CRPS / the baseline's, on the same outcomes (skill.csv).

Both are means over the outcomes that both forecast and that are known. Origins that follow each other share outcomes
and conditions, so the interval is from a moving-block bootstrap: blocks of three consecutive origins are drawn with
replacement until there are as many origins as before, and skill is computed anew. What is held out of the losses comes
in groups, which are drawn one by one. With fewer than two whole blocks there is no interval.

Reference: Kuensch 1989, "The Jackknife and the Bootstrap for General Stationary Observations" (moving blocks).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.evaluation import calibration, stored
from forecast.evaluation.calibration import STORED, Scored
from forecast.evaluation.quantities import BASELINES, HORIZONS, MODEL, QUANTITIES, WINDOWS

Array = NDArray[np.float64]

SKILL = "skill.csv"
BLOCK = 3
"""Consecutive origins that are drawn together: as many as share an outcome up to three years ahead."""

RESAMPLES = 2000
INTERVAL = (0.05, 0.95)
_SEED = 20131231
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Skill:
    """Skill of the model against one baseline.

    Attributes
    ----------
    quantity, part, window, years : str
        What, for which origins, and how far ahead, as in `calibration.Summary`.
    baseline : str
        Against whom.
    n : int
        Outcomes that both forecast.
    effective_n : float
        How many independent ones they are worth.
    skill : float
        Above zero where the model is the better one.
    low, high : float
        90 % interval; NaN where there are too few origins for one.
    """

    quantity: str
    part: str
    window: str
    years: str
    baseline: str
    n: int
    effective_n: float
    skill: float
    low: float
    high: float


COLUMNS = tuple(field.name for field in fields(Skill))


def load(folder: Path = STORED) -> list[Skill]:
    """The stored skills.

    Raises
    ------
    ArtefactError
        When there are none, or the file is not what the backtest writes.
    """
    rows = stored.table(folder / SKILL, COLUMNS, "skills of a backtest", calibration.REMEDY)
    return [_skill(row) for row in rows]


def _skill(row: Mapping[str, str]) -> Skill:
    found: dict[str, Any] = dict(row) | {"n": int(row["n"])}
    measured = ("effective_n", "skill", "low", "high")
    return Skill(**found | {name: float(row[name]) if row[name] else float("nan") for name in measured})


def as_row(skill: Skill) -> dict[str, object]:
    """A skill as a row of the stored table; blank where there is none."""
    found = {name: getattr(skill, name) for name in COLUMNS}
    return {k: ("" if np.isnan(v) else round(v, _DECIMALS)) if isinstance(v, float) else v for k, v in found.items()}


def between(rows: Sequence[Scored], block: int = BLOCK, resamples: int = RESAMPLES) -> list[Skill]:
    """Skills of the model against every baseline, by quantity, part, window and years ahead.

    Parameters
    ----------
    rows : sequence of Scored
        Forecasts of the model and of the baselines.
    block : int
        Origins in a block.
    resamples : int
        Of the bootstrap.
    """
    found = []
    for name, quantity in QUANTITIES.items():
        mine = [row for row in rows if row.quantity in (quantity.pools or (name,)) and not row.censored]
        for part in sorted({row.part for row in mine}) if quantity.by_part else [""]:
            pairs = _pairs([row for row in mine if not part or row.part == part])
            for window, years, baseline, chosen in _slices(pairs):
                about = (name, part, window, years, baseline, len(chosen))
                found.append(Skill(*about, *_measured(chosen, block, resamples)))
    return found


Pair = tuple[Scored, float]


def _pairs(rows: Sequence[Scored]) -> dict[str, list[Pair]]:
    """By baseline: the model's rows with the CRPS of the baseline's row of the same outcome."""
    by_forecaster = {name: _numbered([row for row in rows if row.forecaster == name]) for name in (MODEL, *BASELINES)}
    model = by_forecaster.pop(MODEL)
    return {
        baseline: [(row, theirs[key].crps) for key, row in model.items() if key in theirs]
        for baseline, theirs in by_forecaster.items()
    }


def _numbered(rows: Sequence[Scored]) -> dict[tuple[object, ...], Scored]:
    """Rows by outcome; outcomes that are told by the same words are told apart by their order."""
    seen: Counter[tuple[object, ...]] = Counter()
    found: dict[tuple[object, ...], Scored] = {}
    for row in rows:
        outcome = (row.quantity, row.part, row.origin, row.years_ahead, row.target)
        found[*outcome, seen[outcome]] = row
        seen[outcome] += 1
    return found


def _slices(pairs: Mapping[str, Sequence[Pair]]) -> Iterator[tuple[str, str, str, list[Pair]]]:
    for window, (first, last) in WINDOWS.items():
        for years, (least, most) in HORIZONS.items():
            for baseline, mine in pairs.items():
                chosen = [
                    pair
                    for pair in mine
                    if first <= pair[0].origin_year <= last and least <= pair[0].years_ahead <= most
                ]
                if chosen:
                    yield window, years, baseline, chosen


def _measured(pairs: Sequence[Pair], block: int, resamples: int) -> tuple[float, float, float, float]:
    """Effective number, skill, and the ends of its interval."""
    rows = [row for row, _ in pairs]
    dated = bool(rows[0].origin_year)
    clusters = np.unique([row.origin if dated else row.part for row in rows], return_inverse=True)[1]
    sums = np.stack([np.bincount(clusters, weights=w) for w in ([row.crps for row in rows], [c for _, c in pairs])])
    low, high = bootstrap(sums, block if dated else 1, resamples)
    return calibration.effective_number(rows), _of(sums.sum(axis=1)), low, high


def _of(sums: Array) -> float:
    """Skill of two sums of scores; NaN where the baseline's is nothing."""
    return float(1 - sums[0] / sums[1]) if sums[1] > 0 else float("nan")


def bootstrap(sums: Array, block: int, resamples: int) -> tuple[float, float]:
    """Ends of the 90 % interval of a skill, by moving blocks.

    Parameters
    ----------
    sums : ndarray, shape (2, clusters)
        Sums of scores of the model and of the baseline, clusters in order.
    block : int
        Consecutive clusters that are drawn together.
    resamples : int
        How many.

    Returns
    -------
    low, high : float
        NaN with fewer than two whole blocks.
    """
    clusters = sums.shape[1]
    if clusters < 2 * block:
        return float("nan"), float("nan")
    starts = np.random.default_rng(_SEED).integers(clusters - block + 1, size=(resamples, -(-clusters // block)))
    drawn = (starts[:, :, None] + np.arange(block)).reshape(resamples, -1)[:, :clusters]
    model, baseline = sums[:, drawn].sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.quantile(1 - model / baseline, INTERVAL)
    return float(low), float(high)
