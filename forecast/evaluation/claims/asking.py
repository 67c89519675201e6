"""A claim's built-in scenario, asked as of the claim's day: the claim's own inputs instead of the posterior's."""

from __future__ import annotations

from forecast.catalogue.named.scenarios import built_in_names
from forecast.engine.words import sentence
from forecast.evaluation.claims.claim import Claim, Told
from forecast.evaluation.claims.evidence import Evidence
from forecast.evaluation.claims.then import arrival_numbers

_AUTHORS = {"G": "gwern", "J": "jones", "M": "mt-nlg", "S": "skeptic"}
_NEEDS_A_STOCK_OF_CHIPS = ("jones-j9",)


def scenario_name(claim_id: str) -> str:
    """The name of a claim's scenario; empty for a belief that has none."""
    name = f"{_AUTHORS[claim_id[0]]}-{claim_id.lower()}"
    return name if name in built_in_names() else ""


def asked_again(claim: Claim, evidence: Evidence) -> Told:
    """The answer to a claim's scenario, in a sentence; nothing where it has none.

    A scenario that rests on counts of chips is asked of the reference posterior: as of the claim there were none.
    """
    name = scenario_name(claim.id)
    if not name:
        return Told("")
    if name in _NEEDS_A_STOCK_OF_CHIPS:
        answer, opening = evidence.now.ask(scenario=name), "By the reference posterior: "
    else:
        answer, opening = evidence.then(claim.published_on).ask(scenario=name), ""
    return Told(opening + sentence(answer), arrival_numbers(name, answer))
