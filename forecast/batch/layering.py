"""One set of plain arguments laid over another: what belongs together is replaced together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LOSS = ("loss", "reducible_loss", "bits_per_character", "indistinguishable_tokens")
_TARGET = (*_LOSS, "flop", "gpt3", "brain_seconds")
_OF_TARGET = ("characters_per_token", "judge_confidence", "slowdown", "brain_flop_per_s")
_OF_LOSS = ("scale", "law", "noise", "power_law_weight")
_PAYER = ("payer", "budget_usd", "spend_usd")
_OF_PAYER = ("currency_year", "nominal_inflation", "spend_from", "spend_growth", "spend_ceiling_usd")
TOGETHER: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (_TARGET, _OF_TARGET),
    (_PAYER, _OF_PAYER),
    (("law",), ("noise", "power_law_weight")),
    (("algorithms",), ("algorithms_ceiling_oom",)),
    (("as_of", "posterior"), ()),
)
"""Arguments of which one replaces the others, and those that only detail them."""


def over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with others laid over them.

    Parameters
    ----------
    base : mapping
        Arguments as of `forecast.engine.arguments.Asked`.
    own : mapping
        What replaces them: a budget replaces a payer, a target in FLOP one in loss, with all that details it, the law
        too. Scale and law stay where one loss replaces another.

    Returns
    -------
    dict
        What both say together.
    """
    if "question" in own:
        return dict(own)
    if not own:
        return dict(base)
    dropped = {"question"}
    if any(name in own for name in _TARGET) and not any(name in own for name in _LOSS):
        dropped.update(_OF_LOSS)
    for rivals, details in TOGETHER:
        if any(name in own for name in rivals):
            dropped.update(rivals, details)
    return {**{name: value for name, value in base.items() if name not in dropped}, **own}
