"""TLS and mutual TLS: from PEM files to the server's credentials, and to others when the files change."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import grpc

from forecast.errors import InputError
from timelines_server.reloading import Watch
from timelines_server.settings import Settings


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
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    files = [file for file in (settings.tls_cert, settings.tls_key, settings.client_ca) if file is not None]
    load = partial(_configuration, settings.tls_cert, settings.tls_key, settings.client_ca)
    kept = watch.keep("certificates", files, load)
    asked = settings.client_ca is not None
    # The stubs do not know that it may give None for "no other".
    fresh = cast(Callable[[], grpc.ServerCertificateConfiguration], kept.fresh)
    return grpc.dynamic_ssl_server_credentials(kept.value, fresh, require_client_authentication=asked)


def _configuration(certificate: Path, key: Path, client_ca: Path | None) -> grpc.ServerCertificateConfiguration:
    pair = (_pem(key, "--tls-key"), _pem(certificate, "--tls-cert"))
    _check_pair(certificate, key)
    return grpc.ssl_server_certificate_configuration([pair], _authorities(client_ca))


def _authorities(file: Path | None) -> bytes | None:
    if file is None:
        return None
    pem = _pem(file, "--client-ca")
    try:
        ssl.create_default_context(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise InputError(f"--client-ca {file} holds no certificate that can be read: give a PEM file") from error
    return pem


def _pem(file: Path, option: str) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{option} {file} cannot be read: {error.strerror}", field=option) from error
    if b"-----BEGIN" not in content:
        raise InputError(f"{option} {file} is not a PEM file: it holds no `-----BEGIN` line", field=option)
    return content


def _check_pair(certificate: Path, key: Path) -> None:
    """Else gRPC opens the port all the same and every handshake fails."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        message = (
            f"--tls-key {key} does not open with --tls-cert {certificate}: give the certificate's own key, unlocked"
        )
        raise InputError(message, field="tls_key") from error


def _no_password() -> str:
    raise ValueError("a locked key")
