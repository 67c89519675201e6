"""The client's replays: records of what the server tells, the same by either client."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict

from forecast.evaluation import replay as engine
from tests.fake_server import serve
from timelines import AsyncClient, Client, InvalidQuestionError, Replay
from timelines.replays import ClaimFigure, replay_request
from timelines.v1 import evaluation_service_pb2 as pb

ASKED = ("G3", "J12", "J9", "S1")


@pytest.fixture(name="library", scope="module")
def library_() -> tuple[engine.Replayed, ...]:
    return engine.replay(ASKED)


@pytest.fixture(name="message", scope="module")
def message_(library: tuple[engine.Replayed, ...]) -> pb.ReplayResponse:
    return ParseDict(engine.to_dict(library), pb.ReplayResponse())


def test_both_clients_ask_and_tell_the_same(message: pb.ReplayResponse) -> None:
    async def replayed(address: str) -> Replay:
        async with AsyncClient(address) as client:
            return await client.replay(ASKED)

    def reply(request: Any, context: Any) -> pb.ReplayResponse:
        return message

    with serve(Replay=reply) as fake:
        with Client(fake.address) as client:
            found, whole = client.replay(iter(ASKED), timeout=5), client.replay()
        assert found == whole == asyncio.run(replayed(fake.address))
    assert [list(request.claims) for request in fake.requests("Replay")] == [list(ASKED), [], list(ASKED)]


def test_a_record_tells_what_the_library_tells(
    library: tuple[engine.Replayed, ...], message: pb.ReplayResponse
) -> None:
    found = Replay.from_raw(message)
    assert len(found) == 4 and tuple(found) == found.claims
    assert found.verdicts == dict(engine.VERDICTS) and found.note == engine.HONESTY
    assert found.known_since == engine.known_since().words
    for ours, expected in zip(found, library, strict=True):
        told = expected.to_dict()
        assert (ours.id, ours.agrees, ours.verdict) == (expected.id, expected.agrees, expected.verdict)
        assert ours.published_on == expected.claim.published_on and isinstance(ours.published_on, date)
        for name in ("speaker", "source", "claim", "arithmetic", "as_of_forecast", "scenario", "scenario_forecast"):
            assert getattr(ours, name) == told.get(name, ""), name
        assert (ours.since, ours.why) == (told["since"], told["why"])
        for name in ("as_of_numbers", "scenario_numbers", "since_numbers"):
            assert [_filled(one) for one in getattr(ours, name)] == told.get(name, []), name
        assert [figure.stated for figure in ours.figures] == [one.stated for one in expected.arithmetic.figures]
        assert [figure.agrees for figure in ours.figures] == [one.agrees for one in expected.arithmetic.figures]


def _filled(record: Any) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(record).items() if value is not None}


def test_json_is_what_the_command_line_prints(library: tuple[engine.Replayed, ...], message: pb.ReplayResponse) -> None:
    assert Replay.from_raw(message).to_json() == engine.to_json(library)


def test_records_are_frozen_and_equal_by_what_they_say(message: pb.ReplayResponse) -> None:
    found, again = Replay.from_raw(message), Replay.from_raw(message)
    assert found == again and hash(found) == hash(again)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.claims[0].verdict = "HELD"  # type: ignore[misc]


def test_what_is_absent_is_none_and_a_zero_is_a_zero() -> None:
    absent = ClaimFigure.from_raw(pb.ClaimFigure(name="a", unit="1"))
    assert (absent.value, absent.agrees, absent.about) == (None, None, False)
    zero = ClaimFigure.from_raw(pb.ClaimFigure(name="a", unit="1", value=0.0, agrees=False))
    assert (zero.value, zero.agrees) == (0.0, False)


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ("G3", "give a list of ids, such as ['G3']"),
        ([], "leave it out for the default"),
        (3, "give a list"),
        (["G3", 4], r"claims\[1\] is 4"),
    ],
)
def test_what_is_no_list_of_ids_is_refused_before_it_is_sent(claims: Any, told: str) -> None:
    with pytest.raises(InvalidQuestionError, match=told.replace("['G3']", r"\['G3'\]")) as caught:
        replay_request(claims)
    assert caught.value.field_violations[0].field.startswith("claims")
