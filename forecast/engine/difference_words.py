"""A difference between two questions in words: from what to what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecast.engine import words
from forecast.engine.assumptions import DEFAULT_RELATIVE_NOISE, Algorithms, Law
from forecast.engine.blending import POSTERIOR
from forecast.engine.differences import SCENARIO, Pair, Side
from forecast.engine.overrides import is_fitted
from forecast.engine.payers import Payer
from forecast.engine.question import Question
from forecast.engine.scenario import Override


def difference_words(switch: str, pair: Pair) -> str:
    """`from $1bn, fixed in constant 2023 US dollars, to the frontier's spend`.

    Parameters
    ----------
    switch : str
        Name of the switch, as `forecast.engine.differences` gives it.
    pair : Pair
        The two questions.
    """
    if switch.startswith(POSTERIOR):
        told = pair.parts.words(switch)
    else:
        told = _told(switch, pair.before), _told(switch, pair.after)
    if told[0] == told[1]:  # numbers that differ beyond the digits that are shown
        return f"{told[0]}, in both by other numbers"
    comma = "," if "," in told[0] else ""
    return f"from {told[0]}{comma} to {told[1]}"


def _told(switch: str, side: Side) -> str:
    if switch.startswith(SCENARIO):
        return _assumed(switch.removeprefix(SCENARIO), side)
    words: str = _FIELD_WORDS[switch](side.plan.settled)
    return words


def _assumed(name: str, side: Side) -> str:
    """One input or limit of a side's scenario."""
    if "." in name:
        return _override(name, side.overrides.get(name))
    on = "on" if name in side.plan.on else "off"
    return on if name in side.told else f"its default ({on} as of {side.posterior.as_of})"


def _override(name: str, override: Override | None) -> str:
    if override is None:
        return "what was fitted" if is_fitted(name) else "its default prior"
    if override.value is not None:
        return f"{words.number(override.value)} in every draw"
    low, middle, high = (words.number(x) for x in override.prior.ppf([0.05, 0.5, 0.95]).tolist())  # type: ignore[union-attr]
    return f"{middle} (90 % {low} to {high})"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _payer(payer: Payer) -> str:
    return "the frontier's spend" if payer.kind == "frontier_spend" else words.budget_words(payer)


def _law(law: Law | None) -> str:
    if law is None:
        return "none"
    noise = f" at {100 * law.relative_noise:.3g} % noise" if law.relative_noise != DEFAULT_RELATIVE_NOISE else ""
    weight = f" with weight {law.power_law_weight:g} without a floor" if law.power_law_weight is not None else ""
    return f"{law.name or law.kind.replace('_', ' ')}{noise}{weight}"


def _algorithms(algorithms: Algorithms | None) -> str:
    if algorithms is None or algorithms.kind == "off":
        return "no algorithmic progress"
    ceiling = f", at most {algorithms.ceiling_oom:g} oom" if algorithms.ceiling_oom is not None else ""
    if algorithms.halving_months is not None:
        low, middle, high = (words.number(x) for x in algorithms.halving_months.ppf([0.05, 0.5, 0.95]).tolist())
        return f"a halving every {middle} months (90 % {low} to {high}){ceiling}"
    return f"a halving every {algorithms.kind.removesuffix('mo')} months{ceiling}"


def _criterion(question: Question) -> str:
    named = question.criterion.replace("_", " ")
    bound = question.inference_usd_per_100_pages
    return named if bound is None else f"{named} at {words.money(bound)} for 100 pages"


_FIELD_WORDS: Mapping[str, Callable[[Question], Any]] = {
    "target": lambda asked: _lower(words.target_words(asked.target)),
    "law": lambda asked: _law(asked.law),
    "algorithms": lambda asked: _algorithms(asked.algorithms),
    "payer": lambda asked: _payer(asked.payer),
    "price_basis": lambda asked: asked.price_basis.replace("_", " "),
    "cost_scope": lambda asked: asked.cost_scope.replace("_", " "),
    "criterion": _criterion,
    "condition": lambda asked: "no condition" if asked.condition is None else words.condition_words(asked.condition),
    "simulation": lambda asked: f"seed {asked.seed} and {asked.max_draws} draws",
}
