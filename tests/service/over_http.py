"""A server that serves HTTP too, and short ways to call it: Connect and gRPC-Web by hand, as their pages have them."""

from __future__ import annotations

import json
import re
import ssl
import struct
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from google.rpc import error_details_pb2

from tests.service.running import RunningServer, start

FORECAST = "/timelines.v1.ForecastService/Forecast"
BATCH = "/timelines.v1.ForecastService/ForecastBatch"
DRAWS = "/timelines.v1.ForecastService/StreamDraws"
LAST = 0b10
"""The flag of the frame that ends a stream of Connect."""

TRAILERS = 0b10000000
"""The flag of the frame that ends a stream of gRPC-Web."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """The messages of a stream, each with its flag."""
        found, at = [], 0
        while at < len(self.body):
            flag, size = struct.unpack_from(">BI", self.body, at)
            found.append((flag, self.body[at + 5 : at + 5 + size]))
            at += 5 + size
        return found

    @property
    def trailers(self) -> dict[str, str]:
        """The status that a stream of gRPC-Web ended with."""
        flag, last = self.frames[-1]
        assert flag == TRAILERS, self.frames[-1]
        lines = last.decode().split("\r\n")
        return {name: unquote(value) for name, _, value in (line.partition(": ") for line in lines) if name}


@dataclass(frozen=True, slots=True)
class Http:
    """The HTTP port of a server."""

    url: str
    context: ssl.SSLContext | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def connect(self) -> HTTPConnection:
        """A connection, not opened yet."""
        place = urlsplit(self.url)
        if place.scheme == "https":
            return HTTPSConnection(place.hostname or "", place.port, timeout=20, context=self.context)
        return HTTPConnection(place.hostname or "", place.port, timeout=20)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """One request; underscores in the names of headers stand for hyphens."""
        connection = self.connect()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {**self.headers, **named})
            reply = connection.getresponse()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def json(self, path: str, asked: Any, **headers: str) -> Reply:
        """A call by Connect, in JSON."""
        return self.ask("POST", path, json.dumps(asked).encode(), content_type="application/json", **headers)

    def proto(self, path: str, asked: bytes, **headers: str) -> Reply:
        """A call by Connect, in protobuf."""
        return self.ask("POST", path, asked, content_type="application/proto", **headers)

    def stream(self, path: str, *asked: bytes, kind: str = "connect+proto", **headers: str) -> Reply:
        """A call with framed messages; `kind` may be `grpc-web+proto`."""
        body = b"".join(framed(one) for one in asked)
        return self.ask("POST", path, body, content_type=f"application/{kind}", **headers)


def framed(message: bytes) -> bytes:
    """A message of a stream."""
    return struct.pack(">BI", 0, len(message)) + message


def reason_of(said: Any) -> str:
    """The reason in the details of an error of Connect."""
    packed = next(one["value"] for one in said["details"] if one["type"] == "google.rpc.ErrorInfo")
    reason: str = error_details_pb2.ErrorInfo.FromString(b64decode(packed + "==")).reason
    return reason


def http_of(running: RunningServer) -> Http:
    """The HTTP port of a server that has one."""
    found = re.search(r"^HTTP .* on (\S+)$", running.output_path.read_text(), re.MULTILINE)
    assert found, running.output_path.read_text()
    return Http(found[1])


@contextmanager
def start_with_http(home: Path, *options: str) -> Iterator[tuple[RunningServer, Http]]:
    """A server that is ready, with HTTP on any free port of loopback."""
    with start(home, "--http", "127.0.0.1:0", *options) as running:
        yield running, http_of(running)
