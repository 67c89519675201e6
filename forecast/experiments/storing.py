"""The stored tables of a backtest, and what they came from. No clock and no machine: equal backtests, equal bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import forecast
from forecast.data import tables
from forecast.evaluation import calibration
from forecast.evaluation.calibration import Summary
from forecast.experiments.backtest import Backtest, Done, collected
from forecast.experiments.origins import PENDING, YEARS_AHEAD
from forecast.inference.fit import DATA_NOTICE, LIBRARIES
from forecast.inference.runs import version_of
from forecast.models import compute, growth, loss, price
from forecast.posterior import atomic
from forecast.priors import DEFAULT

Row = Mapping[str, Any]


def store(folder: Path, backtest: Backtest, results: Sequence[Done]) -> list[Summary]:
    """Write scores, summary, fits and provenance, each file whole or not at all.

    Parameters
    ----------
    folder : Path
        Made if need be.
    backtest : Backtest
        What was run.
    results : sequence of Done
        From `backtest.run`.

    Returns
    -------
    list of Summary
        What was written to the summary.

    Raises
    ------
    StorageError
        If the folder cannot be written.
    """
    scores, fits = collected(results)
    summaries = calibration.summarise([calibration.scored(row) for row in scores])
    files = {
        calibration.SCORES: as_csv(scores, calibration.COLUMNS),
        calibration.SUMMARY: as_csv([calibration.as_row(summary) for summary in summaries]),
        calibration.FITS: as_csv(fits),
        calibration.PROVENANCE: json.dumps(provenance(backtest), indent=2, sort_keys=True) + "\n",
    }
    atomic.make_folder(folder)
    for name, text in files.items():
        atomic.write_bytes(folder / name, text.encode())
    return summaries


def as_csv(rows: Sequence[Row], columns: Sequence[str] = ()) -> str:
    """Rows as CSV; the columns of all rows in order of appearance unless given, blank where a row has none."""
    buffer = io.StringIO()
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def provenance(backtest: Backtest) -> dict[str, Any]:
    """Everything that the stored scores follow from."""
    return {
        "code_version": forecast.__version__,
        "data_digests": tables.digests(),
        "data_notice": DATA_NOTICE,
        "disclosure_date": tables.DISCLOSURE_DATE.isoformat(),
        "released_on": tables.RELEASED_ON.isoformat(),
        "models": {"compute": version_of(compute, growth, price), "loss": version_of(loss)},
        "priors": asdict(DEFAULT),
        "sampler": backtest.settings.as_dict(),
        "seed": backtest.seed,
        "library_versions": {name: version(name) for name in (*LIBRARIES, "scoringrules")},
        "origins": [origin.isoformat() for origin in backtest.origins],
        "pending_origins": {origin.isoformat(): why for origin, why in PENDING.items()},
        "losses_held_out": backtest.losses,
        "years_ahead": list(YEARS_AHEAD),
        "baselines": dict(calibration.BASELINES),
    }
