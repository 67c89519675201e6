"""What fake servers answer in tests, and what clients ask them."""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Iterator
from typing import Any

import grpc

from tests.fake_server import canned
from timelines import Question
from timelines.v1 import answer_pb2, scale_service_pb2
from timelines.v1 import forecast_service_pb2 as pb

BAD_SEED = 13
"""A question with this seed is answered with an error."""


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def slow(request: Any, context: grpc.ServicerContext) -> Any:
    """Waits until its caller is gone."""
    gone = threading.Event()
    context.add_callback(gone.set)
    gone.wait(20)
    return pb.ForecastResponse()


def scales_page(request: Any, context: Any) -> Any:
    at = int(request.page_token or 0)
    token = str(at + 2) if at < 4 else ""
    names = [scale_service_pb2.Scale(name=f"scales/s{i}", origin=1) for i in range(at, at + 2)]
    return scale_service_pb2.ListScalesResponse(scales=names, next_page_token=token)


def chunks(total: int, sent: int) -> Iterator[pb.StreamDrawsResponse]:
    for offset in range(0, sent, 10):
        chunk = pb.StreamDrawsResponse(offset=offset, total=total, provenance=answer_pb2.Provenance(posterior="p"))
        chunk.decimal_year.extend([2030.0] * 9 + [math.inf])
        chunk.position.extend([answer_pb2.POSITION_WITHIN_HORIZON] * 9 + [answer_pb2.POSITION_NEVER])
        yield chunk


def reply(request: pb.ForecastBatchRequest) -> pb.ForecastBatchResponse:
    response = pb.ForecastBatchResponse(index=request.index)
    if request.question.seed == BAD_SEED:
        response.error.code, response.error.reason = "INVALID_ARGUMENT", "UNKNOWN_NAME"
    else:
        response.answer.CopyFrom(canned().answer)
        response.answer.question.seed = request.question.seed
    return response


def answer_all(requests: Iterator[pb.ForecastBatchRequest], context: Any) -> Iterator[pb.ForecastBatchResponse]:
    return map(reply, requests)


def questions(count: int) -> Iterator[Question]:
    return (Question(flop=1e29, seed=seed) for seed in range(count))
