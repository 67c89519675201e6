"""Changes of the joint model that were tried, each for a reason stated before its score, and what came of them.

    for attempt in attempts.load():
        print(attempt.name, attempt.kept, attempt.reason, attempt.verdict)

Every attempt forecast the same outcomes as the shipped model, from the same origins with the same seed, so its CRPS
stands beside the shipped model's on those outcomes. A refit was screened on every second origin, 2013 to 2021, and went
to all of them only if the screen spoke for it; `origins` says which. Attempts with source `science` were made before
this product, on trial fits of the same form; their scores stand beside the joint trial fit's, and are blank where none
was kept. Only the verdicts are judgements: nothing here is used by a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from forecast.evaluation import stored

STORED = Path(__file__).parent / "results"
ATTEMPTS = "attempts.csv"

COLUMNS = (
    *("attempt", "quantity", "window", "years", "n", "crps", "crps_shipped", "inside_80"),
    *("reason", "verdict", "origins", "source"),
)
KEPT, NOT_KEPT = "kept", "not kept"
ORIGINS: Mapping[str, tuple[int, ...]] = {
    "2013-2023": tuple(range(2013, 2024)),
    "2013-2021 odd": (2013, 2015, 2017, 2019, 2021),
}
"""Which origins a score is over, by the name in the column `origins`."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The score of an attempt on one quantity over one window of origins.

    Attributes
    ----------
    quantity, window, years, origins : str
        As in the summary of the backtest; `origins` is one of `ORIGINS`.
    n : int or None
        Outcomes scored.
    crps, crps_shipped : float or None
        Of the attempt and of the model that shipped, on the same outcomes, log10 units; years for a first passage.
    inside_80 : float or None
        Coverage of the attempt's 80 % interval.
    """

    quantity: str
    window: str
    years: str
    origins: str
    n: int | None
    crps: float | None
    crps_shipped: float | None
    inside_80: float | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One change that was tried.

    Attributes
    ----------
    name, reason, verdict : str
        What was changed, why it was tried (said before it was scored), and whether it was kept and why.
    source : str
        `own` or `science`.
    scores : tuple of Tried
        Empty numbers where none was kept.
    """

    name: str
    reason: str
    verdict: str
    source: str
    scores: tuple[Tried, ...]

    @property
    def kept(self) -> bool:
        """Whether it is part of the shipped model."""
        return self.verdict.startswith(KEPT)


def load(folder: Path = STORED) -> list[Attempt]:
    """The stored attempts, in the order in which they were made.

    Raises
    ------
    ArtefactError
        When there are none, or the file has other columns.
    """
    remedy = "the file is part of the sources, check it out"
    rows = stored.table(folder / ATTEMPTS, COLUMNS, "attempts", remedy)
    return [_attempt(name, list(group)) for name, group in groupby(rows, lambda row: row["attempt"])]


def _attempt(name: str, rows: list[dict[str, str]]) -> Attempt:
    about = rows[0]
    return Attempt(name, about["reason"], about["verdict"], about["source"], tuple(map(_tried, rows)))


def _tried(row: Mapping[str, str]) -> Tried:
    return Tried(
        quantity=row["quantity"],
        window=row["window"],
        years=row["years"],
        origins=row["origins"],
        n=int(row["n"]) if row["n"] else None,
        crps=_number(row["crps"]),
        crps_shipped=_number(row["crps_shipped"]),
        inside_80=_number(row["inside_80"]),
    )


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
