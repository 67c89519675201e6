"""Plain arguments, as users of the library and of the command line give them, -> a question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypedDict, cast, get_args

from forecast.engine.beliefs import read_belief
from forecast.engine.checks import checked_choice, parse_day
from forecast.engine.condition import Condition, Driver
from forecast.engine.payers import CostScope
from forecast.engine.question import (
    DEFAULT_RELATIVE_NOISE,
    Algorithms,
    AlgorithmsKind,
    Criterion,
    Law,
    Payer,
    PriceBasis,
    Question,
    Scenario,
    Target,
)
from forecast.engine.targets import DEFAULT_TRAINING_SECONDS
from forecast.errors import InputError
from forecast.families import Distribution, LogNormal, Point

Belief = Distribution | str | Mapping[str, Any]
"""A distribution, or what `forecast.engine.beliefs.read_belief` reads: `"9.84 to 290"`, an object, a file's text."""


class Asked(TypedDict, total=False):
    """A question in plain arguments; what is left out takes the question's default, or the scenario's.

    Attributes
    ----------
    loss, reducible_loss, bits_per_character, indistinguishable_tokens : float
        A loss on `scale`: in nats per token, above the floor, in bits per character, or as the number of tokens after
        which a judge tells the model from the text.
    scale : str
        The loss's scale.
    characters_per_token, judge_confidence, slowdown : float, float and Belief
        Details of the last two.
    flop, gpt3 : float
        FLOP of one training run, or a multiple of GPT-3's 3.14e23.
    brain_seconds, brain_flop_per_s : float and Belief
        A brain's FLOP/s times the seconds of its training.
    budget_usd : float
        A fixed sum, in constant 2023 US dollars unless one of the next two says otherwise.
    currency_year, nominal_inflation : int or float
        The year of its dollars; or the share that dollars of the day lose a year.
    spend_usd, spend_from, spend_growth, spend_ceiling_usd : float, date, Belief and float
        A budget that grows from a sum on a day by so many orders of magnitude a year, up to a ceiling.
    payer : str
        `frontier_spend` or `unlimited`.
    criterion, price, cost_scope : str
        As in `forecast.engine.question.Question`.
    law, noise, power_law_weight : str and float
        `pooled`, `mixture`, `power_law` or the name of a published law; the relative noise with which a published law
        enters the pool; the weight of the form without a floor in the mixture.
    algorithms, algorithms_ceiling_oom : str or LogNormal, and float
        `off`, `8mo`, `16mo` or your own prior of the halving time in months; the most that they can ever give.
    inference_usd_per_100_pages : float
        The bound of the criterion `inference_affordable`, which it implies.
    scenario : str or Scenario
        By name, from a file, or made by you.
    condition : Condition or str
        An event, such as `frontier_compute >= 1e28 by 2028-12-31`.
    limit_effects : bool
        Whether the answer says by how many years each limit moves it.
    as_of, posterior, horizon, quantiles, by_years, seed, max_draws
        As in `forecast.engine.question.Question`.
    """

    loss: float | None
    scale: str | None
    flop: float | None
    gpt3: float | None
    reducible_loss: float | None
    bits_per_character: float | None
    characters_per_token: float | None
    indistinguishable_tokens: float | None
    judge_confidence: float | None
    slowdown: Belief | None
    brain_seconds: float | None
    brain_flop_per_s: Belief | None
    budget_usd: float | None
    currency_year: int | None
    nominal_inflation: float | None
    spend_usd: float | None
    spend_from: date | str | None
    spend_growth: Belief | float | None
    spend_ceiling_usd: float | None
    payer: str | None
    criterion: Criterion | None
    law: str | None
    noise: float | None
    power_law_weight: float | None
    algorithms: str | LogNormal | None
    algorithms_ceiling_oom: float | None
    price: PriceBasis | None
    cost_scope: CostScope | None
    inference_usd_per_100_pages: float | None
    scenario: str | Scenario | None
    condition: Condition | str | None
    limit_effects: bool
    as_of: date | str | None
    posterior: str | None
    horizon: str
    quantiles: Sequence[float]
    by_years: Sequence[int] | None
    seed: int
    max_draws: int


