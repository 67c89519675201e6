"""ScenarioService on a real server: the scenarios there are, and one of a user's own that questions can name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from grpc import StatusCode

from forecast import Forecaster
from forecast.catalogue.named import scenarios
from forecast.catalogue.named.scenario_files import load
from forecast.catalogue.named.scenario_store import ScenarioStore
from forecast.posterior.state import state_folder
from tests.service.refusals import refused
from tests.service.running import RunningServer, start
from timelines import Client
from timelines.v1 import question_pb2 as questions
from timelines.v1 import scenario_service_pb2 as pb
from timelines.v1.answer_pb2 import Answer
from timelines.v1.forecast_service_pb2 import ForecastRequest
from timelines.v1.forecast_service_pb2_grpc import ForecastServiceStub
from timelines.v1.scenario_service_pb2_grpc import ScenarioServiceStub

TIMEOUT_S = 30


class Caller:
    """Short words for calls to one server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.stub, self.forecasts = ScenarioServiceStub(channel), ForecastServiceStub(channel)

    def list(self, size: int = 0, token: str = "") -> pb.ListScenariosResponse:
        return self.stub.ListScenarios(pb.ListScenariosRequest(page_size=size, page_token=token), timeout=TIMEOUT_S)

    def names(self) -> list[str]:
        return [known.scenario.name for known in self.list().scenarios]

    def get(self, name: str) -> pb.KnownScenario:
        return self.stub.GetScenario(pb.GetScenarioRequest(name=f"scenarios/{name}"), timeout=TIMEOUT_S).scenario

    def create(self, scenario: questions.Scenario, **more: Any) -> pb.KnownScenario:
        request = pb.CreateScenarioRequest(scenario=scenario, **more)
        return self.stub.CreateScenario(request, timeout=TIMEOUT_S).scenario

    def delete(self, name: str) -> None:
        self.stub.DeleteScenario(pb.DeleteScenarioRequest(name=f"scenarios/{name}"), timeout=TIMEOUT_S)

    def ask(self, choice: questions.ScenarioChoice, **changes: Any) -> Answer:
        target = questions.Target(training_flop=1e29)
        question = questions.Question(target=target, scenario=choice, max_draws=500, **changes)
        return self.forecasts.Forecast(ForecastRequest(question=question), timeout=TIMEOUT_S).answer


def named(name: str) -> questions.ScenarioChoice:
    return questions.ScenarioChoice(name=name)


