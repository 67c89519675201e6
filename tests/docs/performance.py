"""The tables of costs in README.md and docs/performance.md, from the stored run of the benchmarks.

`python -m tests.docs.performance` writes them anew, as `make bench` does; `tests.docs.refresh` does too.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from tests.benchmarks.scale import BUSY, MACHINE_CORES, Costs, ceilings, costs_of, needs, on_the_wire
from tests.benchmarks.stored import Measured, Run, read
from tests.benchmarks.wording import memory_words, ratio_words, time_words
from tests.house import ROOT

README, PAGE = ROOT / "README.md", ROOT / "docs" / "performance.md"
RATES = (1_000, 100_000)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is to the right, where its head ends in a colon."""
    rules = ["---:" if title.endswith(":") else "---" for title in head]
    lines = [[title.removesuffix(":") for title in head], rules, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def headline(run: Run) -> str:
    """README's table: the rows of which something is asked in words, in the order of the run."""
    head = ("what", "CPU:", "ratio:", "beside", "asked", "memory:")
    asked = [row for row in run.rows.values() if row.targets]
    return table(head, map(_asked, asked)) + f"\n{run.machine}.\n"


def _asked(row: Measured) -> tuple[str, ...]:
    """Its targets under one another, each with its ratio."""
    ratios, baselines, words = [], [], []
    for target in row.targets:
        ratios.append(ratio_words(target.beside.ratio) if target.beside else "")
        baselines.append(target.beside.baseline if target.beside else "")
        words.append(target.words if target.kept else f"{target.words}: **missed**")
    cells = ("<br>".join(cell) for cell in (ratios, baselines, words))
    return row.name, time_words(row.median_s), *cells, memory_words(row.peak_mb)


def rows(run: Run) -> str:
    """Every row, by group."""
    head = ("row", "ratio:", "beside", "CPU:", "min:", "p99:", "wall:", "min to p99:", "memory:", "bounds")
    parts = []
    for group, members in groupby(run.rows.values(), key=lambda row: row.group):
        found = list(members)
        parts.append(f"\n### {group[0].upper()}{group[1:]}\n\n{table(head, map(_whole, found))}")
        said = [f"- *{row.name}*: {row.info['said']}\n" for row in found if "said" in row.info]
        parts.append("\n" * bool(said) + "".join(said))
    return "".join(parts) + "\n"


def _whole(row: Measured) -> tuple[str, ...]:
    times = [time_words(seconds) for seconds in (row.median_s, row.min_s, row.p99_s, row.wall_s)]
    ends = [time_words(row.info[name]) for name in ("wall_min_s", "wall_p99_s") if name in row.info]
    ratios = "<br>".join(ratio_words(one.ratio) for one in row.besides)
    baselines = "<br>".join(one.baseline for one in row.besides)
    bounds = ", ".join(bound.words if bound.kept else f"**{bound.words}: over**" for bound in row.bounds)
    return row.name, ratios, baselines, *times, " to ".join(ends), memory_words(row.peak_mb), bounds


def missed(run: Run) -> str:
    """The rows over a bound, each with what stops it, where that is known."""
    over = [row for row in run.rows.values() if row.missed]
    if not over:
        return "No row is over a bound.\n"
    return table(("row", "bound", "found", "what stops it"), map(_over, over))


def _over(row: Measured) -> tuple[str, ...]:
    bounds = "<br>".join(one.words + (f" of {one.baseline}" if one.baseline else "") for one in row.missed)
    return row.name, bounds, "<br>".join(one.found for one in row.missed), row.info.get("why_over", "")


def growth(run: Run) -> str:
    """The powers with which costs grow."""
    grown = [row for row in run.rows.values() if "exponent" in row.info]
    head = ("up to", "over", "power:", "between neighbours:", "start taken off:", "memory:")
    return table(head, map(_grown, grown))


def _grown(row: Measured) -> tuple[str, ...]:
    info = row.info
    between = ", ".join(f"{power:.2f}" for power in info["exponents_between"])
    start = time_words(info["start_s"]) if info["start_s"] else "none"
    return row.name, info["exponent_over"], f"{info['exponent']:.2f}", between, start, memory_words(row.peak_mb)


def scale(run: Run) -> str:
    """What many questions a second need, and what gives way first."""
    costs = costs_of(run)
    return "".join(_scale(costs)) if costs else "The stored run has not the rows that this follows from.\n"


def _scale(costs: Costs) -> Iterator[str]:
    bare, zipped = on_the_wire(costs.answer_bytes), on_the_wire(costs.gzip_bytes)
    text = f"""A call takes {time_words(costs.call_s)} of CPU at the server, {time_words(costs.batched_s)} in a batch,
        {time_words(costs.same_s)} when the question was asked before. Its answer is {costs.answer_bytes:,.0f} bytes,
        {bare:,.0f} on the wire, {zipped:,.0f} under gzip, which takes {time_words(costs.gzip_s)} more. Its line in the
        log is {costs.log_bytes:,.0f} bytes, and a process holds {memory_words(costs.process_mb)} alone. A core is meant
        to be busy for {100 * BUSY:.0f} % of the time."""
    yield textwrap.fill(" ".join(text.split()), 120) + "\n\n"
    found = [needs(costs, rate) for rate in RATES]
    figures = [
        ("cores", [f"{one.cores:,.1f}" for one in found]),
        ("server processes", [f"{one.processes:,}" for one in found]),
        (f"machines of {MACHINE_CORES} cores", [f"{one.machines:,}" for one in found]),
        ("memory of the processes", [memory_words(1000 * one.memory_gb) for one in found]),
        ("egress", [_decimal(one.egress_gbit_s, "Gbit/s", "Mbit/s") for one in found]),
        ("egress under gzip", [_decimal(one.gzip_egress_gbit_s, "Gbit/s", "Mbit/s") for one in found]),
        ("cores for gzip", [f"{one.gzip_cores:,.1f}" for one in found]),
        ("log", [_decimal(one.log_tb_day, "TB a day", "GB a day") for one in found]),
    ]
    yield table(("", *(f"{rate:,} a second:" for rate in RATES)), ((what, *cells) for what, cells in figures))
    yield "\nWhat gives way, in the order in which it does:\n\n"
    head = ("what", "at:", "then")
    yield table(head, ((one.what, f"{one.rate:,.0f} a second", one.then) for one in ceilings(costs)))


def _decimal(amount: float, unit: str, thousandth: str) -> str:
    return f"{amount:.3g} {unit}" if amount >= 1 else f"{1000 * amount:.3g} {thousandth}"


def _of_the_stored(make: Callable[[Run], str]) -> Callable[[], str]:
    return lambda: make(read())


BLOCKS: dict[str, Callable[[], str]] = {
    "performance": _of_the_stored(headline),
    "performance-rows": _of_the_stored(rows),
    "performance-missed": _of_the_stored(missed),
    "performance-growth": _of_the_stored(growth),
    "performance-scale": _of_the_stored(scale),
}


def rewritten(text: str) -> str:
    """A page with these blocks made anew, and nothing else."""
    for name, make in BLOCKS.items():
        head, found, rest = text.partition(f"<!-- made: {name} -->\n")
        if found:
            text = head + found + make() + "<!-- end -->\n" + rest.partition("<!-- end -->\n")[2]
    return text


def main() -> int:
    """Rewrite them in both pages."""
    for page in (README, PAGE):
        page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
