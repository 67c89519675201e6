"""A spec from its YAML (or JSON, which is YAML): questions, grids, and what the page on them is about.

    title: Nightly forecast
    lead: {loss: 1.24, scale: kaplan-webtext2}       the question of the page
    defaults: {law: pooled}                          for every question that does not say it itself
    scenarios: [baseline, {name: for $1bn, budget_usd: 1e9}]
    questions:
      - {name: the brain, brain_seconds: 1e9}
    grid:                                            every combination; or a list of grids
      target: [{loss: 1.24, scale: kaplan-webtext2}, {name: a large run, flop: 2e29}]
      budget_usd: {from: 1e6, to: 1e12, count: 100, log: true}
      scenario: [baseline, no-physical-limits]
      as_of: [2021-12-15, 2026-11-20]

An axis holds mappings of arguments; one that is called like an argument may hold its values, or a range of them. An
error names the file, the line and the field, and what to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forecast.batch import axes, questions
from forecast.batch.grid import Element, Expanded, Spread
from forecast.batch.layering import over
from forecast.batch.parameters import flag
from forecast.batch.questions import ScenarioOf
from forecast.batch.spec import FORMATS, Spec, Variant
from forecast.catalogue.named import marked_yaml
from forecast.catalogue.named.marked_yaml import Document, FileError
from forecast.engine.checks import checked_number
from forecast.engine.fields import listed
from forecast.engine.payers import USD_BOUNDS
from forecast.errors import InputError, StorageError, UnlikeNameError

MAX_BYTES = 4_194_304
MAX_LEVELS = 14
"""A whole question with a scenario of its own nests deeper than arguments do."""

MAX_QUESTIONS = 1_000_000
MAX_VARIANTS = 6
MAX_TITLE = 200
MAX_NOTES = 20_000
FIELDS = ("title", "notes", "lead", "defaults", "scenarios", "budgets_usd", "formats", "curves", "questions", "grid")


def read_spec(path: Path, scenario_of: ScenarioOf | None = None) -> Spec:
    """The spec in a file.

    Parameters
    ----------
    path : Path
        YAML in UTF-8, at most 4 MiB.
    scenario_of : callable, optional
        Finds a scenario by its name, as `Forecaster.scenario`: names that are not there are errors of the spec then,
        and questions are judged whole. Without it they are told when they are answered.

    Raises
    ------
    FileError
        When the file says no spec; with line and field.
    InputError
        When there is no such file.
    StorageError
        When it may not be read.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError):
        message = f"no such file: {path}; give a spec of questions, such as questions.yaml"
        raise InputError(message, field="spec") from None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}; grant read permission", field="spec") from error
    return _parsed(data, str(path), Path(path).stem, scenario_of)


def parse_spec(text: str, name: str, scenario_of: ScenarioOf | None = None) -> Spec:
    """The spec in a text; `name` is what it and its errors are called. Otherwise as `read_spec`."""
    return _parsed(text.encode(), name, name, scenario_of)


def _parsed(data: bytes, file: str, name: str, scenario_of: ScenarioOf | None) -> Spec:
    document = marked_yaml.read(data, file, MAX_BYTES, MAX_LEVELS)
    try:
        return _spec(document.values, name, scenario_of)
    except FileError:
        raise  # of a scenario's file, which it names itself
    except InputError as error:
        raise _placed(document, error) from error


def _placed(document: Document, error: InputError) -> FileError:
    """The error with file and line; it begins with the field, unless its message names that already."""
    message = error.message if not error.field or error.field in error.message else f"{error.field}: {error.message}"
    return document.error(message, error.field)


