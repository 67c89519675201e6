"""Certificates for tests, made by the openssl command: an authority, and what it signs."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
VALID = ("-days", "2")


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority(Pair):
    """Whose signature a server or a client trusts."""

    def signs(self, name: str) -> Pair:
        """A certificate for `name`, good for 127.0.0.1 and localhost."""
        folder = self.certificate.parent
        made = Pair(folder / f"{name}.pem", folder / f"{name}.key")
        request, extension = folder / f"{name}.csr", folder / f"{name}.ext"
        extension.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        _openssl("req", *KEY, "-keyout", made.key, "-out", request, "-subj", f"/CN={name}")
        signer = ("-CA", self.certificate, "-CAkey", self.key, "-set_serial", "7")
        _openssl("x509", "-req", "-in", request, *signer, *VALID, "-extfile", extension, "-out", made.certificate)
        return made


def authority(folder: Path, name: str) -> Authority:
    """A new authority; skips where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command to make certificates with")
    made = Authority(folder / f"{name}.pem", folder / f"{name}.key")
    _openssl("req", "-x509", *KEY, *VALID, "-keyout", made.key, "-out", made.certificate, "-subj", f"/CN={name}")
    return made


def channel_credentials(trusted: Authority, mine: Pair | None = None) -> grpc.ChannelCredentials:
    """What a client brings: whom it trusts, and its own certificate if it has one."""
    return grpc.ssl_channel_credentials(
        trusted.certificate.read_bytes(),
        mine and mine.key.read_bytes(),
        mine and mine.certificate.read_bytes(),
    )


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
