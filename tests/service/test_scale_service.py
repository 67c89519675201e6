"""ScaleService on a real server: the scales there are, and a study that becomes one."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc import StatusCode

from forecast import Forecaster, StudyStore
from forecast.catalogue.named import scales
from forecast.posterior import selection
from forecast.posterior.state import state_folder
from tests.service.refusals import refused
from tests.service.running import RunningServer, start
from tests.studies import imported, points
from timelines.v1 import question_pb2 as questions
from timelines.v1 import scale_service_pb2 as pb
from timelines.v1.answer_pb2 import Answer
from timelines.v1.forecast_service_pb2 import ForecastRequest
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.scale_service_pb2_grpc import ScaleServiceStub

TIMEOUT_S = 30


class Caller:
    """Short words for calls to one server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.stub, self.forecasts = ScaleServiceStub(channel), ForecastServiceStub(channel)

    def list(self, size: int = 0, token: str = "") -> pb.ListScalesResponse:
        return self.stub.ListScales(pb.ListScalesRequest(page_size=size, page_token=token), timeout=TIMEOUT_S)

    def names(self) -> list[str]:
        return [scale.name.removeprefix("scales/") for scale in self.list().scales]

    def get(self, name: str) -> pb.Scale:
        return self.stub.GetScale(pb.GetScaleRequest(name=f"scales/{name}"), timeout=TIMEOUT_S).scale

    def bring(self, name: str, **changes: Any) -> pb.Scale:
        return self.stub.ImportStudy(study(name, **changes), timeout=TIMEOUT_S).scale

    def delete(self, name: str) -> None:
        self.stub.DeleteScale(pb.DeleteScaleRequest(name=f"scales/{name}"), timeout=TIMEOUT_S)

    def ask(self, scale: str, **changes: Any) -> Answer:
        return self.forecasts.Forecast(ForecastRequest(question=on(scale, **changes)), timeout=TIMEOUT_S).answer


def study(name: str, **changes: Any) -> pb.ImportStudyRequest:
    usual: dict[str, Any] = {
        "corpus": "our mix",
        "eval_set": "our validation text",
        "source": "our lab",
        "published_on": "2025-03-01",
        "points": [pb.StudyPoint(training_flop=flop, loss_nats_per_token=loss) for flop, loss in points()],
    }
    return pb.ImportStudyRequest(scale_id=name, **{**usual, **changes})


