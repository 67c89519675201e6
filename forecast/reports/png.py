"""PNG files a third of the size: vl-convert compresses for speed, and stores an alpha channel that is never used."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

SCALE = 2.0
"""Points for each px: pictures are sharp on fine screens and on paper."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NONE, _SUB, _UP = 0, 1, 2


def repack(data: bytes) -> bytes:
    """The same picture, opaque and better compressed; the file as it is where it is not of the kind that we know.

    Parameters
    ----------
    data : bytes
        A PNG file with 8-bit RGBA pixels whose rows are stored plain or as differences to the left.
    """
    chunks = list(_chunks(data))
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[0][1])
    packed = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    rows = np.frombuffer(packed, np.uint8).reshape(height, -1)
    if kind != [8, 6, 0, 0, 0] or not set(rows[:, 0]) <= {_NONE, _SUB}:
        return data
    pixels = rows[:, 1:].reshape(height, width, 4).copy()
    differences = rows[:, 0] == _SUB
    pixels[differences] = np.cumsum(pixels[differences], axis=1, dtype=np.uint8)
    if pixels[..., 3].min() < 255:
        return data
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    kept = [(name, body) for name, body in chunks if name not in (b"IHDR", b"IDAT", b"IEND")]
    body = zlib.compress(_rows(pixels[..., :3]), 6)
    return _SIGNATURE + b"".join(_chunk(*one) for one in [(b"IHDR", header), *kept, (b"IDAT", body), (b"IEND", b"")])


def _rows(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """Rows as differences to the row above."""
    flat = pixels.reshape(len(pixels), -1)
    above = np.vstack([np.zeros_like(flat[:1]), flat[:-1]])
    marks = np.full((len(flat), 1), _UP, np.uint8)
    return np.hstack([marks, flat - above]).tobytes()


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        yield name, data[at + 8 : at + 8 + size]
        at += 12 + size


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
