"""A run as it is stored: what every row cost, how it stands beside its baselines, and whether its bounds hold.

Bounds that a row may state, each on its own: CPU (median), memory, the ratio to a baseline from above (`bound_ratio`)
or as a factor that it has to be cheaper by (`bound_floor`), the 99 % point over the median, the exponent of a growth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.wording import memory_words, ratio_words, time_words

RESULTS = Path(__file__).parent / "results" / "bench.json"


@dataclass(frozen=True)
class Beside:
    """A row beside one of its baselines.

    Attributes
    ----------
    baseline : str
        Its name.
    ratio : float
        How many times the baseline's CPU the row took: the median of rounds that alternated, else of medians.
    least_ratio : float
        The same of the quickest rounds.
    memory_ratio : float
        The same of the memory.
    bound_ratio, bound_floor, target
        As the row states them.
    """

    baseline: str
    ratio: float
    least_ratio: float
    memory_ratio: float
    bound_ratio: float | None
    bound_floor: float | None
    target: str


@dataclass(frozen=True)
class Bound:
    """A bound and what was found, in words; whether it holds; the baseline that it is about, if it is about one."""

    words: str
    found: str
    kept: bool
    baseline: str = ""


@dataclass(frozen=True)
class Target:
    """What is asked of a row in words, beside which baseline, and whether every bound on it holds."""

    beside: Beside | None
    words: str
    kept: bool


@dataclass(frozen=True)
class Measured:
    """A row with its figures; `named` are the baselines that it names, `besides` those of them that were run too."""

    name: str
    group: str
    median_s: float
    min_s: float
    p99_s: float
    wall_s: float
    peak_mb: float
    rounds: int
    named: tuple[str, ...]
    besides: tuple[Beside, ...]
    info: Mapping[str, Any]

    @property
    def bounds(self) -> list[Bound]:
        """All that the row states and that could be judged."""
        return list(_bounds(self))

    @property
    def missed(self) -> list[Bound]:
        """Those that do not hold."""
        return [bound for bound in self.bounds if not bound.kept]

    @property
    def targets(self) -> list[Target]:
        """All that is asked of the row in words."""
        first = self.named[0] if self.info.get("baseline") else ""
        own = [(first, self.info["target"])] if self.info.get("target") else []
        asked = own + [(one.baseline, one.target) for one in self.besides if one.target and one.baseline != first]
        about = {one.baseline: one for one in self.besides}
        return [
            Target(about.get(baseline), words, self._holds({baseline, ""} if baseline == first else {baseline}))
            for baseline, words in asked
        ]

    def _holds(self, baselines: Set[str]) -> bool:
        return all(bound.kept for bound in self.bounds if bound.baseline in baselines)


@dataclass(frozen=True)
class Run:
    """All rows of a run by name, in the order of the run, and the machine in words."""

    rows: Mapping[str, Measured]
    machine: str


def read(file: Path = RESULTS) -> Run:
    """The run in a file."""
    return run_of(json.loads(file.read_text(encoding="utf-8")))


def run_of(found: Mapping[str, Any]) -> Run:
    """The run in what pytest-benchmark writes."""
    machine = found.get("machine_info", {})
    cpu = machine.get("cpu", {})
    words = f"{cpu.get('brand_raw')}, {cpu.get('count')} cores, Python {machine.get('python_version')}"
    return Run(rows_of(found["benchmarks"]), words)


def rows_of(benchmarks: Sequence[Mapping[str, Any]]) -> dict[str, Measured]:
    """Every benchmark that states a row."""
    known = {one["extra_info"]["name"]: one for one in benchmarks if "name" in one["extra_info"]}
    return {name: _measured(one, known) for name, one in known.items()}


def _measured(one: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Measured:
    info, own = one["extra_info"], one["stats"]
    stated = [info, *info.get("also", ())]
    named = [against for against in stated if against["baseline"]]
    run = [against for against in named if against["baseline"] in known]
    return Measured(
        name=info["name"],
        group=one["group"],
        median_s=own["median"],
        min_s=own["min"],
        p99_s=own["p99"],
        wall_s=info["wall_s"],
        peak_mb=info["peak_mb"],
        rounds=int(own.get("rounds", 1)),
        named=tuple(against["baseline"] for against in named),
        besides=tuple(_beside(against, one, known[against["baseline"]]) for against in run),
        info=info,
    )


def _beside(stated: Mapping[str, Any], one: Mapping[str, Any], other: Mapping[str, Any]) -> Beside:
    info, own, theirs = one["extra_info"], one["stats"], other["stats"]
    paired = info.get("paired_ratios", {}).get(stated["baseline"])
    if paired is None and stated is info:
        paired = info.get("paired_ratio")
    return Beside(
        baseline=stated["baseline"],
        ratio=own["median"] / theirs["median"] if paired is None else paired,
        least_ratio=own["min"] / theirs["min"],
        memory_ratio=info["peak_mb"] / (other["extra_info"]["peak_mb"] or 1.0),
        bound_ratio=stated.get("bound_ratio"),
        bound_floor=stated.get("bound_floor"),
        target=stated.get("target", ""),
    )


def _bounds(row: Measured) -> Iterator[Bound]:
    info, power = row.info, row.info.get("exponent")
    if (most_s := info.get("bound_s")) is not None:
        yield Bound(time_words(most_s), time_words(row.median_s), row.median_s <= most_s)
    for one in row.besides:
        yield from _bounds_beside(one)
    if (most := info.get("bound_p99_ratio")) is not None:
        yield Bound(f"p99 {most:g} x", f"{row.p99_s / row.median_s:.3g} x", row.p99_s <= most * row.median_s)
    if (most_mb := info.get("bound_mb")) is not None:
        yield Bound(memory_words(most_mb), memory_words(row.peak_mb), row.peak_mb <= most_mb)
    if (most := info.get("bound_mb_ratio")) is not None and row.besides:
        found = row.besides[0].memory_ratio
        yield Bound(f"memory {ratio_words(most)}", ratio_words(found), found <= most)
    if (off := info.get("bound_exponent")) is not None and power is not None:
        yield Bound(f"power {1 + off:g}", f"{power:.3f}", power <= 1 + off)


def _bounds_beside(one: Beside) -> Iterator[Bound]:
    most = [one.bound_ratio, None if one.bound_floor is None else 1 / one.bound_floor]
    for ratio in most:
        if ratio is not None:
            yield Bound(ratio_words(ratio), ratio_words(one.ratio), one.ratio <= ratio, one.baseline)
