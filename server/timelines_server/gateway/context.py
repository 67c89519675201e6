"""What a handler sees of a call that came over HTTP: the part of gRPC's context that our services use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, NoReturn

import grpc
from connectrpc.code import Code
from connectrpc.errors import ConnectError, ErrorDetail
from connectrpc.request import RequestContext
from google.rpc import status_pb2  # type: ignore[import-untyped]  # ships no types
from grpc.aio import AbortError
from protobuf.wkt import Any as Detail

DETAILS = "grpc-status-details-bin"
PUSHBACK = "grpc-retry-pushback-ms"

Metadata = Sequence[tuple[str, str | bytes]]


class HttpContext:
    """One call.

    Parameters
    ----------
    request : RequestContext
        As Connect's library tells of it.

    Attributes
    ----------
    failure : ConnectError or None
        How the handler has ended the call, if it has.
    """

    def __init__(self, request: RequestContext[Any, Any]) -> None:
        self._request = request
        self._code: grpc.StatusCode | None = None
        self._written: asyncio.Queue[bytes] = asyncio.Queue(1)
        self.failure: ConnectError | None = None

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        """The headers, names in lower case."""
        return tuple((name.lower(), value) for name, value in self._request.request_headers.allitems())

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None without one."""
        left_ms = self._request.timeout_ms
        return None if left_ms is None else left_ms / 1e3

    def peer(self) -> str:
        """Address and port of who called."""
        return f"http:{self._request.client_address or 'unknown'}"

    def code(self) -> grpc.StatusCode | None:
        """The status that a servicer has set."""
        return self._code

    def set_code(self, code: grpc.StatusCode) -> None:
        """Set the status."""
        self._code = code

    def set_details(self, details: str) -> None:
        """Taken and left: only generated bases call it, and the manners word what they mean."""

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()) -> NoReturn:
        """End the call.

        Raises
        ------
        grpc.aio.AbortError
            Always.
        """
        self._code, told = code, dict(trailing_metadata)
        if pushback := told.get(PUSHBACK):
            self._request.response_headers[PUSHBACK] = str(pushback)
        self.failure = ConnectError(_code(code), details, _details(told.get(DETAILS)))
        raise AbortError(code)

    async def write(self, message: bytes) -> None:
        """Send one message of a stream; returns when the one before it is on its way."""
        await self._written.put(message)

    async def messages(self, work: asyncio.Task[None]) -> AsyncIterator[bytes]:
        """What is written while the work goes on, and then how the work ended."""
        while True:
            taken = asyncio.ensure_future(self._written.get())
            try:
                await asyncio.wait((taken, work), return_when=asyncio.FIRST_COMPLETED)
                if not taken.done():
                    await work
                    return
                yield taken.result()
            finally:
                taken.cancel()


def _code(code: grpc.StatusCode) -> Code:
    return Code.CANCELED if code is grpc.StatusCode.CANCELLED else Code[code.name]


def _details(packed: str | bytes | None) -> list[ErrorDetail]:
    """The `google.rpc` details that gRPC would carry as a trailer."""
    if not isinstance(packed, bytes):
        return []
    status = status_pb2.Status.FromString(packed)
    return [ErrorDetail(Detail(type_url=one.type_url, value=one.value)) for one in status.details]
