"""What can be wrong with a whole download: a unit off by orders of magnitude, rows twice, nothing in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from forecast.data import rules
from forecast.data.epoch_models import COST_COLUMNS, FLOP
from forecast.data.raw import RawRow, number
from forecast.errors import DataError

UNIT_SHIFT_DEX = 2.0
"""A median shift of known runs beyond this is a unit, not a revision (estimates move by 0.3-0.6)."""

ROW_SHIFT_DEX = 8.0
"""A single run that moves by more than this against the tables is a slip of unit in its cell."""

LARGEST_FLOP, SMALLEST_RECENT_FLOP, RECENT_YEAR = 1e30, 1e12, 2016
"""Bounds for a run that the tables do not know; the smallest notable run since 2016 used 1e15 FLOP."""

LARGEST_USD = 1e12


def check_download(path: Path, raw: Sequence[RawRow], known_flop: Mapping[str, float]) -> None:
    """Raise the first fault that makes the file as a whole unfit.

    Parameters
    ----------
    path : Path
        The download, for the message.
    raw : sequence of RawRow
        Its rows.
    known_flop : mapping of str to float
        Compute of the runs that the tables have, by `run_id`.

    Raises
    ------
    DataError
        Naming file, row, column and remedy.
    """
    if not any(row[FLOP] for row in raw):
        raise DataError(f"{path}: column {FLOP!r} holds no value; download the file anew", field=FLOP)
    _refuse_repeats(path, raw)
    _refuse_shifted_unit(path, raw, known_flop)
    for row in raw:
        _refuse_slip(path, row, known_flop)


def _refuse_repeats(path: Path, raw: Sequence[RawRow]) -> None:
    seen: dict[str, int] = {}
    for row in raw:
        key = rules.slug(row["Model"])
        if key and key in seen:
            raise DataError(
                f"{path}: rows {seen[key]} and {row.number}, column 'Model', are both {row['Model']!r}; remove one of them",
                field="Model",
            )
        seen[key] = row.number


def _refuse_shifted_unit(path: Path, raw: Sequence[RawRow], known_flop: Mapping[str, float]) -> None:
    shifts = [
        (math.log10(flop / known_flop[run_id]), row)
        for row in raw
        if (flop := _flop(row)) and (run_id := rules.slug(row["Model"])) in known_flop
    ]
    if len(shifts) < 3:
        return
    shift = median(move for move, _ in shifts)
    if abs(shift) > UNIT_SHIFT_DEX:
        row = shifts[0][1]
        raise DataError(
            f"{path}: column {FLOP!r} is off by a factor of about 1e{shift:+.0f} against the runs already known "
            f"(row {row.number}, {rules.clean_name(row['Model'])}: {_flop(row):g} where {known_flop[rules.slug(row['Model'])]:g} is "
            "known); give training compute in FLOP",
            field=FLOP,
        )


def _refuse_slip(path: Path, row: RawRow, known_flop: Mapping[str, float]) -> None:
    flop, before = _flop(row), known_flop.get(rules.slug(row["Model"]))
    if flop and before and abs(math.log10(flop / before)) > ROW_SHIFT_DEX:
        raise _slip(path, row, FLOP, flop, f"{before:g} is known; give it in FLOP")
    if flop and not before and _implausible(row, flop):
        raise _slip(path, row, FLOP, flop, "no run is that large or small; give it in FLOP")
    for column in COST_COLUMNS:
        cost = _number(row, column)
        if cost is not None and cost > LARGEST_USD:
            raise _slip(path, row, column, cost, "more than a trillion dollars; give it in 2023 dollars")


def _implausible(row: RawRow, flop: float) -> bool:
    recent = row["Publication date"][:4].isdigit() and int(row["Publication date"][:4]) >= RECENT_YEAR
    return flop > LARGEST_FLOP or (recent and flop < SMALLEST_RECENT_FLOP)


def _slip(path: Path, row: RawRow, column: str, value: float, why: str) -> DataError:
    name = rules.clean_name(row["Model"])
    return DataError(f"{path}: row {row.number} ({name}), column {column!r} is {value:g}: {why}", field=column)


def _flop(row: RawRow) -> float | None:
    value = _number(row, FLOP)
    return value if value is not None and value > 0 else None


def _number(row: RawRow, column: str) -> float | None:
    try:
        return number(row.get(column))
    except ValueError:
        return None
