"""How fast simulations and refits go: `python -m tests.benchmarks.throughput WORK CACHE FOLDER FILE`.

WORK is `sbc:loss`, `sbc:compute`, `origin:2013-12-31` or `folds`; each does a few units of it as the experiments do, in
FOLDER, and writes the CPU of every unit to FILE: `once` where the model was compiled before, `anew` where it had to be.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from forecast.inference.sampling import prepare_environment

SIMULATIONS = 3  # after the one that compiles
SWAPS = 100


def main(work: str, cache: str, folder: str, file: str) -> None:
    """Do the work and write what each unit took."""
    prepare_environment(Path(cache))
    kind, _, which = work.partition(":")
    found = WORKS[kind](which, Path(folder))
    Path(file).write_text(json.dumps(found), encoding="utf-8")


def _sbc(model: str, _: Path) -> dict[str, Any]:
    """The first simulation compiles, from a warm cache."""
    from forecast.experiments.checks import sbc
    from forecast.experiments.checks.run import MACHINES

    machine: Any = MACHINES[model]()
    anew, *once = [cpu_s(partial(sbc.simulate, machine, number)) for number in range(1 + SIMULATIONS)]
    return {"anew": [anew], "once": once, "swap_cpu_s": _swap(machine.sampler.compiled)}


def _swap(compiled: Any) -> float:
    """CPU of handing a compiled model other values for all of its data."""
    names = {key: variable.name for variable, key in compiled.shared_var_keys.items()}
    data = {names[key]: values for key, values in compiled.shared_data.items()}
    return cpu_s(lambda: [compiled.with_data(**data) for _ in range(SWAPS)]) / SWAPS


def _origin(as_of: str, folder: Path) -> dict[str, Any]:
    from forecast.experiments.refits import refit

    found: dict[str, Any] = {}

    def fit() -> None:
        posterior, _ = refit(date.fromisoformat(as_of), folder)
        found.update(posterior.manifest["diagnostics"]["compute"])

    return {"anew": [cpu_s(fit)], "mixed": found}


def _folds(_: str, folder: Path) -> dict[str, Any]:
    """Two whole studies held out, of one shape: the first compiles."""
    from forecast.experiments import loss_folds
    from forecast.experiments.refits import SEED, SETTINGS
    from forecast.priors import DEFAULT

    studies = [
        [fold for fold in folds if fold.quantity == loss_folds.NEW_STUDY]
        for folds in loss_folds.shapes(loss_folds.Points.load()).values()
    ]
    fits = loss_folds.fit_folds(max(studies, key=len)[:2], folder, DEFAULT.loss, SETTINGS, SEED)
    anew, once = (cpu_s(lambda: next(fits)) for _ in range(2))
    return {"anew": [anew], "once": [once]}


WORKS: dict[str, Callable[[str, Path], dict[str, Any]]] = {"sbc": _sbc, "origin": _origin, "folds": _folds}


def cpu_s(work: Callable[[], Any]) -> float:
    """CPU that this process took for it."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
