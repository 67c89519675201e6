"""The stored benchmarks as one table: `python -m tests.benchmarks.report [FILE]`.

Every row stands beside a baseline of the same run, as a multiple or a fraction of its cost: ratios outlast machines,
seconds do not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "bench.json"
HEAD = ("CPU time", "median", "min", "p99", "wall", "memory", "bound", "")
WIDTHS = (38, 8, 8, 8, 8, 8, 16, 5)
LEGEND = (
    "CPU of all threads and processes; wall: the median by the clock; memory: the peak of a command, what a server\n"
    "holds, or what a call takes beyond what was there. Bounds are on the median, its ratio, p99 and the memory."
)

Benchmark = Mapping[str, Any]


def table(benchmarks: Sequence[Benchmark]) -> str:
    """All rows, by group."""
    medians = {row["extra_info"]["name"]: row["stats"]["median"] for row in benchmarks}
    lines = [_line(HEAD)]
    for group, rows in groupby(benchmarks, key=lambda row: row["group"]):
        lines += ["", group, *(line for row in rows for line in _row(row, medians))]
    effective = [row for row in benchmarks if "effective_draws" in row["extra_info"]]
    return "\n".join([*lines, "", *_per_effective_draw(effective)]) + "\n"


def _row(row: Benchmark, medians: Mapping[str, float]) -> list[str]:
    info, stats = row["extra_info"], row["stats"]
    times = [_time(stats[name]) for name in ("median", "min", "p99")]
    cells = [f"  {info['name']}", *times, _time(info["wall_s"]), _memory(info["peak_mb"])]
    ratio = stats["median"] / medians[info["baseline"]] if info["baseline"] in medians else None
    ratio = ratio and info.get("paired_ratio", ratio)
    lines = [_line([*cells, *_bound(info, stats, ratio)])]
    if ratio is not None:
        lines.append(f"    {_ratio(ratio)} {info['baseline']}")
    return lines


def _bound(info: Mapping[str, Any], stats: Mapping[str, float], ratio: float | None) -> tuple[str, str]:
    """The bounds in words, and whether they hold."""
    asked = [
        (info["bound_s"], stats["median"], _time),
        (info.get("bound_ratio"), ratio, lambda times: f"{times:g} times"),
        (info.get("bound_p99_ratio"), stats["p99"] / stats["median"], lambda times: f"p99 {times:g} x"),
        (info["bound_mb"], info["peak_mb"], _memory),
    ]
    stated = [(limit, found, words) for limit, found, words in asked if limit is not None and found is not None]
    kept = all(found < limit for limit, found, _ in stated)
    return ", ".join(words(limit) for limit, _, words in stated), ("ok" if kept else "over") if stated else ""


def _per_effective_draw(rows: Iterable[Benchmark]) -> list[str]:
    lines = ["CPU of the whole process per effective draw of the slowest parameter of the compute model"]
    for row in rows:
        draws = row["extra_info"]["effective_draws"]
        lines.append(f"  {row['extra_info']['name']:<36}{_time(row['stats']['median'] / draws):>8}  {draws:,.0f} draws")
    return lines if len(lines) > 1 else []


def _line(cells: Sequence[str]) -> str:
    first, *rest = (
        f"{cell:<{w}}" if i == 0 else f"{cell:>{w}}" for i, (cell, w) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return (first + " ".join(rest)).rstrip()


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def _memory(megabytes: float) -> str:
    return f"{megabytes:.3g} MB" if megabytes >= 1 else f"{1000 * megabytes:.3g} kB"


def _ratio(ratio: float) -> str:
    return f"{ratio:.3g} times" if ratio >= 1 else f"1/{1 / ratio:.3g} of"


def main(arguments: Sequence[str]) -> int:
    """Print the table of a file."""
    file = Path(arguments[0]) if arguments else RESULTS
    found = json.loads(file.read_text(encoding="utf-8"))
    cpu = found["machine_info"]["cpu"]
    print(table(found["benchmarks"]))
    print(LEGEND)
    print(f"{cpu['brand_raw']}, {cpu['count']} cores, Python {found['machine_info']['python_version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
