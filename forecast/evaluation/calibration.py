"""The stored backtest: what past forecasts of these models said, what happened, and how well they did.

Standard library and NumPy, so that every arm can read it. `timelines backtest` writes the tables; here they are loaded
and summarised by quantity, by window of origins, and by how far ahead.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.evaluation import scores, stored
from forecast.evaluation.quantities import BASELINES, HORIZONS, LINE, MODEL, QUANTITIES, RUNS_ON_LINE, WINDOWS
from forecast.evaluation.scores import INTERVALS, LEVELS

__all__ = ["BASELINES", "HORIZONS", "LINE", "MODEL", "QUANTITIES", "RUNS_ON_LINE", "WINDOWS"]  # here they began

Array = NDArray[np.float64]

STORED = Path(__file__).parent / "results" / "backtest"
SCORES, SUMMARY, FITS, PROVENANCE = "scores.csv", "summary.csv", "fits.csv", "provenance.json"
REMEDY = "run `timelines backtest`"
"""Where a table of it is missing, or of another version."""

QUANTILES = tuple(f"q{100 * level:g}" for level in LEVELS)
COLUMNS = (
    *("quantity", "part", "origin", "years_ahead", "target", "forecaster", "censored", "observed"),
    *QUANTILES,
    *("pit", "crps", "log_score", "reach", "bound_log_score", "tw_crps"),
)

_MEASURED = COLUMNS[COLUMNS.index("pit") :]
_PASSAGE_OVERLAP = 3
_PIT_BINS = 5


@dataclass(frozen=True, slots=True)
class Scored:
    """One forecaster's forecast of one outcome, as stored.

    Where the outcome is a bound, only its own scores are there (`reach`, `bound_log_score`, `tw_crps`), where it is
    not, only the others; what is not there is NaN.
    """

    quantity: str
    part: str
    origin: str
    years_ahead: int
    target: str
    forecaster: str
    censored: bool
    observed: float
    quantiles: tuple[float, ...]
    pit: float
    crps: float
    log_score: float
    reach: float
    bound_log_score: float
    tw_crps: float

    @property
    def origin_year(self) -> int:
        """Year of the origin; 0 where something else than the future is held out."""
        return int(self.origin[:4]) if self.origin[:4].isdigit() else 0


@dataclass(frozen=True, slots=True)
class Summary:
    """How one forecaster did on one quantity.

    Attributes
    ----------
    quantity, part, window, years, forecaster : str
        What, for which origins (`WINDOWS`), how far ahead (`HORIZONS`), and whose.
    n : int
        Outcomes scored.
    effective_n : float
        How many independent ones they are worth (`scores.effective_number`), at most the distinct ones.
    bounds : int
        Outcomes known as a lower bound only; they enter the last two scores and no other.
    crps, log_score, rms_error, median_error, width_80 : float
        Means, root mean square and median of the absolute error of the median, and the mean width of the 80 %
        interval, in the quantity's unit.
    inside_50, inside_80, inside_95 : float
        Coverage.
    pit : tuple of float
        Shares of outcomes by fifths of the forecast: .2 each when calibrated.
    bound_log_score, tw_crps : float
        Means over the bounds; NaN without any.
    """

    quantity: str
    part: str
    window: str
    years: str
    forecaster: str
    n: int
    effective_n: float
    bounds: int
    crps: float
    log_score: float
    rms_error: float
    median_error: float
    width_80: float
    inside_50: float
    inside_80: float
    inside_95: float
    pit: tuple[float, ...]
    bound_log_score: float
    tw_crps: float


def load(folder: Path = STORED) -> list[Scored]:
    """The stored scores.

    Raises
    ------
    ArtefactError
        When there are none, or the file is not what the backtest writes.
    """
    return [scored(row) for row in stored.table(folder / SCORES, COLUMNS, "stored backtest", REMEDY)]


def fits(folder: Path = STORED) -> list[dict[str, str]]:
    """How the fits behind the stored scores went: one row a fit, with the gates' verdict."""
    with (folder / FITS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def provenance(folder: Path = STORED) -> dict[str, Any]:
    """What the stored scores came from: digests, settings, fits, pending origins."""
    found: dict[str, Any] = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    return found


def scored(row: Mapping[str, Any]) -> Scored:
    """A row of the table, text or values, as a record."""
    found: dict[str, Any] = {name: str(row[name]) for name in ("quantity", "part", "origin", "target", "forecaster")}
    found |= {name: _number(row[name]) for name in ("observed", *_MEASURED)}
    return Scored(
        **found,
        years_ahead=int(row["years_ahead"]),
        censored=bool(int(row["censored"])),
        quantiles=tuple(_number(row[name]) for name in QUANTILES),
    )


def _number(value: Any) -> float:
    return float("nan") if value == "" else float(value)


def summarise(rows: Sequence[Scored]) -> list[Summary]:
    """Summaries by quantity, part, window, years ahead and forecaster; those without outcomes are left out."""
    found = []
    for name, quantity in QUANTITIES.items():
        mine = [row for row in rows if row.quantity in (quantity.pools or (name,))]
        parts = sorted({row.part for row in mine}) if quantity.by_part else [""]
        for part in parts:
            of_part = [row for row in mine if not part or row.part == part]
            found += [summary for key, group in _groups(of_part) if (summary := _summary(name, part, *key, group))]
    return found


def _groups(rows: Sequence[Scored]) -> Iterator[tuple[tuple[str, str, str], list[Scored]]]:
    forecasters = list(dict.fromkeys(row.forecaster for row in rows))
    for window, (first, last) in WINDOWS.items():
        for years, (least, most) in HORIZONS.items():
            chosen = [r for r in rows if first <= r.origin_year <= last and least <= r.years_ahead <= most]
            for forecaster in sorted(forecasters, key=lambda name: (name != MODEL, name)):
                yield (window, years, forecaster), [row for row in chosen if row.forecaster == forecaster]


def _summary(
    quantity: str, part: str, window: str, years: str, forecaster: str, rows: Sequence[Scored]
) -> Summary | None:
    known = [row for row in rows if not row.censored]
    if not known:
        return None
    observed, levels = np.array([row.observed for row in known]), np.array([row.quantiles for row in known]).T
    error = np.abs(levels[LEVELS.index(0.5)] - observed)
    low, high = INTERVALS[80]
    inside: dict[str, Any] = {f"inside_{p}": float(scores.inside(levels, observed, p).mean()) for p in INTERVALS}
    return Summary(
        *(quantity, part, window, years, forecaster),
        n=len(known),
        effective_n=effective_number(known),
        bounds=len(rows) - len(known),
        crps=float(np.mean([row.crps for row in known])),
        log_score=_mean(row.log_score for row in known),
        rms_error=float(np.sqrt(np.mean(error**2))),
        median_error=float(np.median(error)),
        width_80=float(np.mean(levels[high] - levels[low])),
        pit=tuple(pit_shares([row.pit for row in known])),
        bound_log_score=_mean(row.bound_log_score for row in rows),
        tw_crps=_mean(row.tw_crps for row in rows),
        **inside,
    )


def _mean(values: Iterable[float]) -> float:
    """Mean of what is defined; NaN where nothing is."""
    kept = [value for value in values if np.isfinite(value)]
    return float(np.mean(kept)) if kept else float("nan")


def pit_shares(pits: Sequence[float], bins: int = _PIT_BINS) -> list[float]:
    """Share of outcomes in each of equal bins of the probability integral transform."""
    counts, _ = np.histogram(pits, bins=bins, range=(0.0, 1.0))
    return [float(count) / len(pits) for count in counts]


def effective_number(rows: Sequence[Scored]) -> float:
    """How many independent outcomes the rows of one forecaster are worth.

    Rows of one origin share a path, and origins share outcomes as far as they look ahead; losses share a group.

    However little the forecasts hang together, they are worth no more than the distinct outcomes that they are about.
    """
    if rows[0].origin_year:
        clusters = [row.origin_year for row in rows]
        overlap = max(row.years_ahead for row in rows) or _PASSAGE_OVERLAP
    else:
        names = sorted({row.part for row in rows})
        clusters, overlap = [names.index(row.part) for row in rows], 1
    distinct = {(row.quantity, row.part, row.target, row.observed) for row in rows}
    return min(scores.effective_number([row.pit for row in rows], clusters, overlap), float(len(distinct)))


def as_row(summary: Summary) -> dict[str, Any]:
    """A summary as a row of the stored table."""
    plain = {f.name: getattr(summary, f.name) for f in fields(Summary) if f.name != "pit"}
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in plain.items()}
    return rounded | {f"pit_{i}": round(share, 4) for i, share in enumerate(summary.pit, 1)}
