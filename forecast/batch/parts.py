"""The parts of a batch: questions on one posterior and in one scenario, in the order in which the engine is quickest.

What a question shares with the one before it costs next to nothing: another scenario costs a hundred milliseconds,
another target a third of one, another budget less. So of a grid's axes those that change the simulation run slowest and
those that move a level alone run fastest, whatever their order in the file; the index of a question stays that of the
file. Nothing is expanded but what is being handed out.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from forecast.batch.asking import WHOLE, said, scenario_name
from forecast.batch.grid import Expanded, Grid
from forecast.batch.layering import over
from forecast.engine.scenario import BASELINE

MOST, FEWEST = 512, 64
"""Questions of one part; a small batch has smaller ones, so that workers share it and progress shows."""

GROUND = frozenset({"as_of", "posterior", "scenario"})
_SLOW = (
    ("seed", "max_draws"),
    (
        *("criterion", "price", "algorithms", "algorithms_ceiling_oom", "payer", "cost_scope", "condition"),
        *("spend_usd", "spend_from", "spend_growth", "spend_ceiling_usd", "nominal_inflation"),
        *("inference_usd_per_100_pages", "limit_effects"),
    ),
    ("scale", "law", "noise", "power_law_weight"),
)
_QUICK = ("budget_usd", "currency_year", "horizon", "quantiles", "by_years")
_RANK = {name: i for i, names in enumerate(_SLOW) for name in names} | dict.fromkeys(_QUICK, len(_SLOW) + 1)
"""What an argument changes, the slowest first; targets lie between."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the questions of a part stand on.

    Attributes
    ----------
    as_of, posterior : str or None
        As they are asked for.
    scenario : str
        Its name.
    told : str
        A digest of the scenario where a question tells it whole; else empty.
    """

    as_of: str | None
    posterior: str | None
    scenario: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some questions of a batch: the part's number from 0, what they stand on, and their indices in asking order."""

    number: int
    ground: Ground
    indices: tuple[int, ...]


def ground_of(asked: Mapping[str, Any]) -> Ground:
    """What a question stands on."""
    name, told = scenario_name(asked), ""
    if WHOLE in asked and (inline := (asked[WHOLE].get("scenario") or {}).get("inline")):
        told = hashlib.sha256(json.dumps(inline, sort_keys=True).encode()).hexdigest()[:12]
        name = str(inline.get("name", "inline"))
    return Ground(said(asked, "as_of"), said(asked, "posterior"), name or BASELINE.name, told)


def part_size(questions: int) -> int:
    """How many questions a part of such a batch has at most."""
    return min(MOST, max(FEWEST, math.ceil(questions / 16)))


def parts(items: Expanded) -> Iterator[Part]:
    """Every question of a batch in exactly one part, made as they are taken."""
    size, number = part_size(len(items)), 0
    for ground, indices in runs(items):
        while chunk := tuple(islice(indices, size)):
            yield Part(number, ground, chunk)
            number += 1


def grounds(items: Expanded) -> tuple[Ground, ...]:
    """What the questions of a batch stand on, each once."""
    return tuple(dict.fromkeys(ground for ground, _ in runs(items)))


def runs(items: Expanded) -> Iterator[tuple[Ground, Iterator[int]]]:
    """Questions that share their ground, as indices in asking order: of those listed, then of each grid."""
    yield from _of_listed(items)
    for start, grid in items.starts():
        yield from _of_grid(grid, start)


def _of_listed(items: Expanded) -> Iterator[tuple[Ground, Iterator[int]]]:
    found: dict[Ground, list[int]] = {}
    for index, element in enumerate(items.listed):
        found.setdefault(ground_of(element.asked), []).append(index)
    for ground, indices in _by_posterior(found):
        yield ground, iter(sorted(indices, key=lambda index: (_slow_first(items.listed[index].asked), index)))


def _by_posterior[Value](found: Mapping[Ground, Value]) -> list[tuple[Ground, Value]]:
    """In the order in which they were found, but all of one posterior together: its simulation is the dearest."""
    first: dict[tuple[str | None, str | None], int] = {}
    for ground in found:
        first.setdefault((ground.as_of, ground.posterior), len(first))
    return sorted(found.items(), key=lambda one: first[one[0].as_of, one[0].posterior])


def _slow_first(asked: Mapping[str, Any]) -> str:
    """What sorts questions so that those that share much follow each other."""
    ranked = sorted(asked, key=lambda name: (rank_of((name,)), name))
    return json.dumps([(rank_of((name,)), name, asked[name]) for name in ranked], sort_keys=True)


def rank_of(arguments: Iterable[str]) -> int:
    """How much some arguments change at once, 0 the most."""
    return min((_RANK.get(name, len(_SLOW)) for name in arguments), default=len(_SLOW) + 1)


def _of_grid(grid: Grid, start: int) -> Iterator[tuple[Ground, Iterator[int]]]:
    """The axes that say anything of the ground are run through first; combinations on one ground belong together."""
    says = [bool(axis.arguments() & GROUND) for axis in grid.axes]
    first = [i for i, does in enumerate(says) if does]
    rest = sorted((i for i, does in enumerate(says) if not does), key=lambda i: (rank_of(grid.axes[i].arguments()), i))
    found: dict[Ground, list[int]] = {}
    for places in product(*(range(len(grid.axes[i].elements)) for i in first)):
        own: dict[str, Any] = {}
        for i, place in zip(first, places, strict=True):
            own.update(grid.axes[i].elements[place].asked)
        steps = sum(grid.stride(i) * place for i, place in zip(first, places, strict=True))
        found.setdefault(ground_of(over(grid.defaults, own)), []).append(start + steps)
    for ground, bases in _by_posterior(found):
        yield ground, (base + steps for base in bases for steps in _steps(grid, rest))


def _steps(grid: Grid, axes: Sequence[int]) -> Iterator[int]:
    """The numbers of the combinations of some axes, the first running slowest; no range is ever held whole."""
    if not axes:
        yield 0
        return
    stride = grid.stride(axes[0])
    for place in range(len(grid.axes[axes[0]].elements)):
        for steps in _steps(grid, axes[1:]):
            yield place * stride + steps
