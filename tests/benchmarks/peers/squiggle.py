"""The engine's question in squigglepy, as one writes it in a notebook: `python squiggle.py FILE`.

When does the payer with the largest spend afford so much compute? Three ways of the same draws:

    lines      spend u and price p go straight in log10, spend up to a share of world GDP, K, which grows 3 % a year:
               t = max((c - u + p) / (g + r), (c - K + p) / (.0128 + r)); each input is one `sq.sample`, the rest NumPy
    function   the same lines as a function of no arguments, which `sq.sample` calls for every draw
    paths      slopes that wander from year to year, as the engine's do, and paths by month: each slope of each year is
               one `sq.sample`, the rest NumPy

Each input is a normal distribution in log10, told by its 90 % interval. FILE is JSON of the intervals and of how often
to ask. Written on standard output: for each way the CPU of each call measured in here, its memory and the median.

It runs in `.venv-peers` (tools/peers.sh) by its path, and imports nothing of ours: squigglepy installs a package named
`tests`, which would stand in the way.
"""

from __future__ import annotations

import json
import math
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import squigglepy as sq  # type: ignore[import-not-found,unused-ignore]
from numpy.typing import NDArray

Array = NDArray[np.float64]
Intervals = Mapping[str, Sequence[float]]
Figures = tuple[Array, Array, Array]

WORLD_GROWTH = math.log10(1.03)  # oom per year
INPUTS = ("spend", "spend_growth", "price", "price_fall", "ceiling")
PROBABILITIES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
PHI = 0.7
"""How much of a year's slope stays for the next, as in the engine."""


@dataclass(frozen=True)
class Asked:
    """A question: the target in log10 FLOP, what is known of the inputs, and the dates, in years from now."""

    log10_flop: float
    intervals: Intervals
    draws: int
    months: Array
    years: Array


def wait(log10_flop: float, spend: Any, spend_growth: Any, price: Any, price_fall: Any, ceiling: Any) -> Any:
    """Years until the spend buys the compute; spend and ceiling in log10 $, price in log10 $ per FLOP, now."""
    cost = log10_flop + price
    by_growth = (cost - spend) / (spend_growth + price_fall)
    below_ceiling = (cost - ceiling) / (WORLD_GROWTH + price_fall)
    return np.maximum(by_growth, below_ceiling)


def lines(asked: Asked) -> Figures:
    """Straight lines, all draws at a time."""
    return figures(wait(asked.log10_flop, **{name: _sample(asked, name) for name in INPUTS}), asked)


def function(asked: Asked) -> Figures:
    """Straight lines, draw by draw."""
    inputs = {name: sq.norm(*asked.intervals[name]) for name in INPUTS}

    def model() -> float:
        return float(wait(asked.log10_flop, **{name: sq.sample(one) for name, one in inputs.items()}))

    return figures(np.asarray(sq.sample(model, n=asked.draws)), asked)


def paths(asked: Asked) -> Figures:
    """Slopes that wander, and the path of every draw by month."""
    spend = _sample(asked, "spend")[:, None] + _wander(asked, "spend_slope", "spend_long_run", "spend_drift")
    price = _sample(asked, "price")[:, None] - _wander(asked, "price_slope", "price_long_run", "price_drift")
    ceiling = _sample(asked, "ceiling")[:, None] + WORLD_GROWTH * asked.months
    reached = np.minimum(spend, ceiling) - price >= asked.log10_flop
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), len(asked.months))
    return figures(np.append(asked.months, np.inf)[first], asked)


def _wander(asked: Asked, slope: str, long_run: str, drift: str) -> Array:
    """What slopes that return to the long run add up to, by month."""
    now, mean, sd = (_sample(asked, name) for name in (slope, long_run, drift))
    deviation, levels = now - mean, [np.zeros(asked.draws)]
    for _ in range(math.ceil(asked.months[-1]) + 1):
        levels.append(levels[-1] + mean + deviation)
        noise = sq.sample(sq.norm(mean=0, sd=1), n=asked.draws)
        deviation = PHI * deviation + math.sqrt(1 - PHI**2) * np.abs(sd) * noise
    year, part = np.divmod(asked.months, 1)
    low, high = np.array(levels)[year.astype(int)], np.array(levels)[year.astype(int) + 1]
    found: Array = (low + part[:, None] * (high - low)).T
    return found


def _sample(asked: Asked, name: str) -> Array:
    drawn: Array = sq.sample(sq.norm(*asked.intervals[name]), n=asked.draws)
    return drawn


def figures(waits: Array, asked: Asked) -> Figures:
    """The quantiles, and the part of the draws until each month and before each year; what is past is now."""
    when = np.sort(np.maximum(waits, 0.0))
    by_month = np.searchsorted(when, asked.months, side="right") / len(when)
    by_year = np.searchsorted(when, asked.years) / len(when)
    return np.quantile(when, PROBABILITIES, method="inverted_cdf"), by_month, by_year


def measured(way: Callable[[Asked], Figures], asked: Asked, rounds: int) -> dict[str, Any]:
    """CPU and wall of each call, the memory of one, and the median."""
    median = float(way(asked)[0][PROBABILITIES.index(0.5)])
    cpu_s, wall_s = [], []
    for _ in range(rounds):
        walls, started = time.perf_counter(), time.process_time()
        way(asked)
        cpu_s.append(time.process_time() - started)
        wall_s.append(time.perf_counter() - walls)
    tracemalloc.start()
    way(asked)
    peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return {"cpu_s": cpu_s, "wall_s": wall_s, "peak_mb": peak_mb, "median": median}


def main(file: str) -> None:
    """Ask as the file says."""
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    months, years = np.arange(told["months"]) / 12, np.array(told["years_ahead"])
    asked = Asked(told["log10_flop"], told["intervals"], told["draws"], months, years)
    sq.set_seed(1)
    ways = (lines, function, paths)
    print(json.dumps({way.__name__: measured(way, asked, told["rounds"][way.__name__]) for way in ways}))


if __name__ == "__main__":
    main(*sys.argv[1:])
