"""The fit's baseline: `pm.sample` as PyMC does it when nothing is said, on the same models and data.

`python -m tests.benchmarks.pm_sample CACHE FILE` writes the effective draws of each model's slowest parameter to FILE.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from forecast.data.tables import RELEASED_ON
from forecast.inference.sampling import Sampled, prepare_environment


def main(cache: str, file: str) -> None:
    """Sample the models of `timelines fit` and judge them by its own measures."""
    prepare_environment(Path(cache))
    from forecast.inference.diagnostics import convergence

    found = {}
    for name, model in _models().items():
        judged = convergence(name, _sample(model), [variable.name for variable in model.free_RVs])
        found[name] = {"min_ess": judged.min_ess, "max_r_hat": judged.max_r_hat, "divergences": judged.divergences}
    Path(file).write_text(json.dumps(found), encoding="utf-8")


def _models() -> dict[str, Any]:
    from forecast.inference.observations import observe
    from forecast.models import compute, loss
    from forecast.priors import DEFAULT

    seen = observe(RELEASED_ON, RELEASED_ON, None)
    return {
        "compute": compute.build(seen.compute, seen.price, DEFAULT.compute, DEFAULT.price),
        "loss": loss.build(seen.loss, DEFAULT.loss),
    }


def _sample(model: Any) -> Sampled:
    import pymc

    with model:
        found = pymc.sample(random_seed=0, progressbar=False)
    draws = {str(name): np.asarray(values) for name, values in found.posterior.data_vars.items()}
    divergences = int(found.sample_stats["diverging"].sum())
    return Sampled(draws, divergences, np.asarray(found.sample_stats["energy"]), target_accept=0.8)


if __name__ == "__main__":
    main(*sys.argv[1:])
