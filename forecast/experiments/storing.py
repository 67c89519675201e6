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
from forecast.evaluation import bar, calibration, past_fans, skill, stacking
from forecast.evaluation.calibration import Summary
from forecast.evaluation.quantities import BASELINES
from forecast.experiments import power_law, published_laws
from forecast.experiments.backtest import Backtest, Done, collected
from forecast.experiments.origins import PENDING, YEARS_AHEAD
from forecast.inference.fit import DATA_NOTICE, LIBRARIES
from forecast.inference.runs import version_of
from forecast.models import compute, growth, loss, price
from forecast.priors import DEFAULT
from forecast.storage import atomic

Row = Mapping[str, Any]


def store(folder: Path, backtest: Backtest, results: Sequence[Done]) -> list[Summary]:
    """Write scores, summary, skills, fans, fits, weights of laws and provenance, each file whole or not at all.

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
    done = collected(results)
    rows = [calibration.scored(row) for row in done.scores]
    summaries, weights = calibration.summarise(rows), stacking.weigh(rows)
    files = {
        calibration.SCORES: as_csv(done.scores, calibration.COLUMNS),
        calibration.SUMMARY: as_csv([calibration.as_row(summary) for summary in summaries]),
        skill.SKILL: as_csv([skill.as_row(one) for one in skill.between(rows)], skill.COLUMNS),
        past_fans.FANS: as_csv(done.fans, past_fans.COLUMNS),
        calibration.FITS: as_csv(done.fits),
        calibration.PROVENANCE: json.dumps(provenance(backtest), indent=2, sort_keys=True) + "\n",
    }
    if weights is not None:
        files[stacking.LAW_WEIGHTS] = stacking.as_json(weights)
    atomic.make_folder(folder)
    for name, text in files.items():
        atomic.write_bytes(folder / name, text.encode())
    return summaries


def store_timing(folder: Path, results: Sequence[Done], wall_seconds: float, jobs: int) -> None:
    """Write how long a backtest took that sampled every fit itself: the one file that differs between equal ones."""
    found = {
        "wall_minutes": round(wall_seconds / 60, 1),
        "cpu_minutes": round(sum(done.cpu_seconds for done in results) / 60, 1),
        "jobs": jobs,
        "fits": sum(len(done.fits) for done in results),
    }
    atomic.write_bytes(folder / bar.TIMING, (json.dumps(found, indent=2) + "\n").encode())


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
        "models": {
            "compute": version_of(compute, growth, price),
            "loss": version_of(loss),
            "power_law": version_of(power_law),
        },
        "priors": asdict(DEFAULT),
        "sampler": backtest.settings.as_dict(),
        "seed": backtest.seed,
        "library_versions": {name: version(name) for name in (*LIBRARIES, "scoringrules", "statsmodels")},
        "origins": [origin.isoformat() for origin in backtest.origins],
        "pending_origins": {origin.isoformat(): why for origin, why in PENDING.items()},
        "losses_held_out": backtest.losses,
        "years_ahead": list(YEARS_AHEAD),
        "baselines": dict(BASELINES),
        "published_laws": [
            {**asdict(law), "published_on": law.published_on.isoformat()} for law in published_laws.LAWS
        ],
        "skill": {"block": skill.BLOCK, "resamples": skill.RESAMPLES, "interval": list(skill.INTERVAL)},
    }
