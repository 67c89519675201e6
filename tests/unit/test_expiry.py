"""When a certificate ends."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.certificates import Authority, authority
from timelines_server.access.expiry import end_of


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("certificates"), "signer")


def by_openssl(certificate: Path) -> float:
    command = ["openssl", "x509", "-in", str(certificate), "-noout", "-enddate"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    moment = datetime.strptime(said.strip().removeprefix("notAfter="), "%b %d %H:%M:%S %Y GMT")
    return moment.replace(tzinfo=UTC).timestamp()


def lasting(folder: Path, days: int) -> Path:
    """A certificate that signs itself and is good for so many days."""
    made = folder / f"{days}.pem"
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(folder / "key.pem")]
    command = ["openssl", "req", "-x509", *key, "-days", str(days), "-out", str(made), "-subj", "/CN=a/O=ä b"]
    subprocess.run(command, check=True, capture_output=True)
    return made


def test_a_certificate_ends_when_openssl_says_so(signer: Authority, tmp_path: Path) -> None:
    for certificate in (signer.certificate, signer.signs("server").certificate, lasting(tmp_path, 30)):
        assert end_of(certificate.read_bytes()) == by_openssl(certificate)


def test_a_certificate_that_ends_after_2049_is_read_too(signer: Authority, tmp_path: Path) -> None:
    certificate = lasting(tmp_path, 20_000)  # from 2050 on they write the year with four digits
    assert by_openssl(certificate) > datetime(2050, 1, 1, tzinfo=UTC).timestamp()
    assert end_of(certificate.read_bytes()) == by_openssl(certificate)


def test_a_chain_ends_with_the_first_of_it(signer: Authority, tmp_path: Path) -> None:
    short, long = lasting(tmp_path, 5), lasting(tmp_path, 50)
    for chain in (long.read_bytes() + short.read_bytes(), short.read_bytes() + long.read_bytes()):
        assert end_of(chain) == by_openssl(short)


@given(st.binary(max_size=300))
def test_what_is_no_certificate_has_no_end(content: bytes) -> None:
    assert end_of(content) is None


@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_spoilt_certificate_raises_nothing(signer: Authority, at: int, byte: int) -> None:
    content = bytearray(signer.certificate.read_bytes())
    content[at % len(content)] = byte
    end = end_of(bytes(content))
    assert end is None or isinstance(end, float)
