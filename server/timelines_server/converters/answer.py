"""The engine's answers -> answer protos, field by field of the same name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import get_args

from forecast.engine import parts
from forecast.engine.answer import Answer
from forecast.engine.arrival import Position
from forecast.engine.memory import KEPT_COUNTED
from forecast.engine.same import Same
from forecast.engine.scenario import Limit
from timelines.v1 import answer_pb2 as pb
from timelines_server.converters.arrays import embedded, packed_array, packed_doubles
from timelines_server.converters.names import EnumNames
from timelines_server.converters.question import question_bytes

POSITIONS = EnumNames(pb.Position.Value, get_args(Position), "POSITION")
LIMITS = EnumNames(pb.Limit.Value, get_args(Limit), "LIMIT")
_PROBABILITY = pb.Cdf.PROBABILITY_FIELD_NUMBER
STATUSES = EnumNames(pb.PosteriorStatus.Value, ("PASSED", "FLAGGED", "REFUSED"), "POSTERIOR_STATUS")


def answer_proto(answer: Answer) -> pb.Answer:
    """The message of an answer."""
    return pb.Answer.FromString(answer_bytes(answer))


def answer_bytes(answer: Answer) -> bytes:
    """The message of an answer as bytes, its fields in their order; one of the last few is written once."""
    return _written(Same(answer))


@lru_cache(KEPT_COUNTED)
def _written(same: Same[Answer]) -> bytes:
    answer, message = same.it, pb.Answer
    return b"".join(
        (
            embedded(message.QUESTION_FIELD_NUMBER, question_bytes(answer.question)),
            _figures(answer),
            embedded(message.CDF_FIELD_NUMBER, _cdf(answer)),
            _limits(answer),
            _gate(Same(answer.posterior)),
            *map(_choice, answer.choices),
            _rest(answer),
        )
    )


def _figures(answer: Answer) -> bytes:
    """What stands before the distribution."""
    message = pb.Answer()
    _write_quantiles(answer.quantiles, message)
    _write_masses(answer, message)
    for by in answer.p_by_year:
        message.p_by_year.add(year=by.year, probability=by.probability, mcse=by.mcse)
    return message.SerializeToString()


def _cdf(answer: Answer) -> bytes:
    return _months(Same(answer.cdf.decimal_year)) + packed_array(_PROBABILITY, answer.cdf.probabilities)


@lru_cache(16)  # most answers share them; to read 400 numbers from all over the memory takes longer than to write them
def _months(same: Same[tuple[float, ...]]) -> bytes:
    return packed_doubles(pb.Cdf.DECIMAL_YEAR_FIELD_NUMBER, same.it)


def _limits(answer: Answer) -> bytes:
    message = pb.Answer()
    for limit in answer.binding_limits:
        message.binding_limits.add(
            limit=LIMITS.number[limit.limit],
            share_of_arrivals=limit.share_of_arrivals,
            share_at_horizon=limit.share_at_horizon,
            median_without=limit.median_without,
            years_moved=limit.years_moved,
            p_by_horizon_without=limit.p_by_horizon_without,
        )
    return message.SerializeToString()


@lru_cache(16)  # a server answers on a few posteriors
def _gate(same: Same[parts.PosteriorStatus]) -> bytes:
    return pb.Answer(posterior=gate_proto(same.it)).SerializeToString()


@lru_cache(256)  # but for the dollars of a fixed sum, questions that differ by numbers alone rest on the same choices
def _choice(choice: parts.Choice) -> bytes:
    return pb.Answer(choices=choices_proto([choice])).SerializeToString()


def _rest(answer: Answer) -> bytes:
    """What stands behind the choices."""
    message = pb.Answer(data_notice=answer.data_notice, provenance=provenance_proto(answer.provenance))
    for component in answer.components:
        _write_component(component, message.components.add())
    message.notices.extend(answer.notices)
    return message.SerializeToString()


def _write_masses(answer: Answer, message: pb.Answer) -> None:
    message.p_already = answer.p_already
    message.p_already_mcse = answer.p_already_mcse
    message.p_beyond_horizon = answer.p_beyond_horizon
    message.p_beyond_horizon_mcse = answer.p_beyond_horizon_mcse
    message.p_never = answer.p_never
    message.p_never_mcse = answer.p_never_mcse
    for reason in answer.never_reasons:
        message.never_reasons.add(reason=reason.reason, probability=reason.probability)


def _write_quantiles(quantiles: Iterable[parts.Quantile], message: pb.Answer | pb.LawComponent) -> None:
    for quantile in quantiles:
        message.quantiles.add(
            probability=quantile.probability,
            decimal_year=quantile.decimal_year,
            date=quantile.date,
            position=POSITIONS.number[quantile.position],
            mcse_years=quantile.mcse_years,
        )


def _write_component(component: parts.LawComponent, message: pb.LawComponent) -> None:
    message.name, message.weight = component.name, component.weight
    _write_quantiles(component.quantiles, message)
    message.p_never = component.p_never
    message.p_beyond_horizon = component.p_beyond_horizon
    message.p_already = component.p_already


def provenance_proto(provenance: parts.Provenance) -> pb.Provenance:
    """The message of what would reproduce an answer."""
    return pb.Provenance(
        posterior=provenance.posterior,
        data_digest=provenance.data_digest,
        as_of=provenance.as_of,
        data_cutoff=provenance.data_cutoff,
        hindsight_rows=[pb.HindsightRows(table=h.table, rows=h.rows) for h in provenance.hindsight_rows],
        seed=provenance.seed,
        draws=provenance.draws,
        code_version=provenance.code_version,
        scenario_hash=provenance.scenario_hash,
    )


def choices_proto(choices: Iterable[parts.Choice]) -> list[pb.Choice]:
    """The messages of what an answer rests on."""
    return [pb.Choice(name=choice.name, value=choice.value, words=choice.words) for choice in choices]


def gate_proto(posterior: parts.PosteriorStatus) -> pb.PosteriorGate:
    """The message of the posterior behind an answer."""
    return pb.PosteriorGate(
        name=posterior.name,
        status=STATUSES.number[posterior.status],
        reasons=posterior.reasons,
        nowcast=_nowcast(posterior.nowcast),
    )


def _nowcast(nowcast: parts.Nowcast | None) -> pb.Nowcast | None:
    if nowcast is None:
        return None
    return pb.Nowcast(
        window_start=nowcast.window_start,
        window_end=nowcast.window_end,
        rows=nowcast.rows,
        inside_80=nowcast.inside_80,
        reach=nowcast.reach,
    )
