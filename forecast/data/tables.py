"""The observations as data frames: checked loading, and what was known by a date.

Each table is a CSV file in `tables/` beside this module, made by `forecast.data.importers` and read by
`forecast.data.stored`. Functions take an optional `folder` with a user's own import; a table that is not there is taken
from the shipped ones.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.data.columns import Column
from forecast.data.rules import DISCLOSURE_DATE, RELEASED_ON
from forecast.data.schemas import TABLES
from forecast.data.stored import SHIPPED, digest, digests, path_of, read_rows
from forecast.errors import UnknownNameError

__all__ = [
    "DISCLOSURE_DATE",
    "RELEASED_ON",
    "REVISION_NOISE_DEX",
    "SHIPPED",
    "TABLES",
    "as_known",
    "digest",
    "digests",
    "load",
    "path_of",
    "published_by",
    "read_rows",
]

REVISION_NOISE_DEX = 0.3
"""Widening of a value that is used with hindsight: how much estimates still move after they are first recorded."""


def load(name: str, folder: Path | str | None = None) -> pd.DataFrame:
    """A table, checked against its schema.

    Parameters
    ----------
    name : str
        A key of `TABLES`.
    folder : path, optional
        A folder with the user's own tables; those not in it are the shipped ones.

    Returns
    -------
    DataFrame
        Numbers as float64 (NaN where blank), flags as bool, dates as datetime64, text as str ("" where blank).

    Raises
    ------
    UnknownNameError
        There is no table of that name.
    DataError
        The file breaks its schema; names file, row, column and remedy.
    StorageError
        The file cannot be read.
    """
    rows = read_rows(name, folder)
    columns = TABLES[name].columns
    return pd.DataFrame({column.name: _series(column, [row[column.name] for row in rows]) for column in columns})


def _series(column: Column, values: list[object]) -> pd.Series:
    if column.kind == "number":
        return pd.Series([np.nan if value is None else value for value in values], dtype="float64")
    if column.kind == "date":
        return pd.Series(pd.to_datetime(pd.Series(values, dtype="object")))
    if column.kind == "integer":
        return pd.Series(values, dtype="int64")
    if column.kind == "flag":
        return pd.Series([bool(value) for value in values], dtype="bool")
    return pd.Series(["" if value is None else value for value in values], dtype="str")


def published_by(frame: pd.DataFrame, cutoff: date) -> pd.DataFrame:
    """Rows that were published by the end of `cutoff`, in their order, with a fresh index."""
    return frame[frame["published_on"] <= pd.Timestamp(cutoff)].reset_index(drop=True)


def as_known(cutoff: date, table: str = "training_runs", folder: Path | str | None = None) -> pd.DataFrame:
    """Runs, or their costs, published by `cutoff`, with the values that were on record then.

    Each row takes its newest vintage recorded by `cutoff`. Where there is none, today's value stands in, flagged
    `hindsight` and to be widened by `revision_dex`.

    Parameters
    ----------
    cutoff : date
        The last day of knowledge.
    table : {"training_runs", "spend"}
        Whose values.
    folder : path, optional
        As in `load`.

    Returns
    -------
    DataFrame
        The table's columns, `recorded_on` telling the vintage used, and `hindsight` (bool), `revision_dex` (log10).

    Raises
    ------
    UnknownNameError
        `table` has no vintages.
    """
    values = {"training_runs": ["training_flop", "confidence"], "spend": ["cost_usd_2023"]}
    if table not in values:
        raise UnknownNameError("table with vintages", table, values, field="table")
    today = published_by(load(table, folder), cutoff)
    known = _vintages_by(cutoff, values[table][0], folder)
    if table == "spend":
        today = _cost_rows_with_compute_as_known(today, cutoff, folder)
        known = known[known["cost_method"] == "amortized_hardware_energy"]
    return _with_vintages(today, known, cutoff, values[table], table)


def _vintages_by(cutoff: date, value: str, folder: Path | str | None) -> pd.DataFrame:
    vintages = load("vintages", folder)
    known = vintages[(vintages["recorded_on"] <= pd.Timestamp(cutoff)) & vintages[value].notna()]
    return known.sort_values("recorded_on", kind="stable")


def _cost_rows_with_compute_as_known(spend: pd.DataFrame, cutoff: date, folder: Path | str | None) -> pd.DataFrame:
    runs = as_known(cutoff, "training_runs", folder).set_index("run_id")["training_flop"]
    return spend.assign(training_flop=spend["run_id"].map(runs).where(spend["run_id"].isin(runs.index), np.nan))


def _with_vintages(
    today: pd.DataFrame, known: pd.DataFrame, cutoff: date, values: list[str], table: str
) -> pd.DataFrame:
    newest = known.drop_duplicates("run_id", keep="last").set_index("run_id")
    future = today["recorded_on"] > pd.Timestamp(cutoff)
    use = future & today["run_id"].isin(newest.index)
    if table == "spend":
        use &= today["cost_method"] == "amortized_hardware_energy"
    result = today.copy()
    columns = [*values, "recorded_on"]
    result.loc[use, columns] = newest.loc[today["run_id"][use], columns].set_axis(today.index[use])
    hindsight = future & ~use
    return result.assign(hindsight=hindsight, revision_dex=np.where(hindsight, REVISION_NOISE_DEX, 0.0))
