"""Which limits and changes are on for a question: as the scenario says, else what was known by the as-of date."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from forecast.engine import limits
from forecast.engine.question import Question
from forecast.engine.scenario import CHANGERS, PHYSICAL_LIMITS, Override, PhysicalLimit, Scenario, SwitchName
from forecast.errors import InputError
from forecast.inputs import INPUTS
from forecast.posterior.artefact import Posterior

_OFF_BY_DEFAULT: tuple[SwitchName, ...] = (*CHANGERS, "algorithmic_jump")


def switched_on(question: Question, posterior: Posterior) -> frozenset[str]:
    """What is on for a question: the limits of one run, `money` among them, and what changes the question.

    Raises
    ------
    InputError
        When the scenario switches on what was not known by the as-of date, or nothing is left that limits a run.
    """
    stocked = len(posterior.observed["chips_year"]) > 0  # as `ChipStock.of` tells
    unlimited = question.payer.kind == "unlimited"
    on = _on(question.scenario, posterior.as_of, stocked, question.criterion, unlimited, question.target.is_loss)
    if question.criterion == "affordable" and not on.intersection(("money", *PHYSICAL_LIMITS)):
        raise InputError(
            "payer unlimited with every physical limit off leaves nothing that limits a run; give a budget, or switch "
            "a limit on",
            field="payer.unlimited",
        )
    return on


@lru_cache(256)
def _on(
    scenario: Scenario, as_of: date, stocked: bool, criterion: str, unlimited: bool, is_loss: bool
) -> frozenset[str]:
    told = dict(scenario.switches)
    on: set[str] = set()
    for name in _OFF_BY_DEFAULT:
        if not told.get(name, False):
            continue
        on.add(name)
        require_published(limits.INPUTS_OF[name], scenario.overrides, as_of, f"switch {name}")
    if not is_loss:
        on -= {"scaling_break", "context_length"}
    if criterion != "affordable":
        return frozenset(on - {"commoditization"})
    on |= {name for name in PHYSICAL_LIMITS if _limits(name, told.get(name), scenario.overrides, as_of, stocked)}
    return frozenset(on if unlimited else on | {"money"})


def _limits(
    limit: PhysicalLimit, told: bool | None, overrides: tuple[Override, ...], as_of: date, stocked: bool
) -> bool:
    """Whether a physical limit is on."""
    if told is False:
        return False
    known = not unpublished(limits.INPUTS_OF[limit], overrides, as_of) and (limit != "chips" or stocked)
    if told and limit == "chips" and not stocked:
        raise InputError(
            f"switch chips is on, but no count of chips had been published by {as_of}; leave it off",
            field="scenario.switches",
        )
    if told and not known:
        require_published(limits.INPUTS_OF[limit], overrides, as_of, f"switch {limit}")
    return known


def require_published(names: tuple[str, ...], overrides: tuple[Override, ...], as_of: date, what: str) -> None:
    """Refuse what rests on priors that were not published by the as-of date.

    Raises
    ------
    InputError
        Naming the first such input, and the remedy.
    """
    late = unpublished(names, overrides, as_of)
    if late:
        raise InputError(
            f"{what} rests on {late[0]}, whose prior was published on {INPUTS[late[0]].published_on}, after the as-of "
            f"date {as_of}; give it a prior of your own in the scenario, or leave the {what.partition(' ')[0]} out",
            field="scenario",
        )


def unpublished(names: tuple[str, ...], overrides: tuple[Override, ...], as_of: date) -> list[str]:
    """Inputs whose default prior is newer than the as-of date, and that the scenario says nothing of."""
    said = {override.name for override in overrides}
    return [name for name in names if name not in said and INPUTS[name].published_on > as_of.isoformat()]
