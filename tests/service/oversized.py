"""Requests with one field that is far too large: every text, every list and every run of bytes, at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tests.service.good_requests import GOOD
from tests.wire import METHODS

SIZE_BYTES = 900_000
"""Nearly all that the server receives."""

Path = tuple[FieldDescriptor, ...]


@dataclass(frozen=True, slots=True)
class Oversized:
    """One request.

    Attributes
    ----------
    method : str
        Path of the method.
    path : tuple of FieldDescriptor
        The way to the field that is too large.
    """

    method: str
    path: Path

    @property
    def field(self) -> str:
        """The field that is too large, such as `question.by_years`."""
        return ".".join(field.name for field in self.path)

    @property
    def owner(self) -> str:
        """The field by its message, wherever that stands, such as `timelines.v1.Question.by_years`."""
        return self.path[-1].full_name

    def payload(self) -> bytes:
        """The request, made anew: all of them at once would be 600 MB."""
        request = _base(METHODS[self.method].input_type, self.path)
        _enlarge(_down(request, self.path[:-1]), self.path[-1])
        return request.SerializeToString()

    def __str__(self) -> str:
        return f"{self.method.rpartition('/')[2]} {self.field}"


def every() -> Iterator[Oversized]:
    """One for each field of each request that can be large."""
    for method, descriptor in sorted(METHODS.items()):
        for path in large_fields(descriptor.input_type):
            yield Oversized(method, path)


def once(cases: Sequence[Oversized]) -> list[Oversized]:
    """One of each field, though its message stands in several requests, and one of each request."""
    found = {**{case.method: case for case in cases}, **{case.owner: case for case in cases}}
    return list({id(case): case for case in found.values()}.values())


def large_fields(descriptor: Descriptor, above: Path = ()) -> Iterator[Path]:
    """Paths to all lists, texts and bytes; a message inside one of its own kind is left out, once is enough."""
    for field in descriptor.fields:
        path = (*above, field)
        if field.is_repeated or field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            yield path
        inner = field.message_type
        if inner is not None and inner not in [descriptor, *(one.containing_type for one in above)]:
            yield from large_fields(inner, path)


def _base(descriptor: Descriptor, path: Path) -> Message:
    """A good request of the kind, the one that has most of the path already."""
    kind = GetMessageClass(descriptor)
    best = max(GOOD.get(descriptor.name, [kind()]), key=lambda one: _depth(one, path))
    copy = kind()
    copy.CopyFrom(best)
    return copy


def _depth(message: Any, path: Path) -> int:
    for depth, field in enumerate(path[:-1]):
        if field.is_repeated:
            items = getattr(message, field.name)
            if not items:
                return depth
            message = items[0]
        elif message.HasField(field.name):
            message = getattr(message, field.name)
        else:
            return depth
    return len(path)


def _down(message: Any, path: Path) -> Any:
    """The message at the end of the path, made where it is missing."""
    for field in path:
        inner = getattr(message, field.name)
        if field.is_repeated:
            message = inner[0] if inner else inner.add()
        else:
            inner.SetInParent()
            message = inner
    return message


def _enlarge(message: Any, field: FieldDescriptor) -> None:
    if not field.is_repeated:
        setattr(message, field.name, _text(field, SIZE_BYTES))
        return
    items = getattr(message, field.name)
    if field.message_type is not None:
        one = items[0] if items else items.add()
        items.extend([one] * (SIZE_BYTES // (one.ByteSize() + 4)))
    elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        one = items[0] if items else _text(field, 5)
        items.extend([one] * (SIZE_BYTES // (len(one) + 2)))
    else:
        one_bytes = 8 if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE else 2
        items.extend([items[0] if items else 1] * (SIZE_BYTES // one_bytes))


def _text(field: FieldDescriptor, size: int) -> str | bytes:
    return b"A" * size if field.type == FieldDescriptor.TYPE_BYTES else "A" * size
