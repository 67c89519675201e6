"""The table of benchmarks: bounds kept and missed, ratios, units; and what a command is said to cost."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from tests.benchmarks.costs import cost_of
from tests.benchmarks.report import table


def row(name: str, seconds: float, **info: Any) -> dict[str, Any]:
    stated = {"name": name, "baseline": "", "bound_s": None, "bound_mb": None, "wall_s": seconds, "peak_mb": 0.5}
    stats = {"median": seconds, "min": seconds, "p99": seconds}
    return {"group": "a group", "extra_info": {**stated, **info}, "stats": stats}


def test_rows_state_bounds_and_stand_beside_their_baseline() -> None:
    told = table(
        [
            row("plain", 2e-3),
            row("quick", 1e-4, baseline="plain", bound_s=3e-4),
            row("slow", 3.0, baseline="plain", bound_s=1.0, bound_mb=250.0, peak_mb=120.0),
        ]
    ).splitlines()
    quick, slow = (next(line for line in told if line.startswith(f"  {name}")) for name in ("quick", "slow"))
    assert quick.split()[1:3] == ["100", "us"] and quick.endswith("300 us    ok") and "500 kB" in quick
    assert slow.endswith("1 s, 250 MB  over") and "120 MB" in slow
    assert told[told.index(quick) + 1].strip() == "1/20 of plain"
    assert told[told.index(slow) + 1].strip() == "1.5e+03 times plain"


def test_memory_over_its_bound_is_over() -> None:
    told = table([row("large", 0.1, bound_s=1.0, bound_mb=100.0, peak_mb=101.0)])
    assert "over" in told


def test_a_bound_may_be_on_the_ratio_or_on_the_slowest_hundredth() -> None:
    echo, call = row("echo", 1e-4), row("call", 2.5e-4, baseline="echo", bound_ratio=3.0)
    slow = row("slow", 4e-4, baseline="echo", bound_ratio=3.0)
    waits = row("waits", 1e-3, bound_p99_ratio=5.0)
    waits["stats"]["p99"] = 6e-3
    told = table([echo, call, slow, waits])
    assert "3 times    ok" in told and "3 times  over" in told and "p99 5 x  over" in told


def test_a_row_whose_baseline_was_not_run_stands_alone() -> None:
    assert "of plain" not in table([row("quick", 1e-4, baseline="plain")])


def test_a_command_costs_what_it_takes_and_a_failing_one_says_why() -> None:
    small = cost_of([sys.executable, "-c", "pass"], os.environ)
    large = cost_of([sys.executable, "-c", "print(len(bytearray(60_000_000)))"], os.environ)
    assert min(small.cpu_s, small.wall_s) > 0 and large.peak_mb > small.peak_mb + 50
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        cost_of([sys.executable, "-c", "1 / 0"], os.environ)
