"""Several processes on one catalogue: each makes the database, chooses, claims; none is refused, nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue.entries.fit_record import FitState
from forecast.posterior import selection
from forecast.posterior.state import StateFolder
from tests.catalogues import ROOT, Open

WORKER = """
import json, sys
from pathlib import Path
from forecast.catalogue.entries.fit_record import FitState
from forecast.catalogue.store import Catalogue
from forecast.posterior.artefact import write
from tests.synthetic import synthetic_posterior

home, number = Path(sys.argv[1]), int(sys.argv[2])
chosen, claimed = [], []
with Catalogue.open(home) as catalogue:
    for step in range(3):
        name = write(synthetic_posterior(20, seed=1000 * number + step), home / "posteriors").stem
        catalogue.set_current(name)
        chosen.append(name)
    for step in range(10):
        catalogue.fits.create({"seed": step}, made_by=str(number))
    while (fit := catalogue.fits.claim(f"server-{number}")) is not None:
        claimed.append(fit.name)
        catalogue.fits.finish(fit.name, f"server-{number}", FitState.SUCCEEDED)
print(json.dumps([chosen, claimed]))
"""
CROWD = 3


def test_processes_that_start_at_once_all_write(
    open_catalogue: Open, database_url: str | None, state: StateFolder
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TIMELINES_CATALOGUE": database_url or ""}
    command = [sys.executable, "-c", WORKER, str(state.root)]
    crowd = [
        subprocess.Popen([*command, str(number)], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for number in range(CROWD)
    ]
    told = [worker.communicate(timeout=120)[0] for worker in crowd]
    assert [worker.returncode for worker in crowd] == [0] * CROWD
    chosen, claimed = ([name for one in told for name in json.loads(one)[which]] for which in (0, 1))
    catalogue = open_catalogue(real_time=True)
    history = [change.name for change in catalogue.history()]
    assert sorted(history) == sorted(chosen) and len(history) == 3 * CROWD
    assert catalogue.current_name() == history[0] == selection.current_name(state)
    fits = catalogue.fits.list(1000)
    assert sorted(claimed) == sorted(fit.name for fit in fits) and len(claimed) == 10 * CROWD
    assert {(fit.state, fit.attempts) for fit in fits} == {(FitState.SUCCEEDED, 1)}
