"""The gRPC server: our services, health and reflection on one port."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from forecast.errors import ForecastError
from timelines.v1 import (
    dataset_service_pb2,
    dataset_service_pb2_grpc,
    forecast_service_pb2,
    forecast_service_pb2_grpc,
    posterior_service_pb2,
    posterior_service_pb2_grpc,
    scale_service_pb2,
    scale_service_pb2_grpc,
)
from timelines_server import tls
from timelines_server.health import Health
from timelines_server.resources import Resources
from timelines_server.settings import Settings

MAX_REQUEST_BYTES = 1 << 20
"""The receive limit: 1 MiB."""

PACKAGE = "timelines.v1"
"""What every service's name begins with."""

_PROTOS = (forecast_service_pb2, scale_service_pb2, posterior_service_pb2, dataset_service_pb2)

SERVICES = tuple(service.full_name for file in _PROTOS for service in file.DESCRIPTOR.services_by_name.values())
"""Full names of our services."""


class PortError(ForecastError):
    """The address cannot be listened on."""

    reason = "PORT"


@dataclass(frozen=True, slots=True)
class Service:
    """A server that has not begun to listen.

    Attributes
    ----------
    server : grpc.aio.Server
        The server.
    health : Health
        What it says of its readiness.
    """

    server: grpc.aio.Server
    health: Health


def build(settings: Settings, resources: Resources, interceptors: Sequence[grpc.aio.ServerInterceptor] = ()) -> Service:
    """A server with every service on it; a running event loop is needed.

    Parameters
    ----------
    settings : Settings
        How it runs.
    resources : Resources
        What the handlers share.
    interceptors : sequence of ServerInterceptor
        The manners round every call.
    """
    server = grpc.aio.server(interceptors=list(interceptors), options=_options(settings))
    health = Health(SERVICES)
    _add_services(server, resources)
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    if settings.reflection:
        names = (*SERVICES, "grpc.health.v1.Health", reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
    return Service(server, health)


_PARTS = (
    ("forecast", "Forecast", forecast_service_pb2_grpc.add_ForecastServiceServicer_to_server),
    ("scales", "Scale", scale_service_pb2_grpc.add_ScaleServiceServicer_to_server),
    ("posteriors", "Posterior", posterior_service_pb2_grpc.add_PosteriorServiceServicer_to_server),
    ("datasets", "Dataset", dataset_service_pb2_grpc.add_DatasetServiceServicer_to_server),
)


def _add_services(server: grpc.aio.Server, resources: Resources) -> None:
    for module, name, add in _PARTS:
        if find_spec(f"timelines_server.servicers.{module}") is None:
            continue
        servicer = getattr(import_module(f"timelines_server.servicers.{module}"), f"{name}Servicer")
        handlers = getattr(import_module(f"timelines_server.handlers.{module}"), f"{name}Handlers")
        adder: Callable[[Any, Any], None] = add
        adder(servicer(handlers(resources)), server)


def listen(server: grpc.aio.Server, settings: Settings) -> str:
    """Open the port, with TLS where it is asked for.

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
    secret = tls.credentials(settings)
    if not settings.reuse_port:
        _check_free(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host.strip("[]") else settings.host
    address = f"{host}:{settings.port}"
    try:
        port = server.add_secure_port(address, secret) if secret else server.add_insecure_port(address)
    except RuntimeError as error:
        raise PortError(
            f"cannot listen on {address}: it is taken, or not this machine's; give another --port"
        ) from error
    return f"{host}:{port}"


def _options(settings: Settings) -> list[tuple[str, Any]]:
    return [
        ("grpc.so_reuseport", int(settings.reuse_port)),
        ("grpc.max_receive_message_length", MAX_REQUEST_BYTES),
        # Clients may ask every 5 s whether the server is still there, also between calls.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
        # A client whose machine is gone is noticed, so that its streams end.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
    ]


def _check_free(host: str, port: int) -> None:
    """Ask the system first: gRPC says only that it failed, and writes lines of its own."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        raise PortError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}; {_remedy(error)}"
        ) from error


def _remedy(error: OSError) -> str:

    if error.errno == errno.EADDRINUSE:
        return "another program listens there: stop it, or give another --port"
    if error.errno == errno.EACCES:
        return "ports below 1024 need a privilege: give another --port"
    return "give --host an address of this machine"
