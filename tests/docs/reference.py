"""The reference of the API, docs/api.md: every RPC, message, field and enum value, with the comment in its proto."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

from tests.house import ROOT
from timelines_server.access.scopes import NEEDS
from tools.protos import buf

HEAD = """<!-- Written by `python -m tests.docs.refresh` from the protos; do not edit. -->

# The API: `timelines.v1`

Written from the comments of [the protos](../protos/timelines/v1). How to call it, errors and limits are in the
[README](../README.md#serve-and-ask). `optional` fields tell a zero from nothing. Each RPC needs the scope that stands
beside it, where the server asks for a token.
"""
PACKAGE = "timelines.v1"
# Numbers of the fields of a descriptor, which the paths of source locations are made of.
MESSAGES, ENUMS, SERVICES, PARTS = 4, 5, 6, 2


@dataclass(frozen=True, slots=True)
class Proto:
    """One file, and its comments by the path of what they stand above."""

    file: FileDescriptorProto
    comments: dict[tuple[int, ...], str]

    def about(self, *path: int) -> str:
        """The comment above something, on one line."""
        return " ".join(self.comments[path].split())


@cache
def protos() -> tuple[Proto, ...]:
    """Every proto of ours, questions and answers first."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.binpb"
        done = buf("build", str(ROOT / "protos"), "-o", str(image))
        assert done.returncode == 0, done.stderr
        files = FileDescriptorSet.FromString(image.read_bytes()).file
    ours = [_read(file) for file in files if file.package == PACKAGE]
    return tuple(sorted(ours, key=lambda proto: (bool(proto.file.service), "service" in proto.file.name)))


def _read(file: FileDescriptorProto) -> Proto:
    located = file.source_code_info.location
    return Proto(file, {tuple(place.path): place.leading_comments for place in located if place.leading_comments})


def page() -> str:
    """What docs/api.md must hold."""
    services = [part for proto in protos() for part in _services(proto)]
    types = [part for proto in protos() for part in (*_messages(proto), *_enums(proto))]
    return "\n".join([HEAD, "## Services\n", *services, "## Messages\n", *types]).rstrip() + "\n"


def _services(proto: Proto) -> Iterator[str]:
    for i, service in enumerate(proto.file.service):
        rows = [_rpc(proto, service, i, j) for j in range(len(service.method))]
        yield _section(service.name, proto.about(SERVICES, i), ("RPC", "scope", "what it does"), rows)


def _rpc(proto: Proto, service: ServiceDescriptorProto, i: int, j: int) -> tuple[str, str, str]:
    method = service.method[j]
    scope = NEEDS[f"/{PACKAGE}.{service.name}/{method.name}"].label
    streams = [_link(name, stream) for name, stream in _ends(service, j)]
    return f"`{method.name}` ({streams[0]}) → {streams[1]}", scope, proto.about(SERVICES, i, PARTS, j)


def _ends(service: ServiceDescriptorProto, j: int) -> tuple[tuple[str, bool], tuple[str, bool]]:
    method = service.method[j]
    return (method.input_type, method.client_streaming), (method.output_type, method.server_streaming)


def _link(full_name: str, stream: bool = False) -> str:
    name = full_name.rpartition(".")[2]
    return f"{'stream of ' if stream else ''}[{name}](#{name.lower()})"


def _messages(proto: Proto) -> Iterator[str]:
    for i, message in enumerate(proto.file.message_type):
        rows = [_field(proto, message, i, j) for j in range(len(message.field))]
        yield _section(message.name, proto.about(MESSAGES, i), ("field", "type", "what it holds"), rows)


def _field(proto: Proto, message: DescriptorProto, i: int, j: int) -> tuple[str, str, str]:
    field = message.field[j]
    return f"`{field.name}`", _kind(message, field), proto.about(MESSAGES, i, PARTS, j)


def _kind(message: DescriptorProto, field: FieldDescriptorProto) -> str:
    """Its type, and before it whether there may be several, none, or this one of some."""
    kind = _link(field.type_name) if field.type_name else FieldDescriptorProto.Type.Name(field.type)[5:].lower()
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"repeated {kind}"
    if field.proto3_optional:
        return f"optional {kind}"
    return f"{kind}, one of `{message.oneof_decl[field.oneof_index].name}`" if field.HasField("oneof_index") else kind


def _enums(proto: Proto) -> Iterator[str]:
    for i, enum in enumerate(proto.file.enum_type):
        rows = [_value(proto, enum, i, j) for j in range(len(enum.value))]
        yield _section(enum.name, proto.about(ENUMS, i), ("value", "what it means"), rows)


def _value(proto: Proto, enum: EnumDescriptorProto, i: int, j: int) -> tuple[str, str]:
    return f"`{enum.value[j].name}`", proto.about(ENUMS, i, PARTS, j)


def _section(name: str, about: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = f"### {name}\n\n{about}\n"
    return f"{text}\n{table(header, rows)}\n" if rows else text


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(header)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
