"""TLS and mutual TLS: from PEM files to the server's credentials, and to others when the files change."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import grpc

from forecast.errors import InputError
from timelines_server.access.reloading import Watch
from timelines_server.configuration.settings import Settings


def credentials(settings: Settings, watch: Watch) -> grpc.ServerCredentials | None:
    """What the port is opened with; None for plain text.

    Files that change are read again: connections that are made from then on get the new certificate, and clients are
    held to the new authorities. Those that are there go on as they are.

    Parameters
    ----------
    settings : Settings
        Names the files.
    watch : Watch
        Looks at them.

    Raises
    ------
    InputError
        When a file cannot be read, is not PEM, or the key is not the certificate's.
    """
    if not settings.secure:
        return None
    files = [file for file in (settings.tls_cert, settings.tls_key, settings.client_ca) if file is not None]
    kept = watch.keep("certificates", files, partial(read, settings))
    # The stubs do not know that it may give None for "no other".
    fresh = cast(Callable[[], grpc.ServerCertificateConfiguration], kept.fresh)
    asked = settings.client_ca is not None
    return grpc.dynamic_ssl_server_credentials(kept.value, fresh, require_client_authentication=asked)


def read(settings: Settings) -> grpc.ServerCertificateConfiguration:
    """Read and check the certificate, its key and the client authorities of a server that has them.

    Raises
    ------
    InputError
        As `credentials`.
    """
    pair = (_pem(settings, "tls_key"), _pem(settings, "tls_cert"))
    _check_pair(settings)
    return grpc.ssl_server_certificate_configuration([pair], _authorities(settings))


def context(settings: Settings, watch: Watch) -> ssl.SSLContext | None:
    """The same for a port of HTTP; None for plain text.

    Each handshake is handed on to what the files say by then, client authorities and all.

    Raises
    ------
    InputError
        As `credentials`.
    """
    if not settings.secure:
        return None
    files = [file for file in (settings.tls_cert, settings.tls_key, settings.client_ca) if file is not None]
    kept = watch.keep("certificates of the HTTP port", files, partial(_context, settings))
    first = kept.value

    def _newest(handshake: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        handshake.context = kept.value

    first.sni_callback = _newest
    return first


def _context(settings: Settings) -> ssl.SSLContext:
    read(settings)  # for its checks
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(cast(Path, settings.tls_cert), cast(Path, settings.tls_key), password=_no_password)
    authorities = _authorities(settings)
    if authorities is not None:
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_verify_locations(cadata=authorities.decode("ascii"))
    return made


def _authorities(settings: Settings) -> bytes | None:
    if settings.client_ca is None:
        return None
    pem = _pem(settings, "client_ca")
    try:
        ssl.create_default_context(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        message = f"{_named(settings, 'client_ca')} holds no certificate that can be read: give a PEM file"
        raise InputError(message, field="client_ca") from error
    return pem


def _pem(settings: Settings, choice: str) -> bytes:
    named = _named(settings, choice)
    try:
        content: bytes = getattr(settings, choice).read_bytes()
    except OSError as error:
        raise InputError(f"{named} cannot be read: {error.strerror}", field=choice) from error
    if b"-----BEGIN" not in content:
        raise InputError(f"{named} is not a PEM file: it holds no `-----BEGIN` line", field=choice)
    return content


def _check_pair(settings: Settings) -> None:
    """Else gRPC opens the port all the same and every handshake fails."""
    certificate, key = cast(Path, settings.tls_cert), cast(Path, settings.tls_key)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        pair = f"{_named(settings, 'tls_key')} does not open with {_named(settings, 'tls_cert')}"
        message = f"{pair}: give the certificate's own key, unlocked"
        raise InputError(message, field="tls_key") from error


def _named(settings: Settings, choice: str) -> str:
    return f"{settings.label(choice)} {getattr(settings, choice)}"


def _no_password() -> str:
    raise ValueError("a locked key")
