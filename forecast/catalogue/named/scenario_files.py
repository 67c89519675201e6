"""Scenarios as YAML that people copy and edit: read with every check, and written back to the last digit.

    name: my-scenario                  how questions name it
    about: what it assumes, in words
    source: where that comes from
    published_on: 2020-07-27
    target, payer, criterion, law, algorithms, price_basis, cost_scope, inference_usd_per_100_pages
                                       what a question takes that does not say it
    set:                               an intervention: these inputs have this value in every draw
      scaling_break.log10_flop: 23.94
    prior:                             another belief about these inputs
      run.months: {low: 2, high: 9}
    switches: {scaling_break: on}      limits and the algorithmic jump

Everything but the name may be left out. An error names the file, the line and the field, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_args

from forecast.catalogue.named import marked_yaml, scenario_parts
from forecast.catalogue.named.marked_yaml import Document
from forecast.catalogue.named.marked_yaml import FileError as FileError
from forecast.engine.checks import checked_choice, parse_day
from forecast.engine.fields import Reader, Readers, number, read_object, text
from forecast.engine.imported import NAME
from forecast.engine.overrides import check_overrides, fitted_names
from forecast.engine.payers import CostScope
from forecast.engine.scenario import SWITCHES, Criterion, Override, PriceBasis, Scenario
from forecast.errors import InputError, UnlikeNameError
from forecast.inputs import INPUTS

MOST_CHARACTERS = 2_000


def load(data: bytes, file: str) -> Scenario:
    """The scenario in the bytes of a YAML file, every value of it checked.

    Parameters
    ----------
    data : bytes
        UTF-8, at most 256 KiB.
    file : str
        How messages call the file.

    Raises
    ------
    FileError
        When it is not YAML, or does not say a scenario; with line and field.
    """
    document = marked_yaml.read(data, file)
    try:
        return checked(_scenario(document.values))
    except InputError as error:
        raise _placed(document, error) from error


def line_of_name(text: str) -> int:
    """The line on which a scenario's file, known to be sound, says its name; counted from 1."""
    return marked_yaml.read(text.encode(), "").lines["name"]


def dump(scenario: Scenario) -> str:
    """The text of a scenario's file; `load` gives an equal scenario back.

    Raises
    ------
    InputError
        When the scenario breaks a rule.
    """
    text = marked_yaml.text_of(content(checked(scenario)), ("set", "prior", "switches"))
    if len(text.encode()) > marked_yaml.MAX_BYTES:
        message = f"scenario {scenario.name} takes more than {marked_yaml.MAX_BYTES:,} bytes; give shorter tables"
        raise InputError(message, field="overrides")
    return text


def content(scenario: Scenario) -> dict[str, Any]:
    """What a scenario's file says, as plain values in the order of the file; what is not said is left out."""
    said: dict[str, Any] = {name: getattr(scenario, name) for name in _TEXTS}
    for name, (_, form) in _PARTS.items():
        chosen = getattr(scenario, name)
        said[name] = None if chosen is None else form(chosen)
    overrides = scenario.overrides
    said["set"] = {one.name: one.value for one in overrides if one.value is not None}
    said["prior"] = {one.name: scenario_parts.distribution_form(one.prior) for one in overrides if one.prior}
    said["switches"] = dict(scenario.switches)
    return {name: value for name, value in said.items() if value not in (None, "", {})}


def checked(scenario: Scenario) -> Scenario:
    """The scenario as it is kept: with a name, its texts on one line each, its inputs known and within their bounds.

    Raises
    ------
    InputError
        Naming the field as a file has it: `name`, `set.run.months`.
    """
    if not NAME.fullmatch(f"{scenario.name}"):
        message = f"name is {scenario.name!r:.80}; give 3 to 63 small letters, digits and hyphens, a letter first"
        raise InputError(message, field="name")
    if scenario.published_on:
        parse_day(scenario.published_on, "published_on")
    for override in scenario.overrides:
        _check_override(override)
    chosen = {name: getattr(scenario, name) for name in _PARTS}
    parts = {name: _PARTS[name][0](_PARTS[name][1](said), name) for name, said in chosen.items() if said is not None}
    about, source = _line(scenario.about, "about"), _line(scenario.source, "source")
    kept = replace(scenario, about=about, source=source, **parts)
    _check_texts(content(kept), "")
    return kept


