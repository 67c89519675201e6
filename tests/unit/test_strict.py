"""Requests are read strictly."""

from __future__ import annotations

import pytest
from google.protobuf.unknown_fields import UnknownFieldSet
from grpc import StatusCode
from hypothesis import given
from hypothesis import strategies as st

from timelines.v1 import forecast_service_pb2 as pb
from timelines.v1 import scale_service_pb2
from timelines_server.manners.status import CallError
from timelines_server.manners.strict import parse, refuse_unknown_fields

FIELD_99 = b"\x98\x06\x05"


def inside(*tags: int) -> bytes:
    """A field 99 inside messages of these field numbers, the outermost first."""
    raw = FIELD_99
    for tag in reversed(tags):
        raw = bytes([tag << 3 | 2, len(raw)]) + raw
    return raw


def test_what_we_know_is_read_as_it_is() -> None:
    request = pb.ForecastRequest()
    request.question.target.loss.scale = "kaplan-webtext2"
    request.question.by_years.extend([2030, 2040])
    read = parse(pb.ForecastRequest.FromString, request.SerializeToString())
    refuse_unknown_fields(read)
    assert read == request


@pytest.mark.parametrize("raw", [b"\xff", b"\x0a\x05a", b"\x0a\x03\x0a\x05a", b"\x08"])
def test_malformed_bytes_are_an_invalid_argument(raw: bytes) -> None:
    with pytest.raises(CallError, match=r"timelines\.v1\.ForecastRequest") as caught:
        parse(pb.ForecastRequest.FromString, raw)
    assert (caught.value.code, caught.value.reason) == (StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST")


@pytest.mark.parametrize("tags", [(), (1,), (1, 1), (1, 1, 1), (1, 6, 2, 1)], ids=str)
def test_an_unknown_field_is_refused_at_any_depth(tags: tuple[int, ...]) -> None:
    read = parse(pb.ForecastRequest.FromString, inside(*tags))
    with pytest.raises(CallError, match="does not know") as caught:
        refuse_unknown_fields(read)
    assert (caught.value.code, caught.value.reason) == (StatusCode.INVALID_ARGUMENT, "UNKNOWN_FIELD")


def test_an_unknown_field_is_refused_in_one_of_many() -> None:
    points = inside(7) + scale_service_pb2.ImportStudyRequest(points=[{"training_flop": 1e20}]).SerializeToString()
    with pytest.raises(CallError):
        refuse_unknown_fields(parse(scale_service_pb2.ImportStudyRequest.FromString, points))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_whole_or_refused(raw: bytes) -> None:
    try:
        read = parse(pb.ForecastBatchRequest.FromString, raw)
        refuse_unknown_fields(read)
    except CallError:
        return
    assert len(UnknownFieldSet(read)) == 0
    assert parse(pb.ForecastBatchRequest.FromString, read.SerializeToString()).ByteSize() == read.ByteSize()
