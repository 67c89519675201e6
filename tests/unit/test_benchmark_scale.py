"""The arithmetic of many questions a second: it follows from what one costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.benchmarks.scale import BATCHED, BUSY, HOT, SAME, WIRE, Costs, ceilings, costs_of, needs, on_the_wire
from tests.benchmarks.stored import Run, rows_of

ONE = Costs(
    call_s=6e-4,
    batched_s=4e-4,
    same_s=3e-4,
    gzip_s=1e-4,
    process_mb=250.0,
    answer_bytes=10_000,
    gzip_bytes=3_000,
    log_bytes=300.0,
)


def test_a_thousand_a_second_by_hand() -> None:
    found = needs(ONE, 1_000)
    assert found.cores == pytest.approx(1.0) and (found.processes, found.machines) == (1, 1)
    assert found.memory_gb == pytest.approx(0.25)
    # 10,092 bytes in frames are 7 segments of 66 bytes more: 10,554 bytes
    assert on_the_wire(10_000) == 10_554 and found.egress_gbit_s == pytest.approx(0.084432)
    assert found.log_mb_s == pytest.approx(0.3) and found.log_tb_day == pytest.approx(0.02592)


def test_a_hundred_times_the_rate_needs_a_hundred_times_as_much() -> None:
    one, many = needs(ONE, 1_000), needs(ONE, 100_000)
    assert many.cores == pytest.approx(100 * one.cores) and many.processes == 100 and many.machines == 2
    assert many.egress_gbit_s == pytest.approx(100 * one.egress_gbit_s)
    assert many.log_tb_day == pytest.approx(100 * one.log_tb_day)


def test_what_gives_way_first_is_told_first() -> None:
    first = ceilings(ONE)[0]
    assert first.what == "the core of one server process" and first.rate == pytest.approx(BUSY / 6e-4)
    chatty = ceilings(replace(ONE, log_bytes=1e6))[0]
    assert chatty.what.startswith("the log")
    large = ceilings(replace(ONE, answer_bytes=1e8))[0]
    assert large.what.startswith("a network card")


def test_a_run_without_the_rows_has_no_costs() -> None:
    assert costs_of(Run({}, "a machine")) is None


def test_costs_are_read_from_the_rows_of_a_run() -> None:
    def row(name: str, seconds: float, **info: Any) -> dict[str, Any]:
        stated = {"name": name, "baseline": "", "wall_s": seconds, "peak_mb": 220.0, **info}
        return {"group": "g", "extra_info": stated, "stats": {"median": seconds, "min": seconds, "p99": seconds}}

    wire = {"answer_bytes": 10_000, "answer_gzip_bytes": 3_000, "log_bytes": 300}
    rows = [row(HOT, 6e-4), row(BATCHED, 4e-4), row(SAME, 3e-4), row(WIRE, 1e-4, **wire)]
    found = costs_of(Run(rows_of(rows), "a machine"))
    assert found == replace(ONE, process_mb=220.0)
    shared = costs_of(Run(rows_of([*rows, row("two servers", 1.0, own_mb=150.0)]), "a machine"))
    assert shared == replace(ONE, process_mb=150.0)
