"""Simulations and refits: what a model that is compiled once saves the experiments, and what a refit costs."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pytest

from forecast.posterior.state import StateFolder
from tests.benchmarks.costs import Cost, cost_of
from tests.benchmarks.fitted import Fitted, read
from tests.benchmarks.rows import CHILDREN, Row
from tests.benchmarks.test_commands import as_a_user, python
from tests.benchmarks.test_fits import MODELS, PM_SAMPLE, Done, record, shared_state
from tests.conftest import ROOT

pytestmark = pytest.mark.benchmark(group="simulations and refits", timer=CHILDREN)

ORIGIN = "2013-12-31"


class Work:
    """Processes of this file, each run when its first row asks for it; they go on with the cache of the fits."""

    def __init__(self, folder: Path, state: StateFolder) -> None:
        self.folder, self.state = folder, state
        self._done: dict[str, Done] = {}

    def of(self, name: str) -> Done:
        """Some units of a kind of work, as `throughput` names it."""
        cache, kept = str(self.state.compile_cache), str(self.folder / "kept")
        return self._once(name, [*python("-m", "tests.benchmarks.throughput"), name, cache, kept])

    def pm_sample(self, model: str) -> Done:
        """The model of a refit by the defaults of `pm.sample`, compiled by the refit before."""
        script = str(ROOT / "tests" / "benchmarks" / "pm_sample.py")
        return self._once(model, python("-P", script, "default", model, str(self.state.compile_cache)))

    def _once(self, name: str, command: list[str]) -> Done:
        if name not in self._done:
            file = self.folder / f"{name.replace(':', '-')}.json"
            environ = {**as_a_user(), "TIMELINES_HOME": str(self.state.root)}
            self._done[name] = Done(cost_of([*command, str(file)], environ), read(file))
        return self._done[name]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return Work(tmp_path_factory.mktemp("throughput"), shared_state(tmp_path_factory))


def record_units(benchmark: Any, row: Row, done: Done, units: str, **extra: Any) -> None:
    """One unit of work, the median of those that the process did."""
    seconds = done.found[units]
    cost = Cost(statistics.median(seconds), statistics.median(seconds), done.cost.peak_mb)
    rate = 60 / cost.cpu_s
    record(
        benchmark, row, cost, said=f"{rate:.3g} a CPU-minute; median of {len(seconds)}", per_cpu_minute=rate, **extra
    )


@pytest.mark.parametrize("units", ["anew", "once"])
@pytest.mark.parametrize("model", MODELS)
def test_simulations(benchmark: Any, work: Work, model: str, units: str) -> None:
    rows = {
        "anew": Row(f"SBC of {model}: a simulation, compiled anew"),
        "once": Row(f"SBC of {model}: a simulation, compiled once", f"SBC of {model}: a simulation, compiled anew"),
    }
    record_units(benchmark, rows[units], work.of(f"sbc:{model}"), units)


@pytest.mark.parametrize("model", MODELS)
def test_other_data(benchmark: Any, work: Work, model: str) -> None:
    done = work.of(f"sbc:{model}")
    row = Row(f"{model}: other data by with_data", f"SBC of {model}: a simulation, compiled anew")
    swap_s = done.found["swap_cpu_s"]
    record(benchmark, row, Cost(swap_s, swap_s, done.cost.peak_mb), said="in place of compiling")


@pytest.mark.parametrize("units", ["anew", "once"])
def test_folds(benchmark: Any, work: Work, units: str) -> None:
    rows = {
        "anew": Row("a study's losses held out, compiled anew"),
        "once": Row("a study's losses held out, compiled once", "a study's losses held out, compiled anew"),
    }
    record_units(benchmark, rows[units], work.of("folds"), units)


def test_refit(benchmark: Any, work: Work) -> None:
    row = Row(f"a refit as of {ORIGIN}, its model compiled", f"the same by {PM_SAMPLE}")
    done = work.of(f"origin:{ORIGIN}")
    record_units(benchmark, row, done, "anew", min_ess=done.found["mixed"]["min_ess"])


def test_refit_by_pm_sample(benchmark: Any, work: Work) -> None:
    work.of(f"origin:{ORIGIN}")
    done = work.pm_sample(f"compute:{ORIGIN}")
    found = Fitted.of(done.found["compute"])
    record(
        benchmark,
        Row(f"the same by {PM_SAMPLE}"),
        Cost(found.cpu_s, found.cpu_s, done.cost.peak_mb),
        **found.as_extra(),
    )
