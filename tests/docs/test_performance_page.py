"""The tables of costs in README.md and docs/performance.md are what the stored run says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.benchmarks.scale import Costs
from tests.benchmarks.stored import Run, read, run_of
from tests.docs import performance
from tests.docs.performance import BLOCKS, PAGE, README, rewritten

STALE = "run `python -m tests.docs.performance`"


@pytest.mark.parametrize("page", [README, PAGE], ids=lambda page: page.name)
def test_the_page_is_what_the_stored_run_says(page: Any) -> None:
    text = page.read_text(encoding="utf-8")
    assert rewritten(text) == text, STALE


def test_every_table_is_on_a_page_once() -> None:
    text = README.read_text(encoding="utf-8") + PAGE.read_text(encoding="utf-8")
    assert sorted(re.findall(r"<!-- made: (performance\S*) -->", text)) == sorted(BLOCKS)
    assert all(text.count(f"<!-- made: {name} -->\n") == 1 for name in BLOCKS)


def test_every_row_of_the_run_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"\n| {name} |" in text for name in read().rows)


def run() -> Run:
    def row(name: str, seconds: float, baseline: str = "", **info: Any) -> dict[str, Any]:
        stated = {"name": name, "baseline": baseline, "wall_s": seconds, "peak_mb": 200.0}
        return {
            "group": "some costs",
            "extra_info": {**stated, **info},
            "stats": {"median": seconds, "min": seconds, "p99": seconds, "rounds": 3},
        }

    rows = [
        row("plain", 1e-2),
        row("quick", 1e-4, "plain", bound_floor=25.0, target="25 times cheaper", wall_min_s=9e-5, wall_p99_s=3e-4),
        row("slow", 5e-3, "plain", bound_floor=25.0, target="25 times cheaper", why_over="it sorts"),
        row(
            "many",
            2.0,
            "plain",
            exponent=1.02,
            exponents_between=[1.0, 1.04],
            exponent_last=1.04,
            exponent_over="1 to 100",
            start_s=0.5,
            said="as much as two",
        ),
    ]
    machine = {"cpu": {"brand_raw": "A processor", "count": 2}, "python_version": "3.13.0"}
    return run_of(json.loads(json.dumps({"benchmarks": rows, "machine_info": machine})))


def test_targets_make_the_readme_s_table_and_one_that_is_missed_says_so() -> None:
    told = performance.headline(run())
    assert "| quick | 100 us | 1/100 | plain | 25 times cheaper | 200 MB |" in told
    assert "| slow | 5 ms | 1/2 | plain | 25 times cheaper: **missed** | 200 MB |" in told
    assert "many" not in told and told.endswith("A processor, 2 cores, Python 3.13.0.\n")


def test_a_row_over_its_bound_stands_with_the_reason() -> None:
    assert "| slow | 1/25 of plain | 1/2 | it sorts |" in performance.missed(run())
    assert "quick" not in performance.missed(run())


def test_every_row_stands_with_its_ratio_its_clocks_and_its_bounds() -> None:
    told = performance.rows(run())
    assert "| quick | 1/100 | plain | 100 us | 100 us | 100 us | 100 us | 90 us to 300 us | 200 MB | 1/25 |" in told
    assert "| slow | 1/2 | plain | 5 ms | 5 ms | 5 ms | 5 ms |  | 200 MB | **1/25: over** |" in told


def test_what_a_row_says_of_itself_stands_under_its_group() -> None:
    told = performance.rows(run())
    assert told.startswith("\n### Some costs\n\n| row |") and told.endswith("\n\n- *many*: as much as two\n\n")


def test_a_growth_stands_with_its_powers_and_its_start() -> None:
    assert "| many | 1 to 100 | 1.02 | 1.00, 1.04 | 500 ms | 200 MB |" in performance.growth(run())


def test_rates_stand_with_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = Costs(6e-4, 4e-4, 3e-4, 1e-4, 250.0, 10_000, 3_000, 300)
    monkeypatch.setattr(performance, "costs_of", lambda _: costs)
    told = performance.scale(run())
    assert "| cores | 1.0 | 100.0 |" in told and "| machines of 64 cores | 1 | 2 |" in told
    assert "10,000 bytes, 10,554 on the wire" in " ".join(told.split())
    assert "| the core of one server process | 1,000 a second |" in told


def test_only_these_tables_are_rewritten() -> None:
    page = "a\n<!-- made: performance-growth -->\ngone\n<!-- end -->\nb\n<!-- made: other -->\nkept\n<!-- end -->\n"
    made = rewritten(page)
    assert made.startswith("a\n<!-- made: performance-growth -->\n| up to |") and "gone" not in made
    assert made.endswith("<!-- end -->\nb\n<!-- made: other -->\nkept\n<!-- end -->\n")