def _scenario(values: Mapping[str, Any]) -> Scenario:
    said = read_object(values, "", {"name": text}, _MAY)
    values_set, priors = said.pop("set", {}), said.pop("prior", {})
    for name in values_set.keys() & priors.keys():
        message = f"{name} is set, and is given a prior as well; keep one"
        raise InputError(message, field=f"prior.{name}")
    overrides = [_override("set", name, value=value) for name, value in values_set.items()]
    overrides += [_override("prior", name, prior=prior) for name, prior in priors.items()]
    return Scenario(**{"overrides": tuple(overrides), **said})


def _named(known: Callable[[], Iterable[str]], kind: str, item: Reader) -> Reader:
    """A mapping from known names to values; an unknown name is an error that lists those near it."""

    def read(value: Any, path: str) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise InputError(f"{path} is {value!r:.80}; write `name: value` lines under it", field=path)
        names = tuple(known())
        for name in value:
            if name not in names:
                raise UnlikeNameError(kind, name, names, field=f"{path}.{name}")
        return {name: item(one, f"{path}.{name}") for name, one in value.items()}

    return read


def inputs() -> tuple[str, ...]:
    """Names of every input that a scenario can set, or give a prior."""
    return (*INPUTS, *fitted_names())


def _switches(value: Any, path: str) -> tuple[tuple[str, bool], ...]:
    return tuple(_named(lambda: SWITCHES, "switch", scenario_parts.switch)(value, path).items())


def _choice(known: Iterable[str]) -> tuple[Reader, Callable[[Any], Any]]:
    names = tuple(known)

    def read(value: Any, path: str) -> str:
        checked_choice(value, path, names)
        return str(value)

    return read, str


_TEXTS = ("name", "about", "source", "published_on")
_PARTS: Mapping[str, tuple[Reader, Callable[[Any], Any]]] = {
    "target": (scenario_parts.target, scenario_parts.target_form),
    "payer": (scenario_parts.payer, scenario_parts.payer_form),
    "criterion": _choice(get_args(Criterion)),
    "law": (scenario_parts.law, scenario_parts.law_form),
    "algorithms": (scenario_parts.algorithms, scenario_parts.algorithms_form),
    "price_basis": _choice(get_args(PriceBasis)),
    "cost_scope": _choice(get_args(CostScope)),
    "inference_usd_per_100_pages": (number, float),
}
_MAY: Readers = {
    **dict.fromkeys(_TEXTS[1:], text),
    **{name: read for name, (read, _) in _PARTS.items()},
    "set": _named(inputs, "input", number),
    "prior": _named(inputs, "input", scenario_parts.distribution),
    "switches": _switches,
}


def _check_override(override: Override) -> None:
    with _at(f"{'set' if override.prior is None else 'prior'}.{override.name}", override.name):
        check_overrides((override,))


def _override(field: str, name: str, **said: Any) -> Override:
    with _at(f"{field}.{name}", name):
        return Override(name, **said)


@contextmanager
def _at(path: str, name: str) -> Iterator[None]:
    """Name what an error is about by where it stands in a file, not by its place in a question."""
    place = f"scenario.overrides[{name}]"
    try:
        yield
    except InputError as error:
        error.message, error.field = error.message.replace(place, path), error.field.replace(place, path)
        error.args = (error.message,)
        raise


def _line(value: object, path: str) -> str:
    line = " ".join(value.split()) if isinstance(value, str) else None
    if line is None or len(line) > MOST_CHARACTERS or not line.isprintable():
        message = f"{path} is {value!r:.80}; give at most {MOST_CHARACTERS:,} characters that can be printed"
        raise InputError(message, field=path)
    return line


def _check_texts(value: Any, path: str) -> None:
    """Refuse what a file could not hold: characters that cannot be printed, wherever they stand."""
    if isinstance(value, str) and not value.isprintable():
        raise InputError(f"{path} is {value!r:.80}; give characters that can be printed", field=path)
    for name, inside in value.items() if isinstance(value, Mapping) else ():
        _check_texts(inside, f"{path}.{name}" if path else name)


def _placed(document: Document, error: InputError) -> FileError:
    """The error with file and line; it begins with the field, unless its message names that already."""
    message = error.message if not error.field or error.field in error.message else f"{error.field}: {error.message}"
    return document.error(message, error.field)
