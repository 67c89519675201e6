"""EvaluationService on a real server: library, handler and wire replay claims the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict, MessageToJson
from grpc import StatusCode

from forecast.errors import PosteriorNotFoundError, StoppedError
from forecast.evaluation import replay as engine
from forecast.evaluation.replay import IDS, Replayed, to_dict, to_json
from forecast.posterior import selection
from tests.service.refusals import refused
from tests.service.running import RunningServer
from timelines import Client, InvalidQuestionError
from timelines.v1 import evaluation_service_pb2 as pb
from timelines.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from timelines_server.converters.replay import replay_proto
from timelines_server.handlers.evaluation import EvaluationHandlers
from timelines_server.manners.status import Failure
from timelines_server.resources import Resources
from timelines_server.state.current import Current
from timelines_server.work import Work

TIMEOUT_S = 60
REPLAY = "/timelines.v1.EvaluationService/Replay"


@pytest.fixture(name="stub", scope="module")
def stub_(server: RunningServer) -> Iterator[EvaluationServiceStub]:
    with grpc.insecure_channel(server.address) as channel:
        yield EvaluationServiceStub(channel)


@pytest.fixture(name="library", scope="module")
def library_() -> tuple[Replayed, ...]:
    return engine.replay()


@pytest.fixture(name="handlers")
def handlers_(tmp_path: Path) -> Iterator[EvaluationHandlers]:
    work = Work()
    yield EvaluationHandlers(Resources(Current(tmp_path), work))
    work.close()


def ask(stub: EvaluationServiceStub, *claims: str) -> pb.ReplayResponse:
    return stub.Replay(pb.ReplayRequest(claims=claims), timeout=TIMEOUT_S)


def test_library_handler_and_wire_replay_the_same(
    stub: EvaluationServiceStub, handlers: EvaluationHandlers, library: tuple[Replayed, ...]
) -> None:
    assert asyncio.run(handlers.replay(())) == library
    cold, hot = ask(stub), ask(stub)
    assert cold.SerializeToString(deterministic=True) == hot.SerializeToString(deterministic=True)
    assert MessageToDict(cold, preserving_proto_field_name=True) == to_dict(library)


def test_the_command_line_prints_the_messages_own_json(library: tuple[Replayed, ...]) -> None:
    message = replay_proto(library)
    assert MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False) + "\n" == to_json(library)


def test_claims_come_as_asked_and_each_once(stub: EvaluationServiceStub, library: tuple[Replayed, ...]) -> None:
    asked = ask(stub, "j12", " G3", "J12")
    assert [claim.id for claim in asked.claims] == ["J12", "G3"]
    whole = {claim.id: claim for claim in ask(stub).claims}
    assert [claim.id for claim in ask(stub).claims] == list(IDS)
    assert list(asked.claims) == [whole["J12"], whole["G3"]]


def test_the_client_tells_the_same(server: RunningServer, library: tuple[Replayed, ...]) -> None:
    with Client(server.address, timeout=TIMEOUT_S) as client:
        assert client.replay().to_json() == to_json(library)
        assert [claim.id for claim in client.replay(["M1", "S2"])] == ["M1", "S2"]
        with pytest.raises(InvalidQuestionError, match="known: G1, G10, G2") as caught:
            client.replay(["G3", "X9"])
    assert (caught.value.reason, caught.value.field_violations[0].field) == ("UNKNOWN_NAME", "claims")


def test_an_unknown_claim_is_an_invalid_argument_that_lists_the_known(stub: EvaluationServiceStub) -> None:
    with refused(StatusCode.INVALID_ARGUMENT, "UNKNOWN_NAME", "unknown claim 'G99'; known: G1, G10") as told:
        ask(stub, "G3", "G99")
    assert told.fields == ("claims",) and all(name in told.message for name in IDS)


def test_an_unknown_field_is_refused(server: RunningServer) -> None:
    with grpc.insecure_channel(server.address) as channel:
        with refused(StatusCode.INVALID_ARGUMENT, "UNKNOWN_FIELD"):
            channel.unary_unary(REPLAY)(b"\x98\x06\x05", timeout=TIMEOUT_S)
        with refused(StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"):
            channel.unary_unary(REPLAY)(b"\x0a\x05G", timeout=TIMEOUT_S)


# --- the handler ------------------------------------------------------------------------------------------------------


def test_a_claim_is_replayed_once(handlers: EvaluationHandlers, monkeypatch: pytest.MonkeyPatch) -> None:
    first = asyncio.run(handlers.replay(("G1", "J1")))
    asked: list[Any] = []
    monkeypatch.setattr(engine, "replay", lambda ids, *rest: asked.append(list(ids)) or ())
    assert asyncio.run(handlers.replay(("J1", "G1"))) == first[::-1]
    assert asked == []


def test_work_stops_between_claims_when_the_caller_is_gone(
    handlers: EvaluationHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed: list[str] = []

    def slow(row: Any, evidence: Any, checkpoint: Any) -> Any:
        checkpoint()
        replayed.append(row.__name__)
        time.sleep(0.2)

    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(handlers.replay(()), 0.5)

    monkeypatch.setattr(engine, "_replayed", slow)
    asyncio.run(leave())
    handlers._work.close()
    assert 1 <= len(replayed) <= 4 < len(IDS)


def test_a_checkpoint_stops_the_library_too() -> None:
    def gone() -> None:
        raise StoppedError("nobody waits")

    with pytest.raises(StoppedError):
        engine.replay(["G1"], checkpoint=gone)


def test_a_missing_posterior_is_not_found_with_the_remedy(
    handlers: EvaluationHandlers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(selection, "SHIPPED", tmp_path)
    with pytest.raises(PosteriorNotFoundError) as caught:
        asyncio.run(handlers.replay(["J12"]))
    failure = Failure.of(caught.value)
    assert failure.code is StatusCode.NOT_FOUND and failure.reason == "POSTERIOR_NOT_FOUND"
    assert "2020-07-27" in failure.message and "install it again" in failure.message
