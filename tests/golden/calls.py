"""Golden replies: what a server on the shipped posterior says to stored requests, as JSON.

Every file of `rpc/` holds the method, its requests and the replies. Numbers may differ in the seventh digit from one
machine to another, and what is counted over draws by three draws; everything else is the same to the letter. Of a
report, which is full of such numbers, only its files' names and types are held, once each file is what its header says;
of a chart its words, the marks of its layers and the headings of its numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass

from tests import wire

FOLDER = Path(__file__).parent / "rpc"
# Those that reply something; DeleteScale does not.
METHODS = [method.full_name for method in wire.METHODS.values() if method.output_type.fields]
RELATIVE = 1e-6
FLIPPED_DRAWS = 3
# What is counted over draws, or follows from such a count.
COUNTED = {"p_already", "p_beyond_horizon", "p_never", "probability", "share_of_arrivals", "share_at_horizon"}
COUNTED |= {"p_already_mcse", "p_beyond_horizon_mcse", "p_never_mcse", "mcse", "mcse_years"}
RELEASED = "code_version"  # of the release that wrote it


@dataclass(frozen=True, slots=True)
class Golden:
    """One file: a method's full name, its requests and its replies."""

    path: Path
    method: str
    requests: list[dict[str, Any]]
    replies: list[dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Golden:
        """The file's content."""
        return cls(path, **json.loads(path.read_text(encoding="utf-8")))

    def write(self, replies: list[dict[str, Any]]) -> None:
        """Store new replies."""
        stored = {"method": self.method, "requests": self.requests, "replies": replies}
        self.path.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def ask(self, channel: grpc.Channel) -> list[dict[str, Any]]:
        """What a server replies now; every kind of call is a stream to the client."""
        method = descriptor_pool.Default().FindMethodByName(self.method)
        request, reply = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        path = f"/{method.containing_service.full_name}/{method.name}"
        call = channel.stream_stream(path, request.SerializeToString, reply.FromString)
        replies = call((ParseDict(asked, request()) for asked in self.requests), timeout=60)
        told = BRIEFLY[method.name](replies) if method.name in BRIEFLY else replies
        return [MessageToDict(message, preserving_proto_field_name=True) for message in told]


def _brief(parts: Iterable[Any]) -> Iterator[Any]:
    """A report's parts without progress and content, once each file was checked against its header."""
    posterior, *files = _files(parts)
    yield posterior
    for header, content in files:
        file = header.file
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest()), file.name
        file.ClearField("size")
        file.ClearField("sha256")
        yield header


def _files(parts: Iterable[Any]) -> list[Any]:
    """The part that comes first, then pairs of header and content."""
    found: list[Any] = []
    for part in parts:
        kind = part.WhichOneof("part")
        if kind == "chunk":
            found[-1][1] += part.chunk
        elif kind != "progress":
            found.append(part if kind == "posterior" else [part, b""])
    return found


def _outline(charts: Iterable[Any]) -> Iterator[Any]:
    """A chart without its numbers: what its layers are drawn with, and what its columns are called."""
    for chart in charts:
        if chart.vega_lite:
            chart.vega_lite = " ".join(layer["mark"]["type"] for layer in json.loads(chart.vega_lite)["layer"])
        chart.csv = chart.csv.partition("\n")[0]
        chart.description = chart.description.partition(":")[0]
        yield chart


BRIEFLY = {"CreateReport": _brief, "DrawChart": _outline}


def goldens() -> list[Golden]:
    """Every stored file, by name."""
    return [Golden.read(path) for path in sorted(FOLDER.glob("*.json"))]


def differences(stored: Any, found: Any, draws: int, path: str = "") -> Iterator[str]:
    """Where a reply says something else than the stored one.

    Parameters
    ----------
    stored, found : JSON values
        To compare.
    draws : int
        How many draws stand behind what is counted.
    path : str
        Of both, in the reply.
    """
    if isinstance(stored, dict) and isinstance(found, dict) and list(stored) == list(found):
        for name in stored:
            yield from differences(stored[name], found[name], draws, f"{path}.{name}")
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for i, (one, other) in enumerate(zip(stored, found, strict=True)):
            yield from differences(one, other, draws, f"{path}[{i}]")
    elif not _same(stored, found, path.rpartition(".")[2].partition("[")[0], draws):
        yield f"{path}: stored {stored!r:.200}, found {found!r:.200}"


def _same(stored: Any, found: Any, name: str, draws: int) -> bool:
    if name == RELEASED:
        return bool(stored) and bool(found)
    numbers = isinstance(stored, int | float) and isinstance(found, int | float)
    if not numbers or isinstance(stored, bool):
        return bool(stored == found)
    slack = FLIPPED_DRAWS / draws if name in COUNTED else 0.0
    return math.isclose(stored, found, rel_tol=RELATIVE, abs_tol=slack)
