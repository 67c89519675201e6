"""A run as one table: `python -m tests.benchmarks.report [FILE]`.

Every row stands beside its baselines of the same run, as a multiple or a fraction of their cost, and that comes first:
ratios outlast machines, seconds do not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.benchmarks.stored import RESULTS, Measured, rows_of, run_of
from tests.benchmarks.wording import memory_words, ratio_words, time_words

HEAD = ("", "ratio", "CPU", "min", "p99", "wall", "min", "p99", "memory", "bound", "")
WIDTHS = (44, 8, 8, 8, 8, 8, 8, 8, 8, 16, 5)
LEGEND = """\
Ratio: CPU over that of the baseline under the row, or of rounds that alternated with it. CPU: the median, of all
threads and processes; wall: the median by the clock; memory: the peak of a command, what a server holds, or what a
call takes beyond what was there. Bounds are on the median, its ratio, p99, the memory, the exponent."""


def table(benchmarks: Sequence[Mapping[str, Any]]) -> str:
    """All rows, by group."""
    rows = list(rows_of(benchmarks).values())
    lines = [_line(HEAD)]
    for group, members in groupby(rows, key=lambda row: row.group):
        lines += ["", group, *(line for row in members for line in _row(row))]
    effective = [row for row in rows if "effective_draws" in row.info]
    return "\n".join([*lines, "", *_per_effective_draw(effective)]) + "\n"


def _row(row: Measured) -> list[str]:
    times = [time_words(seconds) for seconds in (row.median_s, row.min_s, row.p99_s, row.wall_s)]
    times += [time_words(row.info[name]) if name in row.info else "" for name in ("wall_min_s", "wall_p99_s")]
    ratio = ratio_words(row.besides[0].ratio) if row.besides else ""
    bounds = ", ".join(bound.words for bound in row.bounds)
    judged = ("over" if row.missed else "ok") if bounds else ""
    lines = [_line((f"  {row.name}", ratio, *times, memory_words(row.peak_mb), bounds, judged))]
    lines += [f"    beside {one.baseline}" for one in row.besides[:1]]
    lines += [f"    {ratio_words(one.ratio)} beside {one.baseline}" for one in row.besides[1:]]
    if "exponent" in row.info:
        lines.append(f"    {growth_words(row.info)}")
    if "said" in row.info:
        lines.append(f"    {row.info['said']}")
    return lines


def growth_words(info: Mapping[str, Any]) -> str:
    """The exponent of a growing cost, over all sizes and between the last two."""
    return (
        f"grows with the power {info['exponent']:.3f} over {info['exponent_over']}, "
        f"{info['exponent_last']:.3f} at the end"
    )


def _per_effective_draw(rows: Iterable[Measured]) -> list[str]:
    lines = ["CPU of the whole process per effective draw of the slowest parameter of the compute model"]
    for row in rows:
        draws = row.info["effective_draws"]
        lines.append(f"  {row.name:<42}{time_words(row.median_s / draws):>8}  {draws:,.0f} draws")
    return lines if len(lines) > 1 else []


def _line(cells: Sequence[str]) -> str:
    first, *rest = (
        f"{cell:<{w}}" if i == 0 else f"{cell:>{w}}" for i, (cell, w) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return (first + " ".join(rest)).rstrip()


def main(arguments: Sequence[str]) -> int:
    """Print the table of a file."""
    file = Path(arguments[0]) if arguments else RESULTS
    found = json.loads(file.read_text(encoding="utf-8"))
    print(table(found["benchmarks"]))
    print(LEGEND)
    print(run_of(found).machine)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
