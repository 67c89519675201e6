"""When a certificate ends, read from its file; Python's own library reads it from a connection only."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_FORMATS = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
"""Of UTCTime and GeneralizedTime, as RFC 5280 has them in certificates."""

_VERSION = 0xA0
_VALIDITY = 3
"""Among the fields of a certificate, without the version: serial number, algorithm, issuer, validity."""


def end_of(pem: bytes) -> float | None:
    """When the first certificate of a chain ends, seconds since 1970; None where that cannot be read.

    Parameters
    ----------
    pem : bytes
        The file.
    """
    try:
        return min(_end(ssl.PEM_cert_to_DER_cert(block.decode("ascii"))) for block in _BLOCK.findall(pem))
    except (ValueError, IndexError, KeyError):
        return None


def _end(der: bytes) -> float:
    certificate = _inside(der, 0, len(der))
    signed = next(_inside(der, *next(certificate)[1:]))
    fields = [field for field in _inside(der, *signed[1:]) if field[0] != _VERSION]
    kind, start, end = list(_inside(der, *fields[_VALIDITY][1:]))[1]
    moment = datetime.strptime(der[start:end].decode("ascii"), _FORMATS[kind])
    return moment.replace(tzinfo=UTC).timestamp()


def _inside(der: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end of each value between two places."""
    while start < end:
        tag, length, start = der[start], der[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(der[start : start + size]), start + size
        yield tag, start, start + length
        start += length
