"""The gateway's port, under uvicorn in the loop of the server."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn

from timelines_server.access import tls
from timelines_server.access.reloading import Watch
from timelines_server.configuration.settings import Settings
from timelines_server.ports import bound

HEADERS = [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")]
"""Of every answer; what differs between the page and the services is in `application`."""


class Gateway:
    """Listens for HTTP.

    Parameters
    ----------
    settings : Settings
        Where, and with which certificate.
    application : ASGI application
        What answers.
    watch : Watch
        Looks at the certificate's files.
    with_page : bool
        Whether there is a page to look at.

    Attributes
    ----------
    url : str
        Where it is reached.
    explorer : str
        Where the page is; empty where there is none.

    Raises
    ------
    PortError
        When it cannot listen there.
    InputError
        When the certificate cannot be used.
    """

    def __init__(self, settings: Settings, application: Any, watch: Watch, *, with_page: bool = False) -> None:
        host, port = settings.http_address
        context = tls.context(settings, watch)
        self._socket = bound(host, port, "--http")
        scheme = "http" if context is None else "https"
        named = f"[{host}]" if ":" in host else host
        self.url = f"{scheme}://{named}:{self._socket.getsockname()[1]}"
        self.explorer = f"{self.url}/" if with_page else ""
        self._server = _Server(_config(application, context, settings.grace_s))
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Answer from now on."""
        self._running = asyncio.create_task(self._server.serve([self._socket]))

    async def stop(self) -> None:
        """Take no more connections, and return when the calls in flight have ended, or their grace has."""
        self._server.should_exit = True
        if self._running is not None:
            await self._running

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


def _config(application: Any, context: ssl.SSLContext | None, grace_s: float) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        log_config=None,  # warnings go to the server's own log, as those of every library
        access_log=False,  # each call has its line already
        lifespan="off",
        ws="none",
        loop="none",
        proxy_headers=False,
        server_header=False,
        headers=HEADERS,
        timeout_graceful_shutdown=max(1, round(grace_s)),
        ssl_context_factory=None if context is None else partial(_given, context),
    )


def _given(context: ssl.SSLContext, *_: object) -> ssl.SSLContext:
    return context


class _Server(uvicorn.Server):
    """Signals are the server's own affair (`timelines_server.main`)."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield
