"""Batches from the start of the interpreter to the last file, against a loop over `when`."""

from __future__ import annotations

import sys
import tempfile
from typing import Any

import pytest

from tests.benchmarks.costs import peak_of_tree_mb
from tests.benchmarks.rows import CHILDREN, Row, time_commands
from tests.benchmarks.test_commands import as_a_user

pytestmark = pytest.mark.benchmark(group="a batch, from start to end", timer=CHILDREN)

ONE, TEN = "1,000 questions", "10,000 questions"
LOOP = "1,000 questions, a loop over when()"
ROWS = (
    (Row(LOOP), "loop", 1_000),
    (Row(ONE, LOOP), "1", 1_000),
    (Row(TEN, ONE, bound_s=30.0, bound_mb=500.0, bound_ratio=11.0), "1", 10_000),
    (Row(f"{TEN}, two processes", TEN, bound_s=30.0, bound_mb=500.0), "2", 10_000),
)


@pytest.mark.parametrize(("row", "how", "count"), ROWS, ids=[row.name for row, _, _ in ROWS])
def test_batch(benchmark: Any, row: Row, how: str, count: int) -> None:
    """Each run begins in an empty folder; of two processes the memory is that of all together."""
    code = f"from tests.benchmarks.batches import main; import tempfile; main({how!r}, '{count}', tempfile.mkdtemp())"
    with tempfile.TemporaryDirectory() as folder:
        script = f"{folder}/batch.py"
        with open(script, "w") as file:
            file.write(f"if __name__ == '__main__':\n    {code}\n")
        environ = as_a_user(TMPDIR=folder)
        command = [sys.executable, script]
        time_commands(benchmark, row, command, environ, rounds=3 if count == 1_000 else 1)
        if how == "2" and sys.platform.startswith("linux"):
            benchmark.extra_info["peak_mb"] = peak_of_tree_mb(command, environ)
