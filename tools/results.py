"""Stored results and the digests of what they came from: `python -m tools.results stamp|check bench|backtest|checks`.

A stored result that no longer matches the code or the data it was made from is stale. Each folder of results holds a
`digests.json` beside them, written when they are made; `check` recomputes the digests and names what has changed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STAMP = "digests.json"
READERS = ("compare.py", "report.py", "scale.py", "stored.py", "wording.py")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of stored result.

    Parameters
    ----------
    folder : str
        Where the results are, from the checkout's root.
    sources : tuple of str
        The files and folders that they depend on.
    command : str
        What makes them anew.
    without : tuple of str
        Files and folders inside the sources on which they do not depend.
    """

    folder: str
    sources: tuple[str, ...]
    command: str
    without: tuple[str, ...] = ()


KINDS = {
    "bench": Kind(
        "tests/benchmarks/results",
        (
            *("forecast/engine", "forecast/posterior", "forecast/inference", "server/timelines_server"),
            *("clients/python/timelines", "tests/benchmarks"),
        ),
        "make bench",
        # What reads a run and words it measures nothing, and no row opens the page.
        without=(
            *(f"tests/benchmarks/{name}" for name in ("results", *READERS)),
            "server/timelines_server/gateway/page",
        ),
    ),
    "backtest": Kind(
        "forecast/evaluation/results/backtest",
        ("forecast/data/tables", "forecast/priors.py", "forecast/models", "forecast/experiments"),
        "make backtest",
        without=("forecast/experiments/checks",),
    ),
    "checks": Kind(
        "forecast/evaluation/results/checks",
        (
            *("forecast/data/tables", "forecast/priors.py", "forecast/models", "forecast/experiments/checks"),
            *("forecast/engine/grid.py", "forecast/engine/population.py", "forecast/engine/study.py"),
        ),
        "make checks",
    ),
}


def files_under(path: Path) -> list[Path]:
    """The files that count for a digest, sorted: no caches, no stamps, no dotfiles."""
    if path.is_file():
        return [path]
    return sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.name[0] != "." and file.name != STAMP
    )


def digest(path: Path, without: Sequence[Path] = ()) -> str:
    """SHA-256 over names and contents of a file or a folder, but for what is left out of it."""
    total = hashlib.sha256()
    for file in files_under(path):
        if any(file.is_relative_to(one) for one in without):
            continue
        name = file.relative_to(path).as_posix()
        total.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def digests_of(kind: Kind, root: Path = ROOT) -> dict[str, str]:
    """The digest of each source and of the results themselves."""
    without = [root / name for name in kind.without]
    sources = {name: digest(root / name, without) for name in kind.sources}
    return {**sources, kind.folder: digest(root / kind.folder)}


def stamp(kind: Kind, root: Path = ROOT) -> Path:
    """Write the digests beside the results that were just made."""
    target = root / kind.folder / STAMP
    target.write_text(json.dumps(digests_of(kind, root), indent=2) + "\n", encoding="utf-8")
    return target


def check(kind: Kind, root: Path = ROOT) -> list[str]:
    """What is stale, one sentence each; empty when the stored results are fresh."""
    target = root / kind.folder / STAMP
    if not target.is_file():
        return [f"{kind.folder} holds no stored results: run `{kind.command}`"]
    stored = json.loads(target.read_text(encoding="utf-8"))
    return [
        f"{name} changed since the results in {kind.folder} were made: run `{kind.command}`"
        for name, value in digests_of(kind, root).items()
        if stored.get(name) != value
    ]


def trim_benchmarks(file: Path) -> None:
    """Leave out what names the machine or repeats the row and every timing: statistics, the processor's kind stay."""
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    report.get("machine_info", {}).pop("node", None)
    for benchmark in report["benchmarks"]:
        benchmark["stats"].pop("data", None)
        for told_by_the_row in ("options", "param", "params"):
            benchmark.pop(told_by_the_row, None)
    file.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    """Stamp or check one kind of results; 1 when a check finds something stale, 2 for a wrong call."""
    if len(arguments) != 2 or arguments[0] not in ("stamp", "check") or arguments[1] not in KINDS:
        _say([f"usage: python -m tools.results stamp|check {'|'.join(KINDS)}"])
        return 2
    kind = KINDS[arguments[1]]
    if arguments[0] == "check":
        stale = check(kind)
        _say(stale)
        return 1 if stale else 0
    if (file := ROOT / kind.folder / "bench.json").is_file():
        trim_benchmarks(file)
    stamp(kind)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
