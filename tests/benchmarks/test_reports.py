"""A report, from the start of the interpreter to the last file: the spec of `make forecast`, and its page read back."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.rows import CHILDREN, Row, time_commands
from tests.benchmarks.test_commands import LIBRARIES, as_a_user, python

pytestmark = pytest.mark.benchmark(group="a report, from start to end", timer=CHILDREN)

COMMAND = python("-m", "forecast.cli.main", "report")
WHOLE = "timelines report, the spec of make forecast"


def test_report(benchmark: Any, tmp_path: Path) -> None:
    """Into a folder where there is none."""
    environ, spec = as_a_user(TIMELINES_HOME=str(tmp_path / "state")), tmp_path / "questions.yaml"
    example = subprocess.run([*COMMAND, "--example"], env=environ, capture_output=True, check=True)
    spec.write_bytes(example.stdout)
    command = [*COMMAND, str(spec), "--out", str(tmp_path / "report")]
    time_commands(benchmark, Row(WHOLE, LIBRARIES), command, environ, rounds=1, warmup_rounds=0)
    page = tmp_path / "report" / "report.html"
    assert page.stat().st_size > 100_000
    benchmark.extra_info["said"] = f"the page is {page.stat().st_size / 1e6:.1f} MB"
    check = [*COMMAND, "--check", str(tmp_path / "report")]
    assert subprocess.run(check, env=environ, capture_output=True, check=False).returncode == 0
