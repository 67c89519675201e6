"""The arguments that a spec can say: how each is read from YAML, and how it stands in a table of answers.

A value is judged by itself, with the bounds of the engine; whether it goes with the others is judged with the question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from forecast.engine import arguments, checks
from forecast.engine.beliefs import read_belief
from forecast.engine.fields import Reader, integer, listed, number, text
from forecast.engine.payers import CostScope, Payer
from forecast.engine.question import DRAWS_BOUNDS, MAX_SEED
from forecast.engine.scenario import Criterion, PriceBasis
from forecast.engine.targets import LOSS_KINDS, Target
from forecast.errors import InputError

Kind = Literal["number", "whole", "text", "day", "flag", "list"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of `forecast.engine.arguments.Asked`.

    Attributes
    ----------
    kind : str
        What its values are; a belief is text.
    read : callable
        A value and its path to what is asked, or an `InputError`.
    column : str
        Its name in a table, with its unit; empty where other columns tell it.
    """

    kind: Kind
    read: Reader
    column: str


def _finite(value: Any, path: str) -> float:
    found = number(value, path)
    if not math.isfinite(found):
        raise InputError(f"{path} is {value!r}; give a finite number", field=path)
    return found


def whole(value: Any, path: str) -> int:
    """A whole number, also one that is written as 1e4."""
    is_whole = isinstance(value, float) and math.isfinite(value) and value == int(value)
    return integer(int(value) if is_whole else value, path)


def _judged(judge: Callable[[Any], object], read: Reader = _finite) -> Reader:
    """A value that the engine takes; what it refuses is told with the place in the spec."""

    def reader(value: Any, path: str) -> Any:
        """The value as it is asked."""
        found = read(value, path)
        try:
            judge(found)
        except InputError as error:
            message = error.message.replace(error.field, path) if error.field else error.message
            raise InputError(message, field=path) from None
        return found

    return reader


def _target(kind: str) -> Reader:
    scale = "a scale" if kind in LOSS_KINDS else None
    return _judged(lambda value: Target(kind, value, scale))  # type: ignore[arg-type]


def _bounded(path: str, low: int, high: int, what: str) -> Reader:
    return _judged(lambda value: checks.checked_int(value, path, low, high, what), whole)


def _chosen(path: str, known: tuple[str, ...]) -> Reader:
    return _judged(lambda value: checks.checked_choice(value, path, known), text)


def _algorithms(value: Any, path: str) -> str:
    """A published halving time; `off` also where YAML or JSON made a false of it."""
    judge = _judged(lambda chosen: arguments.algorithms_of(chosen, None), text)
    chosen: str = judge("off" if value is False else value, path)
    return chosen


def _belief(value: Any, path: str) -> Any:
    """A number, or a distribution in one of its forms, as it is written."""
    if isinstance(value, str | Mapping):
        read_belief(value, path)
        return value
    return _finite(value, path)


def flag(value: Any, path: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InputError(f"{path} is {value!r:.40}; give true or false", field=path)
    return value


_day = _judged(lambda value: checks.parse_day(value, "(day)"), text)
_usd = _judged(Payer.fixed)

PARAMETERS: Mapping[str, Parameter] = {
    "loss": Parameter("number", _target("loss"), "loss_nats_per_token"),
    "reducible_loss": Parameter("number", _target("reducible_loss"), "reducible_loss_nats_per_token"),
    "bits_per_character": Parameter("number", _target("bits_per_character"), "loss_bits_per_character"),
    "indistinguishable_tokens": Parameter("number", _target("indistinguishable_tokens"), "indistinguishable_tokens"),
    "scale": Parameter("text", text, "scale"),
    "flop": Parameter("number", _target("training_flop"), "training_flop"),
    "gpt3": Parameter("number", _target("gpt3_multiple"), "gpt3_multiple"),
    "characters_per_token": Parameter("number", _finite, "characters_per_token"),
    "judge_confidence": Parameter("number", _finite, "judge_confidence"),
    "slowdown": Parameter("text", _belief, "judge_slowdown"),
    "brain_seconds": Parameter("number", _target("brain_anchor"), "brain_training_seconds"),
    "brain_flop_per_s": Parameter("text", _belief, "brain_flop_per_s"),
    "budget_usd": Parameter("number", _usd, "budget_usd"),
    "currency_year": Parameter("whole", whole, "budget_currency_year"),
    "nominal_inflation": Parameter("number", _finite, "budget_inflation_per_year"),
    "spend_usd": Parameter("number", _usd, "spend_usd_2023"),
    "spend_from": Parameter("day", _day, "spend_from"),
    "spend_growth": Parameter("text", _belief, "spend_growth_oom_per_year"),
    "spend_ceiling_usd": Parameter("number", _usd, "spend_ceiling_usd_2023"),
    "payer": Parameter("text", _chosen("payer", ("frontier_spend", "unlimited")), "payer"),
    "criterion": Parameter("text", _chosen("criterion", get_args(Criterion)), "criterion"),
    "law": Parameter("text", text, "law"),
    "noise": Parameter("number", _judged(lambda value: arguments.law_of(None, value)), "law_relative_noise"),
    "power_law_weight": Parameter(
        "number", _judged(lambda value: arguments.law_of("mixture", None, value)), "law_power_law_weight"
    ),
    "algorithms": Parameter("text", _algorithms, "algorithms"),
    "algorithms_ceiling_oom": Parameter("number", _finite, "algorithms_ceiling_oom"),
    "price": Parameter("text", _chosen("price", get_args(PriceBasis)), "price_basis"),
    "cost_scope": Parameter("text", _chosen("cost_scope", get_args(CostScope)), "cost_scope"),
    "inference_usd_per_100_pages": Parameter("number", _finite, "inference_usd_per_100_pages"),
    "scenario": Parameter("text", text, ""),
    "condition": Parameter("text", _judged(arguments.condition_of, text), "condition"),
    "limit_effects": Parameter("flag", flag, "limit_effects"),
    "as_of": Parameter("day", _day, ""),
    "posterior": Parameter("text", text, ""),
    "horizon": Parameter("text", _judged(lambda value: checks.parse_month(value, "horizon"), text), "horizon_month"),
    "quantiles": Parameter("list", _judged(checks.checked_quantiles, listed(_finite)), ""),
    "by_years": Parameter("list", _judged(checks.checked_by_years, listed(whole)), ""),
    "seed": Parameter("whole", _bounded("seed", 0, MAX_SEED, "a seed"), ""),
    "max_draws": Parameter("whole", _bounded("max_draws", *DRAWS_BOUNDS, "a number of draws"), "max_draws"),
}
"""Every argument, in the order of their columns."""

BELIEFS = ("slowdown", "brain_flop_per_s", "spend_growth")
"""Arguments whose values may be mappings."""
