"""The stored benchmarks as one table: `python -m tests.benchmarks.report [FILE]`.

Every row stands beside a baseline of the same run: `12 x` costs twelve times as much as it, `1/12` a twelfth. Ratios
outlast machines; seconds do not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "bench.json"
HEAD = ("CPU", "median", "min", "p99", "wall", "memory", "bound", "", "ratio")
WIDTHS = (50, 8, 8, 8, 8, 8, 17, 5, 7)

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
    bound, verdict = _bound(info, stats["median"])
    ratio = _ratio(stats["median"] / medians[info["baseline"]]) if info["baseline"] else ""
    times = [_time(stats[name]) for name in ("median", "min", "p99")]
    cells = [f"  {info['name']}", *times, _time(info["wall_s"]), _memory(info["peak_mb"]), bound, verdict, ratio]
    against = [f"    against {info['baseline']}"] if info["baseline"] else []
    return [_line(cells), *against]


def _bound(info: Mapping[str, Any], median_s: float) -> tuple[str, str]:
    """The bounds in words, and whether they hold."""
    asked = [(info["bound_s"], median_s, _time), (info["bound_mb"], info["peak_mb"], _memory)]
    stated = [(limit, found, words) for limit, found, words in asked if limit is not None]
    kept = all(found < limit for limit, found, _ in stated)
    return ", ".join(words(limit) for limit, _, words in stated), ("ok" if kept else "over") if stated else ""


def _per_effective_draw(rows: Iterable[Benchmark]) -> list[str]:
    lines = ["CPU of the whole process per effective draw of the slowest parameter of the compute model"]
    for row in rows:
        draws = row["extra_info"]["effective_draws"]
        lines.append(f"  {row['extra_info']['name']:<48}{_time(row['stats']['median'] / draws):>8}  {draws:,.0f} draws")
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
    return f"{megabytes:.3g} MB"


def _ratio(ratio: float) -> str:
    return f"{ratio:.3g} x" if ratio >= 1 else f"1/{1 / ratio:.3g}"


def main(arguments: Sequence[str]) -> int:
    """Print the table of a file."""
    file = Path(arguments[0]) if arguments else RESULTS
    found = json.loads(file.read_text(encoding="utf-8"))
    cpu = found["machine_info"]["cpu"]
    print(table(found["benchmarks"]))
    print(f"{cpu['brand_raw']}, {cpu['count']} cores, Python {found['machine_info']['python_version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
