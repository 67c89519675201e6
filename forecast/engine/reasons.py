"""Why some draws never arrive, in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import NeverReason
from forecast.engine.envelope import Envelope
from forecast.engine.outcome import Outcome
from forecast.engine.words import listed

RARE = 0.01
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


def is_stall(reason: NeverReason) -> bool:
    """Whether a reason is that something stops gaining, and not that the target is out of reach of all compute."""
    return reason.reason != UNREACHABLE


def condensed(reasons: Sequence[NeverReason]) -> tuple[NeverReason, ...]:
    """The same reasons with those of under 1 % each taken together, in one reason that says what they share once."""
    rare = [reason for reason in reasons if reason.probability < RARE]
    if len(rare) < 2:
        return tuple(reasons)
    joint = NeverReason(together([reason.reason for reason in rare]), sum(reason.probability for reason in rare))
    return (*(reason for reason in reasons if reason.probability >= RARE), joint)


def together(clauses: Sequence[str]) -> str:
    """Clauses as one: what all begin and end with is said once; an article stays with its noun."""
    split = [clause.split() for clause in clauses]
    first = _shared(split)
    first -= first > 0 and split[0][first - 1] == "the"
    last = _shared([words[first:][::-1] for words in split])
    middles = [" ".join(words[first : len(words) - last]).rstrip(",") for words in split]
    ended = all(words[len(words) - last - 1].endswith(",") for words in split)
    told = listed(middles, "or") + ("," if ended else "")
    return " ".join(part for part in (*split[0][:first], told, *split[0][len(split[0]) - last :]) if part)


def _shared(lists: Sequence[Sequence[str]]) -> int:
    """With how many of the same words all begin."""
    return len(list(takewhile(lambda words: len(set(words)) == 1, zip(*lists, strict=False))))


def _stalls(outcome: Outcome) -> dict[str, int]:
    """By the envelope that stays under the requirement, the first of them; in how many draws."""
    never = np.flatnonzero(outcome.arrivals.never)
    left = never if outcome.rows is None else outcome.rows[never]
    left = left[np.isfinite(outcome.required[left])]
    found: dict[str, int] = {}
    for i, made in enumerate(outcome.envelopes):
        stalls = made.eventual[left] < outcome.required[left] + outcome.plan.levels[i]
        for words, count in _named(outcome, i, made, left[stalls]).items():
            found[words] = found.get(words, 0) + count
        left = left[~stalls]
    return found


def _named(outcome: Outcome, i: int, made: Envelope, stalls: NDArray[np.int64]) -> dict[str, int]:
    if not len(stalls):
        return {}
    ceiling = outcome.plan.keys[i].algorithms.ceiling_oom is not None
    end = f"in the long run {{}}{' once algorithms are at their ceiling' if ceiling else ''}, short of the requirement"
    if made.which is None:
        return {end.format(_money(outcome, i)): len(stalls)}
    stalling = {**_PHYSICAL, "money": _money(outcome, i)}
    places = np.bincount(made.which[stalls, -1], minlength=len(made.limits)).tolist()
    return {end.format(stalling[name]): n for name, n in zip(made.limits, places, strict=True) if n}


def _money(outcome: Outcome, i: int) -> str:
    payer = outcome.plan.keys[i].payer
    if outcome.plan.keys[i].kind == "on_trend" or (payer is not None and payer.kind != "fixed_usd_2023"):
        return "spend and the price of compute together stop gaining"
    return "the price of compute stops falling"
