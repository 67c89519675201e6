"""ForecastService on a real server: every call, and streams that are read slowly, left early or hold bad questions."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import count

import grpc
import pytest
from grpc import StatusCode

from tests.service import processes
from tests.service.refusals import refused
from tests.service.running import RunningServer
from timelines.v1 import answer_pb2
from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.question_pb2 import (
    CRITERION_ON_TREND,
    PRICE_BASIS_LIST_RENTAL,
    Law,
    Loss,
    Payer,
    PooledLaw,
    Question,
    Target,
)

TIMEOUT_S = 60
RUN = Target(training_flop=1e29)
ON_FLOP = Question(target=RUN)
NO_SCALE = Question(target=Target(loss=Loss(nats_per_token=1.2, scale="nonesuch")))
KAPLAN = Target(loss=Loss(nats_per_token=1.7, scale="kaplan-webtext2"))
POOLED_IN_2020 = Question(target=KAPLAN, as_of="2020-05-28", law=Law(pooled=PooledLaw()))


@pytest.fixture
def stub(server: RunningServer) -> Iterator[ForecastServiceStub]:
    with grpc.insecure_channel(server.address) as channel:
        yield ForecastServiceStub(channel)


def ask(stub: ForecastServiceStub, question: Question = ON_FLOP) -> answer_pb2.Answer:
    return stub.Forecast(pb.ForecastRequest(question=question), timeout=TIMEOUT_S).answer


def for_a_sum(usd: float, **options: object) -> Question:
    return Question(target=RUN, payer=Payer(fixed_usd_2023=usd), **options)  # type: ignore[arg-type]


def batch(stub: ForecastServiceStub, questions: Iterable[Question]) -> Iterator[pb.ForecastBatchResponse]:
    requests = (pb.ForecastBatchRequest(index=i, question=question) for i, question in enumerate(questions))
    return stub.ForecastBatch(requests, timeout=TIMEOUT_S)


def test_the_same_question_gives_the_same_bytes(stub: ForecastServiceStub) -> None:
    first, second = (ask(stub).SerializeToString() for _ in range(2))
    assert first == second


def test_an_answer_holds_its_question_as_settled(stub: ForecastServiceStub) -> None:
    settled = ask(stub).question
    assert settled.posterior == "2026-11-20-f888b7e49128" and settled.as_of == "2026-11-20"
    assert settled.seed == 20261120 and settled.max_draws == 4000 and settled.horizon == "2060-12"


def test_another_posterior_answers_by_its_date(stub: ForecastServiceStub) -> None:
    answer = ask(stub, Question(target=Target(training_flop=2e25), as_of="2020-07-27"))
    assert answer.provenance.as_of == "2020-07-27" and answer.posterior.name.startswith("2020-07-27-")


@pytest.mark.parametrize(
    ("question", "code", "reason", "field"),
    [
        (Question(), StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "question.target"),
        (NO_SCALE, StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME", "question.target.loss.scale"),
        (Question(target=RUN, criterion=7), StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME", "question.criterion"),
        (for_a_sum(math.nan), StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "question.payer.fixed_usd_2023"),
        (Question(target=RUN, posterior="1999"), StatusCode.NOT_FOUND, "POSTERIOR_NOT_FOUND", "question.posterior"),
        (POOLED_IN_2020, StatusCode.FAILED_PRECONDITION, "UNANSWERED", "question.law"),
    ],
)
def test_a_bad_question_is_refused(
    stub: ForecastServiceStub, question: Question, code: StatusCode, reason: str, field: str
) -> None:
    with refused(code, reason) as told:
        ask(stub, question)
    assert told.fields == (field,)


def test_a_batch_is_answered_in_order_with_an_error_in_its_place(stub: ForecastServiceStub) -> None:
    asked = [for_a_sum(1e9), NO_SCALE, for_a_sum(1e8), Question(), for_a_sum(1e9, seed=99), for_a_sum(1e9)]
    items = list(batch(stub, asked))
    assert [item.index for item in items] == list(range(6))
    assert [item.WhichOneof("result") for item in items] == ["answer", "error", "answer", "error", "answer", "answer"]
    assert items[0].answer == items[5].answer == ask(stub, asked[0])
    assert items[0].answer != items[4].answer
    unknown, empty = items[1].error, items[3].error
    assert (unknown.code, unknown.reason) == ("INVALID_ARGUMENT", "UNKNOWN_NAME")
    assert "kaplan-webtext2" in unknown.message
    assert [violation.field for violation in unknown.field_violations] == ["question.target.loss.scale"]
    assert [violation.field for violation in empty.field_violations] == ["question.target"]


def test_an_unknown_field_in_a_batch_is_an_error_of_its_item(stub: ForecastServiceStub) -> None:
    foreign = Question.FromString(ON_FLOP.SerializeToString() + b"\xf8\x07\x01")  # field 127
    items = list(batch(stub, [foreign, ON_FLOP]))
    assert items[0].error.reason == "UNKNOWN_FIELD"
    assert items[1].answer.quantiles


def test_an_empty_batch_ends_at_once(stub: ForecastServiceStub) -> None:
    assert list(batch(stub, [])) == []


def test_the_asker_may_number_as_it_likes_and_wait_for_each_answer(stub: ForecastServiceStub) -> None:
    told = threading.Event()

    def requests() -> Iterator[pb.ForecastBatchRequest]:
        for index in (2**32 - 1, 7, 7):
            yield pb.ForecastBatchRequest(index=index, question=ON_FLOP)
            assert told.wait(TIMEOUT_S)
            told.clear()

    got = []
    for item in stub.ForecastBatch(requests(), timeout=TIMEOUT_S):
        got.append(item.index)
        told.set()
    assert got == [2**32 - 1, 7, 7]


@pytest.mark.skipif(not processes.CAN_BE_READ, reason="this system does not show a process's memory")
def test_a_server_reads_no_further_than_it_can_answer(server: RunningServer, stub: ForecastServiceStub) -> None:
    ask(stub)
    before, sent = processes.rss_mib(server.process.pid), count()

    def requests() -> Iterator[pb.ForecastBatchRequest]:
        for index in range(100_000):
            yield pb.ForecastBatchRequest(index=index, question=ON_FLOP)
            next(sent)

    call = stub.ForecastBatch(requests(), timeout=TIMEOUT_S)
    assert processes.comes_true(lambda: _stands_still(sent), 20)
    assert processes.is_quiet(server.process.pid)
    assert processes.rss_mib(server.process.pid) < before + 30
    assert ask(stub).quantiles  # other calls are answered meanwhile
    assert [next(call).index for _ in range(50)] == list(range(50))
    call.cancel()
    assert _so_far(sent) < 10_000


def _so_far(counted: count[int]) -> int:
    return int(repr(counted)[len("count(") : -1])


def _stands_still(counted: count[int]) -> bool:
    before = _so_far(counted)
    time.sleep(0.7)
    return before == _so_far(counted) > 10


def test_a_batch_that_is_left_early_ends_on_the_server(server: RunningServer, stub: ForecastServiceStub) -> None:
    told = '"method":"/timelines.v1.ForecastService/ForecastBatch"'  # not gRPC's own words about the broken stream
    ended = server.log.count(told)
    call = batch(stub, (for_a_sum(1e6 + i) for i in count()))
    assert next(call).answer.quantiles
    call.cancel()  # type: ignore[attr-defined]
    assert processes.comes_true(lambda: server.log.count(told) > ended)
    last = [line for line in server.log.splitlines() if told in line][-1]
    assert "CANCELLED" in last
    assert ask(stub).quantiles


def test_other_calls_are_answered_while_a_batch_runs(stub: ForecastServiceStub) -> None:
    ask(stub)
    for questions in ((for_a_sum(1e6 + i) for i in count()), (for_a_sum(1e9, seed=i, max_draws=1000) for i in count())):
        call = batch(stub, questions)
        next(call)
        reading = threading.Thread(target=_read_until_cancelled, args=(call,))
        reading.start()
        waits = []
        for _ in range(30):
            began = time.perf_counter()
            ask(stub)
            waits.append(time.perf_counter() - began)
        call.cancel()  # type: ignore[attr-defined]
        reading.join(TIMEOUT_S)
        assert sorted(waits)[15] < 0.2


def _read_until_cancelled(call: Iterator[pb.ForecastBatchResponse]) -> None:
    with pytest.raises(grpc.RpcError):
        for _ in call:
            pass


def test_one_question_asked_by_many_at_once_is_one_answer(stub: ForecastServiceStub) -> None:
    request = pb.ForecastRequest(question=for_a_sum(1e9, seed=4242))
    calls = [stub.Forecast.future(request, timeout=TIMEOUT_S) for _ in range(8)]
    answers = {call.result().SerializeToString() for call in calls}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("driver", "unit", "observed"),
    [
        (pb.DRIVER_FRONTIER_COMPUTE, "log10 FLOP", True),
        (pb.DRIVER_PRICE, "log10 2023 USD per FLOP", True),
        (pb.DRIVER_ALGORITHMS, "log10 multiplier since the as-of date", False),
        (pb.DRIVER_SPEND, "log10 2023 USD", True),
    ],
)
def test_a_trajectory_has_monthly_bands_in_order(
    stub: ForecastServiceStub, driver: pb.Driver.ValueType, unit: str, observed: bool
) -> None:
    request = pb.TrajectoryRequest(driver=driver, quantiles=[0.9, 0.1], horizon="2030-12")
    fan = stub.Trajectory(request, timeout=TIMEOUT_S)
    assert (fan.driver, fan.unit, fan.draws, fan.seed) == (driver, unit, 4000, 20261120)
    assert [band.probability for band in fan.bands] == [0.1, 0.9]
    assert {len(band.log10_value) for band in fan.bands} == {len(fan.decimal_year)} == {50}
    low, high = (band.log10_value for band in fan.bands)
    assert all(a <= b for a, b in zip(low, high, strict=True))
    assert bool(fan.observed) == observed


def test_a_trajectory_of_the_past_comes_from_its_posterior(stub: ForecastServiceStub) -> None:
    request = pb.TrajectoryRequest(driver=pb.DRIVER_ALGORITHMS, as_of="2020-07-27", quantiles=[0.5])
    fan = stub.Trajectory(request, timeout=TIMEOUT_S)
    assert fan.as_of == "2020-07-27" and fan.decimal_year[0] < 2021


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.TrajectoryRequest(), "driver"),
        (pb.TrajectoryRequest(driver=pb.DRIVER_SPEND, price_basis=PRICE_BASIS_LIST_RENTAL), "price_basis"),
        (pb.TrajectoryRequest(driver=pb.DRIVER_SPEND, horizon="2010-01"), "horizon"),
    ],
)
def test_a_bad_trajectory_is_refused(stub: ForecastServiceStub, request_: pb.TrajectoryRequest, field: str) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        stub.Trajectory(request_, timeout=TIMEOUT_S)
    assert told.fields == (field,)


def test_streamed_draws_are_those_of_the_answer(stub: ForecastServiceStub) -> None:
    question = for_a_sum(1e8)
    chunks = list(stub.StreamDraws(pb.StreamDrawsRequest(question=question, chunk_draws=1500), timeout=TIMEOUT_S))
    assert [(chunk.offset, len(chunk.decimal_year)) for chunk in chunks] == [(0, 1500), (1500, 1500), (3000, 1000)]
    answer = ask(stub, question)
    assert chunks[0].provenance == answer.provenance and not chunks[1].HasField("provenance")
    years = sorted(year for chunk in chunks for year in chunk.decimal_year)
    for quantile in answer.quantiles:
        found = years[math.ceil(quantile.probability * 4000 - 1e-9) - 1]
        assert found == (quantile.decimal_year if quantile.HasField("decimal_year") else math.inf)
    never = [p for chunk in chunks for p in chunk.position].count(answer_pb2.POSITION_NEVER)
    assert never / 4000 == answer.p_never


def test_draws_that_nobody_reads_on_end_on_the_server(server: RunningServer, stub: ForecastServiceStub) -> None:
    ended = server.log.count("ForecastService/StreamDraws")
    call = stub.StreamDraws(pb.StreamDrawsRequest(question=ON_FLOP, chunk_draws=1), timeout=TIMEOUT_S)
    assert next(call).total == 4000
    call.cancel()
    assert processes.comes_true(lambda: server.log.count("ForecastService/StreamDraws") > ended)


def test_a_bad_stream_of_draws_is_refused(stub: ForecastServiceStub) -> None:
    for request, field in (
        (pb.StreamDrawsRequest(question=ON_FLOP, chunk_draws=0), "chunk_draws"),
        (pb.StreamDrawsRequest(), "question.target"),
        (pb.StreamDrawsRequest(question=for_a_sum(1e9, criterion=CRITERION_ON_TREND)), "question.payer.fixed_usd_2023"),
    ):
        with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
            next(stub.StreamDraws(request, timeout=TIMEOUT_S))
        assert told.fields == (field,)


def test_the_log_of_mt_nlg_gives_13531_petaflop_s_days(stub: ForecastServiceStub) -> None:
    hours = 60.1 * 271e9 / (2048 * 1920) / 3600
    log = pb.ChipsHours(chips=280 * 8, hours=hours, peak_flop_per_s=126e12, utilization=1.0)
    run = stub.EstimateTrainingCompute(pb.EstimateTrainingComputeRequest(chips_hours=log), timeout=TIMEOUT_S)
    assert round(run.petaflop_s_days) == 13_531
    assert math.prod(line.value for line in run.accounting) == pytest.approx(run.training_flop)
    assert "13,531 petaflop/s-days" in run.words


@pytest.mark.parametrize("factor", [field.name for field in pb.ChipsHours.DESCRIPTOR.fields])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0])
def test_a_factor_out_of_its_bounds_is_refused(stub: ForecastServiceStub, factor: str, value: float) -> None:
    log = pb.ChipsHours(chips=8, hours=1, peak_flop_per_s=1e15, utilization=0.4)
    setattr(log, factor, value)
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        stub.EstimateTrainingCompute(pb.EstimateTrainingComputeRequest(chips_hours=log), timeout=TIMEOUT_S)
    assert told.fields == (f"chips_hours.{factor}",)
