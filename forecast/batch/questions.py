"""The arguments of questions in a spec, and the questions that it lists; errors name the path in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from forecast.batch.asking import WHOLE, question_of
from forecast.batch.grid import Element, label_of
from forecast.batch.layering import over
from forecast.batch.parameters import PARAMETERS
from forecast.engine.scenario import BASELINE, Scenario
from forecast.errors import InputError, UnlikeNameError

ScenarioOf = Callable[[str], Scenario]

MAX_NAME = 200


def arguments(
    value: Any, path: str, scenario_of: ScenarioOf | None, places: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Arguments by name, each read and judged by itself; those that are null are left out.

    Parameters
    ----------
    value : object
        What the spec says there.
    path : str
        Where.
    scenario_of : callable, optional
        Finds a scenario by its name; None leaves names unjudged.
    places : mapping, optional
        Where an argument stands, if not below the path.

    Raises
    ------
    InputError
        With the path of what is wrong.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{path} is {value!r:.80}; write `argument: value` lines, such as loss: 1.24", field=path)
    found = {}
    for name, said in value.items():
        place = (places or {}).get(name, f"{path}.{name}")
        if name not in PARAMETERS:
            raise UnlikeNameError("argument", name, PARAMETERS, field=place)
        if said is not None:
            found[name] = PARAMETERS[name].read(said, place)
    if "scenario" in found and scenario_of is not None:
        _find_scenario(found["scenario"], (places or {}).get("scenario", f"{path}.scenario"), scenario_of)
    return found


def _find_scenario(name: str, place: str, scenario_of: ScenarioOf) -> None:
    try:
        scenario_of(name)
    except InputError as error:
        raise InputError(error.message, field=place) from error


def named(value: Any, path: str, scenario_of: ScenarioOf | None) -> tuple[dict[str, Any], str]:
    """Arguments with a name among them; without one the name is empty."""
    if not isinstance(value, Mapping):
        return arguments(value, path, scenario_of), ""
    name = value.get("name")
    if name is not None and (not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable()):
        message = f"{path}.name is {name!r:.80}; give a text of at most {MAX_NAME} characters on one line"
        raise InputError(message, field=f"{path}.name")
    rest = {key: said for key, said in value.items() if key != "name"}
    if WHOLE not in rest:
        return arguments(rest, path, scenario_of), name or ""
    if len(rest) > 1 or not isinstance(rest[WHOLE], Mapping):
        message = f"{path}.{WHOLE} holds a whole question as JSON; give it alone, or plain arguments"
        raise InputError(message, field=f"{path}.{WHOLE}")
    return rest, name or ""


def listed_questions(value: Any, defaults: Mapping[str, Any], scenario_of: ScenarioOf | None) -> tuple[Element, ...]:
    """The questions of a list, each judged whole, with defaults beneath.

    Raises
    ------
    InputError
        As `arguments`; also when two have one name.
    """
    if not isinstance(value, list):
        raise InputError(
            f"questions is {value!r:.80}; give a list, each line a question: - {{loss: 1.24}}", field="questions"
        )
    found = [_listed(one, f"questions[{i}]", defaults, scenario_of) for i, one in enumerate(value)]
    refuse_twice([element.label for element in found], "questions")
    return tuple(found)


def _listed(value: Any, path: str, defaults: Mapping[str, Any], scenario_of: ScenarioOf | None) -> Element:
    own, name = named(value, path, scenario_of)
    asked = over(defaults, own)
    judge(asked, path, scenario_of)
    return Element(name or label(own, path), asked)


def label(asked: Mapping[str, Any], otherwise: str) -> str:
    """Arguments in a few words, for those that have no name; something else where that is long."""
    words = ", ".join(f"{name} {label_of(value)}" for name, value in asked.items())
    return words if asked and len(words) <= MAX_NAME else otherwise


def refuse_twice(labels: Sequence[str], path: str) -> None:
    """Refuse two elements of one name.

    Raises
    ------
    InputError
        With the path of the second.
    """
    if len(set(labels)) == len(labels):
        return
    twice = next(label for label, times in Counter(labels).items() if times > 1)
    place = f"{path}[{labels.index(twice, labels.index(twice) + 1)}]"
    raise InputError(f"{twice!r:.80} is there {labels.count(twice)} times; give each a name of its own", field=place)


def judge(asked: Mapping[str, Any], path: str, scenario_of: ScenarioOf | None) -> None:
    """Refuse a question whose arguments do not go together, as far as no posterior is needed to say so.

    Raises
    ------
    InputError
        With the path of an argument, of the question, or in a whole question.
    """
    unknown = scenario_of is None and asked.get("scenario", BASELINE.name) != BASELINE.name
    if unknown or (scenario_of is None and WHOLE in asked and "scenario" in asked[WHOLE]):
        return
    try:
        question_of(asked, scenario_of or (lambda name: BASELINE))
    except InputError as error:
        place = f"{path}.{WHOLE}.{error.field}".rstrip(".") if WHOLE in asked else _place(asked, path, error.field)
        raise InputError(error.message, field=place) from error


_SAID_BY = {
    "target": ("loss", "reducible_loss", "bits_per_character", "indistinguishable_tokens", "flop", "gpt3", "scale"),
    "payer": ("payer", "budget_usd", "spend_usd", "currency_year", "nominal_inflation"),
    "price_basis": ("price",),
    "law": ("law", "noise", "power_law_weight"),
    "algorithms": ("algorithms", "algorithms_ceiling_oom"),
}
"""By which arguments a field of the question is said."""


def _place(asked: Mapping[str, Any], path: str, field: str) -> str:
    """Where the argument stands that an error of the engine is about."""
    head, last = field.partition(".")[0], field.rpartition(".")[2]
    names = (last, head, *_SAID_BY.get(head, ()))
    return next((f"{path}.{name}" for name in names if name in asked), path)
