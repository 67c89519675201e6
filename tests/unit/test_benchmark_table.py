"""The table of benchmarks: bounds kept and missed, ratios, units; and what a command is said to cost."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from tests.benchmarks.costs import cost_of
from tests.benchmarks.report import table
from tests.benchmarks.stored import rows_of
from tests.benchmarks.wording import memory_words, ratio_words, time_words


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
    assert quick.split()[1:4] == ["1/20", "100", "us"] and quick.endswith("300 us    ok") and "500 kB" in quick
    assert slow.endswith("1 s, 250 MB  over") and "120 MB" in slow and slow.split()[1] == "1,500"
    assert told[told.index(quick) + 1].strip() == told[told.index(slow) + 1].strip() == "beside plain"


def test_memory_over_its_bound_is_over() -> None:
    told = table([row("large", 0.1, bound_s=1.0, bound_mb=100.0, peak_mb=101.0)])
    assert "over" in told


def test_a_bound_may_be_on_the_ratio_or_on_the_slowest_hundredth() -> None:
    echo, call = row("echo", 1e-4), row("call", 2.5e-4, baseline="echo", bound_ratio=3.0)
    slow = row("slow", 4e-4, baseline="echo", bound_ratio=3.0)
    waits = row("waits", 1e-3, bound_p99_ratio=5.0)
    waits["stats"]["p99"] = 6e-3
    told = table([echo, call, slow, waits])
    assert " 3 x    ok" in told and " 3 x  over" in told and "p99 5 x  over" in told


def test_a_row_whose_baseline_was_not_run_stands_alone() -> None:
    assert "plain" not in table([row("quick", 1e-4, baseline="plain")])


def test_a_row_may_have_to_be_so_many_times_cheaper_than_several_others() -> None:
    also = {"baseline": "peer", "bound_ratio": None, "bound_floor": 500.0, "target": "500 times cheaper"}
    quick = row("quick", 1e-4, baseline="plain", bound_floor=25.0, target="25 times cheaper", also=[also])
    told = table([row("plain", 2.6e-3), row("peer", 4e-2), quick])
    assert "1/25, 1/500  over" in told and "1/400 beside peer" in told
    (found,) = (one for one in rows_of([row("plain", 2.6e-3), row("peer", 4e-2), quick]).values() if one.besides)
    assert [(one.beside and one.beside.baseline, one.words, one.kept) for one in found.targets] == [
        ("plain", "25 times cheaper", True),
        ("peer", "500 times cheaper", False),
    ]
    assert [bound.words for bound in found.missed] == ["1/500"]


def test_a_target_may_be_on_the_cost_alone_and_a_row_may_say_more() -> None:
    alone = row("quick", 1e-4, bound_s=9e-5, target="90 us", said="so many words")
    (found,) = rows_of([alone]).values()
    assert [(one.beside, one.words, one.kept) for one in found.targets] == [(None, "90 us", False)]
    assert "    so many words\n" in table([alone])


def test_a_growth_is_told_with_its_power() -> None:
    grown = row("many", 1.0, exponent=1.07, exponent_last=1.01, exponent_over="1 to 100", bound_exponent=0.05)
    told = table([grown])
    assert "grows with the power 1.070 over 1 to 100, 1.010 at the end" in told and "power 1.05  over" in told


def test_words_have_three_digits_and_no_exponents() -> None:
    assert [time_words(s) for s in (1.234e-4, 0.1, 12345.0)] == ["123 us", "100 ms", "12,300 s"]
    assert [memory_words(mb) for mb in (0.0123, 12.34, 1234.5)] == ["12.3 kB", "12.3 MB", "1.23 GB"]
    assert [ratio_words(r) for r in (3.894, 1 / 1234.5, 1.0)] == ["3.89 x", "1/1,230", "1 x"]


def test_a_command_costs_what_it_takes_and_a_failing_one_says_why() -> None:
    small = cost_of([sys.executable, "-c", "pass"], os.environ)
    large = cost_of([sys.executable, "-c", "print(len(bytearray(60_000_000)))"], os.environ)
    assert min(small.cpu_s, small.wall_s) > 0 and large.peak_mb > small.peak_mb + 50
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        cost_of([sys.executable, "-c", "1 / 0"], os.environ)
