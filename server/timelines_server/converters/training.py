"""What is published about a training run -> its factors; its compute -> the message that shows the accounting."""

from __future__ import annotations

from forecast.engine import training_cost as engine
from forecast.errors import InputError
from timelines.v1 import forecast_service_pb2 as pb


def run_of(request: pb.EstimateTrainingComputeRequest) -> tuple[str, dict[str, float]]:
    """How the run is described (`parameters_tokens` or `chips_hours`), and its factors by name.

    Raises
    ------
    InputError
        When neither is given.
    """
    kind = request.WhichOneof("run")
    if kind is None:
        raise InputError("no run is described; give parameters_tokens or chips_hours", field="run")
    described = getattr(request, kind)
    return kind, {field.name: getattr(described, field.name) for field in described.DESCRIPTOR.fields}


def training_proto(compute: engine.TrainingCompute) -> pb.EstimateTrainingComputeResponse:
    """The message of a run's compute."""
    return pb.EstimateTrainingComputeResponse(
        training_flop=compute.flop,
        petaflop_s_days=compute.petaflop_s_days,
        gpt3_multiple=compute.gpt3_multiple,
        accounting=[pb.AccountingLine(name=n.name, value=n.value, unit=n.unit) for n in compute.accounting],
        words=compute.words(),
    )
