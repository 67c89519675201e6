"""Fans, draws and the compute of a run, to and from their messages."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from google.protobuf.json_format import ParseDict

from forecast.engine.arrival import POSITIONS
from forecast.engine.draws import Draws
from forecast.engine.question import Algorithms, Payer, Question, Target
from forecast.engine.training_cost import from_parameters
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from tests.synthetic import synthetic_posterior
from timelines.v1 import answer_pb2
from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.converters.draws import chunk_draws_of, chunks
from timelines_server.converters.training import run_of, training_proto
from timelines_server.converters.trajectory import DRIVERS, trajectory_of, trajectory_proto


@cache
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(400))


@cache
def drawn() -> Draws:
    return forecaster().draws(Question(Target.loss(0.86, "kaplan-webtext2"), payer=Payer.fixed(1e6)))


def test_a_trajectory_request_is_a_driver_and_a_question() -> None:
    fields = {"driver": "DRIVER_ALGORITHMS", "algorithms": {"preset": "ALGORITHMS_PRESET_16MO"}, "horizon": "2040-01"}
    driver, asked = trajectory_of(ParseDict({**fields, "quantiles": [0.5]}, pb.TrajectoryRequest()))
    assert (driver, asked.algorithms, asked.horizon) == ("algorithms", Algorithms("16mo"), "2040-01")
    assert asked.quantiles == (0.5,) and asked.price_basis == "realised"


def test_every_field_of_a_trajectory_request_is_a_questions_but_its_driver() -> None:
    request, question = pb.TrajectoryRequest.DESCRIPTOR.fields_by_name, pb.ForecastRequest().question.DESCRIPTOR
    assert set(request) - set(question.fields_by_name) == {"driver"}
    assert sorted(DRIVERS.name) == sorted(number for number in pb.Driver.values() if number)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "driver"),
        ({"driver": 11}, "driver"),
        ({"driver": 5}, "target"),
        ({"driver": 1, "target": {"training_flop": 1e28}}, "target"),
        ({"driver": 1, "quantiles": [math.nan]}, "quantiles[0]"),
        ({"driver": 1, "horizon": "soon"}, "horizon"),
        ({"driver": 1, "as_of": "soon"}, "as_of"),
        ({"driver": 3, "algorithms": {"preset": 2, "ceiling_oom": math.inf}}, "algorithms.ceiling_oom"),
    ],
)
def test_a_bad_trajectory_request_names_its_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        trajectory_of(pb.TrajectoryRequest(**fields))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("driver", "chosen", "field"),
    [
        ("frontier_compute", {"price": "list_rental"}, "price_basis"),
        ("spend", {"algorithms": "8mo"}, "algorithms"),
        ("price", {"algorithms": "off"}, "algorithms"),
    ],
)
def test_a_choice_that_has_no_part_in_the_driver_is_refused(driver: Any, chosen: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=r"ha(s|ve) no part") as refused:
        forecaster().fan(driver, **chosen)
    assert refused.value.field == field


@pytest.mark.parametrize("driver", DRIVERS.number)
def test_a_fan_keeps_its_numbers_on_the_wire(driver: Any) -> None:
    fan = forecaster().fan(driver, (0.1, 0.9), seed=0, max_draws=200)
    sent = trajectory_proto(fan)
    assert [list(band.log10_value) for band in sent.bands] == fan.values.tolist()
    assert [band.probability for band in sent.bands] == [0.1, 0.9]
    assert list(sent.decimal_year) == fan.decimal_year.tolist()
    assert [point.log10_value for point in sent.observed] == fan.observed.tolist()
    assert [point.name for point in sent.observed] == list(fan.observed_name)
    assert (sent.posterior, sent.as_of, sent.draws, sent.seed) == (
        forecaster().posterior.name,
        "2026-11-20",
        200,
        0,
    )
    assert sent.HasField("seed") and sent.driver == DRIVERS.number[driver] and sent.unit.startswith("log10 ")


@pytest.mark.parametrize("size", [1, 7, 400, 10_000])
def test_chunks_hold_every_draw_once_and_in_order(size: int) -> None:
    sent = list(chunks(drawn(), size))
    years = [year for chunk in sent for year in chunk.decimal_year]
    positions = [position for chunk in sent for position in chunk.position]
    assert years == drawn().decimal_year.tolist()
    names = [f"POSITION_{POSITIONS[outcome].upper()}" for outcome in drawn().outcome.tolist()]
    assert [answer_pb2.Position.Name(position) for position in positions] == names
    assert [chunk.offset for chunk in sent] == list(range(0, 400, size))
    assert {chunk.total for chunk in sent} == {400}
    assert [chunk.HasField("provenance") for chunk in sent] == [True] + [False] * (len(sent) - 1)


def test_a_draw_without_a_date_is_infinite() -> None:
    outcome = drawn().outcome
    assert set(outcome.tolist()) >= {1, 3}
    assert (np.isinf(drawn().decimal_year) == (outcome >= 2)).all()


def test_draws_are_those_of_the_answer() -> None:
    question = Question(Target.training_flop(1e29), payer=Payer.fixed(1e8), seed=3)
    draws, answer = forecaster().draws(question), forecaster().ask(question)
    assert draws.provenance == answer.provenance
    shares = np.bincount(draws.outcome, minlength=4) / len(draws.outcome)
    assert shares[[0, 2, 3]].tolist() == [answer.p_already, answer.p_beyond_horizon, answer.p_never]
    ranked = np.sort(draws.decimal_year)
    for quantile in answer.quantiles:
        found = ranked[int(np.ceil(quantile.probability * len(ranked) - 1e-9)) - 1]
        assert found == (math.inf if quantile.decimal_year is None else quantile.decimal_year)


@pytest.mark.parametrize("size", [0, -1, 10_001])
def test_a_chunk_is_from_one_to_ten_thousand_draws(size: int) -> None:
    with pytest.raises(InputError, match="from 1 to 10000") as refused:
        chunk_draws_of(pb.StreamDrawsRequest(chunk_draws=size))
    assert refused.value.field == "chunk_draws"


def test_a_chunk_is_a_thousand_draws_unless_asked() -> None:
    assert chunk_draws_of(pb.StreamDrawsRequest()) == 1_000
    assert chunk_draws_of(pb.StreamDrawsRequest(chunk_draws=10_000)) == 10_000


def test_a_run_is_told_by_its_factors() -> None:
    request = pb.EstimateTrainingComputeRequest(parameters_tokens={"parameters": 70e9, "tokens": 1.4e12})
    assert run_of(request) == ("parameters_tokens", {"parameters": 70e9, "tokens": 1.4e12})
    with pytest.raises(InputError, match="parameters_tokens or chips_hours") as refused:
        run_of(pb.EstimateTrainingComputeRequest())
    assert refused.value.field == "run"


def test_a_runs_compute_is_told_with_its_accounting() -> None:
    compute = from_parameters(70e9, 1.4e12)
    sent = training_proto(compute)
    assert (sent.training_flop, sent.petaflop_s_days) == (compute.flop, compute.petaflop_s_days)
    assert (sent.gpt3_multiple, sent.words) == (compute.gpt3_multiple, compute.words())
    assert np.prod([line.value for line in sent.accounting]) == pytest.approx(sent.training_flop)
