"""Options of a question that do not fit a command: left out of its help, and refused with the reason when given.

Commands that ask about a question share one list of options. What a command itself finds out cannot be given to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from forecast.errors import InputError

TARGETS = (
    "loss",
    "flop",
    "gpt3",
    "reducible_loss",
    "bits_per_character",
    "characters_per_token",
    "indistinguishable_tokens",
    "judge_confidence",
    "slowdown",
    "brain_seconds",
    "brain_flop_per_s",
)
"""What names or details a target, but for the scale."""

PAYERS = (
    "budget",
    "currency_year",
    "nominal_inflation",
    "spend",
    "spend_from",
    "spend_growth",
    "spend_ceiling",
    "payer",
)
"""What says who pays."""

Unfit = Mapping[str, str]
"""Why, by the option's parameter: `{"budget": "the budget is what is asked for"}`."""


def without(command: click.Command, unfit: Unfit) -> click.Command:
    """A command whose help leaves out what does not fit it."""
    for parameter in command.params:
        if parameter.name in unfit and isinstance(parameter, click.Option):
            parameter.hidden = True
    return command


def refuse(options: Mapping[str, Any], unfit: Unfit) -> None:
    """Refuse the options that do not fit.

    Raises
    ------
    InputError
        Naming the first that was given, and the reason.
    """
    for name, why in unfit.items():
        if options[name] not in (None, ()):
            flag = "--" + {"by_years": "by-year"}.get(name, name).replace("_", "-")
            raise InputError(f"{flag} does not fit here: {why}; leave it out", field=name)