def _spec(values: Mapping[str, Any], name: str, scenario_of: ScenarioOf | None) -> Spec:
    for field in values:
        if field not in FIELDS:
            raise UnlikeNameError("field", field, FIELDS, field=field)
    said = {field: value for field, value in values.items() if value is not None}
    read = {field: _READERS[field](said[field], field) for field in _READERS if field in said}
    defaults = questions.arguments(said.get("defaults", {}), "defaults", scenario_of)
    items = Expanded(
        questions.listed_questions(said.get("questions", []), defaults, scenario_of),
        axes.grids(said.get("grid", []), defaults, scenario_of),
    )
    lead = _lead(said, defaults, items, scenario_of)
    if not len(items):
        items = Expanded((Element("lead", lead),))
    if len(items) > MAX_QUESTIONS:
        message = f"the spec makes {len(items):,} questions; give at most {MAX_QUESTIONS:,}, or several specs"
        raise InputError(message, field="grid")
    variants = _variants(said.get("scenarios", []), scenario_of)
    page = {**_UNSAID, **read, "lead": lead, "defaults": defaults, "scenarios": variants}
    return Spec(name=name, items=items, digest=_digest(page, items), **page)


def _lead(
    said: Mapping[str, Any], defaults: Mapping[str, Any], items: Expanded, scenario_of: ScenarioOf | None
) -> Mapping[str, Any]:
    if "lead" in said:
        lead = over(defaults, questions.named(said["lead"], "lead", scenario_of)[0])
        questions.judge(lead, "lead", scenario_of)
        return lead
    if not len(items):
        message = "the spec asks nothing: give `lead`, `questions` or `grid`"
        raise InputError(message, field="")
    return items[0].asked


def _variants(value: Any, scenario_of: ScenarioOf | None) -> tuple[Variant, ...]:
    found = [_variant(one, f"scenarios[{i}]", scenario_of) for i, one in enumerate(_a_list(value, "scenarios"))]
    if len(found) > MAX_VARIANTS:
        raise InputError(f"{len(found)} scenarios; the page shows at most {MAX_VARIANTS}", field="scenarios")
    questions.refuse_twice([one.name for one in found], "scenarios")
    return tuple(found)


def _variant(value: Any, path: str, scenario_of: ScenarioOf | None) -> Variant:
    if isinstance(value, str):
        return Variant(value, questions.arguments({"scenario": value}, path, scenario_of, {"scenario": path}))
    asked, name = questions.named(value, path, scenario_of)
    return Variant(name or questions.label(asked, path), asked)


def _a_list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(f"{path} is {value!r:.80}; give a list", field=path)
    return value


def _title(value: Any, path: str) -> str:
    title = value if isinstance(value, str) else str(value)
    if len(title) > MAX_TITLE or not title.isprintable():
        raise InputError(f"{path} is {title!r:.80}; give at most {MAX_TITLE} characters on one line", field=path)
    return title


def _notes(value: Any, path: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_NOTES:
        raise InputError(f"{path} is {value!r:.80}; give a text of at most {MAX_NOTES:,} characters", field=path)
    return value


def _budget(value: Any, path: str) -> float:
    return checked_number(value, path, *USD_BOUNDS, "a budget in 2023 US dollars")


def _format(value: Any, path: str) -> str:
    if value not in FORMATS:
        raise UnlikeNameError("format", str(value), FORMATS, field=path)
    return str(value)


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "title": _title,
    "notes": _notes,
    "budgets_usd": listed(_budget),
    "formats": listed(_format),
    "curves": flag,
}
_UNSAID: Mapping[str, Any] = {"title": "", "notes": "", "budgets_usd": (), "formats": FORMATS, "curves": False}


def _digest(page: Mapping[str, Any], items: Expanded) -> str:
    """SHA-256 of what the spec says."""
    told = {**page, "scenarios": [[one.name, one.asked] for one in page["scenarios"]]}
    told["questions"] = [[element.label, element.asked] for element in items.listed]
    told["grid"] = [[[axis.name, _told(axis.elements)] for axis in grid.axes] for grid in items.grids]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _told(elements: Any) -> list[Any]:
    if isinstance(elements, Spread):
        return [elements.argument, elements.first, elements.last, elements.steps, elements.log]
    return [[element.label, element.asked] for element in elements]
