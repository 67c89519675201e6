"""The shipped posteriors come from the shipped tables and models, are small, and come out again when refitted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forecast.data import tables
from forecast.experiments.posteriors import SEED, SHIPPED_FITS
from forecast.inference.runs import version_of
from forecast.models import compute, growth, loss, price
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior, read
from forecast.posterior.schema import variables_of

SHIPPED = {posterior.as_of: posterior for posterior in (read(path) for path in selection.SHIPPED.glob("*.nc"))}


def test_the_reference_and_the_dates_of_the_claims_are_shipped() -> None:
    assert {as_of: posterior.draws for as_of, posterior in SHIPPED.items()} == SHIPPED_FITS


@pytest.mark.parametrize("posterior", SHIPPED.values(), ids=lambda posterior: posterior.name)
def test_each_was_fitted_on_these_tables_and_passed_its_gates(posterior: Posterior) -> None:
    assert posterior.status == "PASSED", posterior.reasons
    assert dict(posterior.manifest["data_digests"]) == tables.digests(), "run `make posteriors`"


@pytest.mark.parametrize("path", sorted(selection.SHIPPED.glob("*.nc")), ids=lambda path: path.stem)
def test_each_is_small(path: Path) -> None:
    assert path.stat().st_size < (5e6 if read(path).draws == 4000 else 1e6)


@pytest.mark.long
@pytest.mark.parametrize("posterior", SHIPPED.values(), ids=lambda posterior: posterior.name)
def test_each_was_fitted_by_these_models(posterior: Posterior) -> None:
    blocks = posterior.manifest["blocks"]
    assert blocks["compute"]["model_version"] == version_of(compute, growth, price), "run `make posteriors`"
    assert blocks["loss"]["model_version"] == version_of(loss), "run `make posteriors`"


@pytest.mark.long
def test_a_refit_with_another_seed_gives_the_reference_again(tmp_path: Path) -> None:
    """Quantiles of every parameter within a fifth of its standard deviation (effective sizes are above 1,000)."""
    command = [sys.executable, "-m", "forecast.cli.main", "fit", "--seed", str(SEED + 1)]
    subprocess.run(command, env={**os.environ, "TIMELINES_HOME": str(tmp_path)}, check=True)
    refitted, reference = selection.current(tmp_path), read(selection.reference().path)
    assert refitted.as_of == reference.as_of and refitted.status == "PASSED"
    for block in ("compute", "price", "loss"):
        for variable in variables_of(block):
            old, new = reference.blocks[block][variable.name], refitted.blocks[block][variable.name]
            moved = np.abs(np.quantile(new, [0.1, 0.5, 0.9], axis=0) - np.quantile(old, [0.1, 0.5, 0.9], axis=0))
            assert np.all(moved < 0.2 * old.std(axis=0)), f"{block}/{variable.name} moved by {moved.max():.3g}"
