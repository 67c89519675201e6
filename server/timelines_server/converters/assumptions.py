"""Laws, algorithms and conditions <-> their protos, and the enums of a question beside the engine's names."""

from __future__ import annotations

from typing import Any, get_args

from forecast.engine.assumptions import Algorithms, AlgorithmsKind, Law
from forecast.engine.checks import parse_day
from forecast.engine.condition import Comparison, Condition, Driver
from forecast.engine.payers import CostScope
from forecast.engine.scenario import Criterion, PriceBasis
from forecast.errors import InputError
from timelines.v1 import question_pb2 as pb
from timelines_server.converters.distributions import log_normal_of, log_normal_proto
from timelines_server.converters.names import EnumNames
from timelines_server.converters.texts import MAX_NAME, bounded

PRESET_KINDS: tuple[AlgorithmsKind, ...] = ("off", "8mo", "16mo")
CRITERIA = EnumNames(pb.Criterion.Value, get_args(Criterion), "CRITERION")
PRICE_BASES = EnumNames(pb.PriceBasis.Value, get_args(PriceBasis), "PRICE_BASIS")
COST_SCOPES = EnumNames(pb.CostScope.Value, get_args(CostScope), "COST_SCOPE")
PRESETS = EnumNames(pb.AlgorithmsPreset.Value, PRESET_KINDS, "ALGORITHMS_PRESET")
CONDITION_DRIVERS = EnumNames(pb.ConditionDriver.Value, get_args(Driver), "CONDITION_DRIVER")
COMPARISONS = EnumNames(pb.Comparison.Value, get_args(Comparison), "COMPARISON")


def law_of(message: pb.Law) -> Law:
    """The law of a message.

    Raises
    ------
    InputError
        When none is chosen, or a value is wrong; with its path.
    """
    kind = message.WhichOneof("law")
    if kind is None:
        raise InputError("law is empty; give pooled, published, mixture or power_law, or leave it out", field="law")
    if kind == "published":
        return Law.published(bounded(message.published.name, "law.published.name", MAX_NAME))
    return Law(kind, **{field.name: value for field, value in getattr(message, kind).ListFields()})


def law_proto(law: Law) -> pb.Law:
    """The message of a law."""
    match law.kind:
        case "published":
            return pb.Law(published=pb.PublishedLaw(name=law.name or ""))
        case "mixture":
            return pb.Law(
                mixture=pb.MixtureLaw(relative_noise=law.relative_noise, power_law_weight=law.power_law_weight)
            )
        case "power_law":
            return pb.Law(power_law=pb.PowerLaw(relative_noise=law.relative_noise))
        case "pooled":
            return pb.Law(pooled=pb.PooledLaw(relative_noise=law.relative_noise))


def algorithms_of(message: pb.Algorithms) -> Algorithms:
    """The algorithms of a message.

    Raises
    ------
    InputError
        When none are chosen, or a value is wrong; with its path.
    """
    kind = message.WhichOneof("algorithms")
    ceiling = message.ceiling_oom if message.HasField("ceiling_oom") else None
    if kind is None:
        raise InputError("algorithms is empty; give a preset or a prior, or leave it out", field="algorithms")
    if kind == "preset":
        return Algorithms(PRESETS.read(message.preset, "algorithms.preset"), None, ceiling)
    return Algorithms("prior", log_normal_of(message.prior.halving_months), ceiling)


def algorithms_proto(algorithms: Algorithms) -> pb.Algorithms:
    """The message of algorithms."""
    if algorithms.halving_months is None:
        return pb.Algorithms(preset=PRESETS.number[algorithms.kind], ceiling_oom=algorithms.ceiling_oom)
    prior = pb.AlgorithmsPrior(halving_months=log_normal_proto(algorithms.halving_months))
    return pb.Algorithms(prior=prior, ceiling_oom=algorithms.ceiling_oom)


def condition_of(message: pb.Condition) -> Condition:
    """The event of a message.

    Raises
    ------
    InputError
        When something is missing or wrong; with its path.
    """
    driver = CONDITION_DRIVERS.read(message.driver, "condition.driver")
    comparison = COMPARISONS.read(message.comparison, "condition.comparison")
    return Condition(driver, comparison, message.value, parse_day(message.by, "condition.by"))


def condition_proto(condition: Condition) -> pb.Condition:
    """The message of an event."""
    return pb.Condition(
        driver=CONDITION_DRIVERS.number[condition.driver],
        comparison=COMPARISONS.number[condition.comparison],
        value=condition.value,
        by=condition.by.isoformat(),
    )


def optional[Given](make: Any, given: Given | None) -> Any:
    """What is made of something, or none of none."""
    return None if given is None else make(given)
