"""What is read off the wire is read strictly: whole messages, and no field that would change the question unheard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError, Message
from grpc import StatusCode

from timelines_server.manners.status import CallError

MALFORMED = "the bytes of the request are no {name}; send one that the protos of timelines.v1 describe"
UNKNOWN = (
    "a field is set that this server does not know; an answer without it would answer another question: "
    "leave it out, or ask a newer server"
)


def parse(deserializer: Callable[[bytes], Any], raw: bytes) -> Any:
    """The message that the bytes hold.

    Parameters
    ----------
    deserializer : callable
        `FromString` of the message's class.
    raw : bytes
        As they came.

    Raises
    ------
    CallError
        INVALID_ARGUMENT, MALFORMED_REQUEST: they hold no such message.
    """
    try:
        return deserializer(raw)
    except DecodeError:
        owner = getattr(deserializer, "__self__", None)
        name = owner.DESCRIPTOR.full_name if isinstance(owner, type) and issubclass(owner, Message) else "such message"
        raise CallError(StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST", MALFORMED.format(name=name)) from None


def refuse_unknown_fields(message: Message) -> None:
    """Refuse a message in which a field is set that this server does not know, at whatever depth.

    Calls with one request are checked before they reach a servicer. A servicer of a stream of requests checks each one
    itself, where it can still say which one is meant.

    Raises
    ------
    CallError
        INVALID_ARGUMENT, UNKNOWN_FIELD.
    """
    size = message.ByteSize()
    message.DiscardUnknownFields()
    if message.ByteSize() != size:
        raise CallError(StatusCode.INVALID_ARGUMENT, "UNKNOWN_FIELD", UNKNOWN)
