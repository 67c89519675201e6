"""The ports that a server listens on, and plain words where it cannot."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

import grpc
from prometheus_client import CollectorRegistry, start_http_server

from forecast.errors import ForecastError
from timelines_server.access import tls
from timelines_server.access.reloading import Watch
from timelines_server.configuration.settings import Settings

METRICS_HOST = "127.0.0.1"

_WAITING = 1024
"""Connections that wait to be taken, at the most."""

type Place = tuple[Any, ...]
"""As `socket.getaddrinfo` tells it: family, kind, protocol, name and address."""


class PortError(ForecastError):
    """The address cannot be listened on."""

    reason = "PORT"


class MetricsPage:
    """`/metrics` on loopback, from a thread of its own.

    Parameters
    ----------
    port : int
        0 takes any free one.
    registry : CollectorRegistry
        What it shows.

    Raises
    ------
    PortError
        When it cannot listen there.
    """

    def __init__(self, port: int, registry: CollectorRegistry) -> None:
        try:
            self._server, self._thread = start_http_server(port, METRICS_HOST, registry)
        except OSError as error:
            raise _port_error(error, METRICS_HOST, port, "--metrics-port") from error
        self.url = f"http://{METRICS_HOST}:{self._server.server_port}/metrics"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def listen(server: grpc.aio.Server, settings: Settings, watch: Watch) -> str:
    """Open the service's port, with TLS where it is asked for.

    Returns
    -------
    str
        `host:port`, as clients write it.

    Raises
    ------
    PortError
        When another program holds the port, or the address is not this machine's.
    InputError
        When the certificate, its key or the client authorities cannot be used.
    """
    credentials = tls.credentials(settings, watch)
    host = settings.host.strip("[]")
    check_free(host, settings.port, settings.reuse_port)
    host = f"[{host}]" if ":" in host else host
    address = f"{host}:{settings.port}"
    try:
        port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    except RuntimeError as error:
        raise PortError(f"cannot listen on {address}; give another --port") from error
    return f"{host}:{port}"


def bound(host: str, port: int, option: str) -> socket.socket:
    """A socket on an address, for others to listen with.

    Parameters
    ----------
    host : str
        Without brackets.
    port : int
        0 takes any free one.
    option : str
        Which said so, for messages.

    Raises
    ------
    PortError
        When it cannot be had.
    """
    try:
        return _listening(_places(host, port)[0])
    except OSError as error:
        raise _port_error(error, host, port, option) from error


def check_free(host: str, port: int, shared: bool) -> None:
    """Pass where a port can be listened on. The system is asked: gRPC says only that it failed, in lines of its own.

    Raises
    ------
    PortError
        As `listen`.
    """
    try:
        places = _places(host, port)
    except OSError as error:
        raise _port_error(error, host, port, "--port") from error
    errors = [found for place in places if (found := _error_at(place, shared))]
    taken = [found for found in errors if found.errno == errno.EADDRINUSE]
    if taken or len(errors) == len(places):  # a name may have an address of a family that is switched off
        raise _port_error((taken or errors)[0], host, port, "--port")


def _error_at(place: Place, shared: bool) -> OSError | None:
    try:
        _listening(place, shared).close()
    except OSError as error:
        return error
    return None


def _places(host: str, port: int) -> list[Place]:
    """Where a name leads to, best first."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)


def _listening(place: Place, shared: bool = False) -> socket.socket:
    """A socket that listens there; with others, where it is shared."""
    family, kind, protocol, _, address = place
    made = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # there it would let one server take another's port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared and hasattr(socket, "SO_REUSEPORT"):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(address)
        made.listen(_WAITING)
    except OSError:
        made.close()
        raise
    return made


def _port_error(error: OSError, host: str, port: int, option: str) -> PortError:
    cause = (error.strerror or str(error)).lower()
    remedy = f"give {'--http' if option == '--http' else '--host'} an address of this machine"
    if error.errno == errno.EADDRINUSE:
        remedy = f"another program listens there: stop it, or give another {option}"
    elif error.errno == errno.EACCES:
        remedy = f"ports below 1024 need a privilege: give another {option}"
    return PortError(f"cannot listen on {host}:{port} ({cause}); {remedy}")
