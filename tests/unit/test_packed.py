"""A response that is bytes already goes out as it is, or is read first where it is to be written otherwise."""

from __future__ import annotations

from timelines.v1 import forecast_service_pb2 as pb
from timelines_server.gateway.codecs import to_json
from timelines_server.manners.packed import Packed

MESSAGE = pb.ForecastResponse(answer={"p_never": 0.25})


def test_generated_code_would_write_the_same_bytes_so_they_go_as_they_are() -> None:
    raw = MESSAGE.SerializeToString()
    assert Packed(pb.ForecastResponse, raw).by(pb.ForecastResponse.SerializeToString) is raw


def test_json_is_written_of_the_message() -> None:
    packed = Packed(pb.ForecastResponse, MESSAGE.SerializeToString())
    assert packed.by(to_json) == to_json(MESSAGE) == b'{"answer": {"p_never": 0.25}}'
