"""A question of a batch from what is asked: plain arguments, or a whole question as JSON under the name `question`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from forecast.engine import arguments
from forecast.engine.arguments import Asked
from forecast.engine.decode_question import question_from_dict
from forecast.engine.question import Question
from forecast.engine.scenario import Scenario

WHOLE = "question"
"""The argument that holds a question as JSON, as `forecast.engine.encode_question.question_dict` makes it."""


def question_of(asked: Mapping[str, Any], scenario_of: Callable[[str], Scenario]) -> Question:
    """The question that is asked.

    Parameters
    ----------
    asked : mapping
        Plain arguments, or `question` with a JSON object.
    scenario_of : callable
        Finds a scenario by its name.

    Raises
    ------
    InputError
        As `Forecaster.question`; for a whole question with the path in it.
    """
    if WHOLE in asked:
        return question_from_dict(asked[WHOLE], scenario_of)
    return arguments.question_of(cast(Asked, asked), scenario_of)


def said(asked: Mapping[str, Any], argument: str) -> Any:
    """What a question says of `as_of`, `posterior`, `quantiles`, `by_years` or `scale`, or another plain argument.

    None where it says nothing, or where a whole question has no such argument.
    """
    if WHOLE not in asked:
        return asked.get(argument)
    whole = asked[WHOLE]
    if argument != "scale":
        return whole.get(argument)
    kinds = [kind for kind in whole.get("target", {}).values() if isinstance(kind, Mapping)]
    return next((kind["scale"] for kind in kinds if "scale" in kind), None)


def scenario_name(asked: Mapping[str, Any]) -> str | None:
    """The name of the scenario that a question chooses; None where it chooses none, or tells one whole."""
    chosen = said(asked, "scenario")
    return chosen.get("name") if isinstance(chosen, Mapping) else chosen


def without(asked: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What is asked, less some arguments."""
    if WHOLE in asked:
        return {WHOLE: {name: value for name, value in asked[WHOLE].items() if name not in names}}
    return {name: value for name, value in asked.items() if name not in names}
