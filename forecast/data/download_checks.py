"""What can be wrong with a whole download: a unit off by orders of magnitude, a row twice, nothing in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from forecast.data import rules
from forecast.data.epoch_models import COST, COST_COLUMNS, FLOP, PUBLISHED
from forecast.data.raw import RawRow, number
from forecast.errors import DataError

UNIT_SHIFT_DEX = 2.0
"""A median shift of the known runs beyond this is a unit, not a revision (estimates move by 0.3-0.6)."""

ROW_SHIFT_DEX = 8.0
"""A single run that moves by more than this against the tables is a slip of unit in its cell."""

FEWEST_KNOWN = 3
LARGEST_FLOP, SMALLEST_RECENT_FLOP, RECENT_YEAR = 1e30, 1e12, 2016
"""Bounds for a run that the tables do not know; the smallest notable run since 2016 used about 1e15 FLOP."""

LARGEST_USD = 1e12

Known = Mapping[str, float]


def check_download(path: Path, raw: Sequence[RawRow], known_flop: Known, known_usd: Known) -> None:
    """Raise the first fault that makes the file as a whole unfit.

    Parameters
    ----------
    path : Path
        The download, for the message.
    raw : sequence of RawRow
        Its rows.
    known_flop, known_usd : mapping of str to float
        Compute and amortized cost of the runs that the tables have, by `run_id`.

    Raises
    ------
    DataError
        Naming file, row, column and remedy.
    """
    if not any(row[FLOP] for row in raw):
        raise DataError(f"{path}: column {FLOP!r} holds no value; download the file anew", field=FLOP)
    _refuse_repeats(path, raw)
    _refuse_shifted_unit(path, raw, FLOP, known_flop, "FLOP")
    _refuse_shifted_unit(path, raw, COST, known_usd, "2023 US dollars")
    for row in raw:
        _refuse_slips(path, row, known_flop)


def _refuse_repeats(path: Path, raw: Sequence[RawRow]) -> None:
    seen: dict[str, RawRow] = {}
    for row in raw:
        first = seen.setdefault(rules.slug(row["Model"]), row)
        if first is not row and rules.slug(row["Model"]):
            name = rules.clean_name(row["Model"])
            raise DataError(
                f"{path}: rows {first.number} and {row.number}, column 'Model', are both {name!r}; remove one of them",
                field="Model",
            )


def _refuse_shifted_unit(path: Path, raw: Sequence[RawRow], column: str, known: Known, unit: str) -> None:
    pairs = [(value, known[rules.slug(row["Model"])], row) for row, value in _values(raw, column, known)]
    if len(pairs) < FEWEST_KNOWN:
        return
    shift = median(math.log10(value / before) for value, before, _ in pairs)
    if abs(shift) > UNIT_SHIFT_DEX:
        value, before, row = pairs[0]
        raise DataError(
            f"{path}: column {column!r} is off by about a factor 1e{shift:+.0f} against the runs already known (row "
            f"{row.number}, {rules.clean_name(row['Model'])}: {value:g}, known: {before:g}); give it in {unit}",
            field=column,
        )


def _values(raw: Sequence[RawRow], column: str, known: Known) -> list[tuple[RawRow, float]]:
    found = ((row, _positive(row, column)) for row in raw if rules.slug(row["Model"]) in known)
    return [(row, value) for row, value in found if value is not None]


def _refuse_slips(path: Path, row: RawRow, known_flop: Known) -> None:
    flop, before = _positive(row, FLOP), known_flop.get(rules.slug(row["Model"]))
    if flop and before and abs(math.log10(flop / before)) > ROW_SHIFT_DEX:
        raise _slip(path, row, FLOP, flop, f"{before:g} is known; give it in FLOP")
    if flop and not before and _is_implausible(row, flop):
        raise _slip(path, row, FLOP, flop, "no run is that large or that small; give it in FLOP")
    for column in COST_COLUMNS:
        cost = _positive(row, column)
        if cost is not None and cost > LARGEST_USD:
            raise _slip(path, row, column, cost, "more than a trillion dollars; give it in 2023 US dollars")


def _is_implausible(row: RawRow, flop: float) -> bool:
    year = row[PUBLISHED][:4]
    recent = year.isdigit() and int(year) >= RECENT_YEAR
    return flop > LARGEST_FLOP or (recent and flop < SMALLEST_RECENT_FLOP)


def _slip(path: Path, row: RawRow, column: str, value: float, why: str) -> DataError:
    name = rules.clean_name(row["Model"])
    return DataError(f"{path}: row {row.number} ({name}), column {column!r} is {value:g}: {why}", field=column)


def _positive(row: RawRow, column: str) -> float | None:
    try:
        value = number(row.get(column))
    except ValueError:
        return None
    return value if value is not None and value > 0 else None
