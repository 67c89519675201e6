"""Past forecasts as fans: what was said at each origin, quarter by quarter, six years ahead (fans.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from forecast.evaluation import stored
from forecast.evaluation.calibration import QUANTILES, REMEDY, STORED
from forecast.evaluation.scores import LEVELS

FANS = "fans.csv"
YEARS = 6
QUARTERS = 4
FAN_QUANTITIES = ("largest_compute", "top_ten_compute", "largest_cost", "realised_price")
"""log10 of FLOP, FLOP, 2023 $ and 2023 $ per FLOP; a price is that of a run at the median of the frontier."""

COLUMNS = ("quantity", "origin", "decimal_year", *QUANTILES)


@dataclass(frozen=True, slots=True)
class PastFan:
    """One forecast of one quantity, as stored.

    Attributes
    ----------
    quantity : str
        One of `FAN_QUANTITIES`.
    origin : date
        When it was made.
    decimal_year : tuple of float
        The origin, and the ends of the quarters after it.
    quantiles : mapping of float to tuple of float
        By level (`scores.LEVELS`), one value a quarter.
    """

    quantity: str
    origin: date
    decimal_year: tuple[float, ...]
    quantiles: Mapping[float, tuple[float, ...]]


def load(folder: Path = STORED) -> list[PastFan]:
    """The stored fans, by quantity and origin.

    Raises
    ------
    ArtefactError
        When there are none, or the file is not what the backtest writes.
    """
    rows = stored.table(folder / FANS, COLUMNS, "fans of a backtest", REMEDY)
    return [_fan(*key, list(group)) for key, group in groupby(rows, lambda row: (row["quantity"], row["origin"]))]


def _fan(quantity: str, origin: str, rows: list[dict[str, str]]) -> PastFan:
    levels = {level: tuple(float(row[name]) for row in rows) for level, name in zip(LEVELS, QUANTILES, strict=True)}
    years = tuple(float(row["decimal_year"]) for row in rows)
    return PastFan(quantity, date.fromisoformat(origin), years, levels)