def on(scale: str, **changes: Any) -> questions.Question:
    target = questions.Target(loss=questions.Loss(nats_per_token=2.05, scale=scale))
    return questions.Question(target=target, payer=questions.Payer(fixed_usd_2023=1e8), max_draws=500, **changes)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a server whose scales may change."""
    return tmp_path_factory.mktemp("scales")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[RunningServer]:
    with start(home) as server:
        yield server


@pytest.fixture
def caller(running: RunningServer) -> Iterator[Caller]:
    with grpc.insecure_channel(running.address) as channel:
        yield Caller(channel)


def test_every_scale_is_listed_page_by_page(caller: Caller) -> None:
    whole = caller.list()
    names = [scale.name for scale in whole.scales]
    assert names == sorted(names) and "scales/kaplan-webtext2" in names and not whole.next_page_token
    first = caller.list(size=10)
    second = caller.list(size=10, token=first.next_page_token)
    assert [*first.scales, *second.scales] == list(whole.scales) and not second.next_page_token
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "page_token"):
        caller.list(token="another")


def test_a_built_in_scale_says_where_it_comes_from(caller: Caller) -> None:
    kaplan, group = caller.get("kaplan-webtext2"), caller.get("marin-dclm")
    assert (kaplan.origin, kaplan.tokenizer) == (pb.SCALE_ORIGIN_PUBLISHED_LAW, "gpt-2")
    (law,) = kaplan.laws
    assert (law.name, law.HasField("floor_nats"), law.floor_nats, law.exponent) == ("kaplan", True, 0.0, 0.048)
    assert (group.origin, group.corpus, group.flop_low) == (pb.SCALE_ORIGIN_FITTED, "dclm", 9e18)
    assert not kaplan.points and not group.points and not group.laws


def test_a_study_becomes_a_scale_that_questions_can_name(caller: Caller, home: Path) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME") as told:
        caller.ask("first-study")
    assert told.fields == ("question.target.loss.scale",)
    scale = caller.bring("first-study", tokenizer="ours", relative_noise=0.01)
    assert (scale.name, scale.origin, scale.relative_noise) == ("scales/first-study", pb.SCALE_ORIGIN_IMPORTED, 0.01)
    assert [(point.training_flop, point.loss_nats_per_token) for point in scale.points] == list(points())
    assert caller.get("first-study") == scale
    listed = next(found for found in caller.list().scales if found.name == scale.name)
    assert not listed.points and listed.flop_high == scale.flop_high
    answer = caller.ask("first-study")
    assert any("your study first-study, 8 points" in choice.words for choice in answer.choices)
    told_by_library = Forecaster.load(home=home).when(loss=2.05, scale="first-study", budget_usd=1e8, max_draws=500)
    assert list(answer.cdf.probability) == list(told_by_library.cdf.probability)
    assert answer.provenance.scenario_hash == told_by_library.provenance.scenario_hash
    assert caller.ask("first-study") == answer


def test_the_same_study_again_changes_nothing_and_another_is_refused(caller: Caller) -> None:
    request_id = str(uuid4())
    first = caller.bring("second-study", request_id=request_id)
    assert caller.bring("second-study", request_id=request_id) == first == caller.bring("second-study")
    with refused(StatusCode.ALREADY_EXISTS, "NAME_TAKEN", "another study is imported as second-study") as told:
        caller.bring("second-study", corpus="another mix")
    assert told.fields == ("scale_id",)
    with refused(StatusCode.INVALID_ARGUMENT, "REQUEST_ID_USED") as told:
        caller.bring("third-study", request_id=request_id)
    assert told.fields == ("request_id",)
    with refused(StatusCode.ALREADY_EXISTS, "NAME_TAKEN", "built-in scale or law"):
        caller.bring("marin-dclm")


def test_a_check_keeps_nothing(caller: Caller) -> None:
    checked = caller.bring("checked-study", validate_only=True)
    assert len(checked.points) == 8 and "checked-study" not in caller.names()


def test_a_scale_that_is_deleted_is_unknown_and_its_name_free(caller: Caller) -> None:
    caller.bring("passing-study")
    before = caller.ask("passing-study")
    caller.delete("passing-study")
    with refused(StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME"):
        caller.ask("passing-study")
    for call in (caller.delete, caller.get):
        with refused(StatusCode.NOT_FOUND, "NOT_FOUND") as told:
            call("passing-study")
        assert told.fields == ("name",)
    worse = [pb.StudyPoint(training_flop=flop, loss_nats_per_token=loss) for flop, loss in points(1.9)]
    caller.bring("passing-study", points=worse)
    assert caller.ask("passing-study").p_never > before.p_never
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "kaplan-webtext2 is built in, and stays"):
        caller.delete("kaplan-webtext2")


def test_an_honest_date_is_kept(caller: Caller) -> None:
    caller.bring("newest-study", published_on="2026-11-21")
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "2026-11-21.*2026-11-20") as told:
        caller.ask("newest-study")
    assert told.fields == ("question.target.loss.scale",)
    caller.bring("older-study", published_on="2020-06-01")
    with refused(StatusCode.FAILED_PRECONDITION, "UNANSWERED", "choose a later as-of date"):
        caller.ask("older-study", as_of="2020-07-27")


def point(flop: float = 1e20, loss: float = 2.0) -> pb.StudyPoint:
    return pb.StudyPoint(training_flop=flop, loss_nats_per_token=loss)


GOOD = study("any").points

WRONG: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no points": ({"points": []}, ("points",)),
    "too many points": ({"points": [point()] * 151}, ("points",)),
    "one compute": ({"points": [point()] * 8}, ("points",)),
    "a rising loss": ({"points": [point(10.0**i, i / 10) for i in range(18, 23)]}, ("points",)),
    "rows": (
        {"points": [*GOOD[:2], point(math.nan), point(math.inf, -1.0), point(0.0), *GOOD[5:]]},
        tuple(
            f"points[{row}].{name}"
            for row, name in (
                (2, "training_flop"),
                (3, "training_flop"),
                (3, "loss_nats_per_token"),
                (4, "training_flop"),
            )
        ),
    ),
    "extreme doubles": ({"points": [point(1e308, 5e-324)] * 150}, ("points[0].training_flop",)),
    "a noise": ({"relative_noise": math.nan}, ("relative_noise",)),
    "a zero noise": ({"relative_noise": 0.0}, ("relative_noise",)),
    "a date": ({"published_on": ""}, ("published_on",)),
    "a corpus": ({"corpus": ""}, ("corpus",)),
    "a long source": ({"source": "x" * 100_000}, ("source",)),
    "a request": ({"request_id": "7"}, ("request_id",)),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_named_field_by_field(kind: str, caller: Caller) -> None:
    changes, fields = WRONG[kind]
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        caller.bring("wrong-study", **changes)
    assert told.fields[: len(fields)] == fields
    assert len(told.fields) == len(fields) or kind == "extreme doubles"
    assert len(told.fields) <= 50 and "wrong-study" not in caller.names()


@pytest.mark.parametrize("name", ["", "ab", "Upper-Case", "../../etc/passwd", "x" * 100, "a b c", "päper"])
def test_what_is_no_name_is_refused(name: str, caller: Caller) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        caller.bring(name)
    assert told.fields == ("scale_id",)


@pytest.mark.parametrize("name", ["", "kaplan-webtext2", "posteriors/x", "scales/"])
def test_what_is_no_resource_name_is_refused(name: str, caller: Caller) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT") as told:
        caller.stub.GetScale(pb.GetScaleRequest(name=name), timeout=TIMEOUT_S)
    assert told.fields == ("name",)
    with refused(StatusCode.NOT_FOUND, "NOT_FOUND"):
        caller.get("../posteriors/current")


def test_of_many_imports_at_once_one_wins(caller: Caller, home: Path) -> None:
    outcomes: list[str] = []

    def bring(corpus: str) -> None:
        try:
            outcomes.append(caller.bring("raced-study", corpus=corpus).corpus)
        except grpc.RpcError as error:
            outcomes.append(error.code().name)

    threads = [threading.Thread(target=bring, args=(f"mix {i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("ALREADY_EXISTS") == 5
    assert caller.get("raced-study").corpus in outcomes
    assert StudyStore(home).get("raced-study").corpus in outcomes


def test_a_damaged_file_is_said_without_a_path(caller: Caller, home: Path) -> None:
    caller.bring("spoilt-study")
    (state_folder(home).scales / "spoilt-study.json").write_text("{}")
    for call in (caller.get, caller.ask, caller.bring):
        with refused(StatusCode.FAILED_PRECONDITION, "DAMAGED_SCALE", "file of scale spoilt-study is damaged"):
            call("spoilt-study")
    assert "spoilt-study" not in caller.names()
    caller.delete("spoilt-study")
    assert caller.bring("spoilt-study").origin == pb.SCALE_ORIGIN_IMPORTED


def test_the_command_line_and_the_wire_tell_the_same(caller: Caller, home: Path) -> None:
    from google.protobuf.json_format import MessageToDict

    StudyStore(home).add(imported("told-study", relative_noise=0.02))
    for record in scales.known(selection.current(home), home):
        told = MessageToDict(caller.get(record.name), preserving_proto_field_name=True)
        assert told == scales.scale_dict(record)
