"""Why some draws never arrive, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from forecast.engine.answer import NeverReason
from forecast.engine.envelope import Envelope, EnvelopeKey
from forecast.engine.late import Late
from forecast.engine.plan import Plan
from forecast.engine.words import listed

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

RARE = 0.01
UNREACHABLE = "no compute reaches the loss: it lies under the floor, or the law levels off above it"

_PHYSICAL = {
    "chips": "the stock of chips stops growing",
    "power": "the power that one run can have stops growing",
    "data": "the stock of training data stops growing",
    "data_movement": "what data movement allows stops growing",
}


def never_reasons(never: Mapping[str, int], draws: int) -> tuple[NeverReason, ...]:
    """The reasons with their probabilities, which sum to the probability of never."""
    return tuple(NeverReason(words, count / draws) for words, count in never.items())


def late(plan: Plan, envelopes: Sequence[Envelope], required: Array, rows: Rows) -> Late:
    """Some draws that may not arrive within the simulation, with the words for each reason.

    Parameters
    ----------
    plan : Plan
        Of the question.
    envelopes : sequence of Envelope
        The plan's.
    required : ndarray, shape (draws,)
        The requirement at levels 0.
    rows : ndarray of int
        Positions of those draws.
    """
    reasons = [_stalls(key, made) for key, made in zip(plan.keys, envelopes, strict=True)]
    return Late.of(envelopes, required, rows, reasons, UNREACHABLE)


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


def _stalls(key: EnvelopeKey, made: Envelope) -> tuple[str, ...]:
    """Why an envelope stays under the requirement, by the limit that is the lowest in the end."""
    ceiling = " once algorithms are at their ceiling" if key.algorithms.ceiling_oom is not None else ""
    stalling = {**_PHYSICAL, "money": _money(key)}
    names = ("money",) if made.which is None else made.limits
    return tuple(f"in the long run {stalling[name]}{ceiling}, short of the requirement" for name in names)


def _money(key: EnvelopeKey) -> str:
    if key.kind == "on_trend" or (key.payer is not None and key.payer.kind != "fixed_usd_2023"):
        return "spend and the price of compute together stop gaining"
    return "the price of compute stops falling"
