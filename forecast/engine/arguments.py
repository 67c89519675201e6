"""Plain arguments, as users of the library and of the command line give them, -> the parts of a question."""

from __future__ import annotations

from typing import get_args

from forecast.engine.checks import checked_choice
from forecast.engine.question import (
    DEFAULT_RELATIVE_NOISE,
    Algorithms,
    AlgorithmsKind,
    Law,
    LawKind,
    Payer,
    Target,
)
from forecast.errors import InputError
from forecast.priors import LogNormal


def target_of(loss: float | None, scale: str | None, flop: float | None, gpt3: float | None) -> Target:
    """The one target among the arguments.

    Raises
    ------
    InputError
        When none or several are given.
    """
    given = {"loss": loss, "training_flop": flop, "gpt3_multiple": gpt3}
    named = [kind for kind, value in given.items() if value is not None]
    if len(named) != 1:
        raise InputError(
            f"{len(named)} targets are given; give one: a loss with its scale, FLOP, or a multiple of GPT-3",
            field="target",
        )
    return Target(named[0], given[named[0]], scale)  # type: ignore[arg-type]


def payer_of(budget_usd: float | None, payer: str | None) -> Payer:
    """A fixed sum, or a named payer; the frontier's spend when neither is given."""
    if payer is None:
        return Payer() if budget_usd is None else Payer.fixed(budget_usd)
    checked_choice(payer, "payer", ("frontier_spend",))
    return Payer("frontier_spend", budget_usd)


def law_of(name: str | None, noise: float | None) -> Law | None:
    """The law of a name: `pooled`, `mixture`, else a published one; None for the default."""
    if name is None and noise is None:
        return None
    relative_noise = DEFAULT_RELATIVE_NOISE if noise is None else noise
    kinds: dict[str | None, LawKind] = {
        None: "pooled",
        "pooled": "pooled",
        "mixture": "mixture",
        "power_law": "power_law",
    }
    if name in kinds:
        return Law(kinds[name], relative_noise=relative_noise)
    return Law("published", name, relative_noise)


def algorithms_of(chosen: str | LogNormal | None, ceiling_oom: float | None) -> Algorithms | None:
    """A published halving time by name, or a prior of one's own; None for the default."""
    if chosen is None:
        if ceiling_oom is not None:
            raise InputError(
                "a ceiling needs algorithms 8mo, 16mo or a prior beside it", field="algorithms.ceiling_oom"
            )
        return None
    if isinstance(chosen, LogNormal):
        return Algorithms("prior", chosen, ceiling_oom)
    checked_choice(chosen, "algorithms", [kind for kind in get_args(AlgorithmsKind) if kind != "prior"])
    return Algorithms(chosen, None, ceiling_oom)  # type: ignore[arg-type]
