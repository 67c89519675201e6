"""Why some draws never arrive, in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import NeverReason
from forecast.engine.envelope import Envelope
from forecast.engine.outcome import Outcome

UNREACHABLE = "no compute reaches the loss: it lies under the floor, or the law levels off above it"

_PHYSICAL = {
    "chips": "the stock of chips stops growing",
    "power": "the power that one run can have stops growing",
    "data": "the stock of training data stops growing",
    "data_movement": "what data movement allows stops growing",
}


def never_reasons(outcome: Outcome) -> tuple[NeverReason, ...]:
    """The reasons with their probabilities, which sum to the probability of never."""
    draws, never = outcome.arrivals.draws, outcome.arrivals.counts[3]
    if not never:
        return ()
    unreachable = outcome.unreachable()
    reasons = [NeverReason(UNREACHABLE, unreachable / draws)] if unreachable else []
    if never > unreachable:
        reasons += [NeverReason(words, count / draws) for words, count in _stalls(outcome).items()]
    return tuple(reasons)


def _stalls(outcome: Outcome) -> dict[str, int]:
    """By the envelope that stays under the requirement, the first of them; in how many draws."""
    left = np.zeros(len(outcome.required), bool)
    left[slice(None) if outcome.rows is None else outcome.rows] = outcome.arrivals.never
    left &= np.isfinite(outcome.required)
    found: dict[str, int] = {}
    for i, made in enumerate(outcome.envelopes):
        stalls = left & (made.eventual < outcome.required + outcome.plan.levels[i])
        left &= ~stalls
        for words, count in _named(outcome, i, made, stalls).items():
            found[words] = found.get(words, 0) + count
    return found


def _named(outcome: Outcome, i: int, made: Envelope, stalls: NDArray[np.bool_]) -> dict[str, int]:
    if not stalls.any():
        return {}
    ceiling = outcome.plan.keys[i].algorithms.ceiling_oom is not None
    end = f"in the long run {{}}{' once algorithms are at their ceiling' if ceiling else ''}, short of the requirement"
    if made.which is None:
        return {end.format(_money(outcome, i)): int(stalls.sum())}
    places = np.bincount(made.which[stalls, -1], minlength=len(made.limits)).tolist()
    return {end.format(_PHYSICAL[name]): n for name, n in zip(made.limits, places, strict=True) if n}


def _money(outcome: Outcome, i: int) -> str:
    payer = outcome.plan.keys[i].payer
    if outcome.plan.keys[i].kind == "on_trend" or (payer is not None and payer.kind != "fixed_usd_2023"):
        return "spend and the price of compute together stop gaining"
    return "the price of compute stops falling"
