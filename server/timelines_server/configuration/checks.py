"""Whether the choices of a server are possible and fit together: no file is read and no port is opened for it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from forecast.errors import InputError
from forecast.storage.store import checked_url, is_url

if TYPE_CHECKING:
    from timelines_server.configuration.choices import Choice
    from timelines_server.configuration.settings import Settings

CATALOGUES = ("postgresql://", "sqlite:///")
"""How the URL of a catalogue begins."""


def check(settings: Settings, choices: Mapping[str, Choice]) -> None:
    """Pass where a server can run so.

    Parameters
    ----------
    settings : Settings
        What was chosen.
    choices : mapping
        What each may be, by field.

    Raises
    ------
    InputError
        Naming the choice as it was made, its value and the remedy.
    """
    _check_bounds(settings, choices)
    _check_ports_differ(settings)
    _check_tls(settings)
    _check_exposure(settings)
    _check_http(settings)
    _check_places(settings)


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own; a name other than `localhost` counts as reachable from elsewhere."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def split_address(address: str) -> tuple[str, int]:
    """Host, without brackets, and port of `HOST:PORT`.

    Raises
    ------
    ValueError
        When it is no such address.
    """
    parts = urlsplit(f"//{address}")
    if parts.hostname is None or parts.port is None or parts.netloc != address or "@" in address:
        raise ValueError(address)
    return parts.hostname, parts.port


def _check_bounds(settings: Settings, choices: Mapping[str, Choice]) -> None:
    for name, choice in choices.items():
        bounds, value = choice.about.bounds, getattr(settings, name)
        if bounds is not None and value is not None and not bounds.hold(value):
            message = f"{settings.label(name)} {value:.12g} is out of range: give {bounds.give}"
            raise InputError(message, field=name)


def _check_ports_differ(settings: Settings) -> None:
    if settings.metrics_port and settings.metrics_port == settings.port:
        label = settings.label("metrics_port")
        message = f"{label} {settings.metrics_port} is the port of the service: give another"
        raise InputError(message, field="metrics_port")


def _check_tls(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        given, missing = ("tls_cert", "tls_key") if settings.tls_cert else ("tls_key", "tls_cert")
        message = f"{settings.label(given)} needs {settings.label(missing)} beside it: give both, or neither"
        raise InputError(message, field=given)
    if settings.client_ca is not None and not settings.secure:
        message = f"{settings.label('client_ca')} {settings.client_ca} needs TLS: give --tls-cert and --tls-key too"
        raise InputError(message, field="client_ca")


def _check_exposure(settings: Settings) -> None:
    if not settings.host.strip():
        raise InputError(f"{settings.label('host')} is empty: give an address, such as 127.0.0.1", field="host")
    _refuse_exposed(settings, "host", settings.host, settings.host)


def _check_http(settings: Settings) -> None:
    if settings.http is None:
        return
    label = settings.label("http")
    try:
        host, port = settings.http_address
    except ValueError:
        message = f"{label} {settings.http} is no address: give one such as 127.0.0.1:8434"
        raise InputError(message, field="http") from None
    if port and port in (settings.port, settings.metrics_port):
        raise InputError(f"{label} {settings.http} takes a port that is given twice: give another", field="http")
    _refuse_exposed(settings, "http", settings.http, host)


def _refuse_exposed(settings: Settings, field: str, address: str, host: str) -> None:
    """Whoever reaches a server from elsewhere needs a token, unless that was said not to matter."""
    if is_loopback(host) or settings.tokens or settings.insecure:
        return
    message = (
        f"{settings.label(field)} {address} lets other machines in, and no token is asked for: give "
        "--tokens FILE (`timelines token` makes one), stay on 127.0.0.1, or say --insecure"
    )
    raise InputError(message, field=field)


def _check_places(settings: Settings) -> None:
    """Neither URL is repeated: it may hold a password."""
    if settings.catalogue is not None and not _is_catalogue(settings.catalogue):
        begin = " or ".join(CATALOGUES)
        message = (
            f"{settings.label('catalogue')} is no URL of a catalogue: begin it with {begin}, then user@host:port/db"
        )
        raise InputError(message, field="catalogue")
    if settings.artefacts is not None and is_url(settings.artefacts):
        try:
            checked_url(settings.artefacts)
        except InputError as error:
            raise InputError(f"{settings.label('artefacts')}: {error.message}", field="artefacts") from error


def _is_catalogue(url: str) -> bool:
    try:
        urlsplit(url).port  # noqa: B018  # read for its check
    except ValueError:
        return False
    return url.startswith(CATALOGUES)
