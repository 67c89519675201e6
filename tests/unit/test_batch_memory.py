"""The memory of a batch does not grow with its questions, and stays under its bound with its workers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.benchmarks.costs import cost_of, peak_of_tree_mb
from tests.house import ROOT

SCRIPT = "import sys\nfrom tests.benchmarks.batches import main\nif __name__ == '__main__':\n    main(*sys.argv[1:])\n"
BOUND_MB = 500


def command(folder: Path, how: str, questions: int) -> list[str]:
    """A batch of the benchmarks, into a folder of its own."""
    (folder / "batch.py").write_text(SCRIPT)
    out = folder / f"{how}-{questions}"
    out.mkdir()
    return [sys.executable, str(folder / "batch.py"), how, str(questions), str(out)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_ten_times_the_questions_take_no_more_memory(tmp_path: Path) -> None:
    few, many = (cost_of(command(tmp_path, "1", questions), environment()) for questions in (400, 4_000))
    assert many.peak_mb < few.peak_mb + 40


@pytest.mark.long
def test_a_hundred_thousand_questions_take_no_more_memory_than_ten_thousand(tmp_path: Path) -> None:
    """But for what the engine remembers of levels and between them, 16 MB at most: it is full where many lie close."""
    few, many = (cost_of(command(tmp_path, "1", questions), environment()) for questions in (10_000, 100_000))
    assert many.peak_mb < few.peak_mb + 30


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory of a tree of processes is read from /proc")
def test_ten_thousand_questions_stay_under_their_bound_with_two_workers(tmp_path: Path) -> None:
    most = peak_of_tree_mb(command(tmp_path, "2", 10_000), environment())
    assert 100 < most < BOUND_MB
