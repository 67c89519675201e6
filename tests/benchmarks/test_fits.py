"""`timelines fit` whole, with a cold and a warm compile cache, beside `pm.sample` on the same models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forecast.posterior import selection
from forecast.posterior.state import StateFolder
from tests.benchmarks.rows import CHILDREN, Row, time_commands
from tests.benchmarks.test_commands import as_a_user, python

pytestmark = pytest.mark.benchmark(group="a fit of all models", timer=CHILDREN)

PM_SAMPLE = "pm.sample, its defaults, warm cache"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> StateFolder:
    """One state folder for all three, so that the first fit warms the cache of the others."""
    return StateFolder(tmp_path_factory.mktemp("fits"))


def fit(benchmark: Any, row: Row, state: StateFolder) -> None:
    environ = {**as_a_user(), "TIMELINES_HOME": str(state.root)}
    time_commands(
        benchmark, row, python("-m", "forecast.cli.main", "fit", "--json"), environ, rounds=1, warmup_rounds=0
    )
    found = selection.current_entry(state.root).manifest
    assert found is not None
    benchmark.extra_info["effective_draws"] = found["diagnostics"]["compute"]["min_ess"]


def test_cold(benchmark: Any, state: StateFolder) -> None:
    fit(benchmark, Row("timelines fit, cold compile cache", PM_SAMPLE, bound_s=240.0), state)


def test_warm(benchmark: Any, state: StateFolder) -> None:
    fit(benchmark, Row("timelines fit, warm compile cache", PM_SAMPLE, bound_s=120.0), state)


def test_pm_sample(benchmark: Any, state: StateFolder, tmp_path: Path) -> None:
    file = tmp_path / "judged.json"
    command = python("-m", "tests.benchmarks.pm_sample", str(state.compile_cache), str(file))
    time_commands(benchmark, Row(PM_SAMPLE), command, as_a_user(), rounds=1, warmup_rounds=0)
    benchmark.extra_info["effective_draws"] = json.loads(file.read_text())["compute"]["min_ess"]
