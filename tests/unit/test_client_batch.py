"""A batch: answers in the order asked, a bounded number on their way, nothing left running when the loop is left."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import grpc
import pytest

from tests.fake_replies import BAD_SEED, answer_all, questions, reply
from tests.fake_server import FakeServer, canned, serve
from timelines import (
    BatchItem,
    Client,
    DeadlineError,
    InvalidQuestionError,
    Question,
    ServerError,
    SettingsError,
    UnreachableError,
)
from timelines.v1 import forecast_service_pb2 as pb


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with serve(ForecastBatch=answer_all, Forecast=canned) as server:
        yield server


def test_answers_come_in_the_order_asked(fake: FakeServer) -> None:
    with Client(fake.address) as client:
        items = list(client.batch(questions(200), in_flight=16))
    assert [item.index for item in items] == list(range(200))
    assert [item.answer.question.seed for item in items if item.answer] == [i for i in range(200) if i != BAD_SEED]


def test_a_bad_question_ends_nothing(fake: FakeServer) -> None:
    asked = [{"flop": 1e29}, {"flop": 1e29, "seed": BAD_SEED}, {"flp": 1}, {"loss": 1.2}, 7, {"flop": 1e29}]
    with Client(fake.address) as client:
        items = list(client.batch(asked))  # type: ignore[arg-type]
    assert [item.index for item in items] == list(range(6))
    assert [item.answer is not None for item in items] == [True, False, False, False, False, True]
    assert all(isinstance(item.error, InvalidQuestionError) for item in items[1:5])
    with pytest.raises(InvalidQuestionError, match="flp"):
        items[2].result()
    assert items[0].result() is items[0].answer


def test_no_questions_have_no_answers(fake: FakeServer) -> None:
    with Client(fake.address) as client:
        assert list(client.batch([])) == []
        assert [item.answer for item in client.batch([{}, {}])] == [None, None]


def test_questions_are_read_at_most_in_flight_ahead(fake: FakeServer) -> None:
    drawn = 0

    def counted() -> Iterator[Question]:
        nonlocal drawn
        for question in questions(100):
            drawn += 1
            yield question

    with Client(fake.address) as client:
        for done, _ in enumerate(client.batch(counted(), in_flight=8), 1):
            assert drawn - done < 8
    assert drawn == 100


def test_the_first_answer_does_not_wait_for_a_full_window(fake: FakeServer) -> None:
    def endless() -> Iterator[Question]:
        yield Question(flop=1e29)
        pytest.fail("the second question is read before the first is answered")

    with Client(fake.address) as client, closing(client.batch(endless())) as items:
        assert next(items).answer is not None


def test_questions_are_read_in_the_callers_thread(fake: FakeServer) -> None:
    def named() -> Iterator[Question]:
        for _ in range(5):
            assert threading.current_thread() is threading.main_thread()
            yield Question(flop=1e29)

    with Client(fake.address) as client:
        assert len(list(client.batch(named()))) == 5


def test_an_error_of_the_callers_own_comes_through(fake: FakeServer) -> None:
    def broken() -> Iterator[Question]:
        yield from questions(3)
        raise OSError("the file is gone")

    with Client(fake.address) as client, pytest.raises(OSError, match="the file is gone"):
        list(client.batch(broken()))


def test_leaving_the_loop_cancels_the_stream(fake: FakeServer) -> None:
    ended = threading.Event()

    def handler(requests: Any, context: grpc.ServicerContext) -> Iterator[pb.ForecastBatchResponse]:
        context.add_callback(ended.set)
        return map(reply, requests)

    fake.replies["ForecastBatch"] = handler
    threads = threading.active_count()
    with Client(fake.address) as client:
        with closing(client.batch(questions(10**6))) as items:
            for item in items:
                if item.index == 20:
                    break
        assert ended.wait(2)
        time.sleep(0.2)
        assert client.when(flop=1e29).p_never >= 0
    assert threading.active_count() <= threads + 8  # the fake's own workers


def test_a_stream_that_breaks_says_how_far_it_came(fake: FakeServer) -> None:
    def handler(requests: Any, context: grpc.ServicerContext) -> Iterator[pb.ForecastBatchResponse]:
        for request in requests:
            if request.index == 12:
                context.abort(grpc.StatusCode.UNAVAILABLE, "going down")
            yield reply(request)

    fake.replies["ForecastBatch"] = handler
    got: list[BatchItem] = []
    told = r"after 7 answers; go on with question 12 and start=12"
    with Client(fake.address) as client, pytest.raises(UnreachableError, match=told):
        got.extend(client.batch(questions(50), start=5))
    assert [item.index for item in got] == list(range(5, 12))


def test_a_broken_batch_goes_on_where_it_ended(fake: FakeServer) -> None:
    with Client(fake.address) as client:
        items = list(client.batch(list(questions(30))[20:], start=20))
    assert [item.index for item in items] == list(range(20, 30))
    assert [item.answer.question.seed for item in items if item.answer] == list(range(20, 30))


def test_a_stream_that_the_server_ends_early_is_an_error(fake: FakeServer) -> None:
    fake.replies["ForecastBatch"] = lambda requests, context: iter([reply(next(requests))])
    with Client(fake.address) as client, pytest.raises(UnreachableError, match="ended the stream early"):
        list(client.batch(questions(5)))


def test_an_answer_to_another_question_is_an_error(fake: FakeServer) -> None:
    fake.replies["ForecastBatch"] = lambda requests, context: (pb.ForecastBatchResponse(index=9) for _ in requests)
    with Client(fake.address) as client, pytest.raises(ServerError, match="answered question 9 where 0 was due"):
        list(client.batch(questions(5)))


def test_a_silent_stream_meets_the_idle_timeout(fake: FakeServer) -> None:
    def handler(requests: Any, context: grpc.ServicerContext) -> Iterator[pb.ForecastBatchResponse]:
        yield reply(next(requests))
        threading.Event().wait(3)

    fake.replies["ForecastBatch"] = handler
    began = time.monotonic()
    with Client(fake.address) as client, pytest.raises(DeadlineError, match=r"no answer for 0\.3 s.*after 1 answers"):
        list(client.batch(questions(5), idle_timeout=0.3))
    assert time.monotonic() - began < 2


def test_a_slow_caller_does_not_meet_the_idle_timeout(fake: FakeServer) -> None:
    with Client(fake.address) as client:
        for _ in client.batch(questions(4), idle_timeout=0.2):
            time.sleep(0.3)


@pytest.mark.parametrize("wrong", [{"start": -1}, {"in_flight": 0}, {"idle_timeout": 0}])
def test_what_no_batch_can_have_is_refused_at_once(fake: FakeServer, wrong: dict[str, Any]) -> None:
    with Client(fake.address) as client, pytest.raises(SettingsError, match=next(iter(wrong))):
        client.batch(questions(1), **wrong)


def test_progress_is_told_to_the_caller(fake: FakeServer) -> None:
    told: list[tuple[int, int | None]] = []
    with Client(fake.address) as client:
        list(client.batch(list(questions(3)), progress=lambda done, total: told.append((done, total))))
        list(client.batch(questions(1), progress=lambda done, total: told.append((done, total))))
    assert told == [(1, 3), (2, 3), (3, 3), (1, None)]


def test_progress_without_tqdm_is_one_line(
    fake: FakeServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with Client(fake.address) as client:
        list(client.batch(list(questions(25)), progress=True))
    shown = capsys.readouterr().err
    assert shown.endswith("\r25 of 25 answered\n")
    assert shown.count("\n") == 1


def test_progress_with_tqdm_is_its_bar(fake: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Bar] = []

    class Bar:
        def __init__(self, total: int | None, unit: str) -> None:
            self.total, self.n = total, 0
            made.append(self)

        def update(self, more: int) -> None:
            self.n += more

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            self.total = -1

    monkeypatch.setitem(sys.modules, "tqdm", type(sys)("tqdm"))
    monkeypatch.setattr(sys.modules["tqdm"], "tqdm", Bar, raising=False)
    with Client(fake.address) as client:
        list(client.batch(list(questions(25)), progress=True))
    (bar,) = made
    assert (bar.n, bar.total) == (25, -1)
