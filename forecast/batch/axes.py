"""The grids of a spec: each axis a list of mappings, of values, or a range."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from forecast.batch import questions
from forecast.batch.grid import Axis, Element, Grid, Spread, label_of
from forecast.batch.layering import TOGETHER
from forecast.batch.parameters import BELIEFS, PARAMETERS, flag, whole
from forecast.batch.questions import ScenarioOf
from forecast.errors import InputError, UnlikeNameError

MAX_AXES = 8
MAX_GRIDS = 100
_AXIS = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RANGE = ("from", "to", "count", "log")


def grids(value: Any, defaults: Mapping[str, Any], scenario_of: ScenarioOf | None) -> tuple[Grid, ...]:
    """The grid of a spec, or its list of grids.

    Raises
    ------
    InputError
        With the path of what is wrong.
    """
    if isinstance(value, Mapping):
        return (_grid(value, "grid", defaults, scenario_of),)
    if not isinstance(value, list) or len(value) > MAX_GRIDS:
        said = f"has {len(value)} grids" if isinstance(value, list) else f"is {value!r:.80}"
        raise InputError(f"grid {said}; give lists by name, or up to {MAX_GRIDS} such grids", field="grid")
    return tuple(_grid(one, f"grid[{i}]", defaults, scenario_of) for i, one in enumerate(value))


def _grid(value: Any, path: str, defaults: Mapping[str, Any], scenario_of: ScenarioOf | None) -> Grid:
    if not isinstance(value, Mapping) or not 1 <= len(value) <= MAX_AXES:
        said = f"{len(value)} axes" if isinstance(value, Mapping) else f"{value!r:.80}"
        raise InputError(
            f"{path} holds {said}; give 1 to {MAX_AXES} lists by name, such as budget_usd: [1e6, 1e9]", field=path
        )
    found = tuple(_axis(name, said, f"{path}.{name}", scenario_of) for name, said in value.items())
    _refuse_rivals(found, path)
    return Grid(found, dict(defaults))


def _axis(name: str, value: Any, path: str, scenario_of: ScenarioOf | None) -> Axis:
    if not _AXIS.fullmatch(name):
        raise InputError(f"{path}: {name!r:.40} cannot name an axis; give small letters, digits and _", field=path)
    if name in PARAMETERS and isinstance(value, Mapping) and set(value) & {"from", "to", "count"}:
        return Axis(name, _spread(name, value, path))
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise InputError(f"{path} is empty; give at least one element", field=path)
    elements = [
        _element(name, one, f"{path}[{i}]" if isinstance(value, list) else path, scenario_of)
        for i, one in enumerate(listed)
    ]
    questions.refuse_twice([element.label for element in elements], path)
    return Axis(name, tuple(elements))


def _element(axis: str, value: Any, path: str, scenario_of: ScenarioOf | None) -> Element:
    is_mapping = isinstance(value, Mapping) and axis not in BELIEFS
    if axis in PARAMETERS and not is_mapping:
        asked = questions.arguments({axis: value}, path, scenario_of, {axis: path})
        if not asked:
            raise InputError(f"{path} is empty; give a value, or leave it out", field=path)
        return Element(label_of(asked[axis]), asked, bare=True)
    if not is_mapping:
        near = get_close_matches(axis, PARAMETERS, 1)
        hint = f" (is {near[0]} meant?)" if near else ""
        message = f"{path} is {value!r:.40}; {axis} is no argument{hint}: give mappings, such as {{flop: 2e29}}"
        raise InputError(message, field=path)
    if "question" in value:
        raise InputError(
            f"{path}.question: a grid holds plain arguments; list whole questions", field=f"{path}.question"
        )
    asked, name = questions.named(value, path, scenario_of)
    if not asked and not name:
        raise InputError(f"{path} says nothing; give arguments, or a name", field=path)
    return Element(name or questions.label(asked, path), asked)


def _spread(name: str, value: Mapping[str, Any], path: str) -> Spread:
    """A range of numbers: {from: 1e6, to: 1e12, count: 100, log: true}."""
    for key in value:
        if key not in _RANGE:
            raise UnlikeNameError("field of a range", key, _RANGE, field=f"{path}.{key}")
    for key in _RANGE[:3]:
        if key not in value:
            raise InputError(f"{path}.{key} is missing; a range has from, to and count", field=path)
    parameter = PARAMETERS[name]
    if parameter.kind not in ("number", "whole"):
        raise InputError(f"{path}: {name} is no number, so it has no range; give a list", field=path)
    ends = [float(parameter.read(value[key], f"{path}.{key}")) for key in ("from", "to")]
    steps, log = whole(value["count"], f"{path}.count"), flag(value.get("log", False), f"{path}.log")
    spread = Spread(name, ends[0], ends[1], steps, log, parameter.kind == "whole")
    _check_spread(spread, path)
    return spread


def _check_spread(spread: Spread, path: str) -> None:
    same = spread.first == spread.last
    if not (spread.steps == 1 if same else 2 <= spread.steps <= 1_000_000):
        message = f"{path}.count is {spread.steps}; give 2 to 1,000,000 for two ends, 1 where they are the same"
        raise InputError(message, field=f"{path}.count")
    if spread.log and (spread.whole or min(spread.first, spread.last) <= 0):
        message = f"{path}.log: equal ratios need two ends above zero, and no whole numbers; leave it out"
        raise InputError(message, field=f"{path}.log")
    if spread.whole and math.fmod(spread.last - spread.first, max(spread.steps - 1, 1)):
        message = f"{path}.count is {spread.steps}: the steps from {spread.first:g} to {spread.last:g} are not whole"
        raise InputError(message, field=f"{path}.count")


def _refuse_rivals(axes: tuple[Axis, ...], path: str) -> None:
    """Two axes may not say the same argument, nor two of which one would replace the other."""
    for i, axis in enumerate(axes):
        for earlier in axes[:i]:
            for rivals in (*(rivals for rivals, _ in TOGETHER), *((name,) for name in PARAMETERS)):
                mine, theirs = axis.arguments().intersection(rivals), earlier.arguments().intersection(rivals)
                if mine and theirs:
                    message = (
                        f"{path}.{axis.name} says {min(mine)} where {path}.{earlier.name} says {min(theirs)}; "
                        "put the two on one axis"
                    )
                    raise InputError(message, field=f"{path}.{axis.name}")
