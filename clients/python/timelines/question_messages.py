"""A question -> the message that asks it.

A value that does not fit its message at all is an `InvalidQuestionError` here; whether it is sensible, the server says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast, get_args

from timelines.belief_messages import belief_message, condition_message, json_message
from timelines.beliefs import LogNormal
from timelines.checks import FORMS, checked_name
from timelines.errors import invalid
from timelines.options import AlgorithmsName, CostScope, PriceBasis
from timelines.question import Question
from timelines.v1 import question_pb2 as pb
from timelines.values import INT32, UINT32, day, number, numbers, shown, some, text, whole

ASKED = "question."
"""Where a question stands in most requests."""


def question_message(question: Question, at: str = ASKED) -> pb.Question:
    """The message that asks a question.

    Parameters
    ----------
    question : Question
        The question.
    at : str
        Where it stands in the request, for the errors: empty, or ending in a dot.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit.
    """
    message = pb.Question(target=_target(question, f"{at}target"), payer=_payer(question, f"{at}payer"))
    if question.law is not None or question.noise is not None:
        message.law.CopyFrom(_law(question, f"{at}law"))
    if question.algorithms is not None:
        message.algorithms.CopyFrom(_algorithms(question, f"{at}algorithms"))
    if question.scenario is not None:
        message.scenario.CopyFrom(scenario_message(question.scenario, f"{at}scenario"))
    if question.condition is not None:
        message.condition.CopyFrom(condition_message(question.condition, f"{at}condition"))
    if question.criterion is not None or question.inference_usd_per_100_pages is not None:
        message.criterion = pb.Criterion.Value(f"CRITERION_{(question.criterion or 'inference_affordable').upper()}")
    if question.price is not None:
        message.price_basis = pb.PriceBasis.Value(f"PRICE_BASIS_{_known(question.price, PriceBasis, at)}")
    if question.cost_scope is not None:
        message.cost_scope = pb.CostScope.Value(f"COST_SCOPE_{_known(question.cost_scope, CostScope, at)}")
    for name, write in _PLAIN.items():
        if getattr(question, name) is not None:
            write(message, getattr(question, name), f"{at}{name}")
    return message


def _known(name: str, of: Any, at: str) -> str:
    checked_name(name, f"{at}{'price_basis' if of is PriceBasis else 'cost_scope'}", get_args(of))
    return name.upper()


def _set(convert: Callable[[Any, str], Any], name: str) -> Callable[[pb.Question, Any, str], None]:
    return lambda message, value, path: setattr(message, name, convert(value, path))


def _write_years(message: pb.Question, years: Any, path: str) -> None:
    message.by_years.extend(whole(year, f"{path}[{i}]", INT32) for i, year in enumerate(some(years, path)))


def _write_quantiles(message: pb.Question, quantiles: Any, path: str) -> None:
    message.quantiles.extend(numbers(quantiles, path))


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{path} is {shown(value)}; give True or False", path)
    return value


_PLAIN: Mapping[str, Callable[[pb.Question, Any, str], None]] = {
    "posterior": _set(text, "posterior"),
    "as_of": _set(day, "as_of"),
    "horizon": _set(text, "horizon"),
    "quantiles": _write_quantiles,
    "by_years": _write_years,
    "seed": _set(lambda value, path: whole(value, path, UINT32), "seed"),
    "max_draws": _set(lambda value, path: whole(value, path, INT32), "max_draws"),
    "inference_usd_per_100_pages": _set(number, "inference_usd_per_100_pages"),
    "limit_effects": _set(_flag, "limit_effects"),
}
"""How the fields are written that are one value or a list of them."""


def _target(question: Question, path: str) -> pb.Target | None:
    for name in ("loss", "reducible_loss"):
        if (nats := getattr(question, name)) is not None:
            place = f"{path}.{name}"
            loss = pb.Loss(nats_per_token=number(nats, f"{place}.nats_per_token"), scale=_scale(question, place))
            return pb.Target(loss=loss) if name == "loss" else pb.Target(reducible_loss=loss)
    if question.bits_per_character is not None:
        return pb.Target(bits_per_character=_bits(question, f"{path}.bits_per_character"))
    if question.indistinguishable_tokens is not None:
        return pb.Target(indistinguishable_tokens=_tokens(question, f"{path}.indistinguishable_tokens"))
    if question.flop is not None:
        return pb.Target(training_flop=number(question.flop, f"{path}.training_flop"))
    if question.gpt3 is not None:
        return pb.Target(gpt3_multiple=number(question.gpt3, f"{path}.gpt3_multiple"))
    if question.brain_seconds is not None or question.brain_flop_per_s is not None:
        return pb.Target(brain_anchor=_brain(question, f"{path}.brain_anchor"))
    return None


def _scale(question: Question, path: str) -> str:
    return text(question.scale, f"{path}.scale")


def _bits(question: Question, path: str) -> pb.BitsPerCharacter:
    return pb.BitsPerCharacter(
        value=number(question.bits_per_character, f"{path}.value"),
        scale=_scale(question, path),
        characters_per_token=_optional(question.characters_per_token, f"{path}.characters_per_token"),
    )


def _tokens(question: Question, path: str) -> pb.IndistinguishableTokens:
    return pb.IndistinguishableTokens(
        tokens=number(question.indistinguishable_tokens, f"{path}.tokens"),
        scale=_scale(question, path),
        judge_confidence=_optional(question.judge_confidence, f"{path}.judge_confidence"),
        slowdown=_belief(question.slowdown, f"{path}.slowdown"),
    )


def _brain(question: Question, path: str) -> pb.BrainAnchor:
    return pb.BrainAnchor(
        flop_per_s=_belief(question.brain_flop_per_s, f"{path}.flop_per_s"),
        training_seconds=_optional(question.brain_seconds, f"{path}.training_seconds"),
    )


def _optional(value: object, path: str) -> float | None:
    return None if value is None else number(value, path)


def _belief(said: object, path: str) -> pb.Distribution | None:
    return None if said is None else belief_message(said, path)


def _payer(question: Question, path: str) -> pb.Payer | None:
    if question.payer is not None:
        unlimited = question.payer == "unlimited"
        return pb.Payer(unlimited=pb.Unlimited()) if unlimited else pb.Payer(frontier_spend=pb.FrontierSpend())
    if question.spend_usd is not None:
        return pb.Payer(spend_path=_spend(question, f"{path}.spend_path"))
    if question.budget_usd is None:
        return None
    place = f"{path}.stated"
    if question.currency_year is not None:
        year = whole(question.currency_year, f"{place}.currency_year", INT32)
        return pb.Payer(stated=pb.StatedBudget(usd=number(question.budget_usd, f"{place}.usd"), currency_year=year))
    if question.nominal_inflation is not None:
        share = number(question.nominal_inflation, f"{place}.nominal_inflation")
        usd = number(question.budget_usd, f"{place}.usd")
        return pb.Payer(stated=pb.StatedBudget(usd=usd, nominal_inflation=share))
    return pb.Payer(fixed_usd_2023=number(question.budget_usd, f"{path}.fixed_usd_2023"))


def _spend(question: Question, path: str) -> pb.SpendPath:
    return pb.SpendPath(
        usd_2023=number(question.spend_usd, f"{path}.usd_2023"),
        from_date=day(cast("str", question.spend_from), f"{path}.from_date"),
        growth_oom_per_year=belief_message(question.spend_growth, f"{path}.growth_oom_per_year"),
        ceiling_usd_2023=_optional(question.spend_ceiling_usd, f"{path}.ceiling_usd_2023"),
    )


def _law(question: Question, path: str) -> pb.Law:
    name = question.law
    if name is not None and name not in FORMS:
        return pb.Law(published=pb.PublishedLaw(name=text(name, f"{path}.published.name")))
    kind = name or "pooled"
    noise = _optional(question.noise, f"{path}.{kind}.relative_noise")
    if kind == "mixture":
        weight = _optional(question.power_law_weight, f"{path}.mixture.power_law_weight")
        return pb.Law(mixture=pb.MixtureLaw(relative_noise=noise, power_law_weight=weight))
    if kind == "power_law":
        return pb.Law(power_law=pb.PowerLaw(relative_noise=noise))
    return pb.Law(pooled=pb.PooledLaw(relative_noise=noise))


def _algorithms(question: Question, path: str) -> pb.Algorithms:
    chosen: Any = question.algorithms
    message = pb.Algorithms(ceiling_oom=_optional(question.algorithms_ceiling_oom, f"{path}.ceiling_oom"))
    if isinstance(chosen, tuple | list) and len(chosen) == 2:
        low, high = (number(end, f"{path}.prior.halving_months") for end in chosen)
        chosen = LogNormal.from_interval(low, high)
    if not isinstance(chosen, str) and hasattr(chosen, "median") and hasattr(chosen, "sd_ln"):
        months = message.prior.halving_months
        months.median = number(chosen.median, f"{path}.prior.halving_months.median")
        months.sd_ln = number(chosen.sd_ln, f"{path}.prior.halving_months.sd_ln")
        return message
    checked_name(chosen, path, get_args(AlgorithmsName))
    message.preset = pb.AlgorithmsPreset.Value(f"ALGORITHMS_PRESET_{cast('str', chosen).upper()}")
    return message


def scenario_message(chosen: object, path: str) -> pb.ScenarioChoice:
    """The message of a scenario: its name, one that the server told of, or JSON of the message `Scenario`.

    Raises
    ------
    InvalidQuestionError
        When it is none of these.
    """
    if isinstance(chosen, Mapping):
        return pb.ScenarioChoice(inline=json_message(chosen, pb.Scenario(), f"{path}.inline"))
    told = getattr(getattr(chosen, "raw", None), "scenario", None)
    if isinstance(told, pb.Scenario):
        return pb.ScenarioChoice(inline=told)
    return pb.ScenarioChoice(name=text(chosen, f"{path}.name"))
