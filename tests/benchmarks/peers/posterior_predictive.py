"""A question asked of PyMC: `pm.sample_posterior_predictive` on the project's own compute model, for every query.

To the model as it is fitted we add what a forecaster would: yearly slopes that go on from the fitted ones, the spend
under its ceiling, the price, and one frontier run a month. A query samples these paths for each draw of the posterior,
then looks for the month in which the largest run so far reaches the target.

`python -m tests.benchmarks.peers.posterior_predictive CACHE FILE`, FILE as JSON of the target and of how often to ask.
Written on standard output: the CPU of making the model, of each call on all draws and on one alone (what is compiled
anew for every call), and the median.
"""

from __future__ import annotations

import json
import logging
import math
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.data.tables import RELEASED_ON
from forecast.engine.drift import PHI, ar1_matrix, log10_world_gdp, year_weights
from forecast.inference.sampling import prepare_environment
from forecast.posterior import artefact, selection
from forecast.posterior.artefact import Posterior
from forecast.units import decimal_year, grid_years
from tests.benchmarks.baselines import Figures, figures, passage_by_argmax
from tests.benchmarks.peers.marginals import sampled

Array = NDArray[np.float64]

LN10 = math.log(10)


def forecasting_model(posterior: Posterior, years: Array) -> Any:
    """The compute model with a frontier run for every date, `log10_flop`."""
    import pymc as pm
    import pytensor.tensor as pt

    from forecast.inference.observations import observe
    from forecast.models import compute
    from forecast.models.price import REALISED
    from forecast.priors import DEFAULT

    seen = observe(RELEASED_ON, RELEASED_ON, None)
    origin = decimal_year(posterior.as_of)
    with compute.build(seen.compute, seen.price, DEFAULT.compute, DEFAULT.price) as model:
        spend = model["u_origin"] + _drift("spend", model["g_spend"], model, origin, years)
        price = model["p_origin"] - _drift("price", model["rate"][REALISED], model, origin, years)
        ceiling = model["log10_gdp_share"] + log10_world_gdp(years)
        capped = spend - pt.softplus((spend - ceiling) * LN10) / LN10
        pm.StudentT("log10_flop", nu=7, mu=capped - price, sigma=model["sigma_origin"], shape=len(years))
    return model


def _drift(name: str, long_run: Any, model: Any, origin: float, years: Array) -> Any:
    """Integral from the origin of slopes that go on as an AR(1)."""
    import pymc as pm
    import pytensor.tensor as pt

    ahead = math.floor(years[-1]) - math.floor(origin)
    last, innovations = model[f"{name}_slopes"][-1:], pm.Normal(f"{name}_ahead", shape=ahead)
    noise = pt.dot(ar1_matrix(ahead + 1)[1:, 1:], innovations)
    future = long_run + PHI ** np.arange(1, ahead + 1) * (last - long_run) + model[f"tau_{name}"] * noise
    weights = year_weights(years, origin, math.floor(origin), ahead + 1)
    return pt.dot(weights, pt.concatenate([last, future]))


def given(posterior: Posterior, draws: int) -> Any:
    """The posterior as PyMC takes it: one chain of what the model samples."""
    import xarray

    found = {}
    for name, values in sampled(posterior).items():
        names = ("chain", "draw", f"of_{name}")[: values.ndim + 1]
        found[name] = (names, values[None, :draws])
    return xarray.Dataset(found)


def ask(model: Any, drawn: Any, years: Array, largest_known: float, log10_flop: float) -> Figures:
    """One query: sample the paths, then when they reach the target."""
    import pymc as pm

    with model, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The effect of Potentials")  # they bear on parameters, which are given
        found = pm.sample_posterior_predictive(drawn, var_names=["log10_flop"], progressbar=False, random_seed=1)
    runs = found.posterior_predictive["log10_flop"].to_numpy()[0]
    largest = np.maximum(np.maximum.accumulate(runs, axis=1), largest_known)
    needed = np.full(len(largest), log10_flop)
    return figures(passage_by_argmax, largest, needed, years, (0.5,), (2030, 2035, 2040, 2050))


def timed(call: Callable[[], Any], rounds: int) -> tuple[list[float], list[float], Any]:
    """CPU, of all threads, and wall of each call, and what the last one gave."""
    cpu_s, wall_s, found = [], [], None
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        found = call()
        cpu_s.append(time.process_time() - cpu)
        wall_s.append(time.perf_counter() - wall)
    return cpu_s, wall_s, found


def peak_mb(call: Callable[[], Any]) -> float:
    """What Python and NumPy allocate at most at a time."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def main(cache: str, file: str) -> None:
    """Ask as the file says."""
    prepare_environment(Path(cache))
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    posterior = artefact.read(selection.reference().path)
    years = grid_years(posterior.as_of, told["months"])
    largest_known = float(posterior.constants("compute")["largest_known_log10_flop"])
    build, _, model = timed(lambda: forecasting_model(posterior, years), 1)
    logging.getLogger("pymc").setLevel(logging.WARNING)
    every, single = given(posterior, told["draws"]), given(posterior, 1)

    def query(drawn: Any) -> Figures:
        return ask(model, drawn, years, largest_known, told["log10_flop"])

    first, _, _ = timed(lambda: query(single), 1)
    calls, wall_s, found = timed(lambda: query(every), told["rounds"])
    one_draw, _, _ = timed(lambda: query(single), told["rounds"])
    costs = {"build": build[0], "first": first[0], "calls": calls, "one_draw": one_draw, "wall_s": wall_s}
    print(json.dumps({**costs, "median": float(found.quantiles[0]), "peak_mb": peak_mb(lambda: query(every))}))


if __name__ == "__main__":
    main(*sys.argv[1:])
