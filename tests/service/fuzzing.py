"""Requests that nobody should send: random bytes, mangled good requests, and messages that parse and are hostile.

Each case is made from a random stream of its own, so that a seed and a number are enough to make it again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tests.service.good_requests import GOOD
from tests.wire import METHODS
from timelines.v1 import forecast_service_pb2 as forecasts

BATCH = "/timelines.v1.ForecastService/ForecastBatch"
REPORT = "/timelines.v1.ReportService/CreateReport"

# Those that take one request; the bidirectional one is fuzzed item by item.
SINGLE = sorted(METHODS.keys() - {BATCH})
# The question itself has the most ways to be wrong, so a third of the cases go there.
CHOSEN = [*SINGLE, *["/timelines.v1.ForecastService/Forecast"] * 6, "/timelines.v1.ForecastService/StreamDraws"]

NUMBERS = [
    *(float("nan"), float("inf"), float("-inf"), -0.0, 0.0, 5e-324, -5e-324, 1e-308, 1e308, -1e308),
    *(1.0, -1.0, 0.5, 1 - 1e-16, 1e-9, 1e20, 1e29, 1e60, 2.0**53, 1.7e308),
]
INTEGERS = [0, 1, -1, 3, 50, 99, 100, 1000, 1001, 2020, 2035, 9999, 100_000, 100_001, 2**31 - 1, -(2**31), 2**32 - 1]
NAMES = [
    "kaplan",
    "kaplan-webtext2",
    "scales/kaplan-webtext2",
    "scales/",
    "tables/training_runs",
    "current",
    "posteriors/" * 40,
    "no-physical-limits",
    "scenarios/gwern-g3",
    "scenarios/../../secret.yaml",
    "run.months",
    "compute.g_spend",
    "power",
    "G3",
]
DATES = ["2024-13-45", "0000-00-00", "9999-12-31", "2060-12", "2030-02-30", "2020-01-01", "1e400"]
TRICKS = [
    "",
    " ",
    "\x00",
    "\r\n\t\x1b[31m",
    "../../../../shadow",
    "posteriors/../../secret",
    "%s%n{0}{}",
    "' OR 1=1 --",
]
LONG = ["\u202e\U0001f4a3" * 50, "\ufffd" * 200, "e\u0301" * 5000, "ß" * 60_000, "A" * 900_000, "\x00" * 10_000]
TEXTS = [*NAMES, *DATES, *TRICKS, *LONG]
UNKNOWN_FIELD = b"\xc0\xb8\x02\x01"  # number 5000, a varint
LENGTHS = (1, 2, 3, 49, 50, 51, 400, 10_000)


@dataclass(frozen=True, slots=True)
class Case:
    """One request: its number, the method by its full name, and the bytes."""

    number: int
    method: str
    payload: bytes

    def __str__(self) -> str:
        shown = self.payload.hex()
        if len(shown) > 600:
            shown = f"{shown[:600]}... ({len(self.payload)} bytes: make it again by its seed and number)"
        return f"case {self.number} to {self.method}: {shown}"


def value(field: FieldDescriptor, dice: Random) -> Any:
    """A hostile value for one element of a field that holds no message."""
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_DOUBLE:
            return dice.choice(NUMBERS)
        case FieldDescriptor.CPPTYPE_STRING:
            return dice.choice(TEXTS)
        case FieldDescriptor.CPPTYPE_BOOL:
            return dice.random() < 0.5
        case FieldDescriptor.CPPTYPE_UINT32:
            return abs(dice.choice(INTEGERS))
        case FieldDescriptor.CPPTYPE_ENUM:
            return dice.choice([*range(11), -1, 77, 2**31 - 1])
    return min(dice.choice(INTEGERS), 2**31 - 1)


def spoil(message: Message, dice: Random) -> None:
    """Put something hostile into one field, at any depth."""
    if dice.random() < 0.03 or not message.DESCRIPTOR.fields:
        message.MergeFromString(UNKNOWN_FIELD)
        return
    field = dice.choice(message.DESCRIPTOR.fields)
    if dice.random() < 0.05:
        message.ClearField(field.name)
    elif field.is_repeated:
        spoil_list(message, field, dice)
    elif field.message_type is not None:
        inner = getattr(message, field.name)
        inner.SetInParent()
        spoil(inner, dice)
    else:
        setattr(message, field.name, value(field, dice))


def spoil_list(message: Message, field: FieldDescriptor, dice: Random) -> None:
    """Replace a list by one of any length: of one value, or of as many as there are."""
    items = getattr(message, field.name)
    count = dice.choice(LENGTHS)
    if field.message_type is not None:
        kept = items[0] if len(items) else items.add()
        spoil(kept, dice)
        items.extend([kept] * (count - 1) if count < 400 else [kept] * 399)
    elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        items.extend([value(field, dice)[:1000]] * min(count, 400))
    else:
        same = dice.random() < 0.5
        first = value(field, dice)
        message.ClearField(field.name)
        items.extend([first if same else value(field, dice) for _ in range(count)])


def good(method: str, dice: Random) -> Message:
    kind = METHODS[method].input_type
    chosen = dice.choice(GOOD.get(kind.name) or [GetMessageClass(kind)()])
    copy = GetMessageClass(kind)()
    copy.CopyFrom(chosen)
    return copy


def hostile(method: str, dice: Random) -> bytes:
    """A message that parses: good or empty at first, then spoilt in one to four places."""
    message = good(method, dice) if dice.random() < 0.8 else GetMessageClass(METHODS[method].input_type)()
    for _ in range(dice.choice((0, 1, 1, 1, 2, 4))):
        spoil(message, dice)
    return message.SerializeToString()


def noise(method: str, dice: Random) -> bytes:
    """Random bytes, mostly few."""
    return dice.randbytes(dice.choice((0, 1, 2, 5, 20, 100, 300, 50_000)))


def mangled(method: str, dice: Random) -> bytes:
    """The bytes of a good request, cut, flipped, repeated and overwritten."""
    data = bytearray(good(method, dice).SerializeToString())
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        until = min(len(data), at + dice.choice((1, 1, 2, 8)))
        match dice.randrange(5):
            case 0:
                data[at:until] = dice.randbytes(until - at)
            case 1:
                del data[at:]
            case 2:
                data[at:at] = dice.randbytes(dice.choice((1, 2, 9)))
            case 3:
                data[at:at] = data[dice.randrange(len(data) + 1) :] * dice.choice((1, 1, 30))
            case 4:
                data[at:until] = b"\xff" * (until - at)
    return bytes(data)


MAKERS: tuple[Callable[[str, Random], bytes], ...] = (noise, mangled, mangled, hostile, hostile, hostile)


def case(seed: int, number: int) -> Case:
    """One request to a method that takes one; the same for the same seed and number."""
    dice = random.Random(f"{seed}:{number}")
    method = dice.choice(CHOSEN)
    return Case(number, method, dice.choice(MAKERS)(method, dice))


def batch(seed: int, number: int, items: int) -> list[forecasts.ForecastBatchRequest]:
    """Hostile questions for one stream, numbered by their place."""
    dice = random.Random(f"batch {seed}:{number}")
    made = []
    for index in range(items):
        item = forecasts.ForecastBatchRequest.FromString(hostile(BATCH, dice))
        item.index = index
        made.append(item)
    return made
