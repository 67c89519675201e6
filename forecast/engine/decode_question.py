"""JSON values -> a question: the inverse of `forecast.engine.encode_question`, to the letter.

A question may name its scenario only where the reader is told what the name stands for; the baseline is always known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from forecast.engine import question as asked
from forecast.engine.condition import Comparison, Condition, Driver
from forecast.engine.distributions import read_distribution
from forecast.engine.fields import (
    NOTHING,
    Reader,
    Readers,
    day,
    enum,
    integer,
    listed,
    number,
    one_of,
    read_object,
    record,
    text,
    the_one,
)
from forecast.engine.payers import Payer, Stated
from forecast.engine.scenario import BASELINE, Override, Scenario
from forecast.engine.targets import Target
from forecast.errors import InputError, UnknownNameError
from forecast.families import LogNormal

Named = Callable[[str], Scenario]
"""What a scenario's name stands for."""


def baseline_only(name: str) -> Scenario:
    """The one scenario that needs no catalogue.

    Raises
    ------
    UnknownNameError
        For any other name.
    """
    if name != BASELINE.name:
        raise UnknownNameError("scenario", f"{name:.80}", [BASELINE.name], field="scenario.name")
    return BASELINE


def question_from_dict(mapping: Mapping[str, Any], named: Named = baseline_only) -> asked.Question:
    """The question that a JSON object tells; what it leaves out takes its default.

    Parameters
    ----------
    mapping : mapping
        As `forecast.engine.encode_question.question_dict` makes it.
    named : callable
        The scenario of a name.

    Raises
    ------
    InputError
        When a key is unknown or missing, or a value is wrong; with the path.
    """
    return read_question(mapping, "", named)


def scenario_from_dict(mapping: Mapping[str, Any]) -> Scenario:
    """The scenario that a JSON object tells whole.

    Raises
    ------
    InputError
        As `question_from_dict`.
    """
    return _inline(mapping, "")


def read_question(value: Any, path: str, named: Named = baseline_only) -> asked.Question:
    """A question inside something else."""
    may = {**_QUESTION, "scenario": _choice(named)}
    return asked.Question(**read_object(value, path, NOTHING, may))


def _choice(named: Named) -> Reader:
    def read(value: Any, path: str) -> Scenario:
        """The scenario itself, whether it was named or told."""
        kind, said = one_of(value, path, {"name": text, "inline": _inline})
        scenario: Scenario = named(said.removeprefix("scenarios/")) if kind == "name" else said
        return scenario

    return read


def _inline(value: Any, path: str) -> Scenario:
    return Scenario(**read_object(value, path, NOTHING, _SCENARIO))


def _override(value: Any, path: str) -> Override:
    found = read_object(value, path, {"input": text}, {"set": number, "prior": _as_it_is, "source": text})
    prior = found.get("prior")
    given = None if prior is None else read_distribution(prior, f"{path}.prior", found.get("source", ""))
    return Override(found["input"], found.get("set"), given)


def _switch(value: Any, path: str) -> tuple[str, bool]:
    found = read_object(value, path, {"name": text, "on": _truth})
    return found["name"], found["on"]


def _as_it_is(value: Any, path: str) -> Any:
    return value


