"""The engine's answers -> answer protos, field by field of the same name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from forecast.engine import parts
from forecast.engine.answer import Answer
from forecast.engine.arrival import Position
from forecast.engine.scenario import Limit
from timelines.v1 import answer_pb2 as pb
from timelines_server.converters.names import EnumNames
from timelines_server.converters.question import question_proto

POSITIONS = EnumNames(pb.Position.Value, get_args(Position), "POSITION")
LIMITS = EnumNames(pb.Limit.Value, get_args(Limit), "LIMIT")
STATUSES = EnumNames(pb.PosteriorStatus.Value, ("PASSED", "FLAGGED", "REFUSED"), "POSTERIOR_STATUS")


def answer_proto(answer: Answer) -> pb.Answer:
    """The message of an answer."""
    return pb.Answer(
        question=question_proto(answer.question),
        quantiles=[_quantile(quantile) for quantile in answer.quantiles],
        p_already=answer.p_already,
        p_already_mcse=answer.p_already_mcse,
        p_beyond_horizon=answer.p_beyond_horizon,
        p_beyond_horizon_mcse=answer.p_beyond_horizon_mcse,
        p_never=answer.p_never,
        p_never_mcse=answer.p_never_mcse,
        never_reasons=[pb.NeverReason(reason=r.reason, probability=r.probability) for r in answer.never_reasons],
        p_by_year=[pb.YearProbability(year=p.year, probability=p.probability, mcse=p.mcse) for p in answer.p_by_year],
        cdf=pb.Cdf(decimal_year=answer.cdf.decimal_year, probability=answer.cdf.probability),
        binding_limits=[_limit(limit) for limit in answer.binding_limits],
        posterior=gate_proto(answer.posterior),
        choices=choices_proto(answer.choices),
        data_notice=answer.data_notice,
        provenance=provenance_proto(answer.provenance),
        components=[_component(component) for component in answer.components],
        notices=answer.notices,
    )


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


def _quantile(quantile: parts.Quantile) -> pb.Quantile:
    return pb.Quantile(
        probability=quantile.probability,
        decimal_year=quantile.decimal_year,
        date=quantile.date,
        position=POSITIONS.number[quantile.position],
        mcse_years=quantile.mcse_years,
    )


def _limit(limit: parts.BindingLimit) -> pb.BindingLimit:
    return pb.BindingLimit(
        limit=LIMITS.number[limit.limit],
        share_of_arrivals=limit.share_of_arrivals,
        share_at_horizon=limit.share_at_horizon,
        median_without=limit.median_without,
        years_moved=limit.years_moved,
        p_by_horizon_without=limit.p_by_horizon_without,
    )


def _component(component: parts.LawComponent) -> pb.LawComponent:
    return pb.LawComponent(
        name=component.name,
        weight=component.weight,
        quantiles=[_quantile(quantile) for quantile in component.quantiles],
        p_never=component.p_never,
        p_beyond_horizon=component.p_beyond_horizon,
        p_already=component.p_already,
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
