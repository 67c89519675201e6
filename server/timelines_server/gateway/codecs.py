"""Bytes and JSON: what a call's body is written in, and the handler that reads and writes it.

Connect's library is handed bytes as they came and gives them on as they are; messages are read where gRPC's are, inside
the manners of the call, so that a body that cannot be read is told, counted and logged like any other fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message
from grpc import StatusCode

from timelines_server.manners.status import CallError

type Handler = grpc.RpcMethodHandler[Any, Any]


class AsItCame:
    """A codec of Connect's library that leaves bytes alone.

    Parameters
    ----------
    name : str
        `proto` or `json`, as content types end.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        """The name of the codec."""
        return self._name

    def encode(self, message: bytes) -> bytes:
        """The bytes of an answer."""
        return message

    def decode(self, data: bytes | bytearray, message_class: type[bytes]) -> bytes:
        """The bytes of a request."""
        return message_class(data)


def is_json(content_type: str) -> bool:
    """Whether a content type, such as `application/connect+json; charset=utf-8`, says JSON."""
    return content_type.partition(";")[0].strip().lower().endswith("json")


def in_json(handler: Handler) -> Handler:
    """The same handler, with JSON in and JSON out."""
    read = handler.request_deserializer
    owner = getattr(read, "__self__", None)
    if not (isinstance(owner, type) and issubclass(owner, Message)):
        raise TypeError("a method of ours reads messages")
    spoken: Handler = handler._replace(  # type: ignore[attr-defined]  # a named tuple, which gRPC's stubs do not say
        request_deserializer=_reader(owner), response_serializer=to_json
    )
    return spoken


def to_json(message: Message) -> bytes:
    """A message as JSON: field names as in the protos, as `Answer.to_json` has them."""
    return json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None).encode()


def _reader(kind: type[Message]) -> Callable[[bytes], Message]:
    def read(raw: bytes) -> Message:
        try:
            return json_format.Parse(raw or b"{}", kind())
        except (json_format.ParseError, UnicodeDecodeError, RecursionError) as error:
            said = f"the JSON of the request is no {kind.DESCRIPTOR.full_name}: {error}"
            raise CallError(StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST", said) from None

    return read
