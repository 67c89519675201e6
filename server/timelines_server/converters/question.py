"""Question protos <-> the engine's questions. What a message leaves out is left to the engine's own defaults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, get_args

from google.protobuf.message import Message

from forecast.engine import question as engine
from forecast.engine.checks import parse_day
from forecast.errors import InputError
from forecast.priors import LogNormal
from timelines.v1 import question_pb2 as pb
from timelines_server.converters.names import EnumNames

PRESET_KINDS: tuple[engine.AlgorithmsKind, ...] = ("off", "8mo", "16mo")
CRITERIA = EnumNames(pb.Criterion.Value, get_args(engine.Criterion), "CRITERION")
PRICE_BASES = EnumNames(pb.PriceBasis.Value, get_args(engine.PriceBasis), "PRICE_BASIS")
PRESETS = EnumNames(pb.AlgorithmsPreset.Value, PRESET_KINDS, "ALGORITHMS_PRESET")
RESOURCE_PREFIX = "posteriors/"
NOT_YET = frozenset(
    {
        *("cost_scope", "scenario", "condition", "inference_usd_per_100_pages", "limit_effects"),
        *("reducible_loss", "bits_per_character", "indistinguishable_tokens", "brain_anchor"),
        *("spend_path", "unlimited", "stated", "power_law"),
    }
)
"""Fields of the protos that the engine behind them does not answer yet."""


def question_of(message: pb.Question) -> engine.Question:
    """The question that a message asks.

    Raises
    ------
    InputError
        When a value is out of its bounds, contradicts another, or is missing; with the field's path in the question.
    """
    if not message.HasField("target"):
        raise InputError(_MISSING_TARGET, field="target")
    return engine.Question(**given(message))


def given(message: Message, besides: str = "") -> dict[str, Any]:
    """The fields that a message holds, as the engine's arguments of the same names.

    Parameters
    ----------
    message : Message
        A question, or a request with some of a question's fields.
    besides : str
        A field that is no question's.
    """
    held = ((field.name, value) for field, value in message.ListFields())
    return {name: _READERS[name](value) for name, value in held if name != besides}


def question_proto(question: engine.Question) -> pb.Question:
    """The message that asks a question."""
    return pb.Question(
        target=_target_proto(question.target),
        payer=_payer_proto(question.payer),
        criterion=CRITERIA.number[question.criterion],
        price_basis=PRICE_BASES.number[question.price_basis],
        law=_law_proto(question.law),
        algorithms=_algorithms_proto(question.algorithms),
        posterior=question.posterior,
        as_of=None if question.as_of is None else question.as_of.isoformat(),
        horizon=question.horizon,
        quantiles=question.quantiles,
        by_years=question.by_years,
        seed=question.seed,
        max_draws=question.max_draws,
    )


_MISSING_TARGET = "no target is given; give one: a loss with its scale, training_flop, or gpt3_multiple"


def _target_of(message: pb.Target) -> engine.Target:
    kind = message.WhichOneof("target")
    if kind is None:
        raise InputError(_MISSING_TARGET, field="target")
    if kind in NOT_YET:
        raise _unserved(f"target.{kind}")
    if kind == "loss":
        return engine.Target.loss(message.loss.nats_per_token, message.loss.scale)
    return engine.Target(kind, getattr(message, kind))  # type: ignore[arg-type]


def _target_proto(target: engine.Target) -> pb.Target:
    if target.kind == "loss":
        return pb.Target(loss=pb.Loss(nats_per_token=target.value, scale=target.scale or ""))
    if target.kind == "training_flop":
        return pb.Target(training_flop=target.value)
    return pb.Target(gpt3_multiple=target.value)


def _payer_of(message: pb.Payer) -> engine.Payer:
    kind = message.WhichOneof("payer")
    if kind is None:
        raise InputError("payer is empty; give fixed_usd_2023 or frontier_spend, or leave it out", field="payer")
    if kind in NOT_YET:
        raise _unserved(f"payer.{kind}")
    return engine.Payer.fixed(message.fixed_usd_2023) if kind == "fixed_usd_2023" else engine.Payer()


def _payer_proto(payer: engine.Payer) -> pb.Payer:
    if payer.usd_2023 is None:
        return pb.Payer(frontier_spend=pb.FrontierSpend())
    return pb.Payer(fixed_usd_2023=payer.usd_2023)


def _law_of(message: pb.Law) -> engine.Law:
    kind = message.WhichOneof("law")
    if kind is None:
        raise InputError("law is empty; give pooled, published or mixture, or leave it out", field="law")
    if kind == "published":
        return engine.Law.published(message.published.name)
    if kind in NOT_YET or message.mixture.HasField("power_law_weight"):
        raise _unserved(f"law.{kind}")
    chosen = getattr(message, kind)
    noise = {"relative_noise": chosen.relative_noise} if chosen.HasField("relative_noise") else {}
    return engine.Law(kind, **noise)  # type: ignore[arg-type]


def _law_proto(law: engine.Law | None) -> pb.Law | None:
    if law is None:
        return None
    if law.kind == "published":
        return pb.Law(published=pb.PublishedLaw(name=law.name or ""))
    if law.kind == "mixture":
        return pb.Law(mixture=pb.MixtureLaw(relative_noise=law.relative_noise))
    return pb.Law(pooled=pb.PooledLaw(relative_noise=law.relative_noise))


def _algorithms_of(message: pb.Algorithms) -> engine.Algorithms:
    kind = message.WhichOneof("algorithms")
    ceiling = message.ceiling_oom if message.HasField("ceiling_oom") else None
    if kind is None:
        raise InputError("algorithms is empty; give a preset or a prior, or leave it out", field="algorithms")
    if kind == "preset":
        return engine.Algorithms(PRESETS.read(message.preset, "algorithms.preset"), None, ceiling)
    months = message.prior.halving_months
    return engine.Algorithms("prior", LogNormal(months.median, months.sd_ln), ceiling)


def _algorithms_proto(algorithms: engine.Algorithms | None) -> pb.Algorithms | None:
    if algorithms is None:
        return None
    if algorithms.halving_months is None:
        return pb.Algorithms(preset=PRESETS.number[algorithms.kind], ceiling_oom=algorithms.ceiling_oom)
    months = pb.LogNormal(median=algorithms.halving_months.median, sd_ln=algorithms.halving_months.sd_ln)
    return pb.Algorithms(prior=pb.AlgorithmsPrior(halving_months=months), ceiling_oom=algorithms.ceiling_oom)


def _unserved(path: str) -> InputError:
    return InputError(f"{path} is not served yet; leave it out", field=path)


def _refuse(value: object, path: str) -> None:
    raise _unserved(path)


def _as_of(text: str) -> date:
    return parse_day(text, "as_of")


def _posterior(name: str) -> str:
    bare = name.removeprefix(RESOURCE_PREFIX)
    if not bare:
        raise InputError(f"posterior is {name!r}; give a posterior's name, or leave it out", field="posterior")
    return bare


_READERS: dict[str, Callable[[Any], Any]] = {
    "target": _target_of,
    "payer": _payer_of,
    "criterion": partial(CRITERIA.read, path="criterion"),
    "price_basis": partial(PRICE_BASES.read, path="price_basis"),
    "law": _law_of,
    "algorithms": _algorithms_of,
    "posterior": _posterior,
    "as_of": _as_of,
    "horizon": str,
    "quantiles": tuple,
    "by_years": tuple,
    "seed": int,
    "max_draws": int,
    **{name: partial(_refuse, path=name) for name in NOT_YET if name in pb.Question.DESCRIPTOR.fields_by_name},
}
"""How each field is read."""
