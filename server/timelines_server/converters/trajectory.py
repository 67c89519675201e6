"""Trajectory requests -> a driver and a question about it; fans -> trajectory responses."""

from __future__ import annotations

from typing import get_args

from forecast.engine import fan as engine
from forecast.engine.question import Question, Target
from forecast.engine.scenario import Scenario
from forecast.errors import InputError
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.converters.answer import gate_proto
from timelines_server.converters.names import EnumNames
from timelines_server.converters.question import given

DRIVERS = EnumNames(pb.Driver.Value, get_args(engine.Driver), "DRIVER")


def trajectory_of(request: pb.TrajectoryRequest, scenario: Scenario | None = None) -> tuple[engine.Driver, Question]:
    """The driver to follow, and the question whose choices count; its target counts only for the cost of one.

    Parameters
    ----------
    request : TrajectoryRequest
        The request.
    scenario : Scenario, optional
        What the name of its scenario stands for.

    Raises
    ------
    InputError
        When a value is out of its bounds, has no part in the driver, or no driver is given.
    """
    driver = DRIVERS.read(request.driver, "driver")
    chosen = given(request, scenario, besides="driver")
    if driver != "cost_of_target" and "target" in chosen:
        message = f"target {chosen['target'].kind} has no part in the driver {driver}; leave it out"
        raise InputError(message, field="target")
    if driver != "cost_of_target":
        chosen["target"] = Target.training_flop(1.0)
    return driver, Question(**chosen)


def trajectory_proto(fan: engine.Fan) -> pb.TrajectoryResponse:
    """The message of a fan."""
    bands = zip(fan.probability, fan.values.tolist(), strict=True)
    points = zip(fan.observed_year.tolist(), fan.observed.tolist(), fan.observed_name, strict=True)
    return pb.TrajectoryResponse(
        driver=DRIVERS.number[fan.driver],
        unit=fan.unit,
        decimal_year=fan.decimal_year.tolist(),
        bands=[pb.Band(probability=p, log10_value=values) for p, values in bands],
        observed=[pb.ObservedPoint(decimal_year=year, log10_value=value, name=name) for year, value, name in points],
        posterior=fan.posterior,
        as_of=fan.as_of,
        draws=fan.draws,
        seed=fan.seed,
        gate=gate_proto(fan.gate),
    )
