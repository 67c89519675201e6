"""The stored tables of the checks, and what they came from. No clock and no machine: equal checks, equal bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import forecast
from forecast.data import tables
from forecast.evaluation import checks
from forecast.experiments.checks import fits, machines, predictive, run, sbc, uniform
from forecast.experiments.checks.run import Checked
from forecast.experiments.storing import as_csv
from forecast.inference.fit import DATA_NOTICE, LIBRARIES
from forecast.inference.runs import version_of
from forecast.models import compute, growth, loss, price
from forecast.posterior.selection import reference
from forecast.priors import DEFAULT
from forecast.storage import atomic

_JOINT = (
    "the shipped priors, on the dates, labels, chips and vendors of the shipped rows; the computes of runs with a cost "
    "are held as they are"
)
TRUTHS: Mapping[str, str] = {
    **dict.fromkeys(("compute", "growth", "hardware"), _JOINT),
    "price": "the shipped priors, on the dates, chips and vendors of the shipped rows",
    "loss": "the shipped priors, on the computes of the shipped points; the prior of each group's level stays centred "
    "where the shipped points put it; a draw whose loss overflows is drawn again",
    "study": "the population of the shipped posterior, on the computes of the shipped groups in turn; a study whose "
    "loss does not fall is refused, as a user's is, and drawn again",
    "published_law": "the population of the shipped posterior, on ten points of a published law's range with 1 % noise",
}
"""What the truths of each model were drawn from, and on which design."""


def store(folder: Path, checked: Checked) -> None:
    """Write every table and its provenance, each file whole or not at all.

    Raises
    ------
    StorageError
        If the folder cannot be written.
    """
    files = {checks.SBC: as_csv(sbc.table(checked.ranks))}
    files |= {name: as_csv(rows) for name, rows in checked.tables.items()}
    files[checks.PROVENANCE] = json.dumps(provenance(checked), indent=2, sort_keys=True) + "\n"
    atomic.make_folder(folder)
    for name, text in files.items():
        atomic.write_bytes(folder / name, text.encode())


def provenance(checked: Checked) -> dict[str, Any]:
    """Everything that the stored checks follow from."""
    return {
        "code_version": forecast.__version__,
        "data_digests": tables.digests(),
        "data_notice": DATA_NOTICE,
        "released_on": tables.RELEASED_ON.isoformat(),
        "models": {"compute": version_of(compute, growth, price), "loss": version_of(loss)},
        "posterior": reference().path.stem,
        "priors": asdict(DEFAULT),
        "library_versions": {name: version(name) for name in (*LIBRARIES, "arviz-stats", "scipy")},
        "simulation_based": {
            "seed": sbc.SEED,
            "sampler": machines.SETTINGS.as_dict(),
            "draws_ranked": uniform.DRAWS,
            "level_of_the_table": sbc.LEVEL,
            "truths_from": {name: TRUTHS.get(name, "") for name in _models(checked)},
            "models": {ranks.model: ranks.about for ranks in checked.ranks},
        },
        "full_fits": {"seed": fits.SEED, "sampler": fits.SETTINGS.as_dict(), "models": list(run.FITTED)},
        "predictive": {"seed": predictive.SEED, "replicates": predictive.SETS},
    }


def _models(checked: Checked) -> list[str]:
    """Every model of the table: the joint one has several parts."""
    return list(dict.fromkeys(row["model"] for ranks in checked.ranks for row in ranks.rows()))