def scenario(name: str, rate: float = 0.08, **changes: Any) -> questions.Scenario:
    told: dict[str, Any] = {"about": "A slow price.", "source": "us", "published_on": "2024-02-29"}
    overrides = [questions.Override(input="compute.r_realised", set=rate)]
    return questions.Scenario(name=name, **{**told, "overrides": overrides, **changes})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a server whose scenarios may change."""
    return tmp_path_factory.mktemp("scenarios")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[RunningServer]:
    with start(home) as server:
        yield server


@pytest.fixture
def caller(running: RunningServer) -> Iterator[Caller]:
    with grpc.insecure_channel(running.address) as channel:
        yield Caller(channel)


def test_every_scenario_is_listed_page_by_page(caller: Caller) -> None:
    whole = caller.list()
    assert set(scenarios.built_in_names()) <= set(caller.names()) and not whole.next_page_token
    assert caller.names() == sorted(caller.names())
    first = caller.list(size=10)
    second = caller.list(size=1000, token=first.next_page_token)
    assert [*first.scenarios, *second.scenarios] == list(whole.scenarios) and not second.next_page_token
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "page_token"):
        caller.list(token="another")


def test_the_command_line_and_the_wire_tell_the_same(caller: Caller, home: Path) -> None:
    caller.create(scenario("told-one"))
    for record in scenarios.known(home):
        told = MessageToDict(caller.get(record.name), preserving_proto_field_name=True)
        assert told == scenarios.record_dict(record)


def test_a_question_names_a_built_in_scenario(caller: Caller) -> None:
    plain, slow = caller.ask(named("baseline")), caller.ask(named("scenarios/slow-price"))
    library = Forecaster.load().when(flop=1e29, scenario="slow-price", max_draws=500)
    assert list(slow.cdf.probability) == list(library.cdf.probability) != list(plain.cdf.probability)
    assert slow.provenance.scenario_hash == library.provenance.scenario_hash
    inline = questions.ScenarioChoice(inline=caller.get("slow-price").scenario)
    assert caller.ask(inline).provenance.scenario_hash == slow.provenance.scenario_hash
    with refused(StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME", "most like it: slow-price") as told:
        caller.ask(named("slow-prize"))
    assert told.fields[0].startswith("question.scenario")


def test_no_file_of_the_server_is_read_by_name(caller: Caller, home: Path) -> None:
    (home / "secret.yaml").write_text("name: secret\n")
    for name in ("/etc/passwd.yaml", "../secret", "../secret.yaml", "secret.yaml", "scenarios/../secret"):
        with refused(StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME", "unknown scenario"):
            caller.ask(named(name))
        with refused(StatusCode.NOT_FOUND, "NOT_FOUND"):
            caller.get(name)


def test_a_scenario_is_made_asked_under_and_deleted(caller: Caller, home: Path) -> None:
    made = caller.create(scenario("first-one"))
    assert (made.name, made.origin) == ("scenarios/first-one", pb.SCENARIO_ORIGIN_CREATED)
    assert caller.get("first-one") == made and made in caller.list().scenarios
    answer = caller.ask(named("first-one"))
    assert answer.question.scenario.inline == made.scenario
    told_by_library = Forecaster.load(home=home).when(flop=1e29, scenario="first-one", max_draws=500)
    assert list(answer.cdf.probability) == list(told_by_library.cdf.probability)
    assert load(scenarios.find("first-one", home).text.encode(), "x") == scenarios.find("first-one", home).scenario
    caller.delete("first-one")
    with refused(StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME"):
        caller.ask(named("first-one"))
    for call in (caller.delete, caller.get):
        with refused(StatusCode.NOT_FOUND, "NOT_FOUND") as told:
            call("first-one")
        assert told.fields == ("name",)
    assert list(caller.ask(questions.ScenarioChoice(inline=made.scenario)).cdf.probability) == list(
        answer.cdf.probability
    )


def test_the_same_again_changes_nothing_and_another_is_refused(caller: Caller) -> None:
    request_id = str(uuid4())
    first = caller.create(scenario("second-one"), request_id=request_id)
    assert (
        caller.create(scenario("second-one"), request_id=request_id) == first == caller.create(scenario("second-one"))
    )
    with refused(StatusCode.ALREADY_EXISTS, "NAME_TAKEN", "another scenario is kept as second-one") as told:
        caller.create(scenario("second-one", 0.07))
    assert told.fields == ("scenario.name",)
    with refused(StatusCode.INVALID_ARGUMENT, "REQUEST_ID_USED") as told:
        caller.create(scenario("third-one"), request_id=request_id)
    assert told.fields == ("request_id",)
    with refused(StatusCode.ALREADY_EXISTS, "NAME_TAKEN", "built-in scenario"):
        caller.create(scenario("skeptic"))
    with refused(StatusCode.INVALID_ARGUMENT, "INVALID_INPUT", "skeptic is built in, and stays"):
        caller.delete("skeptic")


def test_a_check_keeps_nothing(caller: Caller) -> None:
    checked = caller.create(scenario("checked-one"), validate_only=True)
    assert checked.scenario.overrides[0].set == 0.08 and "checked-one" not in caller.names()


def override(name: str, **said: Any) -> dict[str, Any]:
    return {"overrides": [questions.Override(input="run.months", set=3), questions.Override(input=name, **said)]}


UPSIDE_DOWN = questions.Distribution(uniform=questions.Uniform(low=2, high=1))
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown input": (override("run.month", set=3), "scenario.overrides[1]", "UNKNOWN_NAME"),
    "a value out of bounds": (override("run.utilization", set=3), "scenario.overrides[1]", "INVALID_INPUT"),
    "nothing said": (override("run.utilization"), "scenario.overrides[1]", "INVALID_INPUT"),
    "a prior upside down": (override("run.utilization", prior=UPSIDE_DOWN), "scenario.overrides[1]", "INVALID_INPUT"),
    "an input twice": (override("run.months", set=4), "scenario.overrides", "INVALID_INPUT"),
    "an unknown switch": ({"switches": [questions.Switch(name="chip", on=True)]}, "scenario.switches", "UNKNOWN_NAME"),
    "a switch half on": ({"switches": [questions.Switch(name="chips")]}, "scenario.switches[0].on", "INVALID_INPUT"),
    "a day": ({"published_on": "soon"}, "scenario.published_on", "INVALID_INPUT"),
    "a long text": ({"about": "x" * 3000}, "scenario.about", "INVALID_INPUT"),
    "a name": ({"name": "A b"}, "scenario.name", "INVALID_INPUT"),
    "no name": ({"name": ""}, "scenario.name", "INVALID_INPUT"),
    "an empty target": ({"target": questions.Target()}, "scenario.target", "INVALID_INPUT"),
    "a loss": (
        {"target": questions.Target(loss=questions.Loss(nats_per_token=-1, scale="x"))},
        "scenario.target.loss.nats_per_token",
        "INVALID_INPUT",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_named(kind: str, caller: Caller) -> None:
    changes, field, reason = WRONG[kind]
    with refused(StatusCode.INVALID_ARGUMENT, reason) as told:
        caller.create(scenario(**{"name": "wrong-one", **changes}))
    assert told.fields[0].startswith(field)
    assert "wrong-one" not in caller.names()


def test_of_many_at_once_one_wins(caller: Caller, home: Path) -> None:
    outcomes: list[str] = []

    def make(rate: float) -> None:
        try:
            outcomes.append(str(caller.create(scenario("raced-one", rate)).scenario.overrides[0].set))
        except grpc.RpcError as error:
            outcomes.append(error.code().name)

    threads = [threading.Thread(target=make, args=(0.05 + i / 100,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("ALREADY_EXISTS") == 5
    assert str(ScenarioStore(home).get("raced-one").scenario.overrides[0].value) in outcomes


def test_a_damaged_file_is_said_without_a_path(caller: Caller, home: Path) -> None:
    caller.create(scenario("spoilt-one"))
    (state_folder(home).scenarios / "spoilt-one.yaml").write_text("name: [")
    for call in (caller.get, lambda name: caller.ask(named(name)), lambda name: caller.create(scenario(name))):
        with refused(StatusCode.FAILED_PRECONDITION, "DAMAGED_SCENARIO", "file of scenario spoilt-one is damaged"):
            call("spoilt-one")
    assert "spoilt-one" not in caller.names()
    caller.delete("spoilt-one")
    assert caller.create(scenario("spoilt-one")).origin == pb.SCENARIO_ORIGIN_CREATED


def test_the_client_makes_lists_and_deletes(running: RunningServer) -> None:
    with Client(running.address) as client:
        made = client.create_scenario("client-one", about="Ours.", priors={"run.months": (2, 9)})
        assert made.priors["run.months"]["log_normal"]["median"] == pytest.approx(18**0.5)
        assert client.scenario("client-one") == made and made in list(client.scenarios(page_size=7))
        client.delete_scenario("client-one")
        with pytest.raises(LookupError, match="unknown scenario 'client-one'"):
            client.scenario("client-one")
