"""Keyword arguments -> request messages, and a settled question back; shared by both clients.

A value that does not fit its message at all is an `InvalidQuestionError` here; whether it is sensible, the server says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from timelines.question import (
    AlgorithmsChoice,
    AlgorithmsName,
    Driver,
    FanOptions,
    LogNormal,
    PriceBasis,
    Question,
    checked_name,
)
from timelines.v1 import forecast_service_pb2 as forecasts
from timelines.v1 import question_pb2 as pb
from timelines.values import INT32, UINT32, day, number, numbers, some, text, whole

if TYPE_CHECKING:
    from timelines.answers import Answer


def question_message(question: Question) -> pb.Question:
    """The message that asks a question."""
    message = pb.Question(target=_target(question), payer=_payer(question))
    if question.criterion is not None:
        message.criterion = pb.Criterion.Value(f"CRITERION_{question.criterion.upper()}")
    if question.price is not None:
        message.price_basis = _price(question.price)
    if question.law is not None or question.noise is not None:
        message.law.CopyFrom(_law(question.law, question.noise))
    if question.algorithms is not None:
        message.algorithms.CopyFrom(_algorithms(question.algorithms, question.algorithms_ceiling_oom))
    if question.by_years is not None:
        path = "question.by_years"
        years = some(question.by_years, path)
        message.by_years.extend(whole(year, f"{path}[{i}]", INT32) for i, year in enumerate(years))
    _fill(message, {name: getattr(question, name) for name in _SHARED}, "question.")
    return message


def forecast_request(question: Question | None, asked: dict[str, Any]) -> forecasts.ForecastRequest:
    """The request of a question, or of its keywords.

    Raises
    ------
    TypeError
        When both are given, or a keyword is not there.
    """
    if question is not None and asked:
        raise TypeError(f"a question is given, and keywords beside it: {', '.join(sorted(asked))}")
    return forecasts.ForecastRequest(question=question_message(Question(**asked) if question is None else question))


def draws_request(asked: Question | Answer, chunk_draws: int | None) -> forecasts.StreamDrawsRequest:
    """The request for the draws of a question, or of an answer from its posterior."""
    message = forecasts.StreamDrawsRequest()
    if isinstance(asked, Question):
        message.question.CopyFrom(question_message(asked))
    else:
        message.question.CopyFrom(asked.raw.question)
        message.question.posterior = asked.raw.provenance.posterior
    if chunk_draws is not None:
        message.chunk_draws = whole(chunk_draws, "chunk_draws", INT32)
    return message


def trajectory_request(driver: Driver, options: FanOptions) -> forecasts.TrajectoryRequest:
    """The request for a fan of one driver.

    Raises
    ------
    InvalidQuestionError
        When the driver, the price or the algorithms are not known by name.
    TypeError
        For a keyword that is not there.
    """
    for name in options.keys() - FanOptions.__optional_keys__:
        raise TypeError(f"trajectory() got an unexpected keyword argument {name!r}")
    checked_name(driver, "driver", get_args(Driver))
    message = forecasts.TrajectoryRequest(driver=forecasts.Driver.Value(f"DRIVER_{driver.upper()}"))
    price, chosen = options.get("price"), options.get("algorithms")
    if price is not None:
        checked_name(price, "price_basis", get_args(PriceBasis))
        message.price_basis = _price(price)
    if chosen is not None:
        message.algorithms.CopyFrom(_algorithms(chosen, options.get("algorithms_ceiling_oom"), ""))
    _fill(message, options)
    return message


_SHARED = ("posterior", "as_of", "horizon", "quantiles", "seed", "max_draws")


def _fill(message: pb.Question | forecasts.TrajectoryRequest, asked: Mapping[str, Any], prefix: str = "") -> None:
    """What questions and trajectories share; what is None is left out."""
    given = {name: asked[name] for name in _SHARED if asked.get(name) is not None}
    for name, value in given.items():
        path = f"{prefix}{name}"
        if name == "quantiles":
            message.quantiles.extend(numbers(value, path))
        elif name == "as_of":
            message.as_of = day(value, path)
        elif name in ("seed", "max_draws"):
            setattr(message, name, whole(value, path, UINT32 if name == "seed" else INT32))
        else:
            setattr(message, name, text(value, path))


def _target(question: Question) -> pb.Target:
    path = "question.target"
    if question.loss is not None:
        nats = number(question.loss, f"{path}.loss.nats_per_token")
        return pb.Target(loss=pb.Loss(nats_per_token=nats, scale=text(question.scale, f"{path}.loss.scale")))
    if question.flop is not None:
        return pb.Target(training_flop=number(question.flop, f"{path}.training_flop"))
    return pb.Target(gpt3_multiple=number(question.gpt3, f"{path}.gpt3_multiple"))


def _payer(question: Question) -> pb.Payer | None:
    if question.budget_usd is not None:
        return pb.Payer(fixed_usd_2023=number(question.budget_usd, "question.payer.fixed_usd_2023"))
    return None if question.payer is None else pb.Payer(frontier_spend=pb.FrontierSpend())


def _price(name: PriceBasis) -> pb.PriceBasis.ValueType:
    return pb.PriceBasis.Value(f"PRICE_BASIS_{name.upper()}")


def _law(name: str | None, noise: float | None) -> pb.Law:
    if name is not None and name not in ("pooled", "mixture"):
        return pb.Law(published=pb.PublishedLaw(name=text(name, "question.law.published.name")))
    kind = name or "pooled"
    relative = None if noise is None else number(noise, f"question.law.{kind}.relative_noise")
    if kind == "mixture":
        return pb.Law(mixture=pb.MixtureLaw(relative_noise=relative))
    return pb.Law(pooled=pb.PooledLaw(relative_noise=relative))


def _algorithms(chosen: AlgorithmsChoice, ceiling: float | None, prefix: str = "question.") -> pb.Algorithms:
    path = f"{prefix}algorithms"
    message = pb.Algorithms(ceiling_oom=None if ceiling is None else number(ceiling, f"{path}.ceiling_oom"))
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


def asked_question(message: pb.Question) -> Question:
    """The question that a message asks, as keywords."""
    asked: dict[str, Any] = {field.name: value for field, value in message.ListFields() if field.name in _SHARED}
    asked |= _asked_target(message.target)
    asked["criterion"] = _name(pb.Criterion.Name(message.criterion), "CRITERION_")
    asked["price"] = _name(pb.PriceBasis.Name(message.price_basis), "PRICE_BASIS_")
    asked["quantiles"] = tuple(message.quantiles) or None
    asked["by_years"] = tuple(message.by_years) or None
    return Question(
        **asked, **_asked_payer(message.payer), **_asked_law(message.law), **_asked_pace(message.algorithms)
    )


def _name(full: str, prefix: str) -> str | None:
    name = full.removeprefix(prefix).lower()
    return None if name == "unspecified" else name


def _asked_target(target: pb.Target) -> dict[str, Any]:
    kind = target.WhichOneof("target")
    if kind == "loss":
        return {"loss": target.loss.nats_per_token, "scale": target.loss.scale}
    return {"gpt3": target.gpt3_multiple} if kind == "gpt3_multiple" else {"flop": target.training_flop}


def _asked_payer(payer: pb.Payer) -> dict[str, Any]:
    kind = payer.WhichOneof("payer")
    if kind == "fixed_usd_2023":
        return {"budget_usd": payer.fixed_usd_2023}
    return {"payer": kind}


def _asked_law(law: pb.Law) -> dict[str, Any]:
    kind = law.WhichOneof("law")
    if kind is None or kind == "published":
        return {"law": law.published.name if kind else None}
    form = law.mixture if kind == "mixture" else law.pooled
    return {"law": kind, "noise": form.relative_noise if form.HasField("relative_noise") else None}


def _asked_pace(algorithms: pb.Algorithms) -> dict[str, Any]:
    kind = algorithms.WhichOneof("algorithms")
    if kind is None:
        return {}
    ceiling = algorithms.ceiling_oom if algorithms.HasField("ceiling_oom") else None
    if kind == "preset":
        name = pb.AlgorithmsPreset.Name(algorithms.preset)
        return {"algorithms": _name(name, "ALGORITHMS_PRESET_"), "algorithms_ceiling_oom": ceiling}
    months = algorithms.prior.halving_months
    return {"algorithms": LogNormal(months.median, months.sd_ln), "algorithms_ceiling_oom": ceiling}
