"""How calls are made: with a deadline and a token, first to a server that may be starting, retried only if lost."""

from __future__ import annotations

import itertools
import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import grpc
import pytest

from tests.fake_replies import chunks, free_address, scales_page, slow
from tests.fake_server import FakeServer, canned, fail, library_answer, message_of, serve
from timelines import Answer, CallCancelledError, Client, DeadlineError, ServerError, UnreachableError
from timelines.v1 import dataset_service_pb2, posterior_service_pb2
from timelines.v1 import forecast_service_pb2 as pb


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with serve(Forecast=canned) as server:
        yield server


def test_the_answer_is_the_one_that_was_sent(fake: FakeServer) -> None:
    with Client(fake.address) as client:
        answer = client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)
    assert answer == Answer(message_of(library_answer()))
    (request,) = fake.requests("Forecast")
    assert request.question.target.loss.nats_per_token == 1.24
    assert request.question.payer.fixed_usd_2023 == 1e9


def test_every_call_has_a_deadline_of_its_own(fake: FakeServer) -> None:
    with Client(fake.address, timeout=7) as client:
        client.when(flop=1e29)
        client.when(flop=1e29, timeout=3)
        client.when(flop=1e29, timeout=math.inf)
    check, first, second, unlimited = fake.time_left
    assert check is not None
    assert check < 7.5
    assert first is not None
    assert 6 < first < 7.5
    assert second is not None
    assert 2 < second < 3.5
    assert unlimited is None or unlimited > 1e6


def test_the_token_goes_with_every_call(fake: FakeServer) -> None:
    with Client(fake.address, token="secret") as client:
        client.when(flop=1e29)
        client.ready()
    assert {metadata["authorization"] for metadata in fake.metadata} == {"Bearer secret"}
    assert all("timelines-python/" in metadata["user-agent"] for metadata in fake.metadata)


def test_health_is_asked_before_the_first_call_only(fake: FakeServer) -> None:
    with Client(fake.address) as client:
        for _ in range(3):
            client.when(flop=1e29)
    assert [name for name, _ in fake.asked] == ["Check", "Forecast", "Forecast", "Forecast"]


def test_a_server_that_knows_no_health_is_a_server() -> None:
    with serve(Forecast=canned) as fake, Client(fake.address) as client:
        fake.replies["Check"] = fail(grpc.StatusCode.UNIMPLEMENTED, "no health here")
        assert client.when(flop=1e29).p_never >= 0


def test_the_first_call_waits_for_a_server_that_starts() -> None:
    address = free_address()
    with Client(address, timeout=10) as client, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.when, flop=1e29)
        time.sleep(0.5)
        assert not answer.done()
        with serve(address, Forecast=canned):
            assert answer.result(timeout=10).p_never >= 0


def test_a_server_that_never_comes_is_unreachable_within_the_timeout() -> None:
    address, began = free_address(), time.monotonic()
    with Client(address, timeout=1) as client, pytest.raises(UnreachableError, match="timelines serve") as caught:
        client.when(flop=1e29)
    assert 0.9 < time.monotonic() - began < 3
    assert address in str(caught.value)
    assert isinstance(caught.value, ConnectionError)


def test_only_the_first_call_waits() -> None:
    with serve(Forecast=canned) as fake:
        client = Client(fake.address, timeout=30)
        client.when(flop=1e29)
    began = time.monotonic()
    with client, pytest.raises(UnreachableError):
        client.when(flop=1e29)
    assert time.monotonic() - began < 10


def test_a_lost_call_is_retried(fake: FakeServer) -> None:
    tries = itertools.count(1)

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        return fail(grpc.StatusCode.UNAVAILABLE, "not now")(request, context) if next(tries) < 4 else canned()

    fake.replies["Forecast"] = handler
    with Client(fake.address) as client:
        assert client.when(flop=1e29).p_never >= 0
    assert len(fake.requests("Forecast")) == 4