_PLAIN = ("posterior", "horizon", "seed", "max_draws", "cost_scope", "limit_effects", "inference_usd_per_100_pages")
_NAMED_TARGETS = {
    "loss": "loss",
    "reducible_loss": "reducible_loss",
    "bits_per_character": "bits_per_character",
    "indistinguishable_tokens": "indistinguishable_tokens",
    "flop": "training_flop",
    "gpt3": "gpt3_multiple",
    "brain_seconds": "brain_anchor",
}
_CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=)\s*([0-9.eE+-]+)\s+by\s+(\d{4}-\d{2}-\d{2})\s*")


def question_of(asked: Asked, scenario_of: Callable[[str], Scenario], otherwise: Target | None = None) -> Question:
    """The question that plain arguments make.

    Parameters
    ----------
    asked : Asked
        What was given.
    scenario_of : callable
        Finds a scenario by its name, or reads it from its file.
    otherwise : Target, optional
        The target where none is given, here or by the scenario.

    Raises
    ------
    InputError
        Naming the field, its value and the remedy.
    """
    _refuse_unknown(asked)
    fields: dict[str, Any] = {name: asked[name] for name in _PLAIN if name in asked}  # type: ignore[literal-required]
    lists = {"quantiles": asked.get("quantiles"), "by_years": asked.get("by_years")}
    fields |= {name: tuple(listed) for name, listed in lists.items() if listed is not None}
    chosen = asked.get("scenario")
    if chosen is not None:
        fields["scenario"] = scenario_of(chosen) if isinstance(chosen, str) else chosen
    said = asked.get("condition")
    if said is not None:
        fields["condition"] = condition_of(said) if isinstance(said, str) else said
    as_of, pages = asked.get("as_of"), asked.get("inference_usd_per_100_pages")
    return Question(
        target=_target(asked, fields.get("scenario"), otherwise),  # type: ignore[arg-type]
        payer=payer_of(asked),  # type: ignore[arg-type]
        criterion=asked.get("criterion") or ("inference_affordable" if pages is not None else None),  # type: ignore[arg-type]
        price_basis=asked.get("price"),  # type: ignore[arg-type]
        law=law_of(asked.get("law"), asked.get("noise"), asked.get("power_law_weight")),
        algorithms=algorithms_of(asked.get("algorithms"), asked.get("algorithms_ceiling_oom")),
        as_of=None if as_of is None else parse_day(as_of, "as_of"),
        **fields,
    )


def _target(asked: Asked, scenario: Scenario | None, otherwise: Target | None) -> Target | None:
    named = target_of(asked)
    return otherwise if named is None and (scenario is None or scenario.target is None) else named


def target_of(asked: Asked) -> Target | None:
    """The one target among the arguments; None where there is none, which a scenario may fill in.

    Raises
    ------
    InputError
        When several are given, or a scale without a loss.
    """
    given = {name: value for name in _NAMED_TARGETS if (value := asked.get(name)) is not None}
    if len(given) > 1:
        message = f"{len(given)} targets are given: {', '.join(given)}; give one"
        raise InputError(message, field="target")
    details = {name: asked.get(name) for name in ("characters_per_token", "judge_confidence")}
    beliefs = {"slowdown": asked.get("slowdown"), "flop_per_s": asked.get("brain_flop_per_s")}
    details |= {name: None if said is None else belief_of(said, f"target.{name}") for name, said in beliefs.items()}
    if not given and asked.get("brain_flop_per_s") is not None:
        given = {"brain_seconds": DEFAULT_TRAINING_SECONDS}
    if not given:
        return None if asked.get("scale") is None else _no_loss(str(asked["scale"]))
    name, value = next(iter(given.items()))
    return Target(_NAMED_TARGETS[name], value, asked.get("scale"), **details)  # type: ignore[arg-type]


