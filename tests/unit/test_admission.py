"""Room for calls."""

from __future__ import annotations

import pytest
from grpc import StatusCode

from timelines_server.manners.admission import Admission, OverloadedError, Slots
from timelines_server.manners.status import Failure


def test_one_too_many_is_refused_with_when_to_come_back() -> None:
    slots = Slots(2, "calls")
    with slots, slots, pytest.raises(OverloadedError, match="limit of 2 calls") as caught, slots:
        pass
    code, _, trailers = Failure.of(caught.value).to_status()
    assert code is StatusCode.RESOURCE_EXHAUSTED
    assert 100 <= int(dict(trailers)["grpc-retry-pushback-ms"]) < 400


def test_those_sent_away_together_do_not_come_back_together() -> None:
    assert len({OverloadedError(1, "calls").pushback_ms for _ in range(200)}) > 50


def test_a_place_is_given_back_also_after_an_error() -> None:
    slots = Slots(1, "calls")
    for _ in range(3):
        with pytest.raises(ValueError, match="wrong"), slots:
            raise ValueError("wrong")
    assert slots.used == 0


def test_a_refusal_takes_no_place() -> None:
    slots = Slots(1, "calls")
    with slots:
        for _ in range(3):
            with pytest.raises(OverloadedError), slots:
                pass
        assert slots.used == 1
    assert slots.used == 0


@pytest.mark.parametrize(("calls", "catalogue", "streams"), [(128, 64, 32), (4, 2, 1), (1, 1, 1)])
def test_the_catalogue_has_half_of_the_room_streams_a_quarter_and_both_at_least_one_place(
    calls: int, catalogue: int, streams: int
) -> None:
    admission = Admission(calls)
    limits = (admission.calls.limit, admission.catalogue.limit, admission.streams.limit)
    assert limits == (calls, catalogue, streams)
