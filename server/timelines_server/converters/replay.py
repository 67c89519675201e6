"""Replayed claims -> the message, field by field of the same name as their JSON."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.json_format import ParseDict

from forecast.evaluation import replay as engine
from timelines.v1 import evaluation_service_pb2 as pb


def replay_proto(replayed: Sequence[engine.Replayed]) -> pb.ReplayResponse:
    """The message of replayed claims; figures are rounded as in their JSON, so that every machine says the same."""
    return ParseDict(engine.to_dict(replayed), pb.ReplayResponse())