def payer_of(asked: Asked) -> Payer | None:
    """A sum, a growing budget, or a named payer; None when none is given."""
    name, budget = asked.get("payer"), asked.get("budget_usd")
    spend = {name: asked.get(f"spend_{name}") for name in ("usd", "from", "growth", "ceiling_usd")}
    if name is not None:
        checked_choice(name, "payer", ("frontier_spend", "unlimited"))
        return Payer(name, budget)  # type: ignore[arg-type]
    if any(said is not None for said in spend.values()):
        return _growing(spend, budget)
    year, inflation = asked.get("currency_year"), asked.get("nominal_inflation")
    if year is None and inflation is None:
        return None if budget is None else Payer.fixed(budget)
    if budget is None or (year is not None and inflation is not None):
        raise InputError("dollars of a year, or of the day, need one sum and one of the two", field="payer.stated")
    return Payer.of_year(budget, year) if year is not None else Payer.nominal(budget, cast(float, inflation))


def _growing(spend: Mapping[str, Any], budget: float | None) -> Payer:
    if budget is not None:
        raise InputError("budget_usd and a growing budget are both given; choose one", field="payer.spend_path")
    growth, start = spend["growth"], spend["from"]
    rate = None if growth is None else belief_of(growth, "payer.spend_path.growth_oom_per_year")
    day = None if start is None else parse_day(start, "payer.spend_path.from_date")
    return Payer("spend_path", spend["usd"], day, rate, spend["ceiling_usd"])


def law_of(name: str | None, noise: float | None, power_law_weight: float | None = None) -> Law | None:
    """The law of a name: `pooled`, `mixture`, `power_law`, else a published one; None for the default."""
    if name is None and noise is None and power_law_weight is None:
        return None
    relative_noise = DEFAULT_RELATIVE_NOISE if noise is None else noise
    if name is None or name in ("pooled", "mixture", "power_law"):
        return Law(name or "pooled", None, relative_noise, power_law_weight)  # type: ignore[arg-type]
    return Law("published", name, relative_noise, power_law_weight)


def algorithms_of(chosen: str | LogNormal | None, ceiling_oom: float | None) -> Algorithms | None:
    """A published halving time by name, or a prior of one's own; None for the default."""
    if chosen is None:
        if ceiling_oom is not None:
            raise InputError(
                "a ceiling needs algorithms 8mo, 16mo or a prior beside it", field="algorithms.ceiling_oom"
            )
        return None
    if isinstance(chosen, LogNormal):
        return Algorithms("prior", chosen, ceiling_oom)
    checked_choice(chosen, "algorithms", [kind for kind in get_args(AlgorithmsKind) if kind != "prior"])
    return Algorithms(chosen, None, ceiling_oom)  # type: ignore[arg-type]


def belief_of(said: Belief | float, path: str) -> Distribution:
    """A distribution as it is given: itself, a number for certain, or what `read_belief` reads."""
    if isinstance(said, bool):
        raise InputError(f"{path} is {said!r}; give a number or a distribution", field=path)
    if isinstance(said, int | float):
        point = Point(float(said))
        point.check(path)
        return point
    return read_belief(said, path) if isinstance(said, str | Mapping) else said


def condition_of(text: str) -> Condition:
    """An event from its text, such as `frontier_compute >= 1e28 by 2028-12-31`.

    Raises
    ------
    InputError
        When it is not of that form.
    """
    found = _CONDITION.fullmatch(text)
    try:
        value = float(found[3]) if found else 0.0
    except ValueError:
        found = None
    if found is None:
        known = ", ".join(get_args(Driver))
        message = f"condition is {text!r:.80}; write `DRIVER >= VALUE by YYYY-MM-DD`, DRIVER one of {known}"
        raise InputError(message, field="condition")
    side = "at_least" if found[2] == ">=" else "at_most"
    return Condition(found[1], side, value, parse_day(found[4], "condition.by"))  # type: ignore[arg-type]


def _no_loss(scale: str) -> Target:
    message = f"scale {scale} is given, but no loss on it; give loss, or one of its other readings"
    raise InputError(message, field="target")


def _refuse_unknown(asked: Asked) -> None:
    for name in asked:
        if name not in Asked.__annotations__:
            raise TypeError(f"{name} is no argument of a question; there are {', '.join(Asked.__annotations__)}")
