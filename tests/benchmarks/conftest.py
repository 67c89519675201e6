"""What the benchmarks share: the shipped reference posterior, and what is kept of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from forecast.posterior import artefact, selection
from forecast.posterior.artefact import Posterior

KEPT_OF_THE_MACHINE = ("processor", "machine", "python_version", "python_implementation", "system")


@pytest.fixture(autouse=True, scope="module")
def environment() -> Iterator[None]:
    """What a library sets for its processes is not left to those that other modules measure."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def posterior() -> Posterior:
    """The reference: 4,000 draws."""
    return artefact.read(selection.reference().path)


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Keep the processor's kind and Python's version; leave out what names the machine."""
    cpu = machine_info.get("cpu", {})
    kept = {name: machine_info[name] for name in KEPT_OF_THE_MACHINE if name in machine_info}
    machine_info.clear()
    machine_info.update(kept, cpu={name: cpu.get(name) for name in ("brand_raw", "count")})


def pytest_benchmark_update_json(output_json: dict[str, Any]) -> None:
    """Add the 99 % point; the single timings are trimmed when the results are stored."""
    for benchmark in output_json["benchmarks"]:
        benchmark["stats"]["p99"] = float(np.quantile(benchmark["stats"]["data"], 0.99))
