"""Which charts can be asked for alone, of how many questions, in which sizes and colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.engine.question import Question

KINDS: Mapping[str, str] = {
    "arrival": "The probability by each day, with what is left beyond the horizon and never.",
    "yearly": "The probability of arrival in each calendar year.",
    "frontier_compute": "Compute of the largest training run so far, with the target.",
    "price": "Price of compute.",
    "spend": "Spend on the largest training run so far, with the payer's budget.",
    "algorithms": "Algorithmic efficiency.",
    "cost": "What the target costs over time, crossing budgets.",
    "binding": "Which limit is the tightest in each year.",
    "limits": "The physical limits beside frontier compute.",
    "tornado": "What the answer depends on.",
    "overlay": "Several questions over each other.",
    "difference": "The way from one answer to another, difference by difference.",
    "budgets": "The probability for any budget by any date.",
    "loss": "The lowest loss that the payer can buy.",
    "hindsight": "Frontier compute as an earlier posterior saw it coming, with what came.",
}
"""What each kind shows."""

COUNTS: Mapping[str, tuple[int, int]] = {"overlay": (2, 6), "difference": (2, 2)}
"""The fewest and the most questions of a chart of several; every other kind takes one."""

BUDGETS_USD = (1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12)
"""Lines of money on the chart of the cost where none are asked for, 2023 US dollars."""

LAYOUTS = ("wide", "medium", "narrow")
COLOURS = ("light", "dark", "css_variables")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the name that a chart of several gives it."""

    name: str
    question: Question
