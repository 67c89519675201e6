"""A run beside an earlier one: `python -m tests.benchmarks.compare [OLD] [NEW] [--part]`.

OLD is a file, or else what the last commit stores; NEW a file, or else out/bench.json, which `make bench-compare` has
just written. `--part`: NEW holds some rows on purpose, so that none is missed.

What is compared are ratios within each run: two runs may come from two machines, or from one that is busy at times. A
row is worse when it costs over 20 % more than before beside its baseline

    by the median (of the rounds that alternated with the baseline's, where there are such) and by the quickest round:
        another process on the machine moves one of them, a change of the code moves both;
    beside its own baseline, and beside the one at the end of the chain (whose rows name no other): where a row of
        ours is the baseline of another and becomes cheaper, the other has not become dearer.

So is a row whose peak of memory is over 20 % and 1 MB above what it was. One run cannot tell apart less than 20 %:
what moves by less is not named.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.stored import Beside, Measured, Run, read, run_of
from tests.benchmarks.wording import memory_words, ratio_words, time_words
from tests.house import ROOT

FRESH = ROOT / "out" / "bench.json"
STORED = "tests/benchmarks/results/bench.json"
MOST = 1.2
LEAST_MB = 1.0


@dataclass(frozen=True)
class Change:
    """How a row moved: over one is dearer; `what` tells the figures."""

    row: str
    times: float
    what: str


@dataclass(frozen=True)
class Comparison:
    """What moved by over 20 %, and which rows only one of the runs has."""

    worse: Sequence[Change]
    better: Sequence[Change]
    gone: Sequence[str]
    new: Sequence[str]


def compare(old: Run, new: Run) -> Comparison:
    """Every row of the new run that the old one has, too."""
    common = [name for name in new.rows if name in old.rows]
    moved = [change for name in common for change in _changes(old, new, name)]
    return Comparison(
        worse=sorted((one for one in moved if one.times > 1), key=lambda one: -one.times),
        better=sorted((one for one in moved if one.times < 1), key=lambda one: one.times),
        gone=[name for name in old.rows if name not in new.rows],
        new=[name for name in new.rows if name not in old.rows],
    )


def _changes(old: Run, new: Run, name: str) -> Iterator[Change]:
    before, after = old.rows[name], new.rows[name]
    for then in before.besides:
        now = next((one for one in after.besides if one.baseline == then.baseline), None)
        if now is None:
            continue
        far = _to_root(old, new, name, then.baseline)
        times = _beyond_noise([now.ratio / then.ratio, now.least_ratio / then.least_ratio, *far])
        if times is not None:
            yield Change(name, times, _cpu_words(before, then, after, now))
    if max(before.peak_mb, after.peak_mb) - min(before.peak_mb, after.peak_mb) > LEAST_MB:
        times = _beyond_noise([after.peak_mb / before.peak_mb])
        if times is not None:
            yield Change(name, times, f"memory {memory_words(before.peak_mb)} -> {memory_words(after.peak_mb)}")


def _beyond_noise(changes: Sequence[float]) -> float | None:
    """The least of several measures of one change, where all of them say the same and over 20 %."""
    if min(changes) > MOST:
        return min(changes)
    return max(changes) if max(changes) < 1 / MOST else None


def _to_root(old: Run, new: Run, name: str, baseline: str) -> list[float]:
    """The changes beside the end of the chain of baselines, of medians and of the quickest rounds."""
    root = _root(new, name)
    if root not in old.rows or root == baseline:
        return []
    rows = [(run.rows[name], run.rows[root]) for run in (old, new)]
    medians, least = ([getattr(row, of) / getattr(end, of) for row, end in rows] for of in ("median_s", "min_s"))
    return [medians[1] / medians[0], least[1] / least[0]]


def _root(run: Run, name: str) -> str:
    seen = {name}
    while (besides := run.rows[name].besides) and besides[0].baseline not in seen:
        name = besides[0].baseline
        seen.add(name)
    return name


def _cpu_words(before: Measured, then: Beside, after: Measured, now: Beside) -> str:
    cpu = f"CPU {time_words(before.median_s)} -> {time_words(after.median_s)}"
    return f"{ratio_words(then.ratio)} -> {ratio_words(now.ratio)} beside {then.baseline} ({cpu})"


def told(found: Comparison, part: bool = False) -> str:
    """The comparison in words."""
    lines = []
    for title, changes in (("Dearer by over 20 %", found.worse), ("Cheaper by over 20 %", found.better)):
        if changes:
            lines += [title, *(f"  {one.times:5.2f} x  {one.row}: {one.what}" for one in changes), ""]
    for title, names in (("No longer there", () if part else found.gone), ("New", found.new)):
        if names:
            lines += [title, *(f"  {name}" for name in names), ""]
    return "\n".join(lines) if lines else "No row moved by over 20 % beside its baseline.\n"


def committed() -> Run:
    """The run that the last commit stores."""
    command = ["git", "-C", str(ROOT), "show", f"HEAD:{STORED}"]
    return run_of(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def main(arguments: Sequence[str]) -> int:
    """Tell what moved; 1 when something became dearer or a row was lost, 2 for a wrong call."""
    part, files = "--part" in arguments, [Path(one) for one in arguments if one != "--part"]
    if len(files) > 2 or any(str(file).startswith("-") for file in files):
        print("usage: python -m tests.benchmarks.compare [OLD] [NEW] [--part]", file=sys.stderr)
        return 2
    old = read(files[0]) if files else committed()
    new = read(files[1]) if len(files) > 1 else read(FRESH)
    found = compare(old, new)
    print(f"{len(new.rows)} rows on {new.machine}, beside {len(old.rows)} on {old.machine}\n")
    print(told(found, part))
    return 1 if found.worse or (found.gone and not part) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
