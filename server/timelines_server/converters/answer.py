"""The engine's answers -> answer protos, field by field of the same name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import get_args

from forecast.engine import parts
from forecast.engine.answer import Answer
from forecast.engine.arrival import Position
from forecast.engine.scenario import Limit
from timelines.v1 import answer_pb2 as pb
from timelines_server.converters.arrays import packed_doubles
from timelines_server.converters.names import EnumNames
from timelines_server.converters.question import question_proto

POSITIONS = EnumNames(pb.Position.Value, get_args(Position), "POSITION")
LIMITS = EnumNames(pb.Limit.Value, get_args(Limit), "LIMIT")
STATUSES = EnumNames(pb.PosteriorStatus.Value, ("PASSED", "FLAGGED", "REFUSED"), "POSTERIOR_STATUS")


def answer_proto(answer: Answer) -> pb.Answer:
    """The message of an answer."""
    message = pb.Answer()
    write_answer(answer, message)
    return message


def write_answer(answer: Answer, message: pb.Answer) -> None:
    """Write an answer into an empty message where it stands; one that is made apart and then put in is copied."""
    message.question.CopyFrom(question_proto(answer.question))
    _write_masses(answer, message)
    _write_quantiles(answer.quantiles, message)
    _write_distribution(answer, message)
    for limit in answer.binding_limits:
        message.binding_limits.add(
            limit=LIMITS.number[limit.limit],
            share_of_arrivals=limit.share_of_arrivals,
            share_at_horizon=limit.share_at_horizon,
            median_without=limit.median_without,
            years_moved=limit.years_moved,
            p_by_horizon_without=limit.p_by_horizon_without,
        )
    for component in answer.components:
        _write_component(component, message.components.add())
    message.posterior.CopyFrom(gate_proto(answer.posterior))
    message.choices.extend(choices_proto(answer.choices))
    message.data_notice = answer.data_notice
    message.provenance.CopyFrom(provenance_proto(answer.provenance))
    message.notices.extend(answer.notices)


def _write_masses(answer: Answer, message: pb.Answer) -> None:
    message.p_already = answer.p_already
    message.p_already_mcse = answer.p_already_mcse
    message.p_beyond_horizon = answer.p_beyond_horizon
    message.p_beyond_horizon_mcse = answer.p_beyond_horizon_mcse
    message.p_never = answer.p_never
    message.p_never_mcse = answer.p_never_mcse
    for reason in answer.never_reasons:
        message.never_reasons.add(reason=reason.reason, probability=reason.probability)


def _write_distribution(answer: Answer, message: pb.Answer) -> None:
    cdf = answer.cdf
    years = packed_doubles(pb.Cdf.DECIMAL_YEAR_FIELD_NUMBER, cdf.decimal_year)
    message.cdf.MergeFromString(years + packed_doubles(pb.Cdf.PROBABILITY_FIELD_NUMBER, cdf.probability))
    for by in answer.p_by_year:
        message.p_by_year.add(year=by.year, probability=by.probability, mcse=by.mcse)


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


@lru_cache(8)  # a server answers on a few posteriors; who puts the message into another copies it
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
