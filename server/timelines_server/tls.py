"""TLS and mutual TLS: from PEM files to the server's credentials."""

from __future__ import annotations

import ssl
from pathlib import Path

import grpc

from forecast.errors import InputError
from timelines_server.settings import Settings


def credentials(settings: Settings) -> grpc.ServerCredentials | None:
    """What the port is opened with; None for plain text.

    Raises
    ------
    InputError
        When a file cannot be read, is not PEM, or the key is not the certificate's.
    """
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    pair = (_pem(settings.tls_key, "--tls-key"), _pem(settings.tls_cert, "--tls-cert"))
    _check_pair(settings.tls_cert, settings.tls_key)
    authorities = _authorities(settings.client_ca)
    return grpc.ssl_server_credentials([pair], authorities, require_client_auth=authorities is not None)


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
