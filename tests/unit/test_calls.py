"""One call's clock and number."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from io import StringIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from grpc import StatusCode

from timelines_server.manners.calls import Call, Context, failure_of
from timelines_server.manners.status import CallError
from timelines_server.observing.logs import Log
from timelines_server.observing.metrics import Uncounted


def call(*remaining_s: float | None) -> Call:
    """A call whose context gives these times to its deadline, one after the other."""
    times = iter(remaining_s)
    context = SimpleNamespace(time_remaining=lambda: next(times), peer=lambda: "ipv4:127.0.0.1:1")
    return Call("/timelines.v1.A/B", Uncounted(), Log(StringIO()), "", cast(Context, context))


def test_no_work_is_done_for_a_caller_whose_deadline_has_passed() -> None:
    with pytest.raises(CallError) as caught:
        call(0.0).refuse_if_late()
    assert caught.value.code is StatusCode.DEADLINE_EXCEEDED
    call(0.001).refuse_if_late()
    call(None).refuse_if_late()


@pytest.mark.parametrize(
    ("remaining_s", "code"),
    [
        ((None, None), StatusCode.CANCELLED),
        ((10.0, 9.0), StatusCode.CANCELLED),
        ((10.0, 0.0), StatusCode.DEADLINE_EXCEEDED),
        ((10.0, 0.15), StatusCode.DEADLINE_EXCEEDED),
        ((0.5, 0.1), StatusCode.CANCELLED),
        ((0.5, 0.015), StatusCode.DEADLINE_EXCEEDED),
    ],
)
def test_a_caller_who_is_gone_gave_up_or_ran_out_of_time(remaining_s: tuple[Any, Any], code: StatusCode) -> None:
    async def run() -> None:
        ended = call(*remaining_s)
        ended.gone()
        assert ended.code is code

    asyncio.run(run())


def test_every_call_has_a_number_of_its_own() -> None:
    calls = [call(None) for _ in range(100)]
    assert len({one.id for one in calls}) == 100 and all(one.id.isascii() for one in calls)


def test_the_line_of_a_call_is_json_whatever_is_in_it() -> None:
    odd, stream = 'a"b\\\n\x1b\u2028\ud800', StringIO()
    context = SimpleNamespace(time_remaining=lambda: 1.5, peer=lambda: odd)
    log = Log(stream)
    Call(odd, Uncounted(), log, odd, cast(Context, context)).end(StatusCode.NOT_FOUND, odd)
    log.flush()
    line = json.loads(stream.getvalue())
    assert [line[name] for name in ("method", "peer", "reason", "token")] == [odd] * 4
    assert abs(datetime.fromisoformat(line["time"]).timestamp() - time.time()) < 60
    assert (line["level"], line["code"], line["deadline_ms"]) == ("info", "NOT_FOUND", 1500.0)
    assert 0 <= line["duration_ms"] < 60_000 and line["event"] == "call" and "-" in line["call_id"]


def test_outside_a_call_a_failure_names_none() -> None:
    assert failure_of(RuntimeError("x")).message.endswith("in its log")
