"""What a user would call instead of the fit: `pm.sample` with nothing said but perhaps the sampler, on the same models.

`python -P tests/benchmarks/pm_sample.py SAMPLER MODEL CACHE FILE` samples `compute` or `loss` (`compute:2016-12-31` is
the model as of that date) and writes to FILE what that took and how the chains mixed. SAMPLER is `default`, which for
PyMC 6 beside nutpie is nutpie at a target acceptance of .8, or `numpyro`. It is run by path and imports nothing of
`tests`: in the peers' environment another package goes by that name.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from forecast.data.tables import RELEASED_ON
from forecast.inference.sampling import Sampled, prepare_environment

TARGET_ACCEPT = 0.8  # of both samplers, when nothing is said
CORES = 2


class CompileClock:
    """CPU that was spent on compiling."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self._last_s = time.process_time()

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its CPU counted here."""

        def timed(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return function(*given, **named)
            finally:
                self.cpu_s += time.process_time() - began

        return timed

    def hear(self, event: str, began_s: float, ended_s: float, **_: Any) -> None:
        """Count one step of JAX's compiler as it ends; steps hold others, which were counted before.

        JAX tells when a step began and ended by the wall's clock. What the process spent since the last step was spent
        on this one, as far as its cores could spend that while it lasted: the rest went to sampling.
        """
        now_s = time.process_time()
        self.cpu_s += min(now_s - self._last_s, CORES * (ended_s - began_s))
        self._last_s = now_s


def main(sampler: str, model: str, cache: str, file: str) -> None:
    """Sample one model and judge it by the fit's own measures."""
    prepare_environment(Path(cache))
    from forecast.inference.diagnostics import convergence

    name, _, as_of = model.partition(":")
    built, clock = _built(name, date.fromisoformat(as_of) if as_of else RELEASED_ON), CompileClock()
    _listen(sampler, clock)
    began = time.process_time()
    sampled = _sample(built, sampler)
    took = time.process_time() - began
    judged = convergence(name, sampled, [variable.name for variable in built.free_RVs])
    cost = {"compile_cpu_s": clock.cpu_s, "sample_cpu_s": took - clock.cpu_s}
    Path(file).write_text(json.dumps({name: {**asdict(judged), **cost}}), encoding="utf-8")


def _built(name: str, as_of: date) -> Any:
    from forecast.inference.observations import observe
    from forecast.models import compute, loss
    from forecast.priors import DEFAULT

    seen = observe(as_of, as_of, None)
    if name == "loss":
        return loss.build(seen.loss, DEFAULT.loss)
    return compute.build(seen.compute, seen.price, DEFAULT.compute, DEFAULT.price)


def _listen(sampler: str, clock: CompileClock) -> None:
    if sampler == "numpyro":
        import_module("jax.monitoring").register_event_time_span_listener(clock.hear)
    else:
        import nutpie

        nutpie.compile_pymc_model = clock.around(nutpie.compile_pymc_model)


def _sample(model: Any, sampler: str) -> Sampled:
    import pymc

    named = {} if sampler == "default" else {"nuts_sampler": sampler}
    with model:
        found = pymc.sample(random_seed=0, progressbar=False, **named)
    draws = {str(name): np.asarray(values) for name, values in found.posterior.data_vars.items()}
    divergences = int(found.sample_stats["diverging"].sum())
    return Sampled(draws, divergences, np.asarray(found.sample_stats["energy"]), TARGET_ACCEPT)


if __name__ == "__main__":
    main(*sys.argv[1:])
