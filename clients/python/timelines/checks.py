"""What a question must not contradict; standard library only. Values are checked by the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from timelines.errors import invalid
from timelines.options import CostScope, Criterion, PayerName, PriceBasis

if TYPE_CHECKING:
    from timelines.question import Question

LOSSES = ("loss", "reducible_loss", "bits_per_character", "indistinguishable_tokens")
"""Targets that are a loss on a scale."""

TARGETS = (*LOSSES, "flop", "gpt3", "brain_seconds")
DETAILS = {
    "characters_per_token": "bits_per_character",
    "judge_confidence": "indistinguishable_tokens",
    "slowdown": "indistinguishable_tokens",
}
SPEND = ("spend_usd", "spend_from", "spend_growth")
FORMS = ("pooled", "mixture", "power_law")
"""Laws that are not published ones."""


def checked_name(value: object, path: str, known: tuple[str, ...]) -> None:
    """Refuse a name that is not one of `known`.

    Raises
    ------
    InvalidQuestionError
        Naming those that are.
    """
    if value not in known:
        what = path.rsplit(".", 1)[-1].replace("_", " ")
        raise invalid(f"unknown {what} {value!r}; known: {', '.join(sorted(known))}", path, "UNKNOWN_NAME")


def check(question: Question) -> None:
    """Refuse a question that contradicts itself.

    Raises
    ------
    InvalidQuestionError
        Naming the field.
    """
    _check_target(question)
    _check_payer(question)
    _check_law(question)
    for value, path, known in (
        (question.criterion, "question.criterion", get_args(Criterion)),
        (question.price, "question.price_basis", get_args(PriceBasis)),
        (question.cost_scope, "question.cost_scope", get_args(CostScope)),
    ):
        if value is not None:
            checked_name(value, path, known)
    if question.algorithms is None and question.algorithms_ceiling_oom is not None:
        message = "a ceiling needs algorithms 8mo, 16mo or a prior beside it"
        raise invalid(message, "question.algorithms.ceiling_oom")


def given(question: Question, names: Sequence[str]) -> list[str]:
    """Those of some keywords that were given."""
    return [name for name in names if getattr(question, name) is not None]


def _check_target(question: Question) -> None:
    found = given(question, TARGETS)
    if question.brain_flop_per_s is not None and "brain_seconds" not in found:
        found.append("brain_flop_per_s")
    if len(found) > 1 or (not found and question.scenario is None):
        message = f"{len(found)} targets are given; give one: a loss with its scale, FLOP, or a multiple of GPT-3"
        raise invalid(message, "question.target")
    on_a_scale = [name for name in found if name in LOSSES]
    if bool(on_a_scale) != (question.scale is not None):
        what = on_a_scale[0] if on_a_scale else "loss"
        value = getattr(question, what)
        message = f"{what} is {value!r} and scale {question.scale!r}; a loss and its scale go together"
        raise invalid(message, f"question.target.{what}.scale")
    for detail, of in DETAILS.items():
        if getattr(question, detail) is not None and of not in found:
            raise invalid(f"{detail} goes with {of}; leave it out", f"question.target.{of}.{detail}")


def _check_payer(question: Question) -> None:
    spend = given(question, (*SPEND, "spend_ceiling_usd"))
    if question.payer is not None:
        checked_name(question.payer, "question.payer", get_args(PayerName))
    ways = [question.payer] * (question.payer is not None) + given(question, ["budget_usd"]) + spend[:1]
    if len(ways) > 1:
        path = "fixed_usd_2023" if "budget_usd" in ways else "spend_path"
        raise invalid(f"{' and '.join(map(str, ways))} contradict each other; give one payer", f"question.payer.{path}")
    if spend and len(given(question, SPEND)) < len(SPEND):
        message = f"given are {', '.join(spend)}; a growing budget needs {', '.join(SPEND)}"
        raise invalid(message, "question.payer.spend_path")
    dollars = given(question, ["currency_year", "nominal_inflation"])
    if dollars and (question.budget_usd is None or len(dollars) > 1):
        message = "dollars of a year, or of the day, need one sum and one of the two"
        raise invalid(message, "question.payer.stated")


def _check_law(question: Question) -> None:
    of_law = given(question, ["law", "noise", "power_law_weight"])
    on_a_scale = given(question, LOSSES) or (question.scenario is not None and not given(question, TARGETS))
    if of_law and not on_a_scale:
        message = f"law {question.law!r} goes with a loss, and the target is none; leave it out"
        raise invalid(message, "question.law")
    if question.noise is not None and question.law not in (None, *FORMS):
        message = f"a noise of {question.noise!r} goes with the pooled law; {question.law} is taken at its word"
        raise invalid(message, "question.law.published.name")
    if question.power_law_weight is not None and question.law != "mixture":
        message = f"a weight of {question.power_law_weight!r} goes with the law mixture, and here it is {question.law}"
        raise invalid(message, "question.law.mixture.power_law_weight")
