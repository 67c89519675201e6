"""Two runs beside each other: what is called dearer, what is noise, and what is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.benchmarks.compare import Comparison, committed, compare, main, told
from tests.benchmarks.stored import run_of

Row = dict[str, Any]


def row(name: str, seconds: float, baseline: str = "", least: float | None = None, **info: Any) -> Row:
    stated = {"name": name, "baseline": baseline, "wall_s": seconds, "peak_mb": 10.0}
    stats = {"median": seconds, "min": least or 0.9 * seconds, "p99": seconds, "rounds": 9}
    return {"group": "a group", "extra_info": {**stated, **info}, "stats": stats}


def run(*rows: Row) -> dict[str, Any]:
    machine = {"cpu": {"brand_raw": "A processor", "count": 2}, "python_version": "3.13.0"}
    return {"benchmarks": list(rows), "machine_info": machine}


def compared(old: list[Row], new: list[Row]) -> Comparison:
    return compare(run_of(run(*old)), run_of(run(*new)))


OLD = [row("plain", 1e-2), row("quick", 1e-4, "plain"), row("quicker", 2e-5, "quick")]


def worse(new: list[Row], old: list[Row] = OLD) -> list[str]:
    return [change.row for change in compared(old, new).worse]


def test_a_slower_machine_is_no_change() -> None:
    slower = [row("plain", 3e-2), row("quick", 3e-4, "plain"), row("quicker", 6e-5, "quick")]
    found = compared(OLD, slower)
    assert not (found.worse or found.better or found.gone or found.new)
    assert told(found) == "No row moved by over 20 % beside its baseline.\n"


def test_a_row_that_costs_more_beside_its_baseline_is_named_with_what_follows_it() -> None:
    assert worse([row("plain", 1e-2), row("quick", 1.3e-4, "plain"), row("quicker", 2.6e-5, "quick")]) == ["quick"]
    assert worse([row("plain", 1e-2), row("quick", 1.1e-4, "plain"), row("quicker", 2e-5, "quick")]) == []


def test_a_median_that_the_quickest_round_denies_is_noise() -> None:
    noisy = [OLD[0], row("quick", 1.5e-4, "plain", least=9e-5), OLD[2]]
    assert worse(noisy) == []
    lucky = [OLD[0], row("quick", 1e-4, "plain", least=5e-5), OLD[2]]
    found = compared(OLD, lucky)
    assert not found.worse and not found.better


def test_rounds_that_alternated_are_believed_before_medians() -> None:
    old = [row("echo", 1e-4), row("call", 3e-4, "echo", paired_ratio=3.0)]
    paced = [row("echo", 1e-4), row("call", 4.5e-4, "echo", paired_ratio=3.1)]
    dearer = [row("echo", 1e-4), row("call", 4.5e-4, "echo", paired_ratio=4.5)]
    assert worse(paced, old) == [] and worse(dearer, old) == ["call"]


def test_a_baseline_of_ours_that_became_cheaper_makes_no_other_row_dearer() -> None:
    found = compared(OLD, [OLD[0], row("quick", 5e-5, "plain"), OLD[2]])
    assert [change.row for change in found.better] == ["quick"] and not found.worse


def test_every_baseline_of_a_row_is_looked_at() -> None:
    old = [OLD[0], row("peer", 1e-3), row("one", 1e-4, "plain", also=[{"baseline": "peer"}])]
    new = [OLD[0], row("peer", 4e-4), row("one", 1e-4, "plain", also=[{"baseline": "peer"}])]
    assert worse(new, old) == []  # the peer became cheaper, the row did not become dearer beside the end of its chain
    dearer = [OLD[0], row("peer", 1e-3), row("one", 2e-4, "plain", also=[{"baseline": "peer"}])]
    assert worse(dearer, old) == ["one", "one"]


def test_memory_counts_from_a_fifth_and_a_megabyte() -> None:
    assert worse([row("plain", 1e-2, peak_mb=13.0), *OLD[1:]]) == ["plain"]
    assert worse([row("plain", 1e-2, peak_mb=11.5), *OLD[1:]]) == []
    small = [row("plain", 1e-2, peak_mb=0.1)]
    assert worse([row("plain", 1e-2, peak_mb=0.9)], small) == []


def test_rows_that_came_and_went_are_told() -> None:
    found = compared(OLD, [*OLD[:2], row("newest", 1.0, "plain")])
    assert (found.gone, found.new) == (["quicker"], ["newest"])
    assert "No longer there\n  quicker" in told(found) and "quicker" not in told(found, part=True)


def test_the_words_name_both_ratios_and_both_costs() -> None:
    (line,) = (
        line
        for line in told(compared(OLD, [OLD[0], row("quick", 2e-4, "plain"), OLD[2]])).splitlines()
        if "quick:" in line
    )
    assert line == "   2.00 x  quick: 1/100 -> 1/50 beside plain (CPU 100 us -> 200 us)"


def test_the_run_of_the_last_commit_is_read_from_git() -> None:
    assert len(committed().rows) > 40


def test_the_command_fails_when_something_became_dearer_or_was_lost(tmp_path: Path, capsys: Any) -> None:
    files = {}
    for name, rows in (("old", OLD), ("worse", [OLD[0], row("quick", 2e-4, "plain"), OLD[2]]), ("part", OLD[:2])):
        files[name] = tmp_path / f"{name}.json"
        files[name].write_text(json.dumps(run(*rows)), encoding="utf-8")
    old = str(files["old"])
    assert main([old, old]) == 0
    assert main([old, str(files["worse"])]) == 1
    assert main([old, str(files["part"])]) == 1 and main([old, str(files["part"]), "--part"]) == 0
    assert main(["--nonsense"]) == 2
    assert "3 rows on A processor, 2 cores, Python 3.13.0, beside 3" in capsys.readouterr().out
