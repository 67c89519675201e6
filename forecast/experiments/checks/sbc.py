"""Simulation-based calibration: truths from the prior, data from truths, ranks of truths among posterior draws.

A model and its sampler that agree give ranks that are uniform, whatever the prior. Simulations are counted from 0, and
each follows from the seed and its number alone, so they may be made in any order and any process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from forecast.engine.streams import stream
from forecast.experiments.checks import uniform
from forecast.experiments.checks.machines import LONGER, Array, Fitted, Machine
from forecast.storage import atomic

SEED = 20180418
SHARD = 5
"""Simulations that are made, and kept, together."""

LEVEL = 0.05
"""Probability that any row of the whole table fails by chance (Holm)."""


@dataclass(frozen=True)
class Simulated:
    """Ranks of one simulation by quantity, their effective sizes, and whether the chains diverged."""

    number: int
    ranks: Mapping[str, int]
    sizes: Mapping[str, float]
    divergences: int = 0
    longer: int = 1


@dataclass
class Ranks:
    """All simulations of one model."""

    model: str
    simulated: list[Simulated] = field(default_factory=list)

    def rows(self) -> Iterator[dict[str, Any]]:
        """One for each quantity, without the verdict, which looks at the whole table."""
        for name in self.simulated[0].ranks:
            ranks = [one.ranks[name] for one in self.simulated]
            part, _, quantity = name.rpartition("/")
            yield {
                "model": part or self.model,
                "parameter": quantity,
                "simulations": len(ranks),
                "mean_rank": round(float(np.mean(ranks)) / uniform.DRAWS, 4),
                "effective_size": round(float(np.quantile([one.sizes[name] for one in self.simulated], 0.1)), 1),
                "p_value": round(uniform.p_value(ranks), 5),
                **{f"h{i}": count for i, count in enumerate(uniform.histogram(ranks), 1)},
            }

    @property
    def about(self) -> dict[str, Any]:
        """Simulations, those with a divergence, and those that needed longer chains."""
        return {
            "simulations": len(self.simulated),
            "with_divergences": sum(one.divergences > 0 for one in self.simulated),
            "run_longer": sum(one.longer > 1 for one in self.simulated),
        }


def simulate(machine: Machine, number: int, seed: int = SEED) -> Simulated:
    """One simulation; its chains are run longer where their draws are worth fewer than are ranked."""
    truth, data = machine.simulate(number, stream(seed, f"sbc {machine.name} {number}"))
    true = machine.quantities(truth, data, number)
    for longer in (1, LONGER):
        fitted = machine.fit(data, number, longer)
        drawn = machine.quantities(fitted.draws, data, number)
        sizes = {name: _size(values, fitted) for name, values in drawn.items()}
        if min(sizes.values()) >= uniform.DRAWS:
            break
    ranks = {name: uniform.rank(values, float(true[name][0])) for name, values in drawn.items()}
    return Simulated(number, ranks, sizes, fitted.divergences, longer)


def _size(values: Array, fitted: Fitted) -> float:
    from arviz_stats.base import array_stats

    if fitted.chains == 1:  # independent draws
        return float(len(values))
    return float(array_stats.ess(values.reshape(fitted.chains, -1), chain_axis=0, draw_axis=1))


def shards(simulations: int) -> list[range]:
    """Numbers of the simulations that are made together."""
    return [range(start, min(start + SHARD, simulations)) for start in range(0, simulations, SHARD)]


def perform(machine: Machine, numbers: range, folder: Path, seed: int = SEED) -> list[Simulated]:
    """Simulations of one shard, or those that were kept."""
    path = folder / file_of(machine, numbers, seed)
    if path.is_file():
        return [Simulated(**one) for one in json.loads(path.read_text(encoding="utf-8"))]
    made = [simulate(machine, number, seed) for number in numbers]
    text = json.dumps([asdict(one) for one in made])
    atomic.write_bytes(atomic.make_folder(folder) / path.name, text.encode())
    return made


def file_of(machine: Machine, numbers: range, seed: int = SEED) -> str:
    """Name of the file of one shard."""
    return f"sbc-{machine.identity}-{seed}-{numbers.start}-{numbers.stop}.json"


def table(all_ranks: Sequence[Ranks]) -> list[dict[str, Any]]:
    """Rows of every model, with p-values adjusted for the whole table and the verdict at `LEVEL`."""
    rows = [row for ranks in all_ranks for row in ranks.rows()]
    adjusted = uniform.holm([row["p_value"] for row in rows])
    judged = []
    for row, value in zip(rows, adjusted, strict=True):
        verdict = {"adjusted_p_value": round(value, 5), "passed": int(value >= LEVEL)}
        counts = {name: count for name, count in row.items() if name[0] == "h" and name[1:].isdigit()}
        judged.append({**{name: row[name] for name in row if name not in counts}, **verdict, **counts})
    return judged
