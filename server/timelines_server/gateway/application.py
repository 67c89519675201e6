"""The ASGI application of the gateway: who may call, what is where, and what else is told plainly.

/timelines.v1.SERVICE/METHOD   the services, by Connect (JSON or protobuf) and gRPC-Web
/healthz                       whether questions can be answered
/, /assets/...                 the explorer
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from connectrpc.codec import Codec
from connectrpc.server import ConnectASGIApplication

from timelines_server.gateway.codecs import AsItCame
from timelines_server.gateway.endpoints import Endpoints
from timelines_server.gateway.page import MISSING, Headers, Page
from timelines_server.gateway.visitors import refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SERVICES = "/timelines.v1."
HEALTH = "/healthz"
BODY_S = 30.0
"""How long a caller may take over the next part of a request's body."""

GUARDED = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]
"""Of every answer but the page's."""

NOTHING = "there is nothing here: call POST /timelines.v1.ForecastService/Forecast, or see docs/http.md"
READ_ONLY = "the page is only read: GET or HEAD"
GRPC = "this is the HTTP port: gRPC is served on the other one, see --port"


class Application:
    """Answers HTTP requests.

    Parameters
    ----------
    endpoints : Endpoints
        What answers calls of our services.
    serving : callable
        Whether questions can be answered now.
    loopback : bool
        Whether the server listens on this machine only.
    read_max_bytes : int
        The largest request.
    page : Page
        What is served to people.
    """

    def __init__(
        self, endpoints: Endpoints, serving: Callable[[], bool], *, loopback: bool, read_max_bytes: int, page: Page
    ) -> None:
        self._services = _Services(endpoints, read_max_bytes)
        self._serving, self._loopback, self._page = serving, loopback, page

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """One request."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = refusal(headers, loopback=self._loopback)
        if refused is not None:
            await _say(send, 403, refused)
        elif scope["path"] == HEALTH:
            ready = self._serving()
            await _say(send, 200 if ready else 503, "SERVING" if ready else "NOT_SERVING")
        elif not scope["path"].startswith(SERVICES):
            await self._shown(scope["method"], scope["path"], headers, send)
        elif _is_grpc(headers.get("content-type", "")):
            await _say(send, 415, GRPC)
        else:
            await self._services(scope, _Patient(receive), _guarding(send))

    async def _shown(self, method: str, path: str, headers: Mapping[str, str], send: Send) -> None:
        """A file of the page, or what there is instead."""
        file = self._page.find(path)
        if file is None:
            await _say(send, 404, MISSING if path == "/" else NOTHING)
        elif method not in ("GET", "HEAD"):
            await _say(send, 405, READ_ONLY, [(b"allow", b"GET, HEAD")])
        else:
            told = await self._page.answer(file, headers)
            await _send(send, told.status, told.headers, b"" if method == "HEAD" else told.body)


class _Services(ConnectASGIApplication[Endpoints]):
    """Connect's library with our endpoints."""

    def __init__(self, endpoints: Endpoints, read_max_bytes: int) -> None:
        codecs: tuple[Codec[Any, Any], ...] = (AsItCame("proto"), AsItCame("json"))
        super().__init__(
            service=endpoints,
            endpoints=Endpoints.by_path,
            read_max_bytes=read_max_bytes,
            compressions=(),  # it would cost more than the answer does
            codecs=codecs,
        )

    @property
    def path(self) -> str:
        """Where it is."""
        return SERVICES


class _Patient:
    """Receives a request's body, but not for ever: a caller who sends half of it would hold a connection."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._whole = receive, False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(BODY_S):
                message = await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._whole = not message.get("more_body", False)
        return message


def _is_grpc(content_type: str) -> bool:
    return content_type.startswith("application/grpc") and not content_type.startswith("application/grpc-web")


def _guarding(send: Send) -> Send:
    """Sends with what is said of every answer of the services."""

    async def _sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *GUARDED]}
        await send(message)

    return _sent


async def _say(send: Send, status: int, words: str, more: Headers | None = None) -> None:
    body = f"{words}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await _send(send, status, [*headers, *GUARDED, *(more or [])], body)


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