@pytest.mark.parametrize("code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.ABORTED])
def test_nothing_else_is_retried(fake: FakeServer, code: grpc.StatusCode) -> None:
    fake.replies["Forecast"] = fail(code, "no")
    with Client(fake.address) as client, pytest.raises(Exception, match="no"):
        client.when(flop=1e29)
    assert len(fake.requests("Forecast")) == 1


def test_a_slow_server_meets_the_deadline(fake: FakeServer) -> None:
    fake.replies["Forecast"] = slow
    with Client(fake.address) as client:
        client.ready()
        with pytest.raises(DeadlineError, match=r"within 0\.\d+ s.*longer timeout=") as caught:
            client.when(flop=1e29, timeout=0.5)
    assert isinstance(caught.value, TimeoutError)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs POSIX signals")
def test_control_c_cancels_the_call(fake: FakeServer) -> None:
    gone = threading.Event()

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        context.add_callback(gone.set)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        gone.wait(20)
        return pb.ForecastResponse()

    fake.replies["Forecast"] = handler
    with Client(fake.address) as client:
        with pytest.raises(KeyboardInterrupt):
            client.when(flop=1e29)
        assert gone.wait(2), "the server still works for a caller that has gone"


def test_a_closed_client_says_so(fake: FakeServer) -> None:
    client = Client(fake.address)
    client.when(flop=1e29)
    client.close()
    client.close()
    for call in (lambda: client.when(flop=1e29), client.ready, lambda: list(client.batch([{"flop": 1e29}]))):
        with pytest.raises(CallCancelledError, match="closed"):
            call()


def test_threads_share_a_client(fake: FakeServer) -> None:
    with Client(fake.address) as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: client.when(flop=1e29, seed=i), range(64)))
    assert len(answers) == 64
    assert {request.question.seed for request in fake.requests("Forecast")} == set(range(64))


def test_readiness_is_what_the_server_says(fake: FakeServer) -> None:
    with Client(fake.address) as client:
        assert client.ready()
        fake.serving = False
        assert not client.ready()
    with Client(free_address(), timeout=1) as nobody:
        assert not nobody.ready()


def test_readiness_without_a_right_to_ask_is_an_error(fake: FakeServer) -> None:
    fake.replies["Check"] = fail(grpc.StatusCode.UNAUTHENTICATED, "no token", "TOKEN_MISSING")
    with Client(fake.address) as client, pytest.raises(PermissionError, match="no token"):
        client.ready()


def test_pages_are_fetched_as_they_are_read(fake: FakeServer) -> None:
    fake.replies["ListScales"] = scales_page
    with Client(fake.address) as client:
        scales = client.scales(page_size=2)
        assert fake.requests("ListScales") == []
        assert [next(scales).name for _ in range(3)] == ["s0", "s1", "s2"]
        assert len(fake.requests("ListScales")) == 2
        assert [scale.name for scale in scales] == ["s3", "s4", "s5"]
    assert [request.page_token for request in fake.requests("ListScales")] == ["", "2", "4"]
    assert {request.page_size for request in fake.requests("ListScales")} == {2}


def test_rows_are_dictionaries_with_dates(fake: FakeServer) -> None:
    columns = [
        dataset_service_pb2.Column(name="published_on", kind=dataset_service_pb2.COLUMN_KIND_DATE),
        dataset_service_pb2.Column(name="flop", kind=dataset_service_pb2.COLUMN_KIND_NUMBER),
    ]
    row = dataset_service_pb2.Row(cells=[dataset_service_pb2.Cell(text="2020-05-28"), dataset_service_pb2.Cell()])
    fake.replies["ListRows"] = lambda *_: dataset_service_pb2.ListRowsResponse(columns=columns, rows=[row])
    with Client(fake.address) as client:
        assert list(client.rows("compute", published_by=date(2020, 6, 1))) == [
            {"published_on": date(2020, 5, 28), "flop": None}
        ]
    (request,) = fake.requests("ListRows")
    assert (request.table, request.published_by) == ("tables/compute", "2020-06-01")


def test_the_current_posterior_is_the_default(fake: FakeServer) -> None:
    found = posterior_service_pb2.Posterior(name="posteriors/2026-11-20-abc", status=1, origin=1, current=True)
    found.details.diagnostics.add(model="loss", draws=4000, max_r_hat=1.01)
    fake.replies["GetPosterior"] = lambda *_: posterior_service_pb2.GetPosteriorResponse(posterior=found)
    with Client(fake.address) as client:
        posterior = client.posterior()
    assert fake.requests("GetPosterior")[0].name == "posteriors/current"
    assert (posterior.name, posterior.status, posterior.origin) == ("2026-11-20-abc", "PASSED", "shipped")
    assert [(one.model, one.max_r_hat, one.min_ess) for one in posterior.diagnostics] == [("loss", 1.01, None)]


def test_draws_are_gathered_from_their_chunks(fake: FakeServer) -> None:
    fake.replies["StreamDraws"] = lambda *_: chunks(30, 30)
    with Client(fake.address) as client:
        answer = client.when(flop=1e29)
        draws = answer.draws()
    assert (len(draws), draws.decimal_year[9], draws.position[9]) == (30, math.inf, "never")
    assert draws.provenance.posterior == "p"
    (request,) = fake.requests("StreamDraws")
    assert request.question.posterior == answer.provenance.posterior
    assert request.question.target == answer.raw.question.target


def test_draws_that_end_early_are_an_error(fake: FakeServer) -> None:
    fake.replies["StreamDraws"] = lambda *_: chunks(30, 20)
    with Client(fake.address) as client, pytest.raises(ServerError, match="after 20 of 30"):
        client.when(flop=1e29).draws()
