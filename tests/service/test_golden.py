"""Stored requests get their stored replies, and every call has one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.golden.calls import METHODS, Golden, differences, goldens
from tests.golden.kept import OPTIONS, keep
from tests.service.running import RunningServer, start

DRAWS = 4_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own, with fits to tell of."""
    with start(keep(tmp_path_factory.mktemp("kept")), *OPTIONS) as running:
        yield running


@pytest.mark.parametrize("golden", goldens(), ids=lambda golden: golden.path.stem)
def test_a_stored_request_gets_its_stored_reply(server: RunningServer, golden: Golden) -> None:
    with grpc.insecure_channel(server.address) as channel:
        found = golden.ask(channel)
    told = list(differences(golden.replies, found, DRAWS))
    assert not told, "\n".join([*told[:20], "if that is meant: python -m tests.golden.refresh"])


def test_every_call_has_a_stored_reply() -> None:
    assert set(METHODS) <= {golden.method for golden in goldens() if golden.replies}


def changed(reply: dict[str, Any], name: str, by: float) -> list[str]:
    found = copy.deepcopy(reply)
    found[name] += by
    return list(differences(reply, found, DRAWS))


def test_a_reply_that_differs_by_more_than_a_machine_is_seen() -> None:
    reply = {"p_never": 0.25, "training_flop": 1e25, "words": "as told", "empty": []}
    assert not changed(reply, "p_never", 3 / DRAWS)
    assert changed(reply, "p_never", 4 / DRAWS) == [".p_never: stored 0.25, found 0.251"]
    assert not changed(reply, "training_flop", 1e18)
    assert changed(reply, "training_flop", 1e20)
    for other in ({**reply, "words": "told otherwise"}, {**reply, "empty": [1]}, {"p_never": 0.25}):
        assert list(differences(reply, other, DRAWS))
