"""How connections are made: options, service config and credentials; the same for both clients.

Deadlines are each call's own and never the service config's, whose timeouts fire early. Only UNAVAILABLE is retried,
by service config. Pings notice a frozen server within about 15 s. A target that lists several addresses, such as
`ipv4:10.0.0.1:8433,10.0.0.2:8433`, is several servers, and calls go round them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc

from timelines import __version__
from timelines.errors import SettingsError

if TYPE_CHECKING:
    from timelines.settings import TLS, Settings

SERVICES = tuple(f"timelines.v1.{name}Service" for name in ("Forecast", "Scale", "Posterior", "Dataset", "Fit"))

KEEPALIVE_TIME_MS = 10_000
"""A silent connection is pinged after this time."""
KEEPALIVE_TIMEOUT_MS = 5_000
"""A ping that is not answered within this time ends the connection."""

RETRY_POLICY = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


def service_config(several: bool = False) -> str:
    """Retries of every service of ours, as JSON; calls take turns among several servers."""
    names = [{"service": service} for service in SERVICES]
    turns: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]} if several else {}
    return json.dumps({"methodConfig": [{"name": names, "retryPolicy": RETRY_POLICY}], **turns})


def channel_options(settings: Settings) -> list[tuple[str, Any]]:
    """Options of a channel."""
    options: list[tuple[str, Any]] = [
        ("grpc.service_config", service_config(several="," in settings.target)),
        ("grpc.enable_retries", 1),
        ("grpc.keepalive_time_ms", KEEPALIVE_TIME_MS),
        ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        ("grpc.http2.ping_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 5_000),
        ("grpc.primary_user_agent", f"timelines-python/{__version__}"),
    ]
    if settings.local:
        options.append(("grpc.enable_http_proxy", 0))  # a proxy is never the way to this very machine
    return options


def credentials(tls: TLS) -> grpc.ChannelCredentials:
    """Credentials out of their files.

    Raises
    ------
    SettingsError
        When a file cannot be read or is no PEM.
    """
    ca, cert, key = (_read(file) for file in (tls.ca_file, tls.cert_file, tls.key_file))
    return grpc.ssl_channel_credentials(ca, key, cert)


def _read(file: str | os.PathLike[str] | None) -> bytes | None:
    if file is None:
        return None
    try:
        content = Path(file).read_bytes()
    except OSError as wrong:
        raise SettingsError(f"cannot read the TLS file {os.fspath(file)}: {wrong.strerror}") from wrong
    if b"-----BEGIN " not in content:
        raise SettingsError(f"the TLS file {os.fspath(file)} is no PEM file: it has no BEGIN line")
    return content


def metadata(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Metadata of every call: the token, where there is one."""
    return () if settings.token is None else (("authorization", f"Bearer {settings.token}"),)