def _truth(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{path} is {value!r:.80}; give true or false", field=path)
    return value


TargetKinds = Mapping[str, tuple[Callable[..., Target], Readers, Readers]]
"""How a target of each kind is made, and how the fields that it needs and those that it may have are read."""


def target_kinds(distribution: Reader) -> TargetKinds:
    """Targets that are objects, with distributions read in the way of the form that holds them."""
    loss: Readers = {"nats_per_token": number, "scale": text}
    return {
        "loss": (Target.loss, loss, NOTHING),
        "reducible_loss": (Target.reducible_loss, loss, NOTHING),
        "bits_per_character": (
            Target.bits_per_character,
            {"value": number, "scale": text},
            {"characters_per_token": number},
        ),
        "indistinguishable_tokens": (
            Target.indistinguishable_tokens,
            {"tokens": number, "scale": text},
            {"judge_confidence": number, "slowdown": distribution},
        ),
        "brain_anchor": (Target.brain_anchor, NOTHING, {"flop_per_s": distribution, "training_seconds": number}),
    }


_MADE = target_kinds(read_distribution)


def _target(value: Any, path: str) -> Target:
    kind, said = one_of(value, path, _TARGETS)
    return said if isinstance(said, Target) else Target(kind, said)  # type: ignore[arg-type]


def _made(kind: str) -> Reader:
    make, needed, may = _MADE[kind]
    return lambda value, path: make(**read_object(value, path, needed, may))


_TARGETS: Readers = {"training_flop": number, "gpt3_multiple": number, **{kind: _made(kind) for kind in _MADE}}


def _payer(value: Any, path: str) -> Payer:
    kinds: Readers = {
        "fixed_usd_2023": number,
        "frontier_spend": _empty,
        "spend_path": _path,
        "unlimited": _empty,
        "stated": _stated,
    }
    found = read_object(value, path, NOTHING, {**kinds, "converted_from": _stated})
    before = found.pop("converted_from", None)
    kind, said = the_one(found, path, kinds)
    if kind == "stated":
        return Payer("stated", stated=said)
    given = {"usd_2023": said} if kind == "fixed_usd_2023" else said
    return Payer(kind, **given, stated=before)  # type: ignore[arg-type]


def _path(value: Any, path: str) -> dict[str, Any]:
    needed = {"usd_2023": number, "from_date": day, "growth_oom_per_year": read_distribution}
    found = read_object(value, path, needed, {"ceiling_usd_2023": number})
    return {"growth" if name == "growth_oom_per_year" else name: said for name, said in found.items()}


_stated = record(Stated, {"usd": number}, {"currency_year": integer, "nominal_inflation": number})


def _empty(value: Any, path: str) -> dict[str, Any]:
    return read_object(value, path, NOTHING)


def _law(value: Any, path: str) -> asked.Law:
    kind, said = one_of(value, path, {"pooled": _noise, "mixture": _mixture, "power_law": _noise, "published": _name})
    return asked.Law(kind, **said)  # type: ignore[arg-type]


def _noise(value: Any, path: str) -> dict[str, Any]:
    return read_object(value, path, NOTHING, {"relative_noise": number})


def _mixture(value: Any, path: str) -> dict[str, Any]:
    return read_object(value, path, NOTHING, {"relative_noise": number, "power_law_weight": number})


def _name(value: Any, path: str) -> dict[str, Any]:
    return read_object(value, path, {"name": text})


def _algorithms(value: Any, path: str) -> asked.Algorithms:
    kinds = {"preset": _preset, "prior": _prior}
    found = read_object(value, path, NOTHING, {**kinds, "ceiling_oom": number})
    ceiling = found.pop("ceiling_oom", None)
    kind, said = the_one(found, path, kinds)
    return asked.Algorithms("prior", said, ceiling) if kind == "prior" else asked.Algorithms(said, None, ceiling)


def _prior(value: Any, path: str) -> LogNormal:
    prior: LogNormal = read_object(value, path, {"halving_months": _log_normal})["halving_months"]
    return prior


_preset = enum("ALGORITHMS_PRESET", [kind for kind in get_args(asked.AlgorithmsKind) if kind != "prior"])
_log_normal = record(LogNormal, {"median": number, "sd_ln": number})
_condition = record(
    Condition,
    {
        "driver": enum("CONDITION_DRIVER", get_args(Driver)),
        "comparison": enum("COMPARISON", get_args(Comparison)),
        "value": number,
        "by": day,
    },
)
_CHOSEN: Readers = {
    "target": _target,
    "payer": _payer,
    "criterion": enum("CRITERION", get_args(asked.Criterion)),
    "law": _law,
    "algorithms": _algorithms,
    "price_basis": enum("PRICE_BASIS", get_args(asked.PriceBasis)),
    "cost_scope": enum("COST_SCOPE", get_args(asked.CostScope)),
    "inference_usd_per_100_pages": number,
}
"""What a question says, or its scenario for it."""

_SCENARIO: Readers = {
    **dict.fromkeys(("name", "about", "source", "published_on"), text),
    "overrides": listed(_override),
    "switches": listed(_switch),
    **_CHOSEN,
}
_QUESTION: Readers = {
    **_CHOSEN,
    "condition": _condition,
    "posterior": text,
    "as_of": day,
    "horizon": text,
    "quantiles": listed(number),
    "by_years": listed(integer),
    "seed": integer,
    "max_draws": integer,
    "limit_effects": _truth,
}
