"""A posterior on disk: sealed and written, read and verified, beside NumPy's own file of the same arrays."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.posterior import artefact
from forecast.posterior.artefact import Posterior
from tests.benchmarks.rows import Row, time_calls

pytestmark = pytest.mark.benchmark(group="a posterior on disk", timer=time.process_time)

SAVE, LOAD = "np.savez of the same arrays", "np.load of the same arrays"


def arrays_of(posterior: Posterior) -> dict[str, Any]:
    """Every draw, in the precision of the file."""
    blocks = posterior.blocks.items()
    return {f"{block}/{name}": values.astype("f4") for block, found in blocks for name, values in found.items()}


def load_all(path: Path) -> dict[str, Any]:
    with np.load(path) as file:
        return {name: file[name].astype(float) for name in file.files}


def test_write(benchmark: Any, posterior: Posterior, tmp_path: Path) -> None:
    time_calls(benchmark, Row("write a posterior", SAVE), artefact.write, lambda: (posterior, tmp_path), rounds=30)


def test_savez(benchmark: Any, posterior: Posterior, tmp_path: Path) -> None:
    arrays = arrays_of(posterior)
    time_calls(benchmark, Row(SAVE), lambda: np.savez(tmp_path / "draws.npz", **arrays), rounds=30)


def test_read(benchmark: Any, posterior: Posterior, tmp_path: Path) -> None:
    path = artefact.write(posterior, tmp_path)
    time_calls(benchmark, Row("read a posterior, verified", LOAD), artefact.read, lambda: (path,), rounds=50)


def test_load(benchmark: Any, posterior: Posterior, tmp_path: Path) -> None:
    path = tmp_path / "draws.npz"
    np.savez(path, **arrays_of(posterior))
    time_calls(benchmark, Row(LOAD), load_all, lambda: (path,), rounds=50)
