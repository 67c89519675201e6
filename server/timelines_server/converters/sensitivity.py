"""What an answer depends on, and why two differ: requests -> the engine's arguments, its findings -> responses."""

from __future__ import annotations

from typing import Literal, get_args

from forecast.engine import explain as explaining
from forecast.engine.sensitivity import DEFAULT_INPUTS
from forecast.engine.sensitivity_answer import Sensitivity
from forecast.errors import InputError
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.converters.answer import gate_proto, provenance_proto
from timelines_server.converters.names import EnumNames, flat
from timelines_server.converters.question import question_proto
from timelines_server.converters.records import record_name

MEASURES = EnumNames(pb.ExplainMeasure.Value, get_args(explaining.Measure), "EXPLAIN_MEASURE")


def how_of(request: pb.SensitivityRequest) -> tuple[int, bool]:
    """How many inputs to tell of, and whether to share the variance out between blocks."""
    inputs = request.inputs if request.HasField("inputs") else DEFAULT_INPUTS
    return inputs, request.shapley if request.HasField("shapley") else True


def sensitivity_proto(found: Sensitivity) -> pb.SensitivityResponse:
    """The message of what an answer depends on."""
    return pb.SensitivityResponse(
        question=question_proto(found.question),
        median=found.median,
        sd_years=found.sd_years,
        half_difference_years=found.half_difference_years,
        width_80_years=found.width_80_years,
        tornado=[flat(pb.TornadoBar, bar) for bar in found.tornado],
        shapley=[flat(pb.BlockEffect, effect) for effect in found.shapley],
        information=[flat(pb.InformationValue, value) for value in found.information],
        posterior=gate_proto(found.posterior),
        data_notice=found.data_notice,
        provenance=provenance_proto(found.provenance),
        horizon=found.horizon,
    )


def recorded_in(request: pb.ExplainRequest, side: Literal["before", "after"]) -> str:
    """The published forecast that stands for one of the two questions; empty where the question itself is given.

    Raises
    ------
    InputError
        When both are given, or the name is not of the form `forecasts/...`.
    """
    field = f"{side}_record"
    name: str = getattr(request, field)
    if name and request.HasField(side):
        raise InputError(f"{side} and {field} are both given; choose one", field=field)
    return record_name(name, field) if name else ""


def year_of(request: pb.ExplainRequest) -> int | None:
    """The year of the probability, where one was named."""
    return request.year if request.HasField("year") else None


def explanation_proto(found: explaining.Explanation) -> pb.ExplainResponse:
    """The message of why two answers differ."""
    return pb.ExplainResponse(
        measure=MEASURES.number[found.measure],
        year=found.year,
        value_before=found.value_before,
        value_after=found.value_after,
        parts=[flat(pb.ExplainedPart, part) for part in found.parts],
        gates=[gate_proto(gate) for gate in found.gates],
    )
