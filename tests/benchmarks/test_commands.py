"""Whole processes, from the start of the interpreter to the printed answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.benchmarks.rows import CHILDREN, Row, time_commands
from tests.conftest import ROOT

# `timelines` sets this itself; with more threads the baseline spends twice its CPU on waiting for work.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}

pytestmark = pytest.mark.benchmark(group="a command, cold", timer=CHILDREN)

BARE, LIBRARIES = "python -c pass", "import numpy, h5py, click"
ROUNDS = 15

WHENS = {
    "when: frontier's spend": ["--flop", "2e29"],
    "when: a fixed sum": ["--loss", "1.24", "--scale", "kaplan-webtext2", "--budget", "1e9"],
    "when: on trend": ["--flop", "2e29", "--criterion", "on-trend"],
    "when: pooled law at noise .005": ["--loss", "1.24", "--scale", "kaplan-webtext2", "--noise", "0.005"],
}


def as_a_user(**own: str) -> dict[str, str]:
    """The environment without what a test run has set, but for the checkout and its empty state folder."""
    unset = ("PYTHONDONTWRITEBYTECODE",)  # an installation has its modules compiled: the first, unmeasured call does it
    found = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS") and k not in unset}
    return {**found, "PYTHONPATH": str(ROOT), **own}


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def measure(benchmark: Any, row: Row, arguments: list[str], environ: Mapping[str, str]) -> None:
    time_commands(benchmark, row, python(*arguments), environ, rounds=ROUNDS)


def test_bare_interpreter(benchmark: Any) -> None:
    measure(benchmark, Row(BARE), ["-c", "pass"], as_a_user())


def test_version(benchmark: Any) -> None:
    measure(
        benchmark, Row("timelines --version", BARE, bound_s=0.2), ["-m", "forecast.cli.main", "--version"], as_a_user()
    )


def test_import_client(benchmark: Any) -> None:
    measure(benchmark, Row("import timelines", BARE, bound_s=0.3), ["-c", "import timelines"], as_a_user())


def test_libraries(benchmark: Any) -> None:
    measure(benchmark, Row(LIBRARIES, BARE), ["-c", LIBRARIES], as_a_user(**ONE_THREAD))


def test_import_forecast(benchmark: Any) -> None:
    measure(benchmark, Row("import forecast", BARE, bound_s=0.3), ["-c", "import forecast"], as_a_user())


def test_import_forecaster(benchmark: Any) -> None:
    row = Row("from forecast import Forecaster", LIBRARIES)
    measure(benchmark, row, ["-c", "from forecast import Forecaster"], as_a_user(**ONE_THREAD))


@pytest.mark.parametrize(("name", "options"), WHENS.items(), ids=list(WHENS))
def test_when(benchmark: Any, name: str, options: list[str]) -> None:
    row = Row(name, LIBRARIES, bound_s=0.6, bound_mb=250.0, target="under 0.6 s")
    measure(benchmark, row, ["-m", "forecast.cli.main", "when", *options], as_a_user())
